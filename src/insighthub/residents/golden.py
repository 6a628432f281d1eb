"""The golden record: for every field of a resident one value, where it is from, how old it is, and what lost to it.

Takes the records of the residents in ``touched`` (``dated_record``) and the rules of survivorship, gives two tables

    golden         one row a field that is known
    golden_value   one row a record and field: what that record says, its rank (1 is the golden value), and why it lost

Values are scored once each (a value that ten records give is one value), by the criteria of the field's rule in
order; what is still equal is decided by the number of records and then by the value itself, so that nothing is left
to chance.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from insighthub.residents.golden_settings import GOLDEN_FIELDS, GoldenSettings

CREATE = """
CREATE TABLE IF NOT EXISTS golden (
    resident_id VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,         -- the criteria in order, as they were looked at
    records INTEGER NOT NULL,      -- records that say this
    sources INTEGER NOT NULL,      -- sources that say this,
    of_sources INTEGER NOT NULL,   -- of so many that say anything
    newest DATE,                   -- of the dates as of which they say it; null: none is dated
    inferred BOOLEAN NOT NULL,     -- no record says it
    why VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS golden_value (
    resident_id VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    rank INTEGER NOT NULL,         -- 1: the golden value
    source VARCHAR NOT NULL,
    record_id VARCHAR NOT NULL,
    person INTEGER NOT NULL,
    date DATE,                     -- as of which the record says it
    date_is VARCHAR,               -- what that date is
    why_lost VARCHAR               -- null: it did not
);
"""

#: How whole a value is; a field that is not here is either there or not.
_COMPLETENESS = {
    "given_name": "CASE WHEN length(given_name) > 1 THEN 1 ELSE 0 END",
    "middle_names": "CASE WHEN len(list_filter(string_split(middle_names, ' '), lambda w: length(w) > 1)) > 0"
    " THEN 1 ELSE 0 END",
    "family_name": "CASE WHEN length(family_name) > 1 THEN 1 ELSE 0 END",
    "date_of_birth": "10 - 2 * (length(date_of_birth) - length(replace(date_of_birth, 'X', '')))"
    " - CASE WHEN regexp_matches(coalesce(date_of_birth_flags, ''), 'future|impossible|default') THEN 20 ELSE 0 END"
    " - CASE WHEN contains(coalesce(date_of_birth_flags, ''), 'january_first') THEN 1 ELSE 0 END",
    "date_of_death": "10 - (length(date_of_death) - length(replace(date_of_death, 'X', '')))",
    "ethnicity": "CASE WHEN ethnicity IN ('NOBT', 'NOT KNOWN', 'UNKNOWN', 'NOT STATED', 'REFUSED', 'REFU')"
    " THEN 0 ELSE 1 END",
}

_SAID = " UNION ALL ".join(
    f"SELECT resident_id, '{field}' AS field, {field} AS value, source, record_id, person, date, date_is,"
    f" {_COMPLETENESS.get(field, '1')} AS whole FROM dated_record WHERE {field} IS NOT NULL"
    for field in GOLDEN_FIELDS
)
_SAID = f"CREATE OR REPLACE TEMP TABLE said AS {_SAID}"

_SCORED = """
CREATE OR REPLACE TEMP TABLE scored AS
WITH by_source AS (
    SELECT resident_id, field, value, source, count(*) AS records, max(date) AS newest, max(whole) AS whole
    FROM said GROUP BY ALL
),
by_value AS (
    SELECT resident_id, field, value, sum(records)::INTEGER AS records, count(*)::INTEGER AS sources,
           max(newest) AS newest, max(whole) AS completeness,
           max(coalesce(t.trust, 0)) AS trust, arg_max(b.source, (coalesce(t.trust, 0), b.source)) AS most_trusted
    FROM by_source b LEFT JOIN source_trust t ON t.source = b.source
    GROUP BY ALL
),
asked AS (
    SELECT resident_id, field, count(DISTINCT source)::INTEGER AS of_sources FROM by_source GROUP BY ALL
),
keyed AS (
    SELECT v.*, a.of_sources, r.rule, r.c1, r.c2, r.c3, r.c4,
           {keys}
    FROM by_value v
    JOIN asked a ON a.resident_id = v.resident_id AND a.field = v.field
    JOIN rule r ON r.field = v.field
)
SELECT *, row_number() OVER w::INTEGER AS rank
FROM keyed
WINDOW w AS (PARTITION BY resident_id, field ORDER BY k1 DESC, k2 DESC, k3 DESC, k4 DESC, records DESC, value)
"""
_KEY = """CASE r.c{n} WHEN 'completeness' THEN v.completeness WHEN 'agreement' THEN v.sources WHEN 'trust' THEN v.trust
                WHEN 'recency' THEN coalesce(datediff('day', DATE '1900-01-01', v.newest), -1) ELSE 0 END AS k{n}"""
_SCORED = _SCORED.format(keys=",\n           ".join(_KEY.format(n=n) for n in (1, 2, 3, 4)))

# Which criterion decided between the golden value and another.
_DECIDED = """
    CASE WHEN a.k1 <> b.k1 THEN a.c1 WHEN a.k2 <> b.k2 THEN a.c2 WHEN a.k3 <> b.k3 THEN a.c3
         WHEN a.k4 <> b.k4 THEN a.c4 WHEN a.records <> b.records THEN 'records' ELSE 'order' END"""
_DAY = "strftime({0}, '%-d %B %Y')"

_GOLDEN = f"""
INSERT INTO golden
WITH best AS (SELECT * FROM scored WHERE rank = 1),
second AS (SELECT * FROM scored WHERE rank = 2),
decided AS (
    SELECT a.*, b.value AS runner_up, b.newest AS other_newest, b.sources AS other_sources,
           CASE WHEN b.value IS NOT NULL THEN {_DECIDED} END AS by_what
    FROM best a LEFT JOIN second b ON b.resident_id = a.resident_id AND b.field = a.field
)
SELECT resident_id, field, value, rule, records, sources, of_sources, newest, false,
       CASE WHEN by_what IS NULL AND of_sources = 1 THEN 'one source says it'
            WHEN by_what IS NULL THEN 'all ' || of_sources || ' sources that say anything say this'
            WHEN by_what = 'completeness' THEN 'the most complete of what is said'
            WHEN by_what = 'agreement' THEN 'most sources say this: ' || sources || ' of ' || of_sources
            WHEN by_what = 'trust' THEN 'said by the most trusted source: ' || most_trusted
            WHEN by_what = 'recency' THEN 'the newest: as of ' || {_DAY.format("newest")}
            WHEN by_what = 'records' THEN 'most records say this'
            ELSE 'nothing tells the values apart; the first in order of the alphabet' END
FROM decided
ORDER BY resident_id, field
"""

_GOLDEN_VALUE = f"""
INSERT INTO golden_value
WITH decided AS (
    SELECT b.resident_id, b.field, b.value, b.rank, b.sources, b.of_sources, b.newest,
           a.sources AS golden_sources, a.newest AS golden_newest, {_DECIDED} AS by_what
    FROM scored b JOIN scored a ON a.resident_id = b.resident_id AND a.field = b.field AND a.rank = 1
),
reason AS (
    SELECT resident_id, field, value, rank,
           CASE WHEN rank = 1 THEN NULL
                WHEN by_what = 'completeness' THEN 'less complete'
                WHEN by_what = 'agreement'
                    THEN 'fewer sources say this: ' || sources || ', where ' || golden_sources || ' say the other'
                WHEN by_what = 'trust' THEN 'no source that says this is trusted as much'
                WHEN by_what = 'recency' AND newest IS NULL THEN 'not dated'
                WHEN by_what = 'recency' THEN 'older: as of ' || {_DAY.format("newest")}
                WHEN by_what = 'records' THEN 'fewer records say this'
                ELSE 'nothing tells the values apart; later in order of the alphabet' END AS why_lost
    FROM decided
)
SELECT s.resident_id, s.field, s.value, r.rank, s.source, s.record_id, s.person, s.date, s.date_is, r.why_lost
FROM said s JOIN reason r ON r.resident_id = s.resident_id AND r.field = s.field AND r.value = s.value
ORDER BY s.resident_id, s.field, r.rank, s.source, s.record_id, s.person
"""

_INFER_SEX = """
INSERT INTO golden
WITH by_title AS (
    SELECT resident_id, CASE WHEN title IN ('MR', 'MASTER', 'SIR', 'LORD') THEN 'M'
                             WHEN title IN ('MRS', 'MISS', 'MS', 'LADY', 'DAME') THEN 'F' END AS sex,
           title, source, date
    FROM dated_record WHERE title IS NOT NULL
)
SELECT resident_id, 'sex', min(sex), 'from titles', count(*)::INTEGER, count(DISTINCT source)::INTEGER,
       count(DISTINCT source)::INTEGER, max(date), true,
       'no record says it; from the title ' || string_agg(DISTINCT title, ', ' ORDER BY title)
FROM by_title
WHERE sex IS NOT NULL
  AND resident_id NOT IN (SELECT resident_id FROM scored WHERE field = 'sex')
GROUP BY resident_id
HAVING count(DISTINCT sex) = 1
ORDER BY resident_id
"""


def build_golden(db: duckdb.DuckDBPyConnection, settings: GoldenSettings) -> None:
    """Rebuild ``golden`` and ``golden_value`` for the residents in ``touched``, from ``dated_record``."""
    db.execute(CREATE)
    for table in ("golden", "golden_value"):
        db.execute(f"DELETE FROM {table} WHERE resident_id IN (SELECT resident_id FROM touched)")
    _register_rules(db, settings)
    try:
        for statement in (_SAID, _SCORED, _GOLDEN, _GOLDEN_VALUE, _INFER_SEX):
            db.execute(statement)
    finally:
        db.unregister("source_trust")
        db.unregister("rule")
        db.execute("DROP TABLE IF EXISTS said")
        db.execute("DROP TABLE IF EXISTS scored")


def _register_rules(db: duckdb.DuckDBPyConnection, settings: GoldenSettings) -> None:
    trust = {source: len(settings.trust) - k for k, source in enumerate(settings.trust)}
    db.register("source_trust", pa.table({"source": list(trust), "trust": pa.array(trust.values(), pa.int32())}))
    rules = {field: settings.rule(field) for field in GOLDEN_FIELDS}
    columns: dict[str, list[str | None]] = {"field": list(rules), "rule": [", ".join(r) for r in rules.values()]}
    for n in range(4):
        columns[f"c{n + 1}"] = [r[n] if n < len(r) else None for r in rules.values()]
    db.register("rule", pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))
