"""What must hold of a release: each rule is broken by its fault, and by nothing else."""

import duckdb
import pytest

from insighthub.residents import addresses, golden, households, relations
from insighthub.residents.checks import INDEX_RULES, RULES, broken_rules
from insighthub.residents.record_tables import create

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
    "evidence or a possible match is of a resident who is not there": (
        "INSERT INTO possible_match VALUES ('R1', 'R9', 0.4, 1)"
    ),
}
#: The same of the index, which is built on the records.
INDEX_FAULTS = {
    "something is known of a resident who is not there": (
        "INSERT INTO whereabouts VALUES ('R9', 'not known', NULL, 0.2, 'nothing says')"
    ),
    "a resident has two current addresses": (
        "INSERT INTO address BY NAME SELECT 'R1' AS resident_id, unnest(['A:1', 'A:2']) AS place_id, 'a' AS address, "
        "true AS is_current, 0.9 AS probability, ['benefits'] AS sources, 1 AS records, false AS inferred, '' AS why"
    ),
    "a household has no member, or a member no household": (
        "INSERT INTO household VALUES ('H1', 'A:1', NULL, NULL, 1, true, 'one person')"
    ),
    "a household id is there twice": (
        "INSERT INTO household SELECT 'H2', 'A:1', NULL, NULL, 1, true, 'one person' FROM range(2)"
    ),
}


@pytest.fixture
def release():
    with duckdb.connect() as db:
        create(db)
        for statement in WHOLE:
            db.execute(statement)
        yield db


def test_a_whole_release_breaks_no_rule(release):
    assert broken_rules(release) == ()


@pytest.fixture
def index(release):
    for statements in (addresses.CREATE, golden.CREATE, households.CREATE, relations.CREATE):
        release.execute(statements)
    return release


def test_every_rule_has_a_fault_that_breaks_it():
    assert list(FAULTS) == list(RULES)
    assert list(INDEX_FAULTS) == list(INDEX_RULES)


def test_a_whole_index_breaks_no_rule(index):
    assert broken_rules(index, RULES | INDEX_RULES) == ()


@pytest.mark.parametrize("rule", INDEX_RULES)
def test_a_fault_of_the_index_breaks_its_rule(index, rule):
    index.execute(INDEX_FAULTS[rule])
    assert f"{rule} (1 times)" in broken_rules(index, INDEX_RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_fault_breaks_its_rule(release, rule):
    release.execute(FAULTS[rule])
    broken = broken_rules(release)
    assert f"{rule} (1 times)" in broken
    assert len(broken) <= 3


def test_an_empty_release_breaks_no_rule():
    with duckdb.connect() as db:
        create(db)
        assert broken_rules(db) == ()
