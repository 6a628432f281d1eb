"""Residents and facts for analysts: under pseudonyms, with dates made coarse, and nothing by which one is known.

Takes a release, what a purpose may see, and the pseudonyms of a project, gives two Arrow tables. There is no name,
address, contact, identifier or reference of a record in them, whatever the purpose sees. Hidden residents are left out
always, and so is who is not to be used for the purpose. A value of a fact that few residents have is left out, amounts
are rounded, and great ages are not told. What is left is people's data still: pseudonyms keep people apart from
their names, and do not make them nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import duckdb
import pyarrow as pa

from insighthub.governance.fields import Field
from insighthub.governance.purposes import Purpose
from insighthub.residents.pseudonyms import HOME, RESIDENT, Pseudonyms
from insighthub.residents.rectified import RULE
from insighthub.store.tables import arrow, rows

#: Who is this old or older is told to be so, and no more.
OLDEST = 90
#: Amounts are rounded to so many pounds.
ROUND_TO = 10


class Coarse(StrEnum):
    """How coarse dates are."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Pseudonymised:
    """What an analyst gets; see ``pseudonymised``."""

    residents: pa.Table
    facts: pa.Table


_SEEN = """
SELECT r.resident_id
FROM resident r
WHERE r.hidden IS NULL AND NOT list_contains($but, r.resident_id)
    AND EXISTS (FROM membership m WHERE m.resident_id = r.resident_id AND list_contains($sources, m.source))
ORDER BY r.resident_id
"""
_HOMES = """
SELECT DISTINCT place_id FROM address WHERE is_current AND list_has_any(sources, $sources) ORDER BY place_id
"""
_LENGTH = {Coarse.MONTH: 7, Coarse.YEAR: 4}
_RESIDENTS = f"""
WITH known AS (
    SELECT m.resident_id, count(*) AS records, list_sort(list(DISTINCT m.source)) AS sources
    FROM membership m JOIN naming USING (resident_id) WHERE list_contains($sources, m.source) GROUP BY m.resident_id
),
said AS (
    SELECT resident_id, field, value
    FROM (
        SELECT resident_id, field, value, rank, source, record_id FROM golden_value
        WHERE list_contains($sources, source)
        UNION ALL SELECT resident_id, field, value, 0, NULL, NULL FROM golden WHERE rule = '{RULE}'
    )
    WHERE list_contains($fields, field)
    QUALIFY row_number() OVER (PARTITION BY resident_id, field ORDER BY rank, source, record_id) = 1
),
person AS (
    SELECT resident_id, max(value) FILTER (field = 'date_of_birth') AS born,
           max(value) FILTER (field = 'date_of_death') AS died, max(value) FILTER (field = 'sex') AS sex,
           max(value) FILTER (field = 'ethnicity') AS ethnicity
    FROM said GROUP BY resident_id
),
home AS (
    SELECT resident_id, min(place_id) AS place_id FROM address
    WHERE $homes AND is_current AND list_has_any(sources, $sources) GROUP BY resident_id
)
SELECT n.pseudonym AS resident,
       CASE WHEN born LIKE 'X%' THEN NULL WHEN born < $oldest THEN 'before ' || $oldest
            ELSE rtrim(replace(left(born, $length), 'X', ''), '-') END AS born,
       CASE WHEN died NOT LIKE 'X%' THEN rtrim(replace(left(died, $length), 'X', ''), '-') END AS died,
       sex, ethnicity, p.pseudonym AS home, records, sources
FROM naming n JOIN known USING (resident_id) LEFT JOIN person USING (resident_id) LEFT JOIN home USING (resident_id)
    LEFT JOIN places p USING (place_id)
ORDER BY resident
"""
_FACTS = """
WITH seen AS (
    SELECT n.pseudonym AS resident, f.source, f.name, f.kind, f.value, f.amount, f.date, f.end_date
    FROM resident_fact f JOIN naming n USING (resident_id)
    WHERE $timeline AND list_contains($sources, f.source)
        AND (list_contains($facts, '*') OR list_contains($facts, f.name))
),
common AS (
    SELECT source, name, value FROM seen WHERE value IS NOT NULL
    GROUP BY source, name, value HAVING count(DISTINCT resident) >= $least
)
SELECT resident, source, name, kind, CASE WHEN kind <> 'amount' THEN c.value END AS value,
       CASE WHEN kind <> 'amount' AND s.value IS NOT NULL AND c.value IS NULL THEN true ELSE false END AS value_is_rare,
       round(amount / $round_to) * $round_to AS amount, left(date::VARCHAR, $length) AS date,
       left(end_date::VARCHAR, $length) AS end_date
FROM seen s LEFT JOIN common c USING (source, name, value)
ORDER BY ALL
"""
_FIELDS = (Field.DATE_OF_BIRTH, Field.DATE_OF_DEATH, Field.SEX, Field.ETHNICITY)


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        purpose: what for.
        sources: those that the purpose may use.
        but: residents who are not to be used for it.
        coarse: how coarse dates are.
        least: how many residents a value of a fact is told of.
        as_of: the day of the release.
    """

    purpose: Purpose
    sources: Sequence[str]
    but: Collection[str]
    coarse: Coarse
    least: int
    as_of: date


def pseudonymised(db: duckdb.DuckDBPyConnection, wanted: Wanted, names: Pseudonyms) -> Pseudonymised:
    """Return residents (a row each) and facts, as far as a purpose may see them, under a project's pseudonyms.

    Residents have ``resident``, ``born`` and ``died`` (as 1951-11 or 1951), ``sex``, ``ethnicity``, ``home`` (a
    pseudonym of where they live, to tell who lives together), ``records`` and ``sources``; what the purpose does not
    see is null. Facts have ``resident``, ``source``, ``name``, ``kind``, ``value``, ``value_is_rare``, ``amount``
    (in tens of pounds), ``date`` and ``end_date``. Rows are in the order of pseudonyms, which is none.

    Args:
        db: a cursor of a release, of this caller alone.
        wanted: what is asked for.
        names: the pseudonyms of the project.
    """
    sees, sources = wanted.purpose.sees, list(wanted.sources)
    ids = residents_seen(db, wanted)
    places = [str(place) for (place,) in rows(db, _HOMES, {"sources": sources})]
    db.register("naming", _named(ids, "resident_id", [names.of(RESIDENT, one) for one in ids]))
    db.register("places", _named(places, "place_id", [names.of(HOME, one) for one in places]))
    length = _LENGTH[wanted.coarse]
    residents = arrow(
        db,
        _RESIDENTS,
        {
            "sources": sources,
            "fields": [str(field) for field in _FIELDS if sees(field)],
            "homes": sees(Field.HOUSEHOLD),
            "oldest": str(wanted.as_of.year - OLDEST),
            "length": length,
        },
    )
    facts = arrow(
        db,
        _FACTS,
        {
            "sources": sources,
            "timeline": sees(Field.TIMELINE),
            "facts": list(wanted.purpose.facts),
            "least": wanted.least,
            "round_to": ROUND_TO,
            "length": length,
        },
    )
    db.unregister("naming")
    db.unregister("places")
    return Pseudonymised(residents, facts)


def residents_seen(db: duckdb.DuckDBPyConnection, wanted: Wanted) -> list[str]:
    """Return the ids of the residents who are in what is asked for."""
    bound = {"sources": list(wanted.sources), "but": sorted(wanted.but)}
    return [str(one) for (one,) in rows(db, _SEEN, bound)]


def _named(ids: Sequence[str], column: str, pseudonyms: Sequence[str]) -> pa.Table:
    return pa.table({column: pa.array(ids, pa.string()), "pseudonym": pa.array(pseudonyms, pa.string())})
