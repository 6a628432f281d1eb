"""A paper as data: a title, what it is of, and sections of paragraphs, lists and tables.

Whoever writes a paper gives one of these, and says each thing once; ``page``, ``markdown``, ``pdf`` and ``csv_text``
set it. All text is plain: no setting can carry markup from a contract, a name or a note into a page.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

#: What begins a cell that a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of short items."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: its caption, the names of its columns, and its rows, each as long as the header.

    ``widths`` has the parts of the page's width that columns take, where they are not to be alike.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"{self.caption}: a row is not as long as the header")
        if self.widths and len(self.widths) != len(self.header):
            raise ValueError(f"{self.caption}: there are not as many widths as columns")


@dataclass(frozen=True)
class Picture:
    """A picture: its caption, what it shows in words, and SVG of our own drawing, without scripts.

    ``narrow`` is the same for the screen of a telephone, with identifiers of its own.
    """

    caption: str
    words: str
    svg: str
    narrow: str = ""


Block = Paragraph | Bullets | Table | Picture


@dataclass(frozen=True)
class Section:
    """A section: its heading, and what stands below it; its own sections stand a level deeper."""

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Document:
    """A paper.

    Attributes:
        name: of its files, without an ending.
        title: its one heading of the first level.
        stamp: what it is of: name and value, such as the date and the release.
        lead: paragraphs before the first section.
        sections: in order.
    """

    name: str
    title: str
    stamp: tuple[tuple[str, str], ...]
    lead: tuple[str, ...] = ()
    sections: tuple[Section, ...] = field(default=())

    def tables(self) -> tuple[Table, ...]:
        """Return its tables, in order."""
        return tuple(_tables(self.sections))


def table(caption: str, header: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float] = ()) -> Table:
    """Return a table of whatever can be said as text; nothing is an empty cell."""
    said = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
    return Table(caption, tuple(header), said, tuple(widths))


def csv_text(one: Table) -> str:
    """Return a table as CSV, in which no spreadsheet finds a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(one.header)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in one.rows)
    return out.getvalue()


def _tables(sections: Sequence[Section]) -> list[Table]:
    out: list[Table] = []
    for section in sections:
        out += [block for block in section.blocks if isinstance(block, Table)]
        out += _tables(section.sections)
    return out
