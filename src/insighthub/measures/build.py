"""Measures computed on a release: every figure, the SQL that gave it, and the sources it rests on.

Takes the release's facts, memberships, golden records, addresses and households and the definitions, writes

    measure          one row a measure: its definition, the SQL that was run, and the days
    measure_value    one row a figure: measure, group, period; counts as they are
    measure_lineage  one row a measure, role and source: how many records the figures rest on, delivered when

The counts are raw, and stay in the release: ``insighthub.measures.publish`` gives them out, by way of disclosure
control. All measures are worked out anew in every run, as one resident more can move any figure.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from insighthub.errors import MeasureError
from insighthub.measures import population, statements
from insighthub.measures.definition import (
    NOT_KNOWN,
    PERSON_GROUPS,
    PLACE_GROUPS,
    WHOLE,
    FactCondition,
    KnownCondition,
    Measure,
)
from insighthub.measures.population import read_areas
from insighthub.measures.settings import MeasureSettings
from insighthub.measures.windows import periods

CREATE = """
CREATE TABLE IF NOT EXISTS measure (
    name VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,         -- resident, household, record
    definition VARCHAR NOT NULL,   -- JSON, whole
    sql VARCHAR NOT NULL,          -- the statements that were run, each after a line with what was bound to it
    as_of DATE NOT NULL
);
CREATE TABLE IF NOT EXISTS measure_value (
    name VARCHAR NOT NULL,
    "by" VARCHAR NOT NULL,         -- none: the whole
    group_value VARCHAR NOT NULL,
    month DATE,                    -- first day of the month, in a series of months
    starts DATE NOT NULL,
    ends DATE NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    people BIGINT NOT NULL         -- residents or households behind the numerator; records may be several of one
);
CREATE TABLE IF NOT EXISTS measure_lineage (
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,         -- counted: made somebody count; counted of: of all in the denominator
    source VARCHAR NOT NULL,
    records BIGINT NOT NULL,       -- a record of two residents counts for each
    residents BIGINT NOT NULL,
    first_delivered DATE,          -- day on which the first of them was landed as it is now
    last_delivered DATE
);
CREATE TABLE IF NOT EXISTS not_counted (
    resident_id VARCHAR NOT NULL   -- of whoever counts in no measure, as they asked for it
);
"""

_WORKING = (
    "person", "member", "resident_source", "fact_of", "place_no", "stay", "house_at", "place_group", "crowd", "held",
    "period", "met", "unit_row",
)  # fmt: skip
Step = tuple[str, Mapping[str, Any]]


def build_measures(
    db: duckdb.DuckDBPyConnection,
    definitions: Sequence[Measure],
    as_of: date,
    settings: MeasureSettings | None = None,
    not_counted: Collection[str] = (),
) -> None:
    """Compute all measures anew into ``measure``, ``measure_value`` and ``measure_lineage``.

    Args:
        db: the release, with its residents, facts, golden records, addresses and households.
        definitions: the measures, each name once.
        as_of: the day of the release.
        settings: age bands and look-ups of areas.
        not_counted: residents who count in no measure, as they asked for it and it was granted.

    Raises:
        MeasureError: a measure is to be broken down by an area that no look-up is given for, or a look-up is at fault.
    """
    settings = settings or MeasureSettings()
    for measure in definitions:
        _check_groups(measure, settings)
    db.execute(CREATE)
    for table in ("measure", "measure_value", "measure_lineage"):
        db.execute(f"DELETE FROM {table}")
    shared = _shared_steps(definitions, as_of)
    db.register("given_area", read_areas(settings.areas))
    _keep_not_counted(db, not_counted)
    try:
        for sql, parameters in shared:
            db.execute(sql, dict(parameters))
    finally:
        db.unregister("given_area")
    for measure in definitions:
        steps = _steps(measure, as_of, settings)
        for sql, parameters in steps:
            db.execute(sql, dict(parameters))
        written = "\n".join(_written(step) for step in (*shared, *steps))
        db.execute(
            "INSERT INTO measure VALUES ($name, $title, $unit, $definition, $sql, $as_of)",
            {
                "name": measure.name,
                "title": measure.title,
                "unit": measure.unit,
                "definition": measure.model_dump_json(),
                "sql": written,
                "as_of": as_of,
            },
        )
    for table in _WORKING:
        db.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _keep_not_counted(db: duckdb.DuckDBPyConnection, residents: Collection[str]) -> None:
    """Keep who is not counted beside the figures, which can be worked out again from the release alone."""
    db.execute("DELETE FROM not_counted")
    db.register("told", pa.table({"resident_id": pa.array(sorted(residents), pa.string())}))
    db.execute("INSERT INTO not_counted FROM told")
    db.unregister("told")


def _check_groups(measure: Measure, settings: MeasureSettings) -> None:
    known = {*PERSON_GROUPS, *PLACE_GROUPS, *settings.areas}
    if unknown := sorted(set(measure.by) - known):
        raise MeasureError(
            f"there is no look-up of areas for {', '.join(unknown)}",
            remedy="Name its CSV file under areas in the settings of measures, or take it out of the measure",
            column=f"{measure.name}.by",
        )


def _shared_steps(definitions: Sequence[Measure], as_of: date) -> list[Step]:
    """Return the statements that make what all measures share."""
    days = sorted({p.ends for m in definitions for p in periods(m.window, as_of)})
    household_days = sorted({p.ends for m in definitions if m.unit == "household" for p in periods(m.window, as_of)})
    facts = {c.fact for m in definitions for c in m.numerator.condition if isinstance(c, FactCondition)}
    return [
        (population.PERSON, {}),
        (population.MEMBER, {}),
        (population.RESIDENT_SOURCE, {}),
        (population.FACT_OF, {"facts": sorted(facts)}),
        (population.PLACE, {}),
        (population.STAY, {"days": days, "as_of": as_of}),
        (population.HOUSE_AT, {"days": household_days, "as_of": as_of}),
        (population.PLACE_GROUP, {}),
        *_crowd_steps([m for m in definitions if m.unit != "household"], as_of),
    ]


def _crowd_steps(definitions: Sequence[Measure], as_of: date) -> list[Step]:
    """Return the statements that count of whom measures of residents and records count, each sort of them once."""
    crowd: dict[tuple[tuple[str, ...], str], set[date]] = {}
    held: dict[tuple[str, ...], set[date]] = {}
    for measure in definitions:
        known_to = measure.denominator.known_to
        days = [p.ends for p in periods(measure.window, as_of)]
        held.setdefault(known_to, set()).add(days[-1])
        for by in {_area(by) for by in (WHOLE, *measure.by)}:
            crowd.setdefault((known_to, by), set()).update(days)
    return [
        (population.CROWDS, {}),
        *(
            (population.CROWD, {"known_to": list(known_to), "by": by, "days": sorted(crowd[known_to, by])})
            for known_to, by in sorted(crowd)
        ),
        (population.HELDS, {}),
        *((population.HELD, {"known_to": list(known_to), "days": sorted(held[known_to])}) for known_to in sorted(held)),
    ]


def _area(by: str) -> str:
    """Return the kind of area of a breakdown, the whole where it is by something else."""
    return WHOLE if by in PERSON_GROUPS else by


def _steps(measure: Measure, as_of: date, settings: MeasureSettings) -> list[Step]:
    """Return the statements of one measure with what is bound to them, in order."""
    spans = periods(measure.window, as_of)
    conditions = measure.numerator.condition
    needed = len(conditions) if measure.numerator.match == "all" else 1
    fits = {
        "living_here": measure.denominator.living_here,
        "age_from": measure.denominator.age_from,
        "age_to": measure.denominator.age_to,
        "sex": measure.denominator.sex,
    }
    of_whom = {"known_to": list(measure.denominator.known_to), **fits}
    groups = (WHOLE, *measure.by)
    return [
        (
            statements.PERIOD,
            {
                "starts": [p.starts for p in spans],
                "ends": [p.ends for p in spans],
                "months": [p.month for p in spans],
            },
        ),
        (statements.MET, {}),
        *(_condition(measure, number, condition) for number, condition in enumerate(conditions, start=1)),
        (statements.UNIT_ROW[measure.unit], {} if measure.unit == "record" else {"needed": needed, **of_whom}),
        (
            statements.VALUES,
            {
                "measure": measure.name,
                "unit": measure.unit,
                "by": list(groups),
                "by_area": [_area(by) != WHOLE for by in groups],
                "whole": WHOLE,
                "not_known": NOT_KNOWN,
                "bands": [band.name for band in settings.bands()],
                "first_ages": [band.first for band in settings.bands()],
                "last_ages": [band.last for band in settings.bands()],
                **of_whom,
            },
        ),
        (
            statements.LINEAGE[measure.unit],
            {"measure": measure.name} if measure.unit == "household" else {"measure": measure.name, **of_whom},
        ),
    ]


def _condition(measure: Measure, number: int, condition: FactCondition | KnownCondition) -> Step:
    if isinstance(condition, KnownCondition):
        known_to = list(condition.known_to or measure.sources)
        return statements.KNOWN_MEETS, {"condition": number, "known_to": known_to, "at_least": condition.at_least}
    parameters = {
        "condition": number,
        "fact": condition.fact,
        "sources": list(measure.sources),
        "at": condition.when,
        "values": [value.upper() for value in condition.values],
        "not_values": [value.upper() for value in condition.not_values],
        "over": condition.amount_over,
        "under": condition.amount_under,
        "at_least": condition.at_least,
    }
    return statements.FACT_MEETS, parameters


def _written(step: Step) -> str:
    sql, parameters = step
    bound = json.dumps(parameters, default=str, ensure_ascii=False)
    return f"-- with {bound}\n{sql.strip()};\n"
