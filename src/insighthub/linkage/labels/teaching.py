"""What labels do to a run, step by step: the model, the weights, the threshold.

Takes labels and the stages of a run as they come, gives each stage's outcome with the labels heeded. Every step may
find that labels do not say enough, and then leaves things as they are; so does every step of a run without labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.em import Parameters
from insighthub.linkage.encode import Encoded
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.labels.labels_file import LabelledPairs, labelled_pairs
from insighthub.linkage.labels.learning import Labelled, refine
from insighthub.linkage.labels.shifts import find_shifts
from insighthub.linkage.labels.threshold import choose_threshold
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.result import Shift, Taught
from insighthub.linkage.score import MOST_BITS, score
from insighthub.linkage.settings import LinkSettings

Weights = npt.NDArray[np.float32]
Persons = npt.NDArray[np.int32]
NATS = float(np.log(2.0))  # in a bit


@dataclass
class Teaching:
    """Labels on their way through a run.

    Attributes:
        said: the labels; None where there are none, and nothing is done.
        labelled: the same, with what looks like the labelled pairs.
        taught: what they did so far.
    """

    said: LabelledPairs | None = None
    labelled: Labelled | None = None
    taught: Taught | None = None

    @classmethod
    def of(
        cls, labels: pa.Table | None, data: Encoded, patterns: Patterns, compared: Callable[[Pairs], Patterns]
    ) -> Teaching:
        """Begin.

        Args:
            labels: see ``read_labels``; None where there are none.
            data: coded rows.
            patterns: those that the model learns from, the candidates' first.
            compared: compares pairs.
        """
        if labels is None:
            return cls()
        said = labelled_pairs(labels, data.rows)
        if not len(said.pairs):
            return cls(taught=Taught(0, said.unused))
        labelled = Labelled.of(said.match, compared(said.pairs), patterns)
        return cls(said, labelled, Taught(len(said.pairs), said.unused))

    def model(
        self,
        base: Parameters,
        learn: Callable[[Patterns], Parameters],
        patterns: Patterns,
        *,
        comparisons: Sequence[Comparison],
        threshold_bits: float,
    ) -> Parameters:
        """Return the model, learned again where labels may be followed; see ``refine``."""
        if self.labelled is None or self.taught is None:
            return base
        refined = refine(base, learn, patterns, self.labelled, comparisons=comparisons, threshold_bits=threshold_bits)
        self.taught = replace(self.taught, reluctance=refined.reluctance, regret=refined.regret)
        return refined.parameters

    def weights(
        self, fitted: Fitted, patterns: Patterns, weight: Weights, cluster_at: Callable[[Weights], Persons]
    ) -> Weights:
        """Return the pairs' weights, shifted where they look like labelled pairs; see ``find_shifts``.

        Args:
            fitted: the learned model on its rows.
            patterns: the candidate pairs' patterns.
            weight: the candidate pairs' weights.
            cluster_at: gives the cluster of each row, for such weights.
        """
        if self.said is None or self.labelled is None or self.taught is None:
            return weight
        odds = score(fitted, self.labelled.patterns, self.said.pairs.left).astype(np.float64) * NATS
        linked = _linked(self.said.pairs, cluster_at(weight))
        look = self.labelled.look
        shifts = find_shifts(odds, self.said.match, linked, look)
        if not shifts:
            return weight
        bits = np.zeros(int(look.max()) + 2, np.float32)  # the last for those that look like none
        told = []
        for one, nats in shifts.items():
            bits[one] = np.float32(nats / NATS)
            same = np.flatnonzero(look == one)
            levels = self.labelled.patterns.levels[self.labelled.patterns.of_pair[same[0]]].tolist()
            names = (c.name for c in fitted.comparisons)
            told.append(Shift(dict(zip(names, levels, strict=True)), len(same), float(bits[one])))
        by_pattern = bits[self.labelled.looks[: len(patterns.counts)]]
        by_pattern[patterns.barred] = 0.0
        shifted = np.asarray(np.clip(weight + by_pattern[patterns.of_pair], -MOST_BITS, MOST_BITS), np.float32)
        match = self.said.match
        if (_linked(self.said.pairs, cluster_at(shifted)) == match).sum() < (linked == match).sum():
            return weight
        self.taught = replace(self.taught, shifts=tuple(told))
        return shifted

    def threshold(self, cluster_at: Callable[[float], Persons], settings: LinkSettings) -> LinkSettings:
        """Return the settings with the threshold that labels call for; see ``choose_threshold``."""
        if self.said is None or self.said.drawn is None or self.taught is None:
            return settings
        bits = choose_threshold(self.said.drawn, cluster_at, settings.threshold_bits)
        if bits == settings.threshold_bits:
            return settings
        self.taught = replace(self.taught, threshold_before=settings.threshold)
        return replace(settings, threshold=float(1 / (1 + 2.0**-bits)))

    def as_dict(self) -> dict[str, object] | None:
        """Return what labels did, ready for JSON; None where there were none."""
        return asdict(self.taught) if self.taught is not None else None


def _linked(pairs: Pairs, person: Persons) -> npt.NDArray[np.bool_]:
    return np.asarray(person[pairs.left] == person[pairs.right])
