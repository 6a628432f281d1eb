"""Who could be counted: residents on every day that a measure looks at, with age, sex, home and household.

Takes a release's records, ``resident``, ``golden``, ``address`` and ``household_member``, gives temporary tables that
all measures share:

    person           a row a resident who is counted, numbered, as numbers are joined at a fraction of the cost of texts
    member           a row a person-record of a resident
    resident_source  a row a resident and source that knows them
    fact_of          a row a fact that some measure asks for, of a resident
    stay             a row a resident and time at one home, or at none here
    place_group      which district, sector or area of the settings a postcode is in
    house_at         a row a day and resident who lives in a household, for the days that measures of households look at
    crowd            how many residents of each age and sex are alive on a day, here or not, by area
    held             how many records the sources hold of those of each age and sex who are alive on a day

Nothing has a row for every resident on every day. Most whom a measure counts of are told from ``crowd``, where they
are counted once for all measures; only those who meet its conditions are looked up one by one, in ``stay``.

On the day of the release the current address and household count. On an earlier day those count that were the last to
have begun (first of all, where the beginning is not known), unless they had ended. Who is thought to have left, nobody
knows when, is taken to have left when they were last seen; an address that began after the current one and is not
current is taken for a mistake. A resident who is hidden counts in the whole and in no area, for their address is not to
be told from anything.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from insighthub.errors import MeasureError
from insighthub.measures.definition import NOT_KNOWN

#: A day that is not known is taken as the middle of the month, a month as the middle of the year. Who has died, nobody
#: knows when, is taken to have died before every day.
PERSON = """
CREATE OR REPLACE TEMP TABLE person AS
WITH said AS (
    SELECT resident_id,
           max(value) FILTER (field = 'date_of_birth') AS born,
           max(value) FILTER (field = 'date_of_death') AS died,
           max(value) FILTER (field = 'sex') AS sex
    FROM golden WHERE field IN ('date_of_birth', 'date_of_death', 'sex') GROUP BY resident_id
),
counted AS (
    SELECT row_number() OVER ()::INTEGER AS resident, resident_id, hidden IS NOT NULL AS hidden
    FROM resident ANTI JOIN not_counted USING (resident_id)
)
SELECT c.resident, c.resident_id, c.hidden, s.sex,
       try_cast(replace(replace(s.born, '-XX-', '-07-'), '-XX', '-15') AS DATE) AS born,
       CASE WHEN s.died IS NOT NULL
           THEN coalesce(try_cast(replace(replace(s.died, '-XX-', '-07-'), '-XX', '-15') AS DATE), DATE '0001-01-01')
       END AS died
FROM counted c LEFT JOIN said s USING (resident_id)
"""

MEMBER = """
CREATE OR REPLACE TEMP TABLE member AS
SELECT p.resident, m.source, m.record_id, m.person, m.changed_on
FROM (
    SELECT m.resident_id, m.source, m.record_id, m.person, s.changed_on
    FROM membership m LEFT JOIN source_record s ON s.source = m.source AND s.record_id = m.record_id
) m JOIN person p USING (resident_id)
"""

RESIDENT_SOURCE = """
CREATE OR REPLACE TEMP TABLE resident_source AS
SELECT resident, source, count(*)::INTEGER AS records,
       min(changed_on) AS first_delivered, max(changed_on) AS last_delivered
FROM member GROUP BY resident, source
"""

#: A person-record is known by the row that it has in ``member``.
FACT_OF = """
CREATE OR REPLACE TEMP TABLE fact_of AS
SELECT f.name, f.source, m.resident, m.rowid AS member, m.changed_on, upper(f.value) AS value, f.amount, f.date,
       f.end_date
