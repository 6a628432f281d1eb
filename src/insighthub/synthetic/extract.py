"""One source's extract before it is written to a file: columns, and who is truly behind each row.

Takes nothing but what a source's module puts in, gives the two tables that delivery and truth need. Row order and
references are drawn so that neither says which rows are one person.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic.writing import Text


@dataclass
class Named:
    """The people that rows name: which row, which place in the row (1 is the first), who it is, and where held."""

    row: NDArray[np.int64]
    place: NDArray[np.int32]
    person: NDArray[np.int64]
    dwelling: NDArray[np.int64] | None = None  # at which the source holds them, where it says


@dataclass
class Extract:
    """One source."""

    name: str
    columns: dict[str, Text]
    record_id: tuple[str, ...]
    named: list[Named] = field(default_factory=list)
    births_missing: int = 0  # person-records without a date of birth
    #: People, and the dwellings that the source holds them at: what staleness is counted from.
    held_at: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=list)

    def rows(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.columns.values())))

    def record_ids(self) -> list[str]:
        """Return each row's record id: its columns joined by a bar."""
        parts = [self.columns[c].tolist() for c in self.record_id]
        return parts[0] if len(parts) == 1 else ["|".join(p) for p in zip(*parts, strict=True)]

    def names(
        self,
        row: NDArray[np.integer],
        person: NDArray[np.integer],
        *,
        place: int | NDArray[np.integer] = 1,
        births: Text | None = None,
        dwelling: NDArray[np.integer] | None = None,
    ) -> None:
        """Say that these rows name these people, at this place of the row.

        births: the column of dates of birth over all rows, where the source has one for them.
        dwelling: where the source holds them, a dwelling for each of the rows named.
        """
        places = np.full(len(row), place, np.int32) if isinstance(place, int) else place.astype(np.int32)
        held = None if dwelling is None else dwelling.astype(np.int64)
        self.named.append(Named(row.astype(np.int64), places, person.astype(np.int64), held))
        missing = len(row) if births is None else sum(1 for t in births[row].tolist() if not t)
        self.births_missing += missing
        if held is not None:
            self.held_at.append((person.astype(np.int64), held))


def references(rng: np.random.Generator, n: int, form: str, start: int) -> Text:
    """Draw ``n`` different references in a form like ``"6{:08d}"``, in no order that tells anything."""
    numbers = start + np.sort(rng.choice(max(n * 3, 10), n, replace=False))
    out = np.empty(n, dtype=object)
    out[:] = [form.format(v) for v in rng.permutation(numbers).tolist()]
    return out
