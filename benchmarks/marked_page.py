"""Tables in a page of the documentation, between two markers; the rest of the page is written by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


def table_line(cells: Iterable[str]) -> str:
    """Return a line of a table in Markdown."""
    return "| " + " | ".join(cells) + " |"


@dataclass(frozen=True)
class Markers:
    """The two lines of a page between which a command writes."""

    begin: str
    end: str

    def around(self, page: Path) -> tuple[str, str]:
        """Return what a page has before and after its tables.

        Raises:
            ValueError: there is no such page, or it lacks a marker.
        """
        text = page.read_text(encoding="utf-8") if page.is_file() else ""
        before, begin, rest = text.partition(self.begin)
        _, end, after = rest.partition(self.end)
        if not begin or not end:
            raise ValueError(f"{page.name} lacks the lines {self.begin} and {self.end}, between which the tables go")
        return before, after

    def write(self, page: Path, tables: str) -> None:
        """Write the tables between the page's markers; the rest of the page stays as it is.

        Raises:
            ValueError: there is no such page, or it lacks a marker.
        """
        before, after = self.around(page)
        page.write_text(f"{before}{self.begin}\n\n{tables}\n\n{self.end}{after}", encoding="utf-8", newline="\n")
