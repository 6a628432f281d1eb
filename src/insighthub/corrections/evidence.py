"""What a source is told of the others: a proposal becomes a case, and its evidence names only those who may be.

Takes ``proposal``, ``statement`` and ``sees``, gives ``correction_case`` rows. The rule, for every kind:

- a proposal stands only if a source that the receiving one may know of says the same (or the settings let the values of
  special category sources stand for this kind), in a record that looks like the same person's;
- at most as many services are named as the settings say, the newest first, and only such as the receiving source may
  know of;
- every other service is "another council service", without a date, whether or not it could have been named: else the
  words would tell which hold special category data;
- a locked source is not there at all, not even as a number: ``statement`` has no row of it.
"""

from __future__ import annotations

import duckdb

#: What a service is called that is not named.
UNNAMED = "another council service"

MAY_SAY = """
CREATE OR REPLACE TEMP TABLE may_say AS
SELECT receiver, giver FROM sees
UNION
SELECT r.source, g.source FROM service r, service g WHERE $special AND NOT g.locked
"""

#: Jaro-Winkler similarity from which two given names are spellings of one.
_ALIKE = 0.85

# A record that was linked wrongly is not to be "corrected" to another person's life: at least one of those whose word
# is taken must look like the same person beside the record itself, whatever brought the two together.
SUPPORTED = f"""
DELETE FROM proposal WHERE kind = $kind AND NOT EXISTS (
    SELECT 1 FROM standing r, statement s
    JOIN may_say v ON v.giver = s.source
    JOIN standing g ON g.source = s.source AND g.record_id = s.record_id AND g.person = s.person
    WHERE r.source = proposal.source AND r.record_id = proposal.record_id AND r.person = proposal.person
      AND v.receiver = proposal.source AND s.resident_id = proposal.resident_id
      AND s.field = proposal.field AND s.token = proposal.token
      AND (s.source, s.record_id, s.person) <> (proposal.source, proposal.record_id, proposal.person)
      AND ((r.date_of_birth = g.date_of_birth AND NOT contains(r.date_of_birth, 'X'))
           OR (jaro_winkler_similarity(r.given_name, g.given_name) >= {_ALIKE}
               AND (proposal.kind = 'birth_date'
                   OR coalesce(damerau_levenshtein(r.date_of_birth, g.date_of_birth) <= 2, true))
               AND r.name_suffix IS NOT DISTINCT FROM g.name_suffix)))
"""

_VOICES = f"""
CREATE OR REPLACE TEMP TABLE voice AS
WITH said AS (
    SELECT p.source, p.record_id, p.person, p.kind, p.field, s.source AS giver, s.token = p.token AS agrees,
           CASE WHEN agrees THEN p.proposed ELSE p.held END AS says, max(s.date) AS as_of
    FROM proposal p
    JOIN statement s ON s.resident_id = p.resident_id AND s.field = p.field AND s.token IN (p.token, p.token_held)
     AND (s.source, s.record_id, s.person) <> (p.source, p.record_id, p.person)
    GROUP BY ALL
),
ranked AS (
    SELECT s.*, v.giver IS NOT NULL
           AND row_number() OVER (PARTITION BY s.source, s.record_id, s.person, s.kind, s.field, v.giver IS NOT NULL
                                  ORDER BY s.agrees DESC, s.as_of DESC NULLS LAST, s.giver) <= $named AS is_named
    FROM said s LEFT JOIN sees v ON v.receiver = s.source AND v.giver = s.giver
)
SELECT source, record_id, person, kind, field, agrees, says, is_named,
       CASE WHEN is_named THEN giver ELSE '{UNNAMED}' END AS service,
       CASE WHEN is_named THEN as_of END AS as_of
FROM ranked
"""

_TOLD = """
CREATE OR REPLACE TEMP TABLE told_by AS
SELECT source, record_id, person, kind, field,
       to_json(list({'service': service, 'says': says, 'as_of': as_of}
               ORDER BY agrees DESC, is_named DESC, service, as_of DESC)) AS evidence,
       string_agg(replace(service, '_', ' ')
                  || coalesce(' (as of ' || strftime(as_of, '%-d %B %Y') || ')', ''), ', ' ORDER BY service)
           FILTER (agrees AND is_named) AS named,
       count(*) FILTER (agrees AND NOT is_named) AS unnamed
FROM voice GROUP BY ALL
"""

_OTHERS = "CASE unnamed WHEN 1 THEN '{one}' ELSE unnamed || ' other council services' END"
_CASES = f"""
INSERT INTO correction_case
SELECT sha256(to_json([p.source, p.record_id, p.person::VARCHAR, p.kind, p.field, p.held, p.proposed])::VARCHAR),
       p.resident_id, p.source, p.record_id, p.person, p.kind, p.field, p.held, p.proposed, round(p.probability, 4),
       coalesce(t.evidence, '[]'),
       p.why || CASE WHEN t.named IS NULL AND coalesce(unnamed, 0) = 0 THEN ''
            ELSE ' What is proposed is what '
                 || concat_ws(' and ', t.named, CASE WHEN unnamed > 0 THEN {_OTHERS.format(one=UNNAMED)} END)
                 || CASE WHEN unnamed + (t.named IS NOT NULL)::INTEGER > 1 THEN ' say.' ELSE ' says.' END END
FROM proposal p
LEFT JOIN told_by t ON t.source = p.source AND t.record_id = p.record_id AND t.person = p.person
                   AND t.kind = p.kind AND t.field = p.field
WHERE p.probability >= $least
ORDER BY p.source, p.record_id, p.person, p.kind, p.field
"""


def make_cases(db: duckdb.DuckDBPyConnection, *, least: float, named: int) -> None:
    """Write a case for each proposal that is probable enough.

    Args:
        db: with ``proposal`` and the tables of ``gather``.
        least: the least probability.
        named: how many services the evidence may name.
    """
    db.execute(_VOICES, {"named": named})
    db.execute(_TOLD)
    db.execute(_CASES, {"least": least})
    for table in ("voice", "told_by"):
        db.execute(f"DROP TABLE {table}")
