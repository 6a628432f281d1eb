"""What a run asks of a model that it is given, ours or Splink's, instead of learning one."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from insighthub.linkage.encode import Encoded
from insighthub.linkage.explain.ledger import Step
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.frequencies import NameRarity
from insighthub.linkage.model_schema import ModelFile
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns


class ModelOnRows(Protocol):
    """A given model on coded rows."""

    @property
    def fitted(self) -> Fitted:
        """The comparisons and what is known of their levels."""

    @property
    def rarity(self) -> NameRarity:
        """How rare each row's names are, by the model."""

    @property
    def threshold(self) -> float | None:
        """The match probability from which records may be joined, where the model brings one."""

    @property
    def looks_again(self) -> bool:
        """Whether clusters, once formed, are judged as wholes by this model too."""

    def weights(self, patterns: Patterns, pairs: Pairs) -> npt.NDArray[np.float64]:
        """Return the match weight of every pair in bits, with nothing rounded; shape (pairs,)."""

    def steps(self, patterns: Patterns, pairs: Pairs, i: int) -> tuple[Step, ...] | None:
        """Return the steps from the prior to the match weight of pair ``i``, or None where five kinds explain it."""

    def written(self) -> ModelFile:
        """Return the model to write beside the links, from which another run gives the same weights."""


class GivenModel(Protocol):
    """A model from a file."""

    def on(self, data: Encoded) -> ModelOnRows:
        """Return the model on coded rows, none of whose values were dropped or inferred from other rows."""
