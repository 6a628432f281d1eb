"""What changed in the sources: rows, quarantine, records not linked, and how many are linked at all.

Takes two snapshots, gives findings and the section "Sources".
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from insighthub.charts import Column, Figure
from insighthub.charts.changes import Change, changes
from insighthub.charts.numbers import count, share
from insighthub.charts.table import Cell, table
from insighthub.drift.finding import ACT, Finding, severity, worst_first
from insighthub.drift.snapshot import Snapshot, SourceState
from insighthub.report.section import Section, of

#: A source of so many rows more or fewer, as a share of those before.
ROWS_LOOK, ROWS_ACT = 0.10, 0.25
#: A rate that rose or fell by so much of all rows or persons.
RATE_LOOK, RATE_ACT = 0.02, 0.05
_BEYOND_CHANCE = 2.58  # standard errors: one in a hundred by chance


@dataclass(frozen=True)
class Rate:
    """A rate of a source: its name in words, and what it is of what."""

    key: str
    words: str

    def of(self, state: SourceState) -> tuple[int, int]:
        """Return how many, of how many."""
        if self.key in _KNOWN:
            return state.known.get(self.key, 0), state.persons if state.known else 0
        linked = state.persons - state.not_linked
        return {
            "quarantined": (state.quarantined, state.landed + state.quarantined),
            "not_linked": (state.not_linked, state.persons),
            "together": (state.together, linked),
        }[self.key]


_KNOWN = ("age", "sex", "area")
RATES = (
    Rate("quarantined", "rows quarantined"),
    Rate("not_linked", "persons kept but never linked"),
    Rate("together", "records linked to another"),
    *(Rate(part, f"persons whose {part} is known") for part in _KNOWN),
)


def source_findings(before: Snapshot, after: Snapshot) -> list[Finding]:
    """Return what changed in the sources past a threshold."""
    return worst_first(_findings(before, after))


def _findings(before: Snapshot, after: Snapshot) -> Iterator[Finding]:
    for name in sorted(set(before.sources) ^ set(after.sources)):
        gone = name in before.sources
        yield Finding(ACT, 10.0, "source-rows", f"{name} is {'no longer' if gone else 'newly'} among the sources")
    for name in sorted(set(before.sources) & set(after.sources)):
        b, a = before.sources[name], after.sources[name]
        change = a.landed / b.landed - 1 if b.landed else math.inf if a.landed else 0.0
        grade = severity(abs(change), ROWS_LOOK, ROWS_ACT)
        if grade:
            way = "more" if change > 0 else "fewer"
            size = f"{share(abs(change))} {way}" if math.isfinite(change) else "where there were none"
            words = f"{name} landed {of(a.landed, 'row')}, {size} than before"
            yield Finding(grade, min(abs(change), 10.0) / ROWS_LOOK, "source-rows", words)
        for rate in RATES:
            yield from _rate(name, rate, rate.of(b), rate.of(a))


def _rate(name: str, rate: Rate, before: tuple[int, int], after: tuple[int, int]) -> Iterator[Finding]:
    if not before[1] or not after[1]:
        return
    p, q = before[0] / before[1], after[0] / after[1]
    pooled = (before[0] + after[0]) / (before[1] + after[1])
    spread = math.sqrt(pooled * (1 - pooled) * (1 / before[1] + 1 / after[1]))
    grade = severity(abs(q - p), RATE_LOOK, RATE_ACT)
    if grade and abs(q - p) > _BEYOND_CHANCE * spread:
        words = f"{name}: {rate.words} {'rose' if q > p else 'fell'} from {share(p)} to {share(q)}"
        yield Finding(grade, abs(q - p) / RATE_LOOK, f"source-{rate.key.replace('_', '-')}", words)


def sources_section(before: Snapshot, after: Snapshot) -> Section:
    """Show each source's rows and rates before and after."""
    names = sorted(set(before.sources) | set(after.sources))
    found = source_findings(before, after)
    figures = [_rows(names, before, after, found)]
    runs = (before, after)
    rates = [rate for rate in RATES if all(any(rate.of(s)[1] for s in run.sources.values()) for run in runs)]
    figures += [_rates(rate, names, before, after, found) for rate in rates]
    return Section(
        "sources",
        "Sources",
        f"A source is marked where its rows rose or fell by {share(ROWS_LOOK, 0)} (look) or {share(ROWS_ACT, 0)} "
        f"(act), or a rate of its rows or persons by {share(RATE_LOOK, 0)} or {share(RATE_ACT, 0)} of all of them and "
        "by more than one change in a hundred does by chance.",
        tuple(figures),
    )


def _finding(found: list[Finding], figure: str, otherwise: str) -> str:
    return next((f.sentence for f in found if f.figure == figure), otherwise)


def _rows(names: list[str], before: Snapshot, after: Snapshot, found: list[Finding]) -> Figure:
    rows: list[tuple[Cell, ...]] = []
    drawn = []
    for name in names:
        b, a = before.sources.get(name), after.sources.get(name)
        was, now = (b.landed if b else None), (a.landed if a else None)
        rows.append((name, was, now, now / was - 1 if was and now is not None else None))
        drawn.append(Change(name, was or 0, now or 0, f"{count(was)} to {count(now)}"))
    return Figure(
        "source-rows",
        _finding(found, "source-rows", "No source has many more or fewer rows than before"),
        "Rows landed by source. A ring is before, a dot after.",
        table(
            "Rows landed by source",
            [
                Column("source", "Source"),
                Column("before", "Before", "count"),
                Column("after", "After", "count"),
                Column("change", "Change", "share"),
            ],
            rows,
        ),
        lambda width: changes(drawn, width, shares=False),
    )


def _rates(rate: Rate, names: list[str], before: Snapshot, after: Snapshot, found: list[Finding]) -> Figure:
    key = f"source-{rate.key.replace('_', '-')}"
    rows: list[tuple[Cell, ...]] = []
    drawn = []
    for name in names:
        cells: list[Cell] = [name]
        values = []
        for snapshot in (before, after):
            n, total = rate.of(snapshot.sources[name]) if name in snapshot.sources else (0, 0)
            cells += [n, total, n / total if total else None]
            values.append(n / total if total else None)
        rows.append(tuple(cells))
        was, now = values
        if was is not None and now is not None:
            drawn.append(Change(name, was, now, f"{share(was)} to {share(now)}"))
    rest = " The others stand alone in their cluster." if rate.key == "together" else ""
    return Figure(
        key,
        _finding(found, key, f"The share of {rate.words} is as before in every source"),
        f"Share of {rate.words}, by source. A ring is before, a dot after.{rest}",
        table(
            f"Share of {rate.words}, by source",
            [
                Column("source", "Source"),
                Column("before", "Before", "count"),
                Column("before_of", "Of", "count"),
                Column("before_share", "Share", "share"),
                Column("after", "After", "count"),
                Column("after_of", "Of", "count"),
                Column("after_share", "Share", "share"),
            ],
            rows,
        ),
        (lambda width: changes(drawn, width, shares=True)) if drawn else None,
    )
