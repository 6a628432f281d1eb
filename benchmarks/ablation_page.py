"""The tables of what each part gives, on the screen and in a page of the documentation.

Takes what ``benchmarks.ablation`` keeps with ``--json``, gives tables and sentences. Nothing between the page's markers
is typed by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.ablation_parts import PARTS
from benchmarks.marked_page import Markers, table_line

BEGIN = "<!-- written by make bench-ablation: begin -->"
END = "<!-- written by make bench-ablation: end -->"
MARKERS = Markers(BEGIN, END)
WHOLE = "whole"
SHOWN = 0.00005  # what four decimals show
Figures = dict[str, Any]


def gains(figures: Figures, part: str) -> dict[str, float | None]:
    """Return what a part adds to F1, by title of each data set it was left out of; None where no cluster changed."""
    found: dict[str, float | None] = {}
    for data_set in figures["data_sets"].values():
        rows = data_set["rows"]
        if WHOLE in rows and part in rows:
            same = rows[WHOLE]["clusters"] == rows[part]["clusters"]
            found[data_set["title"]] = None if same else rows[WHOLE]["f1"] - rows[part]["f1"]
    return found


def signed(gain: float | None) -> str:
    """Write a difference to four decimals; a dash where nothing changed."""
    if gain is None:
        return "-"
    return "0.0000" if abs(gain) < SHOWN else f"{gain:+.4f}".replace("-", "\u2212")


def lines(figures: Figures) -> list[list[str]]:
    """Return the cells of the table: the whole, then a line for each part; data sets are columns."""
    data_sets = list(figures["data_sets"].values())
    found = [["Everything: F1", *(f"{d['rows'][WHOLE]['f1']:.4f}" for d in data_sets)]]
    for part in PARTS.values():
        gained = gains(figures, part.name)
        if gained:
            cells = [signed(gained[d["title"]]) if d["title"] in gained else "" for d in data_sets]
            found.append([part.title, *cells])
    return found


def headings(figures: Figures) -> list[str]:
    """Return the table's headings."""
    return ["Part", *(f"{d['title']}, {d['records']:,} person records" for d in figures["data_sets"].values())]


def verdict(figures: Figures, part: str) -> str:
    """Say where a part gives most and where it costs, in a sentence or two."""
    gained = gains(figures, part)
    changed = {title: gain for title, gain in gained.items() if gain is not None and abs(gain) >= SHOWN}
    if not changed:
        return "On these data sets F1 is the same to four decimals without it."
    most = max(changed, key=lambda title: changed[title])
    said = []
    if changed[most] > 0:
        said.append(f"It gives most on {most} ({signed(changed[most])}).")
    costs = [f"{title} ({signed(gain)})" for title, gain in changed.items() if gain < 0]
    said.append(f"It costs on {', '.join(costs)}." if costs else "It costs on none.")
    return " ".join(said)


def print_table(figures: Figures, console: Console) -> None:
    """Print F1 and the differences."""
    table = Table(title="Pairwise F1, and what each part adds to it")
    for heading in headings(figures):
        table.add_column(heading, justify="left" if heading == "Part" else "right", overflow="fold")
    for cells in lines(figures):
        table.add_row(*cells)
    console.print(table)


def page_text(figures: Figures) -> str:
    """Return what goes between the page's markers, in Markdown."""
    heads = headings(figures)
    table = [table_line(heads), table_line(["---", *["---:"] * (len(heads) - 1)]), *map(table_line, lines(figures))]
    told = [
        f"**{part.title}.** {part.what} *Without it:* {part.without} {verdict(figures, part.name)}"
        for part in PARTS.values()
        if gains(figures, part.name)
    ]
    measured = f"Measured with Insight Hub {figures['insighthub']}, at the default settings."
    return "\n\n".join(["\n".join(table), measured, *told])


def write_page(page: Path, figures: Figures) -> None:
    """Write the tables between the page's two markers; the rest of the page stays as it is.

    Raises:
        ValueError: there is no such page, or it lacks a marker.
    """
    MARKERS.write(page, page_text(figures))
