"""What must hold of a release before it is published: counts add up, ids are unique, nothing is an orphan.

Takes the release that was built, gives the rules that it breaks. A release that breaks one is not published: the
one before stays, and the fault is for whoever keeps this program to mend.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from insighthub.store.tables import number

#: What must be nought, and what it means where it is not.
RULES = {
    "rows landed and quarantined do not add up to the rows delivered": """
        SELECT count(*) FROM source WHERE delivered <> landed + quarantined
    """,
    "a record is there twice": """
        SELECT count(*) FROM (SELECT 1 FROM source_record GROUP BY source, record_id HAVING count(*) > 1)
    """,
    "a source holds more records than were landed": """
        SELECT count(*)
        FROM source s JOIN (SELECT source, count(*) AS records FROM source_record GROUP BY source) r USING (source)
        WHERE records > landed
    """,
    "a quarantined row is missing": """
        SELECT count(*)
        FROM source s LEFT JOIN (SELECT source, count(*) AS aside FROM quarantine GROUP BY source) q USING (source)
        WHERE coalesce(aside, 0) <> quarantined
    """,
    "a person-record is there twice": """
        SELECT count(*) FROM (SELECT 1 FROM person_record GROUP BY source, record_id, person HAVING count(*) > 1)
    """,
    "a person-record is of no record": """
        SELECT count(*) FROM person_record ANTI JOIN source_record USING (source, record_id)
    """,
    "a fact is of no record": """
        SELECT count(*) FROM fact ANTI JOIN source_record USING (source, record_id)
    """,
    "a record that is to be linked is of no resident": """
        SELECT count(*) FROM person_record p ANTI JOIN membership m USING (source, record_id, person)
        WHERE not_linked_reason IS NULL
    """,
    "a resident has a record that is not there, or is not to be linked": """
        SELECT count(*) FROM membership ANTI JOIN (FROM person_record WHERE not_linked_reason IS NULL) p
        USING (source, record_id, person)
    """,
    "a record is of two residents": """
        SELECT count(*) FROM (SELECT 1 FROM membership GROUP BY source, record_id, person HAVING count(*) > 1)
    """,
    "a resident id is there twice": """
        SELECT count(*) FROM (SELECT 1 FROM resident GROUP BY resident_id HAVING count(*) > 1)
    """,
    "residents and memberships do not agree": """
        SELECT count(*)
        FROM (SELECT resident_id, count(*) AS records FROM membership GROUP BY resident_id) m
        FULL JOIN resident r USING (resident_id)
        WHERE m.records IS DISTINCT FROM r.records
    """,
    "evidence or a possible match is of a resident who is not there": """
        SELECT count(*)
        FROM (SELECT resident_id FROM evidence UNION ALL SELECT resident_a FROM possible_match
              UNION ALL SELECT resident_b FROM possible_match)
        ANTI JOIN resident USING (resident_id)
    """,
}
#: The same of the index that is built on them.
INDEX_RULES = {
    "something is known of a resident who is not there": """
        SELECT count(*)
        FROM (SELECT resident_id FROM golden UNION ALL SELECT resident_id FROM address
              UNION ALL SELECT resident_id FROM household_member UNION ALL SELECT resident_a FROM relation
              UNION ALL SELECT resident_b FROM relation UNION ALL SELECT resident_id FROM whereabouts)
        ANTI JOIN resident USING (resident_id)
    """,
    "a resident has two current addresses": """
        SELECT count(*) FROM (SELECT 1 FROM address WHERE is_current GROUP BY resident_id HAVING count(*) > 1)
    """,
    "a household has no member, or a member no household": """
        SELECT count(*)
        FROM (SELECT DISTINCT household_id AS of_member FROM household_member)
        FULL JOIN household ON household_id = of_member
        WHERE of_member IS NULL OR household_id IS NULL
    """,
    "a household id is there twice": """
        SELECT count(*) FROM (SELECT 1 FROM household GROUP BY household_id HAVING count(*) > 1)
    """,
}


def broken_rules(db: duckdb.DuckDBPyConnection, rules: Mapping[str, str] = RULES) -> tuple[str, ...]:
    """Return the rules that a release breaks, with how often."""
    counts = {rule: number(db, query) for rule, query in rules.items()}
    return tuple(f"{rule} ({count:,} times)" for rule, count in counts.items() if count)
