"""What one source holds as the borough lives on: its rows as text, who is behind each, and what it knew when.

Takes the source's first extract, and what an office does with it (rows added, cells rewritten, rows taken out), gives
the extract as it stands. A cell that nobody rewrites stays the same text for ever, and a row keeps its record id: what
did not change in the source does not change in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic.extract import Extract
from insighthub.synthetic.population import Days, Index
from insighthub.synthetic.writing import Text, objects

Rows = NDArray[np.int64]
_REFERENCE = re.compile(r"(\D*)(\d+)(\D.*)?")
_PLACES = 2  # people that one row can name


class Ledger:
    """The rows of one source."""

    def __init__(self, extract: Extract, today: int, numbered: Iterable[str] = ()) -> None:
        """Take a source's first extract. numbered: columns of references, of which new rows get new ones."""
        self.name, self.record_id, self.numbered = extract.name, extract.record_id, tuple(numbered)
        self.columns: dict[str, Text] = dict(extract.columns)
        self.person, self.dwelling = named(extract)
        n = extract.rows()
        self.known: Days = np.full(n, today, np.int32)  # the day whose details a row has, from the first extract on
        self.absent = np.zeros(n, np.int64)  # the month in which a row is back; 0: it is there
        self._next = {c: 1 + max(_parts(t)[1] for t in self.columns[c].tolist() if t) for c in self.numbered}

    def __len__(self) -> int:
        return len(self.person)

    def text(self, column: str) -> Text:
        """Return a column."""
        return self.columns[column]

    def add(
        self, extract: Extract, today: int, keep: Iterable[str] = (), rng: np.random.Generator | None = None
    ) -> Rows:
        """Add the rows of an extract at the end, under new references; return where they are.

        keep: reference columns whose texts are right as they are. rng: to put the new rows in no order that tells.
        """
        n = extract.rows()
        order = np.arange(n) if rng is None else rng.permutation(n)
        for name, column in self.columns.items():
            new = extract.columns[name][order]
            if name in self.numbered and name not in set(keep):
                new = self._renumbered(name, new)
            self.columns[name] = np.concatenate([column, new])
        person, dwelling = named(extract)
        first = len(self.person)
        self.person = np.concatenate([self.person, person[order]])
        self.dwelling = np.concatenate([self.dwelling, dwelling[order]])
        self.known = np.concatenate([self.known, np.full(n, today, np.int32)])
        self.absent = np.concatenate([self.absent, np.zeros(n, np.int64)])
        return np.arange(first, first + n)

    def copy_rows(self, rows: Rows, today: int, renumber: Iterable[str] = ()) -> Rows:
        """Add copies of rows, with new references in some columns; return where the copies are."""
        extract = Extract(self.name, {c: t[rows] for c, t in self.columns.items()}, self.record_id)
        new = self.add(extract, today, keep=set(self.numbered) - set(renumber))
        self.person[new], self.dwelling[new] = self.person[rows], self.dwelling[rows]
        return new

    def _renumbered(self, column: str, texts: Text) -> Text:
        """Give each different reference the next number in its form."""
        new: dict[str, str] = {"": ""}
        for text in texts.tolist():
            if text not in new:
                head, _, digits, tail = _parts(text)
                new[text] = f"{head}{self._next[column]:0{digits}d}{tail}"
                self._next[column] += 1
        return objects([new[t] for t in texts.tolist()])

    def write(self, rows: Rows, column: str, texts: Text | list[str] | str) -> None:
        """Rewrite cells."""
        values: Text = objects([texts] * len(rows)) if isinstance(texts, str) else objects(list(texts))
        self.columns[column][rows] = values

    def remove(self, rows: Rows) -> None:
        """Take rows out for good."""
        keep = np.ones(len(self), bool)
        keep[rows] = False
        if keep.all():
            return
        self.columns = {c: t[keep] for c, t in self.columns.items()}
        self.person, self.dwelling = self.person[keep], self.dwelling[keep]
        self.known, self.absent = self.known[keep], self.absent[keep]

    def extract(self, month: int) -> Extract:
        """Return the rows that the source delivers in a month: all that are not absent then."""
        there = np.flatnonzero(self.absent <= month)
        out = Extract(self.name, {c: t[there] for c, t in self.columns.items()}, self.record_id)
        for place in range(_PLACES):
            rows = np.flatnonzero(self.person[there, place] >= 0)
            if len(rows):
                out.names(rows, self.person[there[rows], place], place=place + 1)
        return out

    def record_ids(self) -> list[str]:
        """Return every row's record id, of absent rows too."""
        return Extract(self.name, self.columns, self.record_id).record_ids()

    def holds(self, people: int) -> NDArray[np.bool_]:
        """Return, for so many people, whom the source names first in some row."""
        out = np.zeros(people, bool)
        who = self.person[:, 0]
        out[who[who >= 0]] = True
        return out


def _parts(reference: str) -> tuple[str, int, int, str]:
    """Return what stands before the digits of a reference, their number, how many they are, and what follows."""
    found = _REFERENCE.fullmatch(reference)
    assert found, "a reference has digits"
    head, digits, tail = found.groups()
    return head, int(digits), len(digits), tail or ""


def named(extract: Extract) -> tuple[NDArray[np.int64], Index]:
    """Return by row the people it names (-1: nobody), and the dwelling at which it holds the first."""
    person = np.full((extract.rows(), _PLACES), -1, np.int64)
    dwelling = np.full(extract.rows(), -1, np.int32)
    for piece in extract.named:
        person[piece.row, piece.place - 1] = piece.person
        if piece.dwelling is not None:
            first = piece.place == 1
            dwelling[piece.row[first]] = piece.dwelling[first]
    return person, dwelling


def only(extract: Extract, rows: Rows) -> Extract:
    """Return some rows of an extract, in order."""
    place = np.full(extract.rows(), -1, np.int64)
    place[rows] = np.arange(len(rows))
    out = Extract(extract.name, {c: t[rows] for c, t in extract.columns.items()}, extract.record_id)
    for piece in extract.named:
        there = place[piece.row] >= 0
        if there.any():
            held = None if piece.dwelling is None else piece.dwelling[there]
            out.names(place[piece.row[there]], piece.person[there], place=piece.place[there], dwelling=held)
    return out


__all__ = ["Ledger", "Rows", "named", "only"]
