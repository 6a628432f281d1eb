"""What a blocking rule is: a label in plain English, fields that have to be equal, and a cap. Nothing but data.

Rows with one value in all the fields of a rule are a block, and each two of them are a pair. The same list makes
blocks of arrays here and joins in SQL elsewhere:

- plainly, ``a.f = b.f`` for each f of ``fields``;
- with ``other_fields``, ``a.f = b.g`` for each f of ``fields`` and the g in its place, either row being a: the former
  family name of one is the family name of the other;
- ``in_any_order``, the two fields are compared as a set: swapped ones meet too.

A value that is not known equals nothing. A block of more rows than the cap makes no pairs, and is reported; in a rule
with ``other_fields`` a block holds the rows of both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from insighthub.linkage.encode import Codes


@dataclass(frozen=True)
class BlockingRule:
    """Rows with one value in all of these fields are paired.

    Attributes:
        label: in plain English, as the report shows it.
        fields: code fields, all of which have to be known and equal.
        other_fields: if given, the fields of the other row that those of the one are held against, in their places.
        share_of_cap: the rule's cap as a share of the run's: names alone tell people apart only where few share them.
        in_any_order: the fields share a pool of values, and swapped ones meet too.
    """

    label: str
    fields: tuple[str, ...]
    other_fields: tuple[str, ...] = ()
    share_of_cap: float = 1.0
    in_any_order: bool = False

    def cap(self, cap: int) -> int:
        """Return this rule's cap, given the run's."""
        return max(2, round(cap * self.share_of_cap))

    def parts(self, codes: Mapping[str, Codes]) -> list[Codes]:
        """Return the parts of every row's key, -1 where one is not known; an array of shape (n,) for each field."""
        parts = [codes[name] for name in self.fields]
        if self.in_any_order:
            # Sorted, a part that is not known comes first, and the key stays not known.
            return [np.minimum(*parts), np.maximum(*parts)]
        return parts

    def other_parts(self, codes: Mapping[str, Codes]) -> list[Codes]:
        """Return the parts of the key that the other row is looked up by; none where both rows have the same."""
        return [codes[name] for name in self.other_fields]

    def all_fields(self) -> tuple[str, ...]:
        """Return every field that the rule looks at, on either side."""
        return tuple(dict.fromkeys((*self.fields, *self.other_fields)))


FULL_NAME = BlockingRule(
    "same given and family names, in either order", ("given_name", "family_name"), share_of_cap=0.3, in_any_order=True
)
