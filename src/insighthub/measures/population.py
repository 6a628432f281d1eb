"""Who could be counted: residents on every day that a measure looks at, with age, sex, home and household.

Takes a release's records, ``resident``, ``golden``, ``address`` and ``household_member``, gives temporary tables that
all measures share:

    person          a row a resident who is counted, numbered, as numbers are joined at a fraction of the cost of texts
    member          a row a person-record of a resident
    fact_of         a row a fact that some measure asks for, of a resident
    population      a row a day and resident: age, sex, alive, here, and the number of the postcode
    house_at        a row a day and resident who lives in a household, for the days that measures of households look at
    place_group     which district, sector or area of the settings a postcode is in

On the day of the release the current address and household count. On an earlier day those count that were the last to
have begun (first of all, where the beginning is not known), unless they had ended. Who is thought to have left, nobody
knows when, is taken to have left when they were last seen; an address that began after the current one and is not
current is taken for a mistake. A resident who is hidden counts in
the whole and in no area, for their address is not to be told from anything.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from insighthub.errors import MeasureError
from insighthub.measures.definition import NOT_KNOWN

#: A day that is not known is taken as the middle of the month, a month as the middle of the year.
PERSON = """
CREATE OR REPLACE TEMP TABLE person AS
WITH said AS (
    SELECT resident_id,
           max(value) FILTER (field = 'date_of_birth') AS born,
           max(value) FILTER (field = 'date_of_death') AS died,
           max(value) FILTER (field = 'sex') AS sex
    FROM golden WHERE field IN ('date_of_birth', 'date_of_death', 'sex') GROUP BY resident_id
)
SELECT row_number() OVER (ORDER BY r.resident_id)::INTEGER AS resident, r.resident_id, r.hidden IS NOT NULL AS hidden,
       s.sex, s.died IS NOT NULL AS dead,
       try_cast(replace(replace(s.born, '-XX-', '-07-'), '-XX', '-15') AS DATE) AS born,
       try_cast(replace(replace(s.died, '-XX-', '-07-'), '-XX', '-15') AS DATE) AS died
FROM resident r LEFT JOIN said s USING (resident_id)
ANTI JOIN not_counted USING (resident_id)
"""

MEMBER = """
CREATE OR REPLACE TEMP TABLE member AS
SELECT row_number() OVER ()::INTEGER AS member, p.resident, m.source, m.record_id, m.person, s.changed_on
FROM membership m JOIN person p USING (resident_id)
LEFT JOIN source_record s ON s.source = m.source AND s.record_id = m.record_id
"""

RESIDENT_SOURCE = """
CREATE OR REPLACE TEMP TABLE resident_source AS
SELECT resident, source, count(*) AS records, min(changed_on) AS first_delivered, max(changed_on) AS last_delivered
FROM member GROUP BY resident, source
"""

FACT_OF = """
CREATE OR REPLACE TEMP TABLE fact_of AS
SELECT f.name, f.source, m.resident, m.member, upper(f.value) AS value, f.amount, f.date, f.end_date
FROM fact f JOIN member m ON m.source = f.source AND m.record_id = f.record_id AND m.person = f.person
WHERE list_contains($facts::VARCHAR[], f.name)
"""

PLACE = """
CREATE OR REPLACE TEMP TABLE place_no AS
SELECT row_number() OVER (ORDER BY postcode)::INTEGER AS place, postcode
FROM (SELECT DISTINCT postcode FROM address WHERE postcode IS NOT NULL)
"""

#: Where each resident was from which day to before which, with days on which they were nowhere here between; 0 is a
#: home whose postcode is not known.
HOME_SPAN = """
CREATE OR REPLACE TEMP TABLE home_span AS
WITH begun AS (
    SELECT resident_id, postcode, place_id, to_date, last_seen, is_current,
           coalesce(from_date,
                    CASE WHEN is_current THEN max(coalesce(to_date, last_seen)) FILTER (NOT is_current) OVER each END,
                    DATE '0001-01-01') AS since
    FROM address WINDOW each AS (PARTITION BY resident_id)
),
-- An address that is thought to be wrong, as the current one began before it, is no home.
lived AS (
    SELECT * FROM begun
    QUALIFY is_current
        OR since < coalesce(min(since) FILTER (is_current) OVER (PARTITION BY resident_id), DATE '9999-12-31')
),
since AS (
    SELECT p.resident, a.since,
           arg_max(struct_pack(place := coalesce(n.place, 0), until := a.to_date,
                               left_unseen := CASE WHEN NOT a.is_current THEN a.last_seen END),
                   (a.is_current, coalesce(a.to_date, DATE '9999-12-31'), a.place_id)) AS told
    FROM lived a JOIN person p USING (resident_id) LEFT JOIN place_no n USING (postcode) GROUP BY ALL
),
following AS (
    SELECT resident, since, told.place AS place, next_since,
           coalesce(told.until, CASE WHEN next_since = DATE '9999-12-31' THEN told.left_unseen END,
                    DATE '9999-12-31') AS until
    FROM (
        SELECT *, lead(since, 1, DATE '9999-12-31') OVER (PARTITION BY resident ORDER BY since) AS next_since
        FROM since
    )
)
SELECT resident, since, least(until, next_since) AS until, place FROM following
UNION ALL
SELECT resident, greatest(until, since), next_since, NULL FROM following WHERE until < next_since
UNION ALL
SELECT p.resident, DATE '0001-01-01', coalesce(min(f.since), DATE '9999-12-31'), NULL
FROM person p LEFT JOIN following f USING (resident) GROUP BY p.resident
"""

POPULATION = """
CREATE OR REPLACE TEMP TABLE population AS
WITH day AS (SELECT unnest($days::DATE[]) AS ends),
standing AS (
    SELECT d.ends, h.resident, h.place
    FROM day d JOIN home_span h ON d.ends >= h.since AND d.ends < h.until
    WHERE d.ends < $as_of
    UNION ALL
    SELECT d.ends, p.resident, a.place
    FROM day d CROSS JOIN person p
    LEFT JOIN (
        SELECT c.resident_id, arg_max(coalesce(n.place, 0), (coalesce(from_date, DATE '0001-01-01'), place_id)) AS place
        FROM address c LEFT JOIN place_no n USING (postcode) WHERE is_current GROUP BY ALL
    ) a USING (resident_id)
    WHERE d.ends >= $as_of
)
SELECT s.ends, s.resident, p.sex, date_sub('year', p.born, s.ends)::SMALLINT AS age,
       coalesce(p.born <= s.ends, TRUE) AND (NOT p.dead OR coalesce(p.died > s.ends, FALSE)) AS is_alive,
       s.place IS NOT NULL AS is_here,
       CASE WHEN NOT p.hidden THEN s.place END AS place
