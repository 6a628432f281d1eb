"""Counts of residents by age and sex now and a year before, of who came and left, of households, and of ethnicity.

Takes the working tables, gives raw cells and the sums that hold among them, for ``governance.linked`` to protect.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb

from insighthub.governance.linked import Key
from insighthub.population.cells import Cells
from insighthub.population.declared import Segment
from insighthub.population.estimates import BANDS, SEXES, band_of
from insighthub.population.households import FIXED, FIXED_AGES, TYPES
from insighthub.population.working import NO_SEGMENT, month_ends
from insighthub.store.tables import rows

NOW, THEN = "now", "year before"
FLOWS = ("arrived", "born", "left", "died")
YEAR = "year"
#: Groups of ethnicity by the first letter of the school census code; what stands for not said or not known is apart.
ETHNICITY = {
    "W": "White",
    "M": "Mixed",
    "A": "Asian",
    "C": "Chinese",
    "B": "Black",
    "O": "Other",
}
NOT_SAID = "not known, or not said"
_NOT_CODES = ("NOBT", "REFU", "NOTK")

_AGE_SEX = """
SELECT age, sex, count(*) FROM stood WHERE ends = $day GROUP BY ALL
"""
_STOOD = "SELECT count(*) FROM stood WHERE ends = $day"
_FLOWS = """
WITH step AS (SELECT unnest($starts::DATE[]) AS starts, unnest($ends::DATE[]) AS ends),
came AS (
    SELECT s.ends, CASE WHEN p.born > s.starts AND p.born <= s.ends THEN 'born' ELSE 'arrived' END AS flow
    FROM step s JOIN stood n ON n.ends = s.ends JOIN person p ON p.resident = n.resident
    ANTI JOIN stood o ON o.ends = s.starts AND o.resident = n.resident
),
went AS (
    SELECT s.ends, CASE WHEN p.died <= s.ends THEN 'died' ELSE 'left' END AS flow
    FROM step s JOIN stood n ON n.ends = s.starts JOIN person p ON p.resident = n.resident
    ANTI JOIN stood o ON o.ends = s.ends AND o.resident = n.resident
)
SELECT flow, ends, count(*) FROM (FROM came UNION ALL FROM went) GROUP BY ALL
"""
_HOUSEHOLDS = "SELECT type, count(DISTINCT household_id) FROM household_type GROUP BY ALL"
_ETHNICITY = "SELECT upper(ethnicity), count(*) FROM living GROUP BY ALL"


def count_people(db: duckdb.DuckDBPyConnection, cells: Cells, as_of: date) -> None:
    """Count residents by age and sex, on the day and a year before, and who came and left in twelve months."""
    days = month_ends(as_of)
    for when, day in ((NOW, as_of), (THEN, days[0])):
        _age_and_sex(db, cells, when, day)
    found = {(kind, ends): count for kind, ends, count in _bound(db, _FLOWS, starts=days[:-1], ends=days[1:])}
    for flow in FLOWS:
        months = [cells.tell("flow", flow, ends.isoformat(), found.get((flow, ends), 0)) for ends in days[1:]]
        year = cells.tell("flow", flow, YEAR, sum(found.get((flow, ends), 0) for ends in days[1:]))
        cells.equal([year], months)
    # On the last day of the last month, which is the day itself or a little earlier.
    stood = cells.keep("people", "at the end of the months", "here", _bound(db, _STOOD, day=days[-1])[0][0])
    if days[-1] == as_of:
        cells.equal([stood], [("people", NOW, "here")])
    cells.equal(
        [("people", THEN, "here"), ("flow", "arrived", YEAR), ("flow", "born", YEAR)],
        [stood, ("flow", "left", YEAR), ("flow", "died", YEAR)],
    )


def _age_and_sex(db: duckdb.DuckDBPyConnection, cells: Cells, when: str, day: date) -> None:
    counts = {(band, sex): 0 for band in BANDS for sex in SEXES}
    unknown = 0
    for age, sex, count in _bound(db, _AGE_SEX, day=day):
        if age is None or sex not in SEXES:
            unknown += count
        else:
            counts[band_of(age), sex] += count
    named = _age_sex_figure(when)
    parts = [cells.tell(named, band, sex, count) for (band, sex), count in counts.items()]
    here = cells.tell("people", when, "here", sum(counts.values()) + unknown)
    cells.equal([here], [*parts, cells.tell("people", when, "age or sex not known", unknown)])


def _age_sex_figure(when: str) -> str:
    return "age_sex" if when == NOW else "age_sex_before"


def count_households(db: duckdb.DuckDBPyConnection, cells: Cells) -> None:
    """Count households by type."""
    found = dict(rows(db, _HOUSEHOLDS))
    parts = [cells.tell("household", each, "", found.get(each, 0)) for each in TYPES]
    cells.equal([cells.tell("household", "all", "", sum(found.values()))], parts)


def count_ethnicity(db: duckdb.DuckDBPyConnection, cells: Cells) -> None:
    """Count residents by ethnicity, in the main groups."""
    counts = dict.fromkeys((*ETHNICITY.values(), NOT_SAID), 0)
    for code, count in rows(db, _ETHNICITY):
        group = NOT_SAID if not code or code in _NOT_CODES else ETHNICITY.get(code[0], NOT_SAID)
        counts[group] += count
    parts = [cells.tell("ethnicity", group, "", count) for group, count in counts.items()]
    cells.equal([("people", NOW, "here")], parts)


def age_and_sex_cells(first: int | None, last: int | None, sex: str | None = None) -> list[Key]:
    """Return the cells of age and sex that cover some ages, of both sexes where none is named."""
    low, high = BANDS.index(band_of(first or 0)), BANDS.index(band_of(130 if last is None else last))
    return [("age_sex", band, each) for band in BANDS[low : high + 1] for each in SEXES if sex in (None, each)]


def tie_households(db: duckdb.DuckDBPyConnection, cells: Cells, segments: Sequence[Segment]) -> None:
    """Tell the attacker that households of a fixed number of members are so many residents of segments.

    Of which segments they can be at all, the rules say: that there are none in another is nobody's secret.
    """
    query = """SELECT h.type, s.segment, count(*) FROM household_type h JOIN in_segment s ON s.resident = h.resident
        GROUP BY ALL"""
    found = {(kind, segment): count for kind, segment, count in rows(db, query)}
    of_kind: dict[str, list[Key]] = {kind: [] for kind in FIXED}
    over: set[str] = set()  # kinds of which every member is in a segment that came before
    for each in segments:
        parts = []
        for kind in sorted(set(FIXED) - over):
            low, high = FIXED_AGES[kind]
            first, last = each.age_from or 0, 130 if each.age_to is None else each.age_to
            if (each.household and kind not in each.household) or last < low or first > high:
                continue
            parts.append(cells.keep("household_in_segment", kind, each.name, found.get((kind, each.name), 0)))
            of_kind[kind].append(parts[-1])
            if not each.need and not each.known_to and first <= low and last >= high:
                over.add(kind)
        segment: Key = ("segment", each.name, "")
        if parts and each.household and set(each.household) <= set(FIXED):
            cells.equal([segment], parts)  # the rule itself says that there is nobody else
        elif parts:
            cells.rest("not_household_in_segment", each.name, "", whole=[segment], parts=parts)
    for kind, parts in of_kind.items():
        if ("segment", NO_SEGMENT, "") in cells.counts and kind not in over:
            parts.append(cells.keep("household_in_segment", kind, NO_SEGMENT, found.get((kind, NO_SEGMENT), 0)))
        if segments:
            cells.equal([("household", kind, "")] * FIXED[kind], parts)


def _bound(db: duckdb.DuckDBPyConnection, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    bound = {name: list(value) if isinstance(value, tuple) else value for name, value in parameters.items()}
    return db.execute(sql, bound).fetchall()
