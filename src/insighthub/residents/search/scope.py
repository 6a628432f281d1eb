"""What a search may rest on: the entries of the sources and fields that a purpose may use, and who is known to these.

Takes an index and the sources and fields of a purpose, gives for each set of sources whether an entry of it counts, and
for each kind of entry whether it does. A set counts where any of its sources does; a telephone number counts where the
purpose sees contacts, as it would else be told that it is somebody's. Nothing else about a search may depend on
entries that do not count: not how many residents there are, nor how common a name is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.governance.fields import Field
from insighthub.residents.search.index import REFERENCE_KINDS, ROLES, Entries, Index

#: The field that an entry tells of, by the role of a name and the kind of a reference; that of a record is always told,
#: as a picture names its records for every purpose.
_OF_NAME = {
    "given": Field.GIVEN_NAME,
    "middle": Field.MIDDLE_NAMES,
    "family": Field.FAMILY_NAME,
    "previous": Field.PREVIOUS_FAMILY_NAME,
}
_OF_REFERENCE = {
    "nhs_number": Field.IDENTIFIERS,
    "nino": Field.IDENTIFIERS,
    "upn": Field.IDENTIFIERS,
    "uprn": Field.ADDRESSES,
}
#: The field that a meaning of what was typed tells of; names and references have theirs entry by entry.
_OF_ASK = {
    "born": Field.DATE_OF_BIRTH,
    "month": Field.DATE_OF_BIRTH,
    "age": Field.DATE_OF_BIRTH,
    "phone": Field.CONTACTS,
    "email": Field.CONTACTS,
    "address": Field.ADDRESSES,
    "postcode": Field.ADDRESSES,
    "postcode_part": Field.ADDRESSES,
}
#: Meanings that are looked for whatever a purpose sees.
_ENTRY_BY_ENTRY = frozenset({"name", "reference"})


@dataclass(frozen=True)
class Scope:
    """The entries of an index that a search may use.

    Attributes:
        sources: names of the sources; nothing where all may be used.
        fields: names of the fields; nothing where all may be used.
        counts: for each set of sources of the index, whether its entries count.
        residents: for each resident, whether any entry of theirs counts.
        records: for each resident, how many references that count they are known by: about one a record.
        known: how many residents that is.
        names: for each role of a name, whether it counts.
        references: for each kind of reference, whether it counts.
    """

    sources: frozenset[str] | None
    fields: frozenset[str] | None
    counts: npt.NDArray[np.bool_]
    residents: npt.NDArray[np.bool_]
    records: npt.NDArray[np.int32]
    known: int
    names: npt.NDArray[np.bool_]
    references: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, index: Index, sources: frozenset[str] | None, fields: frozenset[str] | None = None) -> Scope:
        """Return the scope of some sources and fields, or of all."""
        if sources is None:
            counts = np.ones(len(index.source_sets), bool)
        else:
            counts = np.array([not sources.isdisjoint(names) for names in index.source_sets], bool)
        # Every record has a reference, so whoever has a record in a source has a reference of it.
        entries = index.references
        records = np.bincount(entries.resident[counts[entries.sources]], minlength=len(index.residents)).astype(
            np.int32
        )
        residents = records > 0
        names = np.array([fields is None or _OF_NAME[role] in fields for role in ROLES], bool)
        told = (_OF_REFERENCE.get(kind) for kind in REFERENCE_KINDS)
        references = np.array([fields is None or field is None or field in fields for field in told], bool)
        return cls(sources, fields, counts, residents, records, int(residents.sum()), names, references)

    def may_ask(self, kind: str) -> bool:
        """Return whether a meaning of what was typed may be looked for at all."""
        return self.fields is None or kind in _ENTRY_BY_ENTRY or _OF_ASK[kind] in self.fields

    def may_use(self, entries: Entries, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which of some rows are of sources that count."""
        return self.counts[entries.sources[rows]]

    def may_use_name(self, entries: Entries, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which of some rows of names count."""
        return self.may_use(entries, rows) & self.names[entries.role[rows]]

    def may_use_reference(self, entries: Entries, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return which of some rows of references count."""
        return self.may_use(entries, rows) & self.references[entries.role[rows]]

    def named(self, source_set: tuple[str, ...]) -> tuple[str, ...]:
        """Return the sources of a set that may be named."""
        return source_set if self.sources is None else tuple(name for name in source_set if name in self.sources)
