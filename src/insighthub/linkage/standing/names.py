"""Full names under a plan: how common each was, as it was when the model was learned.

Takes the rows that a model is learned from, gives a table of hashes that is kept; and of any rows and this table, how
common their full names are. A model file lists only names that many people bear, since it is read by people and passed
on; one number stands for all others, so that a name that two people bear weighs as one of nobody else's. A plan stays
where the records are, and holds them all. A name that came later is what the model file takes it for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.linkage.standing.hashes import UNKNOWN, Hashes, RowHashes, looked_up

Logs = npt.NDArray[np.float64]


@dataclass(frozen=True)
class KnownNames:
    """How common full names were.

    Attributes:
        full_names: hashes, sorted.
        namesakes: the log of how many namesakes each has, against the average; see ``log_namesakes``.
    """

    full_names: Hashes
    namesakes: Logs

    @classmethod
    def of(cls, hashes: RowHashes, namesakes: Logs) -> KnownNames:
        """Take what was learned of each row's full name; shape (n,)."""
        names, first = np.unique(hashes.full_name(), return_index=True)
        known = names != UNKNOWN
        return cls(names[known], namesakes[first[known]])

    def on(self, hashes: RowHashes, otherwise: Logs) -> Logs:
        """Return how common each row's full name is, or what it is taken for otherwise; shape (n,)."""
        found, held = looked_up(self.full_names, hashes.full_name())
        out = otherwise.copy()
        out[held] = self.namesakes[found[held]]
        return out
