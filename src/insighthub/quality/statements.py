"""The statements that measure data quality, each one step.

Names of columns that are filled in are those of standard fields, which come from the contract's model and not from
data.
"""

from collections.abc import Collection

#: Fields in which a record should say of the person what the golden record says.
CONSISTENT_FIELDS = ("given_name", "family_name", "date_of_birth", "sex", "nhs_number", "nino", "upn")
#: Fields whose lack may cost matches.
LINKING_FIELDS = (
    "given_name", "middle_names", "family_name", "date_of_birth", "sex", "address", "postcode", "uprn", "phone",
    "mobile", "email", "nhs_number", "nino", "upn",
)  # fmt: skip

CREATE = """
CREATE TABLE IF NOT EXISTS quality (
    source VARCHAR NOT NULL,
    field VARCHAR NOT NULL,        -- record: the record as a whole
    rule VARCHAR NOT NULL,         -- complete, valid, consistent, timely, unique
    rows BIGINT NOT NULL,          -- that the rule was asked of
    failed BIGINT NOT NULL,
    share DOUBLE                   -- that kept the rule; null where it was asked of none
);
CREATE TABLE IF NOT EXISTS quality_trend (
    run_id VARCHAR NOT NULL,
    as_of DATE NOT NULL,
    source VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    share DOUBLE
);
CREATE TABLE IF NOT EXISTS quality_source (
    source VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    landed_file VARCHAR,           -- what was measured: the landed file,
    contract VARCHAR,              -- and the hash of the contract
    delivered_on DATE,             -- day of the run that first landed it
    days_since INTEGER,            -- from then to the day of the release
    median_age_days DOUBLE,        -- of the days as of which records speak
    undated BIGINT NOT NULL,       -- records that are dated by nothing
    changed_in_a_year DOUBLE       -- share of records that were new or changed in the last year
);
CREATE TABLE IF NOT EXISTS quality_quarantine (
    source VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    rows BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS quality_linkage (
    source VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    rows_with BIGINT NOT NULL,             -- linkable person-records that have the field
    alone_with BIGINT NOT NULL,            -- of these, how many are their resident's only record
    probability_with DOUBLE,               -- mean probability of those that are not alone
    rows_without BIGINT NOT NULL,
    alone_without BIGINT NOT NULL,
    probability_without DOUBLE,
    matches_missed DOUBLE                  -- more alone than if as often as with it
);
"""

#: What standardisation makes of a mapped field, where that is not the field of the same name alone. A previous name
#: that is the present one says nothing, and is no fault. Neither is the name of an organisation, or of nobody, that was
#: told to be that. ``m`` is the person, ``d`` what was delivered.
STANDARDISED = {
    "full_name": "coalesce(m.family_name, m.given_name, m.not_linked_reason)",
    "given_name": "coalesce(m.given_name, m.not_linked_reason)",
    "family_name": "coalesce(m.family_name, m.not_linked_reason)",
    "previous_family_name": "coalesce(m.previous_family_name, m.family_name, m.not_linked_reason)",
}
#: A mobile number in the column of a landline goes to the other field, and the other way round.
OTHER_NUMBER = {"phone": "mobile", "mobile": "phone"}


def standardised(field: str, mapped: Collection[str]) -> str:
    """Return what standardisation made of a mapped field, in SQL.

    Args:
        field: the standard field.
        mapped: all fields that the contract maps.
    """
    if (other := OTHER_NUMBER.get(field)) is None:
        return STANDARDISED.get(field, f"m.{field}")
    taken = f"CASE WHEN NOT d.{other} THEN m.{other} END" if other in mapped else f"m.{other}"
    return f"coalesce(m.{field}, {taken})"


#: Completeness and validity of the fields of one source. A value that was there and gave nothing is invalid. ``told``
#: is, for each field in turn, how many records have a value, and how many of these gave none of use.
DELIVERED = """
INSERT INTO quality
WITH main AS (
    SELECT * FROM person_record WHERE source = $source AND person = 1 AND coalesce(role, 'main') = 'main'
),
counted AS (
    SELECT count(*) AS rows, {filled} AS filled, {invalid} AS invalid
    FROM delivered d LEFT JOIN main m USING (record_id)
),
told AS (
    SELECT rows, unnest($fields::VARCHAR[]) AS field, unnest(filled) AS filled, unnest(invalid) AS invalid FROM counted
)
SELECT $source, field, 'complete', rows, rows - filled, filled / nullif(rows, 0) FROM told
UNION ALL
SELECT $source, field, 'valid', filled, invalid, 1 - invalid / nullif(filled, 0) FROM told
"""

#: Whether a record says of its resident what the golden record says, asked only where another record says anything. An
#: initial, and a date that is known in part, say less and contradict nothing.
CONSISTENT = f"""
INSERT INTO quality
WITH said AS (
    SELECT v.resident_id, v.field, v.source,
           v.rank = 1
           OR (v.field = 'given_name' AND length(v.value) = 1 AND starts_with(g.value, v.value))
           OR (v.field = 'date_of_birth' AND g.value LIKE replace(v.value, 'X', '_')) AS agrees
    FROM golden_value v JOIN golden g USING (resident_id, field)
    WHERE v.field IN {CONSISTENT_FIELDS}
),
shared AS (SELECT resident_id, field FROM said GROUP BY resident_id, field HAVING count(*) > 1),
counted AS (
    SELECT source, field, count(*) AS rows, count(*) FILTER (NOT agrees) AS failed
    FROM said SEMI JOIN shared USING (resident_id, field)
    GROUP BY source, field
)
SELECT source, field, 'consistent', rows, failed, 1 - failed / rows FROM counted
"""

