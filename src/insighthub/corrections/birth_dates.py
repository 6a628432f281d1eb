"""Corrections of dates of birth: a slip in one source against the agreement of others, a default, or none.

Takes the temporary tables of ``gather``, adds rows to ``proposal``.

How sure: every source slips in its own share of records, learned where two other sources agree (``correction_slip``).
With e that share and c the chance that two slips give the same date, the odds for what n others say against what the
record says are, as in Bayes' rule with sources that slip independently,

    prod over others (1 - e_i) / e_i  x  1 / c^(n - 1)  x  e / (1 - e)

The chance that a slip gives just this date from that one is on both sides: swapped days and months, and digits, go both
ways. It is left out, too, of 1 January for another day, where it speaks for the others.

A record without a date, or with its system's default, says nothing against the others; then the odds are of the
others' word against none. What remains is that the record may be somebody else's: the probability is multiplied by
that of its link. A date that is another altogether is no slip but a sign of a wrong link, so that nothing is
proposed.
"""

from __future__ import annotations

import duckdb

#: Chance that two slips give the same wrong date: swapped day and month is the only slip that repeats itself.
_SAME_SLIP = 0.1
_MEANT_TO_HOLD = 0.4  # of its main people: a source that has fewer dates does without, as the electoral register does
_PRIOR_RECORDS = 50  # a source of which little is known slips as the mean of all does

_LEARN = f"""
INSERT INTO correction_slip
WITH said AS (
    SELECT m.resident_id, p.source, p.date_of_birth AS value, count(*) AS records
    FROM membership m JOIN person_record p ON p.source = m.source AND p.record_id = m.record_id AND p.person = m.person
    JOIN service s ON s.source = p.source
    WHERE p.date_of_birth IS NOT NULL AND NOT contains(p.date_of_birth, 'X') AND NOT s.locked
    GROUP BY ALL
),
-- Sources that say each value, and how many values the resident has.
votes AS (SELECT resident_id, value, count(*) AS sources FROM said GROUP BY ALL),
agreed AS (
    SELECT s.source, s.records, s.value <> v.value AS is_wrong
    FROM said s
    JOIN votes v ON v.resident_id = s.resident_id AND v.sources - (v.value = s.value)::INTEGER >= 2
),
counted AS (
    SELECT source, sum(records) AS records, coalesce(sum(records) FILTER (is_wrong), 0) AS wrong
        FROM agreed GROUP BY source
),
filled AS (
    SELECT source, count(date_of_birth) / count(*) AS share
    FROM person_record WHERE not_linked_reason IS NULL AND role = 'main' AND person = 1 GROUP BY source
),
mean AS (SELECT (sum(wrong) + 1.0) / (sum(records) + 20.0) AS share FROM counted)
SELECT s.source, 'date_of_birth', coalesce(c.records, 0), coalesce(c.wrong, 0), coalesce(f.share, 0),
       (coalesce(c.wrong, 0) + {_PRIOR_RECORDS} * coalesce(m.share, 0.05)) / (coalesce(c.records, 0) + {_PRIOR_RECORDS})
FROM service s LEFT JOIN counted c ON c.source = s.source LEFT JOIN filled f ON f.source = s.source CROSS JOIN mean m
ORDER BY s.source
"""

_SLIP = """
    CASE WHEN s.date_of_birth IS NULL AND contains(coalesce(s.date_of_birth_flags, ''), 'default') THEN 'default'
         WHEN s.date_of_birth IS NULL THEN 'missing'
         WHEN contains(s.date_of_birth, 'X') THEN 'in part'
         WHEN left(s.date_of_birth, 4) = left(o.token, 4) AND substr(s.date_of_birth, 6, 2) = right(o.token, 2)
              AND right(s.date_of_birth, 2) = substr(o.token, 6, 2) THEN 'swapped'
         WHEN left(s.date_of_birth, 4) = left(o.token, 4) AND right(s.date_of_birth, 6) = '-01-01'
             THEN 'first of January'
         WHEN damerau_levenshtein(s.date_of_birth, o.token) = 1 THEN 'one digit' END
"""

