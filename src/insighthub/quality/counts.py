"""What is counted for data quality by source and field: how many rows a rule was asked of, and how many failed.

Takes a release, and where it was built from the one before, that one too; gives the temporary table ``counted``
(source, field, rule, rows, failed) and the table ``quality_said``. Both are sums over residents or landed rows. So a
run of changes need not look at everything: it goes on from the counts before, less what was counted of the residents
whom it touched and of the records that changed, as the release before has them, plus what is counted of them now.

A statement reads the release that is built, or the one before where its tables are named ``{of}``; of all residents, or
of those in ``touched`` (``{among}``). ``$sign`` is 1 for what is there now, -1 for what was before. Probabilities are
summed in whole numbers, so that their order does not matter.
"""

from __future__ import annotations

import duckdb

from insighthub.sources.contract import STANDARD_FIELDS

#: Fields in which a record should say of the person what the golden record says.
CONSISTENT_FIELDS = ("given_name", "family_name", "date_of_birth", "sex", "nhs_number", "nino", "upn")
#: Fields whose lack may cost matches. Who has no middle name lacks none, so that is not one of them.
LINKING_FIELDS = (
    "given_name", "family_name", "date_of_birth", "sex", "address", "postcode", "uprn", "phone",
    "mobile", "email", "nhs_number", "nino", "upn",
)  # fmt: skip
_TOUCHED = "SEMI JOIN touched USING (resident_id)"
# A join on three keys looks at every row; what one key alone can be is asked while the rows are read.
_NEAR = "WHERE record_id IN (SELECT record_id FROM member)"
#: What the release before is called where it is looked at.
BEFORE = "release_before"

#: What standardisation makes of a field, where that is not the field of the same name alone. A previous name that is
#: the present one says nothing, and is no fault. Neither is the name of an organisation, or of nobody, that was told to
#: be that. A mobile number in the column of a landline goes to the other field, and the other way round: see
#: ``_USED_BY_OTHER``.
_STANDARDISED = {
    "full_name": "coalesce(family_name, given_name, not_linked_reason)",
    "given_name": "coalesce(given_name, not_linked_reason)",
    "family_name": "coalesce(family_name, not_linked_reason)",
    "previous_family_name": "coalesce(previous_family_name, family_name, not_linked_reason)",
}
#: A number that is in the other field came from there, where the record has a value in that column.
_USED_BY_OTHER = {
    "phone": "m.phone OR (d.mobile IS NOT TRUE AND m.mobile)",
    "mobile": "m.mobile OR (d.phone IS NOT TRUE AND m.phone)",
}
_OF_USE = ", ".join(f"{_STANDARDISED.get(field, field)} IS NOT NULL AS {field}" for field in STANDARD_FIELDS)
_ROWS = ", ".join(f"count(d.{field})" for field in STANDARD_FIELDS)
_FILLED = ", ".join(f"count(*) FILTER (d.{field})" for field in STANDARD_FIELDS)
_INVALID = ", ".join(
    f"count(*) FILTER (d.{field} AND ({_USED_BY_OTHER.get(field, f'm.{field}')}) IS NOT TRUE)"
    for field in STANDARD_FIELDS
)

CREATE = """
CREATE OR REPLACE TEMP TABLE counted (
    source VARCHAR, field VARCHAR, rule VARCHAR, rows BIGINT, failed BIGINT
)
"""
# Completeness and validity of what was delivered: ``delivered`` has a row a record and a flag a field, null where its
# source does not map it. A value that was there and gave nothing is invalid.
_DELIVERED = f"""
INSERT INTO counted
WITH main AS MATERIALIZED (
    SELECT source, record_id, {_OF_USE} FROM {{of}}person_record
    WHERE person = 1 AND coalesce(role, 'main') = 'main' AND record_id IN (SELECT record_id FROM delivered)
),
summed AS (
    SELECT d.source, [{_ROWS}] AS rows, [{_FILLED}] AS filled, [{_INVALID}] AS invalid
    FROM delivered d LEFT JOIN main m ON m.source = d.source AND m.record_id = d.record_id
    GROUP BY d.source
),
told AS (
    SELECT source, unnest({list(STANDARD_FIELDS)}) AS field, unnest(rows) AS rows, unnest(filled) AS filled,
           unnest(invalid) AS invalid
    FROM summed
)
SELECT source, field, 'complete', $sign * rows, $sign * (rows - filled) FROM told WHERE rows > 0
UNION ALL
SELECT source, field, 'valid', $sign * filled, $sign * invalid FROM told WHERE rows > 0
"""

# Whether a record says of its resident what the golden record says, asked only where another record says anything: of
# all that is said, less where one record is alone with it. An initial, and a date that is known in part, say less and
# contradict nothing.
_SAID_ALONE = f"""
CREATE OR REPLACE TEMP TABLE said_alone AS
SELECT resident_id, field, any_value(source) AS source, any_value(rank) AS rank
FROM {{of}}golden_value {{among}}
WHERE field IN {CONSISTENT_FIELDS}
GROUP BY resident_id, field
HAVING count(*) = 1
"""
_SHARED = f"""
INSERT INTO counted
SELECT source, field, 'consistent', $sign * count(*), 0
FROM {{of}}golden_value {{among}}
WHERE field IN {CONSISTENT_FIELDS}
GROUP BY source, field
UNION ALL
SELECT source, field, 'consistent', -$sign * count(*), 0 FROM said_alone GROUP BY source, field
"""
_CONTRADICTS = f"""
INSERT INTO counted
WITH other AS MATERIALIZED (
    SELECT resident_id, field, source, value
    FROM {{of}}golden_value {{among}}
    ANTI JOIN (FROM said_alone WHERE rank > 1) USING (resident_id, field)
    WHERE rank > 1 AND field IN {CONSISTENT_FIELDS}
),
best AS MATERIALIZED (
    SELECT resident_id, field, value FROM {{of}}golden
    WHERE resident_id IN (SELECT resident_id FROM other) AND field IN {CONSISTENT_FIELDS}
)
SELECT o.source, o.field, 'consistent', 0, $sign * count(*)
FROM other o JOIN best g ON g.resident_id = o.resident_id AND g.field = o.field
WHERE NOT (o.field = 'given_name' AND length(o.value) = 1 AND starts_with(g.value, o.value))
  AND NOT (o.field = 'date_of_birth' AND g.value LIKE replace(o.value, 'X', '_'))
GROUP BY o.source, o.field
"""

