"""What must hold of a release: each rule is broken by its fault, and by nothing else."""

import duckdb
import pytest

from insighthub.residents import addresses, golden, households, relations
from insighthub.residents.checks import INDEX_RULES, RULES, broken_rules
from insighthub.residents.record_tables import create

EVERY = RULES | INDEX_RULES
PERSON = """
INSERT INTO person_record BY NAME SELECT {values}, DATE '2026-03-05' AS first_seen, DATE '2026-03-05' AS changed_on
"""
WHOLE = (
    "INSERT INTO source VALUES ('benefits', 'file', 'contract', DATE '2026-03-05', 5, 4, 1, false)",
    "INSERT INTO quarantine VALUES ('benefits', 'benefits.csv', 7, 'dob', 'not a date', NULL)",
    """INSERT INTO source_record
    SELECT 'benefits', unnest(['1', '2', '3', '4']), 7, NULL, DATE '2026-03-05', DATE '2026-03-05'""",
    PERSON.format(values="'benefits' AS source, unnest(['1', '2', '3']) AS record_id, 1 AS person"),
    PERSON.format(values="'benefits' AS source, '4' AS record_id, 1 AS person, 'deceased' AS not_linked_reason"),
    "INSERT INTO fact VALUES ('benefits', '4', 1, 'claim', 'status', 'live', NULL, NULL, NULL)",
    """INSERT INTO membership VALUES
    ('R1', 'benefits', '1', 1, 0.9), ('R1', 'benefits', '2', 1, 0.9), ('R2', 'benefits', '3', 1, NULL)""",
    "INSERT INTO resident VALUES ('R1', 1, 2, 1, 0.9, NULL), ('R2', 2, 1, 1, NULL, NULL)",
    "INSERT INTO evidence VALUES ('R1', 'benefits', '1', 1, 'benefits', '2', 1, 9.5, 0.9, '{}')",
    "INSERT INTO possible_match VALUES ('R1', 'R2', 0.3, 1)",
    "INSERT INTO golden VALUES ('R1', 'given_name', 'ANN', 'most records', 2, 1, 1, NULL, false, 'both say so')",
    "INSERT INTO relation VALUES ('R1', 'R2', 'sibling', 0.8, 'one address', ['benefits'])",
    "INSERT INTO whereabouts VALUES ('R1', 'lives here', 'P1', 0.9, 'newest')",
    """INSERT INTO address BY NAME
    SELECT 'R1' AS resident_id, unnest(['P1', 'P2']) AS place_id, '1 HIGH STREET' AS address,
        unnest([true, false]) AS is_current, 0.9 AS probability, ['benefits'] AS sources, 2 AS records,
        false AS inferred, 'newest' AS why""",
    "INSERT INTO household VALUES ('H1', 'P1', NULL, NULL, 1, true, 'one person')",
    "INSERT INTO household_member VALUES ('H1', 'R1', NULL, NULL, true, 0.9, 'lives there')",
)

#: A fault that breaks each rule. Some break another besides, which then says more of the same fault.
FAULTS = {
    "rows landed and quarantined do not add up to the rows delivered": "UPDATE source SET delivered = 6",
    "a record is there twice": "INSERT INTO source_record FROM source_record WHERE record_id = '1'",
    "a source holds more records than were landed": "UPDATE source SET landed = 3, quarantined = 2",
    "a quarantined row is missing": "DELETE FROM quarantine",
    "a person-record is there twice": "INSERT INTO person_record FROM person_record WHERE record_id = '1'",
    "a person-record is of no record": "DELETE FROM source_record WHERE record_id = '1'",
    "a fact is of no record": "UPDATE fact SET record_id = '9'",
    "a record that is to be linked is of no resident": "DELETE FROM membership WHERE record_id = '3'",
    "a resident has a record that is not there, or is not to be linked": (
        "UPDATE person_record SET not_linked_reason = 'deceased' WHERE record_id = '3'"
    ),
    "a record is of two residents": "INSERT INTO membership VALUES ('R2', 'benefits', '1', 1, NULL)",
    "a resident id is there twice": "INSERT INTO resident FROM resident WHERE resident_id = 'R2'",
    "residents and memberships do not agree": "UPDATE resident SET records = 3 WHERE resident_id = 'R1'",
    "evidence or a possible match is of a resident who is not there": "UPDATE possible_match SET resident_b = 'R9'",
    "something is known of a resident who is not there": "UPDATE relation SET resident_a = 'R9'",
    "a resident has two current addresses": "UPDATE address SET is_current = true",
    "a household has no member, or a member no household": "DELETE FROM household_member",
    "a household id is there twice": "INSERT INTO household FROM household",
}
#: Each table in which a rule looks for residents who are not there.
STRANGERS = {
    "evidence or a possible match is of a resident who is not there": (
        ("evidence", "resident_id"), ("possible_match", "resident_a"), ("possible_match", "resident_b"),
    ),
    "something is known of a resident who is not there": (
        ("golden", "resident_id"), ("address", "resident_id"), ("household_member", "resident_id"),
        ("relation", "resident_a"), ("relation", "resident_b"), ("whereabouts", "resident_id"),
    ),
}  # fmt: skip


@pytest.fixture
def empty():
    with duckdb.connect() as db:
        create(db)
        for module in (addresses, golden, households, relations):
            db.execute(module.CREATE)
        yield db


@pytest.fixture
def release(empty):
    for statement in WHOLE:
        empty.execute(statement)
    return empty


def test_a_whole_release_breaks_no_rule(release):
    assert broken_rules(release, EVERY) == ()


def test_every_rule_has_a_fault_that_breaks_it():
    assert list(FAULTS) == list(EVERY)


@pytest.mark.parametrize("rule", EVERY)
def test_a_fault_breaks_its_rule(release, rule):
    release.execute(FAULTS[rule])
    broken = broken_rules(release, EVERY)
    assert f"{rule} (1 times)" in broken
    assert len(broken) <= 3


@pytest.mark.parametrize(
    ("rule", "table", "column"), [(rule, *place) for rule, places in STRANGERS.items() for place in places]
)
def test_a_resident_who_is_not_there_is_found_wherever_they_are(release, rule, table, column):
    release.execute(f"UPDATE {table} SET {column} = 'R9'")
    assert any(each.startswith(rule) for each in broken_rules(release, EVERY))


def test_an_empty_release_breaks_no_rule(empty):
    assert broken_rules(empty, EVERY) == ()
