"""Temporary tables that all figures of residents share, made of a release.

Takes a release with its index, gives

    living       a row a resident who is alive and lives here on the day: age, sex, ethnicity, tenant, household type
    stood        a row a day and resident who was alive and here then: the day, and the ends of the last months
    has_need     a row a resident and need
    in_segment   a row a resident of ``living``: the segment
    contact      a row a resident of ``living``: how many events the services noted in the last twelve months

Who counts where and when is as for measures (``insighthub.measures.population``), whose tables these stand on.
Residents who asked not to be counted are in none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from insighthub.measures import population, statements
from insighthub.measures.definition import FactCondition
from insighthub.population.declared import Declared, Segment
from insighthub.population.households import HOUSEHOLD_TYPE, PARAMETERS

#: Of a segment that is not declared: whoever has no known age where rules ask for one, and whom no rule fits.
AGE_NOT_KNOWN, NO_SEGMENT = "age_not_known", "no_segment"
MONTHS = 12

_TABLES = (
    "person", "member", "resident_source", "fact_of", "place_no", "stay", "period", "met", "living",
    "stood", "has_need", "in_segment", "contact", "household_type",
)  # fmt: skip

_STOOD = f"""
CREATE OR REPLACE TEMP TABLE stood AS
WITH {population.DAY}
SELECT ends, resident, {population.AGE} AS age, sex FROM day JOIN stay ON {population.STANDS}
WHERE {population.ALIVE} AND is_here
"""
_LIVING = """
CREATE OR REPLACE TEMP TABLE living AS
WITH said AS (SELECT resident_id, max(value) AS ethnicity FROM golden WHERE field = 'ethnicity' GROUP BY resident_id),
tenant AS (SELECT DISTINCT resident FROM resident_source WHERE source = $tenants)
SELECT s.resident, s.age, CASE WHEN s.sex IN ('F', 'M') THEN s.sex END AS sex, e.ethnicity,
       t.resident IS NOT NULL AS tenant
FROM stood s JOIN person p ON p.resident = s.resident LEFT JOIN said e USING (resident_id)
LEFT JOIN tenant t ON t.resident = s.resident
WHERE s.ends = $as_of
"""
_NEED = """
INSERT INTO has_need
SELECT DISTINCT l.resident, $need FROM living l
LEFT JOIN met m ON m.resident = l.resident AND m.condition = $condition
WHERE ($condition::INTEGER = 0 OR m.resident IS NOT NULL)
  AND coalesce(l.age >= $age_from::INTEGER, $age_from::INTEGER IS NULL)
  AND coalesce(l.age <= $age_to::INTEGER, $age_to::INTEGER IS NULL)
"""
_SEGMENT_BEGIN = """
CREATE OR REPLACE TEMP TABLE in_segment AS
SELECT resident, $age_not_known::VARCHAR AS segment FROM living WHERE age IS NULL AND $aged
"""
_SEGMENT = """
INSERT INTO in_segment
SELECT l.resident, $segment FROM living l ANTI JOIN in_segment i ON i.resident = l.resident
LEFT JOIN household_type h ON h.resident = l.resident
WHERE coalesce(l.age >= $age_from::INTEGER, $age_from::INTEGER IS NULL)
  AND coalesce(l.age <= $age_to::INTEGER, $age_to::INTEGER IS NULL)
  AND (len($household::VARCHAR[]) = 0 OR list_contains($household::VARCHAR[], coalesce(h.type, 'not known')))
  AND (len($needs::VARCHAR[]) = 0 OR l.resident IN
       (SELECT resident FROM has_need WHERE list_contains($needs::VARCHAR[], need)))
  AND (len($known_to::VARCHAR[]) = 0 OR l.resident IN
       (SELECT resident FROM resident_source WHERE list_contains($known_to::VARCHAR[], source)))