FROM fact f JOIN member m ON m.source = f.source AND m.record_id = f.record_id AND m.person = f.person
WHERE list_contains($facts::VARCHAR[], f.name)
"""

#: In the order of postcodes: of a household that is in several, the first counts.
PLACE = """
CREATE OR REPLACE TEMP TABLE place_no AS
SELECT row_number() OVER (ORDER BY postcode)::INTEGER AS place, postcode
FROM (SELECT DISTINCT postcode FROM address WHERE postcode IS NOT NULL)
"""

#: A day as a number, 20260228, so that an age is a subtraction and a division. On 28 February of a common year whoever
#: was born on a 29 February is a year older, as for DuckDB.
_NUMBER = "(year({0}) * 10000 + month({0}) * 100 + day({0}))::INTEGER"
TODAY = f"""{_NUMBER.format("ends")} + (strftime(ends, '%m%d') = '0228' AND last_day(ends) = ends)::INTEGER"""
DAY = f"day AS (SELECT ends, {TODAY} AS today FROM (SELECT unnest($days::DATE[]) AS ends))"
#: Of a row of ``stay`` on one day: whether it tells of it, and whether they are alive then, and of which age.
STANDS = "ends >= since AND ends < until"
ALIVE = "coalesce(born <= today, TRUE) AND coalesce(died > ends, TRUE)"
AGE = "((today - born) // 10000)::SMALLINT"

#: Where each resident was from which day to before which: whether here, and in which postcode; 0 is one that is not
#: known, and null that of a hidden resident or of nowhere here. On one day a resident has one row; times before the
#: first of the days and after the last are left out. Of the resident it has what is asked with every row.
#: Most have one address, where they are now, and only the others' have to be put in order.
STAY = f"""
CREATE OR REPLACE TEMP TABLE stay AS
WITH home AS (
    SELECT p.resident, coalesce(n.place, 0) AS place, a.place_id, a.from_date, a.to_date, a.last_seen, a.is_current
    FROM address a JOIN person p USING (resident_id) LEFT JOIN place_no n USING (postcode)
),
of_each AS (
    SELECT resident, max(coalesce(to_date, last_seen)) FILTER (NOT is_current) AS left_by,
           min(from_date) FILTER (is_current) AS here_since,
           bool_or(is_current AND from_date IS NULL) AS here_undated,
           count(*) = 1 AND bool_and(is_current AND to_date IS NULL) AS is_settled
    FROM home GROUP BY resident
),
begun AS (
    SELECT h.resident, h.place, h.place_id, h.to_date, h.last_seen, h.is_current, e.is_settled,
           coalesce(h.from_date, CASE WHEN h.is_current THEN e.left_by END, DATE '0001-01-01') AS since,
           least(e.here_since, CASE WHEN e.here_undated THEN coalesce(e.left_by, DATE '0001-01-01') END) AS now_since
    FROM home h JOIN of_each e USING (resident)
),
settled AS (SELECT resident, least(since, $as_of::DATE) AS since, place FROM begun WHERE is_settled),
other AS (SELECT resident FROM person ANTI JOIN settled USING (resident)),
-- An address that is thought to be wrong, as the current one began before it, is no home.
since AS (
    SELECT resident, since,
           arg_max(struct_pack(place := place, until := to_date,
                               left_unseen := CASE WHEN NOT is_current THEN last_seen END),
                   (is_current, coalesce(to_date, DATE '9999-12-31'), place_id)) AS told
    FROM begun WHERE NOT is_settled AND (is_current OR since < coalesce(now_since, DATE '9999-12-31')) GROUP BY ALL
),
following AS (
    SELECT resident, since, told.place AS place, next_since,
           coalesce(told.until, CASE WHEN next_since = DATE '9999-12-31' THEN told.left_unseen END,
                    DATE '9999-12-31') AS until
    FROM (
        SELECT *, lead(since, 1, DATE '9999-12-31') OVER (PARTITION BY resident ORDER BY since) AS next_since
        FROM since
    )
),
earlier AS (
    SELECT resident, since, least(until, next_since) AS until, TRUE AS is_here, place FROM following
    UNION ALL
    SELECT resident, greatest(until, since), next_since, FALSE, NULL FROM following WHERE until < next_since
    UNION ALL
    SELECT o.resident, DATE '0001-01-01', coalesce(min(f.since), DATE '9999-12-31'), FALSE, NULL
    FROM other o LEFT JOIN following f USING (resident) GROUP BY o.resident
),
now AS (
    SELECT resident, arg_max(place, (coalesce(from_date, DATE '0001-01-01'), place_id)) AS place
    FROM home SEMI JOIN other USING (resident) WHERE is_current GROUP BY resident
),
stood AS (
    SELECT resident, since, DATE '9999-12-31' AS until, TRUE AS is_here, place FROM settled
    UNION ALL
    SELECT resident, DATE '0001-01-01', since, FALSE, NULL FROM settled
    UNION ALL
    SELECT resident, since, least(until, $as_of::DATE), is_here, place FROM earlier
    UNION ALL
    SELECT o.resident, $as_of::DATE, DATE '9999-12-31', n.resident IS NOT NULL, n.place
    FROM other o LEFT JOIN now n USING (resident)
)
SELECT s.resident, p.sex, {_NUMBER.format("p.born")} AS born, p.died, s.since, s.until, s.is_here,
       CASE WHEN NOT p.hidden THEN s.place END AS place
