"""What a search may rest on: the entries of the sources that a purpose may use, and who is known to these.

Takes an index and the sources of a purpose, gives for each set of sources whether an entry of it counts. A set counts
where any of its sources does. Nothing else about a search may depend on entries that do not count: not how many
residents there are, nor how common a name is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.residents.search.index import Entries, Index


@dataclass(frozen=True)
class Scope:
    """The entries of an index that a search may use.

    Attributes:
        sources: names of the sources; nothing where all may be used.
        counts: for each set of sources of the index, whether its entries count.
        residents: for each resident, whether any entry of theirs counts.
        known: how many residents that is.
    """

    sources: frozenset[str] | None
    counts: npt.NDArray[np.bool_]
    residents: npt.NDArray[np.bool_]
    known: int

    @classmethod
    def of(cls, index: Index, sources: frozenset[str] | None) -> Scope:
        """Return the scope of some sources, or of all."""
        if sources is None:
            counts = np.ones(len(index.source_sets), bool)
        else:
            counts = np.array([not sources.isdisjoint(names) for names in index.source_sets], bool)
        residents = np.zeros(len(index.residents), bool)
        # Every record has a reference, so whoever has a record in a source has a reference of it.
        entries = index.references
        residents[entries.resident[counts[entries.sources]]] = True
        return cls(sources, counts, residents, int(residents.sum()))

    def may_use(self, entries: Entries, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which of some rows count."""
        return self.counts[entries.sources[rows]]

    def named(self, source_set: tuple[str, ...]) -> tuple[str, ...]:
        """Return the sources of a set that may be named."""
        return source_set if self.sources is None else tuple(name for name in source_set if name in self.sources)
