"""Two records side by side: what agrees, what is near, what differs, and in which characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insighthub.review.fields import FIELDS, side_by_side, spans, verdict
from insighthub.standardise.schema import PERSON_RECORDS

TEXT = st.text(max_size=12)
NAMES = st.sampled_from(list(FIELDS))


@pytest.mark.parametrize(
    ("field", "left", "right", "expected"),
    [
        ("given_name", "ANNA", "Anna", "same"),
        ("family_name", "O'NEIL", "ONEIL", "same"),
        ("family_name", "SMITH-JONES", "JONES", "near"),
        ("given_name", "A", "ANNA", "near"),
        ("given_name", "CATHERINE", "KATHERINE", "near"),
        ("given_name", "ANNA", "BORIS", "differs"),
        ("date_of_birth", "1980-03-12", "1980-12-03", "near"),
        ("date_of_birth", "1980-03-12", "1980-03-21", "near"),
        ("date_of_birth", "1980-03-12", "1967-08-30", "differs"),
        ("sex", "F", "M", "differs"),
        ("uprn", "100012345678", "100012345679", "differs"),
        ("postcode", "AB1 2CD", "AB12CD", "same"),
        ("email", "", "a@b.example", "one missing"),
        ("email", "", "", "both missing"),
    ],
)
def test_values_are_as_a_person_would_say(field, left, right, expected):
    assert verdict(field, left, right) == expected


def test_the_characters_that_differ_are_marked():
    left, right = spans("SMITH", "SMYTHE")
    assert [(s.text, s.differs) for s in left] == [("SM", False), ("I", True), ("TH", False)]
    assert [(s.text, s.differs) for s in right] == [("SM", False), ("Y", True), ("TH", False), ("E", True)]


@given(TEXT, TEXT)
def test_stretches_joined_are_the_value(left, right):
    ones, others = spans(left, right)
    assert "".join(s.text for s in ones) == left
    assert "".join(s.text for s in others) == right


@given(TEXT)
def test_nothing_is_marked_between_a_value_and_itself(value):
    assert not any(s.differs for side in spans(value, value) for s in side) or len(value.casefold()) != len(value)


@given(NAMES, TEXT, TEXT)
def test_whichever_record_comes_first_the_verdict_is_the_same(field, left, right):
    assert verdict(field, left, right) == verdict(field, right, left)


def test_a_field_that_neither_holds_is_left_out_and_a_hidden_one_keeps_its_verdict_alone():
    left = {"given_name": "ANNA", "nhs_number": "9434765919"}
    found = side_by_side(left, {"given_name": "ANN", "nhs_number": "9434765870"}, hide=("nhs_number",))
    assert [(f.name, f.verdict) for f in found] == [("given_name", "near"), ("nhs_number", "differs")]
    assert found[1].hidden
    assert (found[1].left, found[1].right) == ((), ())


def test_every_field_is_one_of_a_person_record():
    assert set(FIELDS) <= set(PERSON_RECORDS.names)
