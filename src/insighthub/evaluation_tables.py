"""What the command line shows of an evaluation beyond its scores: groups, households and calibration.

Takes an evaluation, gives tables and sentences.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from insighthub.charts.numbers import count, share
from insighthub.linkage.evaluation_result import Calibration, Evaluation, GroupComparison, GroupRate, HouseholdMerges
from insighthub.report.group_words import MEASURES, differences, heading

_MOST_SENTENCES = 6  # of groups of people, and as many of sources


def lay_out(evaluation: Evaluation) -> Iterator[RenderableType]:
    """Lay out error rates by group, what stands out among them, households, and calibration."""
    for comparison in evaluation.groups:
        if comparison.by != "source_pair":  # its scores are in a table already
            yield _groups(comparison)
    found = differences(evaluation.groups)
    if evaluation.groups:
        yield f"Rates that differ from those elsewhere by more than chance explains: {len(found)}"
    told = [d for of_people in (True, False) for d in [d for d in found if d.of_people == of_people][:_MOST_SENTENCES]]
    for difference in told:
        yield f"- {escape(difference.sentence())}"
    if len(found) > len(told):
        yield f"- and {len(found) - len(told)} more; the report marks them all"
    yield from in_short(evaluation)
    if evaluation.calibration is not None:
        yield _curve(evaluation.calibration)


def in_short(evaluation: Evaluation) -> Iterator[str]:
    """Say in a line each what households and calibration came to."""
    if evaluation.households is not None:
        yield household_line(evaluation.households)
    if evaluation.calibration is not None:
        yield _calibration_line(evaluation.calibration)


def household_line(households: HouseholdMerges) -> str:
    """Say in how many households two people were merged."""
    i = households.rate
    return (
        f"Two people of one household are wrongly in one cluster in {count(households.merged)} of "
        f"{count(households.households)} households: {share(i.value, 2)} ({share(i.low, 2)} to {share(i.high, 2)})"
    )


def _calibration_line(c: Calibration) -> str:
    return (
        f"Match probabilities: {count(c.expected)} matches expected and {count(c.matches)} found among "
        f"{count(c.pairs)} pairs; expected calibration error {c.error.value:.4f} ({c.error.low:.4f} to "
        f"{c.error.high:.4f}), Brier score {c.brier.value:.4f} ({c.brier.low:.4f} to {c.brier.high:.4f})"
    )


def _groups(comparison: GroupComparison) -> Table:
    table = Table(title=f"Error rates by {heading(comparison.by).lower()} (95% interval; * differs beyond chance)")
    table.add_column(heading(comparison.by), overflow="fold")
    unit = "Links" if comparison.by == "source_pair" else "Records"
    for name in ("People", unit, *MEASURES.values()):
        table.add_column(name, justify="right")
    for g in comparison.groups:
        rates = (_rate(r) for r in (g.missed, g.false, g.wrong))
        table.add_row(escape(g.group), count(g.people), count(g.records), *rates)
    if comparison.hidden:
        table.add_section()
        table.add_row(f"{comparison.hidden} groups too small to show", *["-"] * 5)
    return table


def _rate(rate: GroupRate | None) -> str:
    if rate is None:
        return "-"
    i = rate.rate
    return f"{share(i.value)} ({share(i.low)} to {share(i.high)}){'*' if rate.differs else ' '}"


def _curve(calibration: Calibration) -> Table:
    table = Table(title="Of pairs at a match probability, how many are matches (95% interval)")
    for name in ("Match probability", "Pairs", "Predicted", "Matches"):
        table.add_column(name, justify="right")
    for b in calibration.equal_width:
        i = b.observed
        found = f"{share(i.value)} ({share(i.low)} to {share(i.high)})"
        table.add_row(f"{b.low:.1f} to {b.high:.1f}", count(b.pairs), share(b.predicted), found)
    return table