_BIRTH_DATES = f"""
INSERT INTO proposal
WITH weight AS (
    SELECT s.resident_id, s.token, s.source, ln((1 - w.share) / w.share) AS says, max(s.linked) AS linked
    FROM statement s JOIN correction_slip w ON w.source = s.source AND w.field = 'date_of_birth'
    WHERE s.field = 'date_of_birth'
    GROUP BY ALL
),
behind AS (
    SELECT * FROM standing s
    WHERE $missing = (s.date_of_birth IS NULL AND NOT contains(coalesce(s.date_of_birth_flags, ''), 'default'))
        AND s.open AND s.newest AND s.first_of_role
      AND EXISTS (SELECT 1 FROM told t WHERE t.source = s.source AND t.role = s.role AND t.field = 'date_of_birth')
      AND s.resident_id IN (SELECT resident_id FROM weight)
),
others AS (  -- what other sources than the record's say
    SELECT b.source, b.record_id, b.person, w.token, count(*) AS sources,
           sum(w.says) - ln({_SAME_SLIP}) * (count(*) - 1) AS says, max(w.linked) AS linked
    FROM behind b JOIN weight w ON w.resident_id = b.resident_id AND w.source <> b.source
    GROUP BY ALL
),
best AS (
    SELECT *, coalesce(lead(says) OVER w, 0.0) AS second
    FROM others
    WINDOW w AS (PARTITION BY source, record_id, person ORDER BY says DESC, token)
    QUALIFY row_number() OVER w = 1
),
found AS (
    SELECT s.resident_id, s.source, s.record_id, s.person, s.date_of_birth, s.linked, o.token, o.sources,
           o.says, o.second, o.linked AS others_linked, {_SLIP} AS slip, own.says AS own
    FROM behind s
    JOIN best o ON o.source = s.source AND o.record_id = s.record_id AND o.person = s.person
    LEFT JOIN weight own ON own.resident_id = s.resident_id AND own.source = s.source AND own.token = s.date_of_birth
    WHERE o.sources >= $agreement AND s.date_of_birth IS DISTINCT FROM o.token
      AND (NOT $missing OR o.source IN (SELECT source FROM correction_slip WHERE filled >= {_MEANT_TO_HOLD}))
      -- The same source gives the other date in another record, or another source gives this one: not one against
      -- the rest.
      AND NOT EXISTS (SELECT 1 FROM weight w
          WHERE w.resident_id = s.resident_id AND w.token = s.date_of_birth AND w.source <> s.source)
),
weighed AS (
    SELECT *, says - second - coalesce(own, 0.0) AS log_odds FROM found WHERE slip IS NOT NULL
)
SELECT resident_id, source, record_id, person, CASE slip WHEN 'missing' THEN 'missing_birth_date' ELSE 'birth_date' END,
       'date_of_birth', date_of_birth, token, date_of_birth, token,
       linked * others_linked / (1 + exp(-log_odds)),
       CASE slip WHEN 'missing' THEN 'The record has no date of birth.'
                 WHEN 'default' THEN 'The record has the date that its system fills in where it knows none.'
                 WHEN 'in part' THEN 'Only a part of the date of birth can be read in the record.'
                 WHEN 'swapped' THEN 'Day and month are the other way round in the record.'
                 WHEN 'one digit' THEN 'The record differs by one digit, or two that changed places.'
                 ELSE 'The record has 1 January, which is often written where only the year is known.' END
FROM weighed
"""


def learn_slips(db: duckdb.DuckDBPyConnection) -> None:
    """Learn ``correction_slip`` anew: how often a source's date of birth is not the one on which two others agree."""
    db.execute("DELETE FROM correction_slip")
    db.execute(_LEARN)


def propose_birth_dates(db: duckdb.DuckDBPyConnection, agreement: int, *, missing: bool) -> None:
    """Propose the date on which ``agreement`` other sources agree: where there is none, or where there is a slip."""
    db.execute(_BIRTH_DATES, {"agreement": agreement, "missing": missing})
