"""Data quality as it is read: a scorecard a source, the trend, why rows were set aside, and what lacks cost.

Takes a release that ``build_quality`` wrote, gives plain values, worst first where there is a worst. A rule that is
kept field by field has one share for the source too: the mean of its fields, each weighing the same, since a field that
few records have is not worth less for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from insighthub.errors import RunError
from insighthub.store.tables import number, rows

RULES = ("complete", "valid", "consistent", "timely", "unique")
#: The field of a rule that is kept by records as a whole.
RECORD = "record"

_HAS = "SELECT count(*) = 2 FROM duckdb_tables() WHERE table_name IN ('quality', 'quality_trend')"
_SOURCES = """
SELECT source, records, delivered_on, days_since, median_age_days, undated, changed_in_a_year
FROM quality_source ORDER BY source
"""
_RULES = "SELECT source, field, rule, rows, failed, share FROM quality ORDER BY source, field, rule"
_TREND = "SELECT run_id, as_of, source, field, rule, share FROM quality_trend ORDER BY run_id, source, field, rule"
_ASIDE = """SELECT source, reason, "rows" FROM quality_quarantine ORDER BY "rows" DESC, source, reason"""
_LACKS = """
SELECT source, field, rows_with, alone_with, probability_with, rows_without, alone_without, probability_without,
       matches_missed
FROM quality_linkage WHERE matches_missed >= 1 ORDER BY matches_missed DESC, source, field
"""


@dataclass(frozen=True)
class FieldQuality:
    """How many rows keep one rule in one field; ``share`` is None where the rule was asked of none."""

    source: str
    field: str
    rule: str
    rows: int
    failed: int
    share: float | None


@dataclass(frozen=True)
class TrendPoint:
    """The share that kept a rule in one run."""

    run_id: str
    as_of: date
    source: str
    field: str
    rule: str
    share: float | None


@dataclass(frozen=True)
class SetAside:
    """Rows of a source that were quarantined for one reason."""

    source: str
    reason: str
    rows: int


@dataclass(frozen=True)
class Lack:
    """What the lack of a field goes with.

    Attributes:
        rows_with, rows_without: person-records of residents that have the field, and that lack it.
        alone_with, alone_without: of these, how many are the only record of their resident.
        probability_with, probability_without: mean probability of those that are not.
        matches_missed: how many fewer would be alone, were those without alone as seldom as those with it.
    """

    source: str
    field: str
    rows_with: int
    alone_with: int
    probability_with: float | None
    rows_without: int
    alone_without: int
    probability_without: float | None
    matches_missed: float


@dataclass(frozen=True)
class Scorecard:
    """The quality of one source.

    Attributes:
        source: its name.
        records: how many it has.
        delivered_on, days_since: the day of its delivery, and how long ago that was on the day of the release.
        median_age_days: of the days as of which its records speak; None where none is dated.
        undated: records that are dated by nothing.
        changed_in_a_year: share of records that were new or changed in the last year.
        rules: by field and rule.
    """

    source: str
    records: int
    delivered_on: date | None
    days_since: int | None
    median_age_days: float | None
    undated: int
    changed_in_a_year: float | None
    rules: tuple[FieldQuality, ...]

    def share(self, rule: str) -> float | None:
        """Return the mean share of the fields that a rule was asked of, None where it was asked of none."""
        return _mean([each.share for each in self.rules if each.rule == rule])

    def weakest(self) -> FieldQuality | None:
        """Return the field of which most values could not be used or contradict the golden record.

        Completeness is left out: many a field is empty by right.
        """
        asked = [each for each in self.rules if each.rule in ("valid", "consistent") and each.failed]
        return min(asked, key=lambda each: (each.share or 0.0, each.field, each.rule), default=None)


def scorecards(db: duckdb.DuckDBPyConnection, source: str | None = None) -> tuple[Scorecard, ...]:
    """Return the scorecard of every source by name, or of one.

    Raises:
        RunError: the release is older than data quality is, or there is no such source.
    """
    _check(db)
    found = [FieldQuality(*row) for row in rows(db, _RULES)]
    kept = {name: tuple(each for each in found if each.source == name) for name in {each.source for each in found}}
    cards = tuple(Scorecard(*(*row, kept.get(row[0], ()))) for row in rows(db, _SOURCES))
    if source is None:
        return cards
    chosen = tuple(card for card in cards if card.source == source)
    if not chosen:
        known = ", ".join(card.source for card in cards)
        raise RunError(f"the release has no source {source}", remedy=f"Name one of: {known}")
    return chosen


def trend(db: duckdb.DuckDBPyConnection, source: str | None = None) -> tuple[TrendPoint, ...]:
    """Return the shares of all runs, oldest first.

    Raises:
        RunError: the release is older than data quality is.
    """
    _check(db)
    found = (TrendPoint(*row) for row in rows(db, _TREND))
    return tuple(point for point in found if source in (None, point.source))


def trend_by_rule(points: Sequence[TrendPoint]) -> dict[tuple[str, date, str], dict[str, float | None]]:
    """Return for each run, its day and source the mean share of each rule."""
    shares: dict[tuple[str, date, str], dict[str, list[float | None]]] = {}
    for point in points:
        by_rule = shares.setdefault((point.run_id, point.as_of, point.source), {rule: [] for rule in RULES})
        by_rule.setdefault(point.rule, []).append(point.share)
    return {key: {rule: _mean(found) for rule, found in by_rule.items()} for key, by_rule in shares.items()}


def moved(points: Sequence[TrendPoint], least: float = 0.01) -> list[tuple[TrendPoint, TrendPoint]]:
    """Return what changed between the last two runs by at least ``least``, worst first: before and after."""
    runs = sorted({point.run_id for point in points})[-2:]
    if len(runs) < 2:
        return []
    before = {(p.source, p.field, p.rule): p for p in points if p.run_id == runs[0]}
    pairs = [
        (before[key], point)
        for point in points
        if point.run_id == runs[1] and (key := (point.source, point.field, point.rule)) in before
    ]
    known = [
        (after.share - was.share, was, after)
        for was, after in pairs
        if was.share is not None and after.share is not None
    ]
    far = [each for each in known if abs(each[0]) >= least]
    far.sort(key=lambda each: (each[0], each[1].source, each[1].field, each[1].rule))
    return [(was, after) for _, was, after in far]


def set_aside(db: duckdb.DuckDBPyConnection, source: str | None = None) -> tuple[SetAside, ...]:
    """Return why rows were quarantined, most rows first."""
    _check(db)
    return tuple(each for each in (SetAside(*row) for row in rows(db, _ASIDE)) if source in (None, each.source))


def lacks(db: duckdb.DuckDBPyConnection, source: str | None = None) -> tuple[Lack, ...]:
    """Return the fields whose lack goes with at least one missed match, most first."""
    _check(db)
    return tuple(each for each in (Lack(*row) for row in rows(db, _LACKS)) if source in (None, each.source))


def _check(db: duckdb.DuckDBPyConnection) -> None:
    if not number(db, _HAS):
        raise RunError("this release has no data quality", remedy="Run insighthub run")


def _mean(shares: Sequence[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None
