"""The table behind a figure: shown to a reader, and given as CSV to a program.

Takes columns with a kind and rows of plain values, gives display texts and CSV text. The CSV holds the full values, not
the rounded ones, under plain column names.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from insighthub.charts import numbers

Kind = Literal["text", "count", "share", "score", "bits", "seconds", "number"]
Cell = str | int | float | None

# A spreadsheet runs a cell that begins so; a leading apostrophe makes it plain text.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """One column: its name in the CSV, its heading on the page, and how its values are written."""

    name: str
    heading: str
    kind: Kind = "text"

    @property
    def numeric(self) -> bool:
        """Whether the column holds numbers, which are aligned to the right."""
        return self.kind != "text"

    def show(self, value: Cell) -> str:
        """Write one value for a reader."""
        if value is None:
            return numbers.NOTHING
        if isinstance(value, str):
            return value
        writers = {
            "count": numbers.count,
            "share": numbers.share,
            "score": numbers.score,
            "bits": numbers.bits,
            "seconds": numbers.seconds,
            "number": numbers.number,
        }
        return writers[self.kind](value) if self.kind in writers else str(value)


@dataclass(frozen=True)
class Table:
    """Rows under named columns. The first column names the row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"every row of {self.caption!r} needs {len(self.columns)} cells")

    def shown(self) -> list[list[str]]:
        """Return the rows as texts for a reader."""
        return [[column.show(cell) for column, cell in zip(self.columns, row, strict=True)] for row in self.rows]

    def text(self) -> str:
        """Return the table as lines of text, columns aligned."""
        rows = [[column.heading for column in self.columns], *self.shown()]
        widths = [max(len(row[place]) for row in rows) for place in range(len(self.columns))]
        lines = []
        for row in rows:
            cells = [
                cell.rjust(width) if column.numeric else cell.ljust(width)
                for cell, width, column in zip(row, widths, self.columns, strict=True)
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])

    def csv(self) -> str:
        """Return the table as CSV text, safe to open in a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.name for column in self.columns])
        for row in self.rows:
            writer.writerow([_plain(cell) for cell in row])
        return out.getvalue()

    def csv_link(self) -> str:
        """Return the CSV as a ``data:`` address, so that a page can offer it without another file."""
        return "data:text/csv;charset=utf-8," + quote(self.csv(), safe="")


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return "'" + cell
    return cell


def table(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Table:
    """Build a table from any sequences."""
    return Table(caption, tuple(columns), tuple(tuple(row) for row in rows))
