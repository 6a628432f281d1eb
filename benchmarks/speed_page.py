"""The documentation's page on speed: a drawing and tables, written from a benchmark's figures.

Takes the figures of ``benchmarks.speed``, gives ``speed.md`` and ``speed.svg``. Nothing on the page is typed by hand.
"""

from __future__ import annotations

import re
import statistics
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.marked_page import table_line
from insighthub.charts import Figure, draw
from insighthub.charts.counts import Bar, bars
from insighthub.charts.table import Column, table

GIGABYTE = 1e9
_WHO_WRITES_IT = """\
This page is written by `make bench-speed BENCH_ARGS=--docs`, from the figures of that run and of those of single sizes
that `--json` kept."""
_WHAT_IS_MEASURED = """\
The *link stage* goes from standardised person records to clusters and files. *Files to clusters* is the whole process:
its start, reading and checking messy files, standardising, linking and writing. Splink's seconds begin with the
standardised table in memory and end with clusters: it trains, predicts and clusters. Splink is tuned, with its
`documented` training (as much as its documentation asks of a final model) and a `quick` one (a tenth of that). Over a
million residents, the records are those of several fictional boroughs side by side."""
_WHAT_THE_COLUMNS_SAY = """\
The last two columns say how many times as long as Insight Hub's run before it a run of Splink took, against the link
stage alone and against files to clusters. F1 is pairwise, of clusters at the default settings, against the fictional
council's own truth."""
_WHAT_THE_LEAST_IS = """\
The least is what one processor needs to touch the bytes of a stage once, as a plain copy does, and to compare each
distinct pair of texts once; both rates were measured in the run. `insighthub link --timings` prints the same for your
own files."""


def write_page(figures: dict[str, Any], folder: Path) -> None:
    """Write ``speed.md`` and ``speed.svg`` into a folder.

    Args:
        figures: as ``benchmarks.speed`` gathers them.
        folder: the folder of explanations.
    """
    (folder / "speed.svg").write_text(drawing(figures), encoding="utf-8")
    (folder / "speed.md").write_text(page(figures), encoding="utf-8", newline="\n")


def rows(figures: dict[str, Any]) -> list[tuple[str, float | None, str]]:
    """Return what is drawn: a label, median seconds, and what is written beside them."""
    out: list[tuple[str, float | None, str]] = []
    for size in figures["sizes"]:
        count = f"{size['records']:,} records"
        ours = size["ours"]
        out.append((f"{count}: Insight Hub, link stage", *_shown(ours["link_seconds"])))
        out.append((f"{count}: Insight Hub, files to clusters", *_shown(ours["seconds"])))
        for training, splink in size["splink"].items():
            label = f"{count}: Splink 5, {training} training"
            out.append((label, None, splink["stopped"]) if "stopped" in splink else (label, *_shown(splink["seconds"])))
    return out


def _shown(seconds: list[float]) -> tuple[float, str]:
    middle = statistics.median(seconds)
    return middle, f"{middle:,.1f} s"


def drawing(figures: dict[str, Any]) -> str:
    """Return the bars of all sizes as SVG that stands alone."""
    drawn = [Bar(label, (seconds or 0.0,), shown) for label, seconds, shown in rows(figures)]
    numbers = table("Seconds", [Column("run", "Run"), Column("seconds", "Seconds", "seconds")], [])
    figure = Figure("speed", "Seconds", "Seconds", numbers, specification=partial(bars, drawn, ("seconds",)))
    svg = draw([figure])["speed"].wide
    # Alone in a file there is no page whose words it could point to, and nothing to style its page's colours.
    svg = re.sub(r' (?:aria-labelledby|aria-describedby|class)="[^"]*"', "", svg, count=3)
    return svg + "\n"