FROM stood s JOIN person p USING (resident)
WHERE s.since < s.until AND s.since <= list_max($days::DATE[]) AND s.until > list_min($days::DATE[])
"""

HOUSE_AT = f"""
CREATE OR REPLACE TEMP TABLE house_at AS
WITH {DAY},
housed AS (
    SELECT d.ends, d.today, p.resident,
           arg_max(h.household_id,
                   (h.is_current, coalesce(h.from_date, DATE '0001-01-01'), h.household_id)) AS household_id
    FROM household_member h JOIN person p USING (resident_id)
    JOIN day d ON CASE WHEN d.ends >= $as_of THEN h.is_current
        ELSE coalesce(h.from_date <= d.ends, TRUE) AND coalesce(h.to_date > d.ends, TRUE) END
    GROUP BY ALL
)
SELECT ends, resident, household_id, sex, {AGE} AS age, {ALIVE} AS is_alive, is_here, place
FROM housed JOIN stay USING (resident) WHERE {STANDS}
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

KNOWN = "known AS (SELECT DISTINCT resident FROM resident_source WHERE list_contains($known_to::VARCHAR[], source))"

#: Of whom measures count: whoever is known to one of some sources, or everybody where none is named. ``by`` is a kind
#: of area, or none.
CROWDS = """
CREATE OR REPLACE TEMP TABLE crowd (
    known_to VARCHAR[], "by" VARCHAR, ends DATE, is_here BOOLEAN, sex VARCHAR, age SMALLINT, area VARCHAR,
    residents INTEGER
)
"""

#: Most stay where they are from the first of the days to the last, so that all who were born on one day are taken
#: together before their age is told for each of these days.
CROWD = f"""
INSERT INTO crowd
WITH {DAY},
{KNOWN},
alike AS (
    SELECT s.sex, s.born, s.is_here, g.group_value AS area, greatest(s.since, list_min($days::DATE[])) AS since,
           least(s.until, s.died, list_max($days::DATE[]) + 1) AS until, count(*)::INTEGER AS residents
    FROM stay s LEFT JOIN place_group g ON g."by" = $by AND g.place = s.place
    WHERE len($known_to::VARCHAR[]) = 0 OR s.resident IN (FROM known)
    GROUP BY ALL
)
SELECT $known_to, $by, ends, is_here, sex, {AGE}, area, sum(residents)
FROM alike JOIN day ON {STANDS} WHERE coalesce(born <= today, TRUE)
GROUP BY ALL
"""

#: What sources hold of those whom measures count of.
HELDS = """
CREATE OR REPLACE TEMP TABLE held (
    known_to VARCHAR[], ends DATE, is_here BOOLEAN, sex VARCHAR, age SMALLINT, source VARCHAR, records BIGINT,
    residents BIGINT, first_delivered DATE, last_delivered DATE
)
"""
HELD = f"""
INSERT INTO held
WITH {DAY},
{KNOWN},
alive AS (
    SELECT ends, resident, is_here, sex, {AGE} AS age FROM day JOIN stay ON {STANDS}
    WHERE {ALIVE} AND (len($known_to::VARCHAR[]) = 0 OR resident IN (FROM known))
)
SELECT $known_to, a.ends, a.is_here, a.sex, a.age, r.source, sum(r.records), count(*), min(r.first_delivered),
       max(r.last_delivered)
FROM alive a JOIN resident_source r ON r.resident = a.resident
GROUP BY ALL
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
