"""A learned model in the form in which explaining needs it.

Takes the content of ``model.json``, gives the comparisons with their rules, and for each level its share among each
kind of pair. Read back from what is written, a model explains the same whether the run is in memory or in a folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison, Levels, Rows, Rule
from insighthub.linkage.em import CLASSES, Parameters, class_levels
from insighthub.linkage.encode import Encoded

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Learned:
    """What was learned, without the records.

    Attributes:
        comparisons: as they were compared, in order; they describe levels and cannot compute them.
        parameters: shares and sizes.
        threshold: match probability from which records may be joined.
        single_sources: sources that hold one record a person.
    """

    comparisons: tuple[Comparison, ...]
    parameters: Parameters
    threshold: float
    single_sources: frozenset[str]

    @classmethod
    def read(cls, model: Mapping[str, Any]) -> Learned:
        """Read the content of a model file.

        Raises:
            KeyError: an entry is wanting.
        """
        described = model["comparisons"]
        parameters = Parameters(
            sizes=np.array([model["classes"][name] for name in CLASSES]),
            m=[np.array(entry["m"]) for entry in described],
            u=[np.array(entry["u"]) for entry in described],
            free={
                (CLASSES.index(name), k): np.array(shares)
                for k, entry in enumerate(described)
                for name, shares in entry.get("free", {}).items()
            },
        )
        return cls(
            tuple(_comparison(entry) for entry in described),
            parameters,
            float(model["settings"]["threshold"]),
            frozenset(model["data"]["single_sources"]),
        )

    @property
    def threshold_bits(self) -> float:
        """The threshold as a match weight."""
        return float(np.log2(self.threshold / (1 - self.threshold)))

    @cached_property
    def log_shares(self) -> tuple[Array, ...]:
        """For each comparison, the log of the share at each level among each kind of pair, shape (kinds, levels)."""
        return tuple(
            np.log(
                np.maximum(
                    1e-12,
                    [class_levels(self.parameters, self.comparisons, c, k) for c in range(len(CLASSES))],
                )
            )
            for k in range(len(self.comparisons))
        )

    @cached_property
    def log_sizes(self) -> Array:
        """The log of each kind's share of all pairs, shape (kinds,)."""
        return np.asarray(np.log(np.maximum(self.parameters.sizes, 1e-300)))

    def place(self, name: str) -> int:
        """Return the number of a comparison."""
        return [comparison.name for comparison in self.comparisons].index(name)


def _comparison(entry: Mapping[str, Any]) -> Comparison:
    follows = {name: Rule(rule) for name, rule in entry["follows"].items()}
    return Comparison(
        entry["name"],
        tuple(entry["levels"]),
        _described_alone,
        family=follows["family"],
        coresident=follows["coresident"],
        namesake=follows["namesake"],
        agreeing=int(entry["agreeing"]),
    )


def _described_alone(_data: Encoded, _left: Rows, _right: Rows) -> Levels:
    raise TypeError("a comparison read from a model file describes its levels and cannot compute them")
