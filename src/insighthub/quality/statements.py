"""The statements that measure data quality, each one step.

``linked`` holds the person-records of residents with what linkage made of them. Names of columns that are filled in are
those of standard fields, which come from the contract's model and not from data.
"""

#: Fields that the record should have of the person as the golden record has them.
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
    delivered_on DATE,             -- day of the last run that landed something new or changed
    days_since INTEGER,
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

#: Completeness and validity of one field. A value that was there and gave nothing is invalid.
DELIVERED = """
INSERT INTO quality
WITH main AS (
    SELECT record_id, {standard} AS value
    FROM person_record WHERE source = $source AND coalesce(role, 'main') = 'main'
    QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY person) = 1
),
counted AS (
    SELECT count(*) AS rows, count(*) FILTER (d."{field}") AS filled,
           count(*) FILTER (d."{field}" AND m.value IS NULL) AS invalid
    FROM delivered d LEFT JOIN main m USING (record_id)
)
SELECT $source, $field, 'complete', rows, rows - filled, filled / nullif(rows, 0) FROM counted
UNION ALL
SELECT $source, $field, 'valid', filled, invalid, 1 - invalid / nullif(filled, 0) FROM counted
"""

LINKED = """
CREATE OR REPLACE TEMP TABLE linked AS
WITH size AS (SELECT resident_id, count(*) AS records FROM membership GROUP BY resident_id)
SELECT m.resident_id, m.probability, s.records = 1 AS alone, p.*
FROM membership m JOIN size s USING (resident_id)
JOIN person_record p ON p.source = m.source AND p.record_id = m.record_id AND p.person = m.person
"""

#: Whether a record says of its resident what the golden record says, asked only where another record says anything.
CONSISTENT = f"""
INSERT INTO quality
WITH said AS (
    UNPIVOT (SELECT resident_id, source, {", ".join(CONSISTENT_FIELDS)} FROM linked)
    ON {", ".join(CONSISTENT_FIELDS)} INTO NAME field VALUE value
),
-- A field that one record alone fills in agrees with nothing.
shared AS (
    SELECT *, count(*) OVER (PARTITION BY resident_id, field) AS said_by FROM said
),
counted AS (
    SELECT s.source, s.field, count(*) AS rows, count(*) FILTER (s.value <> g.value) AS failed
    FROM shared s JOIN golden g ON g.resident_id = s.resident_id AND g.field = s.field
    WHERE s.said_by > 1
    GROUP BY s.source, s.field
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

#: What one source holds twice of one resident, beyond the first.
UNIQUE = """
INSERT INTO quality
WITH held AS (SELECT source, resident_id, count(DISTINCT record_id) AS records FROM membership GROUP BY ALL),
counted AS (SELECT source, sum(records)::BIGINT AS rows, sum(records - 1)::BIGINT AS failed FROM held GROUP BY source)
SELECT source, 'record', 'unique', rows, failed, 1 - failed / rows FROM counted
"""

SOURCE = """
INSERT INTO quality_source
SELECT source, count(*), max(changed_on), date_diff('day', max(changed_on), $as_of::DATE),
       median(date_diff('day', day, $as_of::DATE)), count(*) FILTER (day IS NULL),
       count(*) FILTER (changed_on >= $as_of::DATE - INTERVAL 1 YEAR) / count(*)
FROM record_day GROUP BY source
"""

TREND = """
INSERT INTO quality_trend SELECT $run_id, $as_of, source, field, rule, share FROM quality
"""

#: What the lack of one field goes with, source by source.
LINKAGE = """
INSERT INTO quality_linkage
WITH counted AS (
    SELECT source,
           count("{field}") AS rows_with,
           count(*) FILTER ("{field}" IS NOT NULL AND alone) AS alone_with,
           avg(probability) FILTER ("{field}" IS NOT NULL AND NOT alone) AS probability_with,
           count(*) FILTER ("{field}" IS NULL) AS rows_without,
           count(*) FILTER ("{field}" IS NULL AND alone) AS alone_without,
           avg(probability) FILTER ("{field}" IS NULL AND NOT alone) AS probability_without
    FROM linked GROUP BY source
)
SELECT source, $field, rows_with, alone_with, probability_with, rows_without, alone_without, probability_without,
       CASE WHEN rows_with > 0 THEN greatest(0, alone_without - rows_without * alone_with / rows_with) END
FROM counted
"""