#: The day as of which each record speaks: its own dates and those of its facts, up to today, or a change that was seen.
RECORD_DAY = """
CREATE OR REPLACE TEMP TABLE record_day AS
WITH told AS (
    SELECT source, record_id, unnest([try_cast(valid_from AS DATE), try_cast(valid_to AS DATE)]) AS day
    FROM person_record
    UNION ALL
    SELECT source, record_id, unnest([date, end_date]) FROM fact
),
newest AS (SELECT source, record_id, max(day) AS day FROM told WHERE day <= $as_of GROUP BY source, record_id)
SELECT s.source, s.record_id, s.first_seen, s.changed_on,
       greatest(n.day, CASE WHEN s.changed_on > s.first_seen THEN s.changed_on END) AS day
FROM source_record s LEFT JOIN newest n USING (source, record_id)
"""

TIMELY = """
INSERT INTO quality
WITH counted AS (
    SELECT source, count(day) AS rows, count(*) FILTER (day < $as_of::DATE - INTERVAL 1 YEAR) AS failed
    FROM record_day GROUP BY source
)
SELECT source, 'record', 'timely', rows, failed, 1 - failed / nullif(rows, 0) FROM counted
"""

#: What one source holds twice of one resident, beyond the first. A source that holds many records of one person by its
#: nature, such as reports or school terms, fails this rule and is none the worse: see docs/how-to/read-data-quality.md.
UNIQUE = """
INSERT INTO quality
WITH held AS (SELECT source, resident_id, count(DISTINCT record_id) AS records FROM membership GROUP BY ALL),
counted AS (SELECT source, sum(records)::BIGINT AS rows, sum(records - 1)::BIGINT AS failed FROM held GROUP BY source)
SELECT source, 'record', 'unique', rows, failed, 1 - failed / rows FROM counted
"""

SOURCE = """
INSERT INTO quality_source
WITH dated AS (
    SELECT source, count(*) AS records, median(date_diff('day', day, $as_of::DATE)) AS median_age_days,
           count(*) FILTER (day IS NULL) AS undated,
           count(*) FILTER (changed_on >= $as_of::DATE - INTERVAL 1 YEAR) / count(*) AS changed_in_a_year
    FROM record_day GROUP BY source
)
SELECT d.source, d.records, s.landed_file, s.contract, s.delivered_on,
       date_diff('day', s.delivered_on, $as_of::DATE), d.median_age_days, d.undated, d.changed_in_a_year
FROM dated d LEFT JOIN source s USING (source)
"""

QUARANTINE = "INSERT INTO quality_quarantine SELECT source, reason, count(*) FROM quarantine GROUP BY source, reason"

TREND = """
INSERT INTO quality_trend SELECT $run_id, $as_of, source, field, rule, share FROM quality
"""

_HAS = "count(p.{0})"
_ALONE_WITH = "count(*) FILTER (p.{0} IS NOT NULL AND r.records = 1)"
_ALONE_WITHOUT = "count(*) FILTER (p.{0} IS NULL AND r.records = 1)"
# Rounded, as the last digits of a mean depend on the order in which threads add up.
_SURE_WITH = "round(avg(m.probability) FILTER (p.{0} IS NOT NULL AND r.records > 1), 9)"
_SURE_WITHOUT = "round(avg(m.probability) FILTER (p.{0} IS NULL AND r.records > 1), 9)"


def _each_field(expression: str) -> str:
    """Return the list of one expression for every linking field in turn, in SQL."""
    return f"[{', '.join(expression.format(field) for field in LINKING_FIELDS)}]"


#: What the lack of each field goes with, source by source.
LINKAGE = f"""
INSERT INTO quality_linkage
WITH counted AS (
    SELECT m.source, count(*) AS rows,
           {_each_field(_HAS)} AS rows_with,
           {_each_field(_ALONE_WITH)} AS alone_with,
           {_each_field(_SURE_WITH)} AS probability_with,
           {_each_field(_ALONE_WITHOUT)} AS alone_without,
           {_each_field(_SURE_WITHOUT)} AS probability_without
    FROM membership m JOIN resident r USING (resident_id) JOIN person_record p USING (source, record_id, person)
    GROUP BY m.source
),
told AS (
    SELECT source, unnest({list(LINKING_FIELDS)}) AS field, rows,
           unnest(rows_with) AS rows_with, unnest(alone_with) AS alone_with,
           unnest(probability_with) AS probability_with,
           unnest(alone_without) AS alone_without, unnest(probability_without) AS probability_without
    FROM counted
)
SELECT source, field, rows_with, alone_with, probability_with, rows - rows_with, alone_without, probability_without,
       CASE WHEN rows_with > 0 THEN greatest(0, alone_without - (rows - rows_with) * alone_with / rows_with) END
FROM told
"""