# What one source holds twice of one resident, beyond the first. A source that holds many records of one person by its
# nature, such as reports or school terms, fails this rule and is none the worse: see docs/how-to/read-data-quality.md.
# One record that names one person twice is one record.
_UNIQUE = """
INSERT INTO counted
WITH member AS MATERIALIZED (SELECT source, record_id, person, resident_id FROM {of}membership {among}),
held AS (SELECT source, resident_id, count(*) AS records FROM member GROUP BY source, resident_id),
named_again AS (
    SELECT source, count(*) - 1 AS times
    FROM member SEMI JOIN (FROM member WHERE person > 1) USING (source, record_id)
    GROUP BY source, record_id, resident_id
    HAVING count(*) > 1
)
SELECT source, 'record', 'unique', $sign * sum(records), $sign * sum(records - 1) FROM held GROUP BY source
UNION ALL
SELECT source, 'record', 'unique', -$sign * sum(times), -$sign * sum(times) FROM named_again GROUP BY source
"""

_FLAGS = " | ".join(
    f"CASE WHEN {field} IS NOT NULL THEN {1 << place} ELSE 0 END" for place, field in enumerate(LINKING_FIELDS)
)
# What person-records of residents say, and how surely they are of their resident, for what the lack of a field costs.
_SAID = f"""
INSERT INTO quality_said
WITH member AS MATERIALIZED (
    SELECT m.source, m.record_id, m.person, r.records = 1 AS alone,
           CASE WHEN r.records > 1 THEN round(m.probability * 1e12)::BIGINT END AS probability
    FROM (FROM {{of}}membership {{among}}) m JOIN {{of}}resident r ON r.resident_id = m.resident_id
),
held AS MATERIALIZED (SELECT source, record_id, person, {_FLAGS} AS flags FROM {{of}}person_record {{near}}),
counted AS (
    SELECT m.source, p.flags, count(*) AS records, count(*) FILTER (m.alone) AS alone,
           count(m.probability) AS likely, coalesce(sum(m.probability), 0) AS probability
    FROM member m JOIN held p ON p.source = m.source AND p.record_id = m.record_id AND p.person = m.person
    GROUP BY m.source, p.flags
),
told AS (
    SELECT *, unnest({list(LINKING_FIELDS)}) AS field, unnest(range({len(LINKING_FIELDS)})) AS place FROM counted
)
SELECT source, field, flags & (1 << place) <> 0 AS said, $sign * sum(records), $sign * sum(alone), $sign * sum(likely),
       $sign * sum(probability)
FROM told
GROUP BY source, field, said
"""
_SUMMED = (
    """
    CREATE OR REPLACE TEMP TABLE summed AS
    SELECT source, field, said, sum(records)::BIGINT AS records, sum(alone)::BIGINT AS alone,
           sum(likely)::BIGINT AS likely, sum(probability)::HUGEINT AS probability
    FROM quality_said GROUP BY source, field, said
    """,
    "DELETE FROM quality_said",
    "INSERT INTO quality_said FROM summed WHERE records <> 0 ORDER BY source, field, said",
    "DROP TABLE summed",
    # What was asked of no value has no share; what was asked of no record was not asked.
    """
    CREATE OR REPLACE TEMP TABLE counted AS
    SELECT source, field, rule, sum(rows)::BIGINT AS rows, sum(failed)::BIGINT AS failed
    FROM counted GROUP BY source, field, rule
    HAVING rule IN ('complete', 'valid') OR sum(rows) > 0
    """,
)


def count_delivered(db: duckdb.DuckDBPyConnection, *, before: bool = False) -> None:
    """Count into ``counted`` what ``delivered`` (source, record_id, a flag a standard field) fills in and is of use.

    With ``before``, it is what the release before had of it, and is taken away.
    """
    of, sign = (f"{BEFORE}.", -1) if before else ("", 1)
    db.execute(_DELIVERED.format(of=of), {"sign": sign})


def count_residents(db: duckdb.DuckDBPyConnection, *, touched: bool = False, before: bool = False) -> None:
    """Count into ``counted`` and ``quality_said`` what records say of all residents, or of those in ``touched``.

    With ``before``, it is what they were in the release before, and is taken away.
    """
    of, sign = (f"{BEFORE}.", -1) if before else ("", 1)
    named = {"of": of, "among": _TOUCHED if touched else "", "near": _NEAR if touched else ""}
    db.execute(_SAID_ALONE.format(**named))
    for statement in (_SHARED, _CONTRADICTS, _UNIQUE, _SAID):
        db.execute(statement.format(**named), {"sign": sign})
    db.execute("DROP TABLE said_alone")


def sum_up(db: duckdb.DuckDBPyConnection) -> None:
    """Make one row of what was counted, taken away and counted before, source by source and field by field."""
    for statement in _SUMMED:
        db.execute(statement)