"""
_CONTACT = """
CREATE OR REPLACE TEMP TABLE contact AS
WITH noted AS (
    SELECT m.resident, count(DISTINCT (f.source, f.record_id, f.name, f.date)) AS contacts
    FROM fact f JOIN member m ON m.source = f.source AND m.record_id = f.record_id AND m.person = f.person
    WHERE f.kind = 'event' AND f.date > $since AND f.date <= $until AND list_contains($services::VARCHAR[], f.source)
    GROUP BY m.resident
)
SELECT l.resident, coalesce(n.contacts, 0)::BIGINT AS contacts FROM living l LEFT JOIN noted n USING (resident)
"""


def make_working_tables(db: duckdb.DuckDBPyConnection, declared: Declared, as_of: date) -> None:
    """Make the temporary tables.

    Args:
        db: a release with residents, golden records, facts, addresses, households, and the table ``not_counted``.
        declared: services, needs and segments.
        as_of: the day of the release.
    """
    facts = sorted({need.condition.fact for need in declared.need if isinstance(need.condition, FactCondition)})
    db.execute(population.PERSON)
    db.execute(population.MEMBER)
    db.execute(population.RESIDENT_SOURCE)
    db.execute(population.FACT_OF, {"facts": facts})
    db.execute(population.PLACE)
    days = sorted({*month_ends(as_of), as_of})
    db.execute(population.STAY, {"days": days, "as_of": as_of})
    db.execute(_STOOD, {"days": days})
    db.execute(_LIVING, {"tenants": declared.tenants, "as_of": as_of})
    db.execute(HOUSEHOLD_TYPE, PARAMETERS)
    _needs(db, declared, as_of)
    _segments(db, declared.segment)
    months = month_ends(as_of)
    db.execute(_CONTACT, {"since": months[0], "until": months[-1], "services": list(declared.services)})


def drop_working_tables(db: duckdb.DuckDBPyConnection) -> None:
    """Take the temporary tables away."""
    for table in _TABLES:
        db.execute(f"DROP TABLE IF EXISTS temp.{table}")


def month_ends(as_of: date) -> tuple[date, ...]:
    """Return the last days of the last whole months, and of the month before them; the oldest first.

    Months are those of the calendar, and the month of ``as_of`` counts where that is its last day: a figure of a month
    that was told once is of the same days in the next release.
    """
    after = (as_of + timedelta(days=1)).replace(day=1)  # the first day after the last whole month
    found = []
    for back in range(MONTHS, -1, -1):
        year, month = divmod(after.year * 12 + after.month - 1 - back, 12)
        found.append(date(year, month + 1, 1) - timedelta(days=1))
    return tuple(found)


def _needs(db: duckdb.DuckDBPyConnection, declared: Declared, as_of: date) -> None:
    db.execute("CREATE OR REPLACE TEMP TABLE has_need (resident INTEGER, need VARCHAR)")
    db.execute(statements.PERIOD, {"starts": [as_of], "ends": [as_of], "months": [None]})
    db.execute(statements.MET)
    for number, need in enumerate(declared.need, start=1):
        condition, sources = need.condition, list(need.sources)
        if isinstance(condition, FactCondition):
            bound = {
                "condition": number,
                "fact": condition.fact,
                "sources": sources,
                "at": condition.when,
                "values": [value.upper() for value in condition.values],
                "not_values": [value.upper() for value in condition.not_values],
                "over": condition.amount_over,
                "under": condition.amount_under,
                "at_least": condition.at_least,
            }
            db.execute(statements.FACT_MEETS, bound)
        elif condition is not None:
            known_to = list(condition.known_to or sources)
            bound = {"condition": number, "known_to": known_to, "at_least": condition.at_least}
            db.execute(statements.KNOWN_MEETS, bound)
        asked = {"need": need.name, "condition": number if condition is not None else 0}
        db.execute(_NEED, {**asked, "age_from": need.age_from, "age_to": need.age_to})


def _segments(db: duckdb.DuckDBPyConnection, segments: Sequence[Segment]) -> None:
    aged = any(each.age_from is not None or each.age_to is not None for each in segments)
    db.execute(_SEGMENT_BEGIN, {"age_not_known": AGE_NOT_KNOWN, "aged": aged})
    rest = Segment(name=NO_SEGMENT, title="No segment", description="No rule fits.")
    for each in (*segments, rest):
        bound = {
            "segment": each.name,
            "age_from": each.age_from,
            "age_to": each.age_to,
            "household": list(each.household),
            "needs": list(each.need),
            "known_to": list(each.known_to),
        }
        db.execute(_SEGMENT, bound)
