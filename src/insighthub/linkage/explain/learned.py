"""A learned model in the form in which explaining needs it.

Takes the content of ``model.json``, gives the comparisons with their rules, and for each level its share among each
kind of pair. Read back from what is written, a model explains the same whether the run is in memory or in a folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison, Levels, Rows, Rule, telling_fields
from insighthub.linkage.em import CLASSES, M, Parameters, log_likelihood, source_terms
from insighthub.linkage.encode import Encoded
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.source_pairs_file import read_source_pairs

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
            by_source=read_source_pairs(model) if "data" in model else None,
        )
        return cls(
            tuple(_comparison(entry) for entry in described),
            parameters,
            float(model.get("settings", {}).get("threshold", LinkSettings().threshold)),
            frozenset(model.get("data", {}).get("single_sources", ())),
        )

    def on(self, fitted: Fitted, threshold: float) -> Learned:
        """Return the model as a run used it, whose sources may be others than those that it was learned from.

        Args:
            fitted: the model on the rows of that run.
            threshold: of that run.
        """
        data, by_source = fitted.data, fitted.parameters.by_source
        own = self.parameters.by_source
        if by_source is None or (own is not None and own.names == by_source.names):
            by_source = own
        return replace(
            self,
            parameters=replace(self.parameters, by_source=by_source),
            threshold=threshold,
            single_sources=frozenset(np.array(data.sources, object)[data.single].tolist()),
        )

    @property
    def telling(self) -> tuple[str, ...]:
        """The fields whose pairs have a say of their own when clusters are joined."""
        return telling_fields(self.comparisons)

    @property
    def threshold_bits(self) -> float:
        """The threshold as a match weight."""
        return float(np.log2(self.threshold / (1 - self.threshold)))

    def log_joint(self, levels: Levels, sources: Sequence[tuple[str, str]]) -> Array:
        """Return log P(levels, kind) for some pairs, shape (pairs, kinds).

        Args:
            levels: shape (pairs, comparisons), -1 where not known.
            sources: of the two records of each pair, since the model may know more of some sources than of others.
        """
        code = np.array([self._code(pair) for pair in sources], np.int32)
        joint = log_likelihood(self.parameters, self.comparisons, levels) + self.parameters.log_sizes(code)
        joint[:, M] += source_terms(self.parameters, levels, code)
        return np.asarray(joint)

    def _code(self, sources: tuple[str, str]) -> int:
        """Return the code of a pair of sources, 0 where the model does not tell them apart."""
        if self.parameters.by_source is None:
            return 0
        names = self.parameters.by_source.names
        low, high = sorted(names.index(source) for source in sources)
        return low * len(names) + high

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
        telling=bool(entry.get("telling", False)),
    )


def _described_alone(_data: Encoded, _left: Rows, _right: Rows) -> Levels:
    raise TypeError("a comparison read from a model file describes its levels and cannot compute them")
