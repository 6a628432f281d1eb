"""The tables of data quality, and the statements that write those which are made of counts, each one step.

What is counted by source and field, and can be counted on from run to run, is in ``counts``.
"""

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
CREATE TABLE IF NOT EXISTS quality_said (
    source VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    said BOOLEAN NOT NULL,                 -- what quality_linkage is made of: those that have the field, those without
    records BIGINT NOT NULL,               -- linkable person-records
    alone BIGINT NOT NULL,                 -- of these, how many are their resident's only record
    likely BIGINT NOT NULL,                -- of those that are not, how many have a probability
    probability HUGEINT NOT NULL           -- the sum of these probabilities, in million millionths
);
"""

#: What is made of the counts of the rules that are asked of values and records: their shares.
QUALITY = """
INSERT INTO quality
SELECT source, field, rule, rows, failed,
       CASE WHEN rule = 'complete' THEN (rows - failed) / nullif(rows, 0) ELSE 1 - failed / nullif(rows, 0) END
FROM counted
ORDER BY source, rule, field
"""

#: The day as of which each record speaks, of those that are dated by anything: its own dates and those of its facts, up
#: to today, or a change that was seen.
RECORD_DAY = """
CREATE OR REPLACE TEMP TABLE record_day AS
WITH held AS (
    SELECT source, record_id, try_cast(valid_from AS DATE) AS starts, try_cast(valid_to AS DATE) AS ends
    FROM person_record WHERE valid_from IS NOT NULL OR valid_to IS NOT NULL
),
told AS (
    SELECT source, record_id, starts AS one, ends AS other FROM held
    UNION ALL
    SELECT source, record_id, date, end_date FROM fact WHERE date IS NOT NULL OR end_date IS NOT NULL
),
dated AS (
    SELECT source, record_id,
           greatest(CASE WHEN one <= $as_of THEN one END, CASE WHEN other <= $as_of THEN other END) AS day
    FROM told
    UNION ALL
    SELECT source, record_id, changed_on FROM source_record WHERE changed_on > first_seen
)
SELECT source, max(day) AS day FROM dated WHERE day IS NOT NULL GROUP BY source, record_id
"""

TIMELY = """
INSERT INTO quality
WITH held AS (SELECT DISTINCT source FROM source_record),
counted AS (
    SELECT source, count(*) AS rows, count(*) FILTER (day < $as_of::DATE - INTERVAL 1 YEAR) AS failed
    FROM record_day GROUP BY source
)
SELECT source, 'record', 'timely', coalesce(c.rows, 0), coalesce(c.failed, 0), 1 - c.failed / c.rows
FROM held LEFT JOIN counted c USING (source)
ORDER BY source
"""

SOURCE = """
INSERT INTO quality_source
WITH held AS (
    SELECT source, count(*) AS records, count(*) FILTER (changed_on >= $as_of::DATE - INTERVAL 1 YEAR) AS changed
    FROM source_record GROUP BY source
),
aged AS (
    SELECT source, count(*) AS dated, median(date_diff('day', day, $as_of::DATE)) AS median_age_days
    FROM record_day GROUP BY source
)
SELECT h.source, h.records, s.landed_file, s.contract, s.delivered_on,
       date_diff('day', s.delivered_on, $as_of::DATE), a.median_age_days, h.records - coalesce(a.dated, 0),
       h.changed / h.records
FROM held h LEFT JOIN aged a USING (source) LEFT JOIN source s USING (source)
ORDER BY h.source
"""

QUARANTINE = "INSERT INTO quality_quarantine SELECT source, reason, count(*) FROM quarantine GROUP BY source, reason"

TREND = """
INSERT INTO quality_trend SELECT $run_id, $as_of, source, field, rule, share FROM quality
"""

#: What the lack of each field goes with, source by source.
LINKAGE = """
INSERT INTO quality_linkage
WITH known AS (
    SELECT source, field,
           coalesce(sum(records) FILTER (said), 0)::BIGINT AS rows_with,
           coalesce(sum(alone) FILTER (said), 0)::BIGINT AS alone_with,
           sum(probability) FILTER (said) / 1e12 / nullif(sum(likely) FILTER (said), 0) AS probability_with,
           coalesce(sum(records) FILTER (NOT said), 0)::BIGINT AS rows_without,
           coalesce(sum(alone) FILTER (NOT said), 0)::BIGINT AS alone_without,
           sum(probability) FILTER (NOT said) / 1e12 / nullif(sum(likely) FILTER (NOT said), 0) AS probability_without
    FROM quality_said GROUP BY source, field
)
SELECT source, field, rows_with, alone_with, round(probability_with, 9), rows_without, alone_without,
       round(probability_without, 9),
       CASE WHEN rows_with > 0 THEN greatest(0, alone_without - rows_without * alone_with / rows_with) END
FROM known
ORDER BY source, field
"""
