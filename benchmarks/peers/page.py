"""The table of all figures, on the screen and in a page of the documentation.

Takes what ``--json`` holds, so that a page can be written again without running anything:

    python -m benchmarks.peers.page FIGURES.json PAGE.md
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.marked_page import Markers, table_line
from benchmarks.peers.setups import SETUPS

BEGIN = "<!-- written by make bench-peers: begin -->"
END = "<!-- written by make bench-peers: end -->"
MARKERS = Markers(BEGIN, END)
HEADINGS = ("Data set", "Set-up", "P", "R", "F1", "B-cubed F1", "F1 at best threshold", "Seconds", "CPU seconds", "GB")
OURS = "Insight Hub, no labels"
Figures = dict[str, Any]


def title_of(setup: str) -> str:
    """Return a set-up's title as the table has it."""
    return OURS if setup == "insighthub" else SETUPS[setup].title


def lines(figures: Figures) -> list[list[str]]:
    """Return the cells of the table, a line for every data set and set-up; a set-up that was not run has no line."""
    found = []
    for data_set in figures["data_sets"].values():
        first = f"{data_set['title']}, {data_set['records']:,} records"
        for setup in ("insighthub", *SETUPS):
            row = data_set["rows"].get(setup)
            if row is None:
                continue
            found.append([first, title_of(setup), *_cells(row)])
            first = ""
    return found


def _cells(row: Figures) -> list[str]:
    if row["scores"] is None:
        return [row["failure"], *[""] * (len(HEADINGS) - 3)]
    scores, took = row["scores"], row["figures"]
    best = row["best"]
    at_best = "" if best is None else f"{best['f1']:.4f}"
    return [
        *(f"{scores[name]:.4f}" for name in ("precision", "recall", "f1", "b_cubed_f1")),
        at_best,
        f"{took['seconds']:.1f}",
        f"{took['cpu_seconds']:.1f}",
        f"{took['peak_bytes'] / 1e9:.2f}",
    ]


def ahead(figures: Figures) -> list[str]:
    """Return a sentence for every data set on which a set-up has a higher F1 than ours, at either threshold."""
    found = []
    for data_set in figures["data_sets"].values():
        rows = {setup: row for setup, row in data_set["rows"].items() if row["scores"] is not None}
        if "insighthub" not in rows:
            continue
        ours = rows.pop("insighthub")["scores"]["f1"]
        named = []
        for setup in SETUPS:
            if setup not in rows:
                continue
            own, best = rows[setup]["scores"]["f1"], (rows[setup]["best"] or rows[setup]["scores"])["f1"]
            if own > ours:
                named.append(f"{title_of(setup)} ({own:.4f})")
            elif best > ours:
                named.append(f"{title_of(setup)} at its best threshold ({best:.4f})")
        if named:
            found.append(f"{data_set['title']} (Insight Hub {ours:.4f}): {'; '.join(named)}.")
    return found


def versions(figures: Figures) -> dict[str, str]:
    """Return the versions of every package that was measured."""
    found: dict[str, str] = {}
    for data_set in figures["data_sets"].values():
        for row in data_set["rows"].values():
            found |= (row["figures"] or {}).get("versions", {})
    return dict(sorted(found.items()))


def print_table(figures: Figures, console: Console) -> None:
    """Print the table."""
    table = Table(title="Cluster-implied pairwise precision, recall and F1, and B-cubed F1")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in {"Data set", "Set-up"} else "right", overflow="fold")
    for cells in lines(figures):
        if cells[0] and table.row_count:
            table.add_section()
        table.add_row(*cells)
    console.print(table)


def table_text(figures: Figures) -> str:
    """Return the table in Markdown, with the versions and the machine it was measured on."""
    rule = ["---" if heading in {"Data set", "Set-up"} else "---:" for heading in HEADINGS]
    rows = [table_line(HEADINGS), table_line(rule), *map(table_line, lines(figures))]
    measured = ", ".join(f"{package} {number}" for package, number in versions(figures).items())
    limits, machine = figures["limits"], figures["machine"]
    others = [f"- {sentence}" for sentence in ahead(figures)] or ["- On no data set."]
    return "\n".join(
        [
            *rows,
            "",
            f"Measured with {measured}, on {machine['cores']} cores with Python {machine['python']}.",
            f"A run had {limits['minutes']:g} minutes, and one of another tool {limits['gigabytes']:g} GB of memory.",
            "",
            "Where another tool has the higher F1:",
            "",
            *others,
        ]
    )


def write_page(page: Path, figures: Figures) -> None:
    """Write the table between the page's two markers; the rest of the page stays as it is.

    Raises:
        ValueError: there is no such page, or it lacks a marker.
    """
    MARKERS.write(page, table_text(figures))


def main(arguments: list[str] | None = None) -> int:
    """Write a page from figures measured before."""
    parser = argparse.ArgumentParser(description="Write the table into a page, from figures measured before.")
    parser.add_argument("figures", type=Path)
    parser.add_argument("page", type=Path)
    options = parser.parse_args(arguments)
    write_page(options.page, json.loads(options.figures.read_text(encoding="utf-8")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