FROM standing s JOIN person p USING (resident)
"""

HOUSE_AT = """
CREATE OR REPLACE TEMP TABLE house_at AS
WITH day AS (SELECT unnest($days::DATE[]) AS ends)
SELECT d.ends, p.resident,
       arg_max(h.household_id, (h.is_current, coalesce(h.from_date, DATE '0001-01-01'), h.household_id)) AS household_id
FROM household_member h JOIN person p USING (resident_id)
JOIN day d ON CASE WHEN d.ends >= $as_of THEN h.is_current
    ELSE coalesce(h.from_date <= d.ends, TRUE) AND coalesce(h.to_date > d.ends, TRUE) END
GROUP BY ALL
"""

PLACE_GROUP = """
CREATE OR REPLACE TEMP TABLE place_group AS
WITH outward AS (
    SELECT place, postcode, split_part(postcode, ' ', 1) AS district, split_part(postcode, ' ', 2) AS inward
    FROM place_no
)
SELECT 'postcode_district' AS "by", place, district AS group_value FROM outward WHERE inward <> ''
UNION ALL
SELECT 'postcode_sector', place, district || ' ' || inward[1] FROM outward WHERE inward <> ''
UNION ALL
SELECT a.kind, p.place, a.area FROM place_no p JOIN given_area a ON a.code = replace(p.postcode, ' ', '')
"""


def read_areas(areas: Mapping[str, Path]) -> pa.Table:
    """Return look-ups of areas as one table: kind, code (a postcode without spaces), area.

    Each file is a CSV with a header. Its first column is the postcode and its second the area.

    Raises:
        MeasureError: a file is missing, is no such table, or puts one postcode in two areas.
    """
    rows: dict[tuple[str, str], str] = {}
    for kind, path in areas.items():
        for line, row in enumerate(_lines(path), start=1):
            if line == 1 or not any(cell.strip() for cell in row):
                continue
            if len(row) < 2 or not row[0].strip() or not row[1].strip():
                raise MeasureError(
                    f"a row of the areas {kind} is not a postcode and an area",
                    remedy="Give each postcode in the first column, and its area in the second",
                    file=path,
                    row=line,
                )
            area = row[1].strip()
            if area == NOT_KNOWN or rows.setdefault((kind, "".join(row[0].upper().split())), area) != area:
                raise MeasureError(
                    f"a postcode is in two areas of {kind}, or its area is called '{NOT_KNOWN}'",
                    remedy="Give each postcode one area",
                    file=path,
                    row=line,
                )
    kinds, codes = zip(*rows, strict=True) if rows else ((), ())
    texts = [pa.array(column, pa.string()) for column in (kinds, codes, list(rows.values()))]
    return pa.Table.from_arrays(texts, names=["kind", "code", "area"])


def _lines(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            return list(csv.reader(handle))
    except (OSError, ValueError, csv.Error):
        raise MeasureError(
            "the look-up of areas cannot be read", remedy="Check that it is there, and is a CSV in UTF-8", file=path
        ) from None
