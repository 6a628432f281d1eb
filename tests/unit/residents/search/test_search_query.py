"""What typed text is taken to mean."""

from datetime import date

import pytest

from insighthub.residents.search import QueryError
from insighthub.residents.search.query import parts_of, parts_of_fields

AS_OF = date(2026, 9, 30)
REFERENCES = {"QQ123456C", "LN010000", "3002127", "2025AUTUMN3994000H399200818071"}


def parts(text):
    return {p.text: {(a.kind, a.value) for a in p.asks} for p in read(text)}


def read(text):
    return parts_of(text, AS_OF, longest=200, is_reference=REFERENCES.__contains__)


@pytest.mark.parametrize(
    "text",
    [
        "27/03/1985", "27-3-85", "27.03.1985", "1985-03-27", "27 March 1985", "27th March 1985", "27 of March 1985",
        "27 Mar 85", "March 27 1985", "1985 March 27", "27Mar1985", "27-MAR-1985", "27 03 1985", "27031985", "19850327",
    ],
)  # fmt: skip
def test_a_date_of_birth_in_any_usual_writing(text):
    (only,) = read(text)
    assert ("born", "1985-03-27") in {(a.kind, a.value) for a in only.asks}


@pytest.mark.parametrize("text", ["07700 900 123", "07700 900123", "07700900123", "07700-900-123", "(07700) 900123"])
def test_a_number_in_groups_is_one_thing(text):
    (only,) = read(text)
    assert ("phone", "7700900123") in {(a.kind, a.value) for a in only.asks}


@pytest.mark.parametrize("text", ["020 8557 7773", "+44 20 8557 7773", "+44 (0)20 8557 7773", "(020) 8557 7773"])
def test_a_landline_in_any_usual_writing(text):
    (only,) = read(text)
    assert ("phone", "2085577773") in {(a.kind, a.value) for a in only.asks}


@pytest.mark.parametrize("text", ["IG11 8AA", "ig118aa", "8aa ig11", "IG11,8AA"])
def test_a_postcode_together_or_apart(text):
    (only,) = read(text)
    assert only.asks == (("postcode", "IG11 8AA", 1.0),)


def test_a_year_may_be_the_end_of_a_number_and_a_house():
    assert parts("smith 1985")["1985"] == {("born", "1985-XX-XX"), ("phone", "1985"), ("address", "1985")}


def test_a_two_figure_year_is_of_either_century():
    assert {("born", "2020-03-27"), ("born", "1920-03-27")} <= parts("27/03/20")["27/03/20"]


def test_nobody_is_born_after_the_day():
    assert all(kind != "born" for kind, _ in parts("smith 01/10/2026")["01/10/2026"])


@pytest.mark.parametrize("text", ["smith aged 41", "smith age 41", "41 years smith", "41yo smith"])
def test_an_age_that_is_called_one_is_no_house_number(text):
    assert {("age", "41")} in parts(text).values()


def test_a_small_number_is_a_house_or_an_age():
    assert parts("smith 41")["41"] == {("address", "41"), ("age", "41")}


def test_a_flat_is_not_an_age():
    assert parts("flat 3 14 mill lane")["FLAT 3"] == {("address", "3")}


def test_a_house_number_beside_a_telephone_number_stays_apart():
    assert set(parts("12 07700900123 mill")) == {"12", "07700900123", "MILL"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("qq 12 34 56 c", "QQ123456C"), ("LN/010000", "LN010000"), ("03002127", "3002127"), ("3002127", "3002127"),
        ("2025 autumn|3994000|H399200818071", "2025AUTUMN3994000H399200818071"),
    ],
)  # fmt: skip
def test_a_reference_in_any_writing(text, code):
    (only,) = read(text)
    assert ("reference", code) in {(a.kind, a.value) for a in only.asks}


def test_a_name_beside_a_reference_is_not_part_of_it():
    assert set(parts("smith 03002127")) == {"SMITH", "03002127"}


def test_words_are_names_and_words_of_addresses():
    assert parts("okafor rd") == {
        "OKAFOR": {("name", "OKAFOR"), ("address", "OKAFOR")},
        "RD": {("name", "RD"), ("address", "ROAD")},
    }


def test_a_month_may_be_a_name():
    assert {("name", "MAY"), ("month", "5")} <= parts("may brown")["MAY"]


@pytest.mark.parametrize(("text", "name"), [("O'Brien", "OBRIEN"), ("o brien", "OBRIEN"), ("Mc Donald", "MCDONALD")])
def test_names_that_lost_a_join(text, name):
    (only,) = read(text)
    assert ("name", name) in {(a.kind, a.value) for a in only.asks}


def test_accents_and_titles_say_nothing():
    assert set(parts("Mrs Zoë Müller-Łącki")) == {"ZOE", "MULLER", "LACKI"}


def test_a_word_typed_twice_counts_once():
    assert read("ali ali") == read("ali")


def test_an_email_address_keeps_its_marks():
    assert parts("jo.bloggs72@Mail.example") == {"JO.BLOGGS72@MAIL.EXAMPLE": {("email", "jo.bloggs72@mail.example")}}


@pytest.mark.parametrize("text", ["", "   ", "Mr", "j", "12", "dob", "aged 41", "- ? !", "\x00", "the 7 of"])
def test_what_could_find_nobody_is_an_error_that_says_what_to_give(text):
    with pytest.raises(QueryError, match="Give a name, a date of birth"):
        read(text)


def test_an_error_never_holds_what_was_typed():
    with pytest.raises(QueryError) as raised:
        read("okafor " * 60)
    assert "okafor" not in str(raised.value).lower()


def test_a_field_means_only_what_it_may_hold():
    fields = {"name": "May 1985", "born": "1985", "postcode": "", "phone": "1985"}
    found = parts_of_fields(fields, AS_OF, longest=200, is_reference=REFERENCES.__contains__)
    assert {(p.text, tuple(a.kind for a in p.asks)) for p in found} == {
        ("MAY", ("name",)),
        ("1985", ("born",)),
        ("1985", ("phone",)),
    }


def test_an_unknown_field_is_told_with_those_there_are():
    with pytest.raises(QueryError, match="Search by one of these: name, born, address"):
        parts_of_fields({"shoe_size": "9"}, AS_OF, longest=200, is_reference=REFERENCES.__contains__)