def page(figures: dict[str, Any]) -> str:
    """Return the page as Markdown."""
    machine, packages = figures["machine"], figures["packages"]
    sizes = figures["sizes"]
    largest = sizes[-1]
    counts = [len(size["ours"]["seconds"]) for size in sizes]
    runs = _runs(counts[0]) if len(set(counts)) == 1 else f"{', '.join(map(str, counts[:-1]))} and {_runs(counts[-1])}"
    measured = (
        f"Measured on {machine['cores']} processors, with Python {machine['python']}, Insight Hub "
        f"{packages['insighthub']}, Splink {packages['splink']} and DuckDB {packages['duckdb']}. Figures are medians "
        f"of {runs}; those of the two engines alternate, so that a busy machine slows both alike."
    )
    parts = [
        "# Speed",
        _WHO_WRITES_IT,
        measured,
        _WHAT_IS_MEASURED,
        "![Seconds by size and engine; the numbers are in the table below](speed.svg)",
        _table(
            ("Records", "Run", "Seconds", "Peak memory, GB", "F1", "Link stage", "Files to clusters"),
            [row for size in sizes for row in _size_rows(size)],
        ),
        _WHAT_THE_COLUMNS_SAY,
        "## How time grows",
        _table(
            ("Records", "Seconds", "Records, times the size above", "Seconds, times the size above"), _growth(sizes)
        ),
        "## Where the time goes, and the least it could be",
        f"At {largest['records']:,} records. {_WHAT_THE_LEAST_IS}",
        _table(("Stage", "Seconds", "Share", "Least, seconds", "Least work"), _stage_rows(largest["ours"])),
    ]
    return "\n\n".join(parts) + "\n"


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _size_rows(size: dict[str, Any]) -> list[tuple[str, ...]]:
    ours, records = size["ours"], f"{size['records']:,}"
    memory = f"{statistics.median(ours['peak_bytes']) / GIGABYTE:.2f}"
    whole = statistics.median(ours["seconds"])
    out = [
        (records, "Insight Hub, link stage", f"{statistics.median(ours['link_seconds']):.1f}", "", "", "", ""),
        (records, "Insight Hub, files to clusters", f"{whole:.1f}", memory, f"{ours['f1']:.4f}", "", ""),
    ]
    for training, splink in size["splink"].items():
        name = f"Splink, {training} training"
        if "stopped" in splink:
            out.append((records, name, splink["stopped"], "", "", "", ""))
            continue
        out.append(
            (
                records,
                name,
                f"{statistics.median(splink['seconds']):.1f}",
                f"{statistics.median(splink['peak_bytes']) / GIGABYTE:.2f}",
                f"{splink['f1']:.4f}",
                f"{statistics.median(splink['link_ratios']):.1f}",
                f"{statistics.median(splink['file_ratios']):.1f}",
            )
        )
    return out


def _growth(sizes: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    out: list[tuple[str, ...]] = []
    before: dict[str, Any] | None = None
    for size in sizes:
        seconds = statistics.median(size["ours"]["seconds"])
        times = ("", "")
        if before is not None:
            of_before = statistics.median(before["ours"]["seconds"])
            times = (f"{size['records'] / before['records']:.1f}", f"{seconds / of_before:.1f}")
        out.append((f"{size['records']:,}", f"{seconds:.1f}", *times))
        before = size
    return out


def _stage_rows(ours: dict[str, Any]) -> list[tuple[str, ...]]:
    middle = {stage: statistics.median(run[stage] for run in ours["stages"]) for stage in ours["stages"][0]}
    least = {entry["stage"]: entry for entry in ours["least"]}
    total = sum(middle.values())
    out = []
    for stage, seconds in middle.items():
        entry = least.get(stage)
        figures = ("", "") if entry is None else (f"{entry['seconds']:.3f}", entry["work"])
        out.append((stage, f"{seconds:.2f}", f"{seconds / total:.0%}" if total else "", *figures))
    out.append(("all", f"{total:.2f}", "100%", f"{sum(e['seconds'] for e in least.values()):.3f}", ""))
    return out


def _table(headings: tuple[str, ...], body: list[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *body]
    return "\n".join(map(table_line, lines))
