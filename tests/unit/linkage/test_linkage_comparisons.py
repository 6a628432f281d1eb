"""How two records agree: the level of each comparison, by examples."""

import numpy as np
import pytest

from insighthub.linkage.comparisons.address import ADDRESS
from insighthub.linkage.comparisons.ages import AGE
from insighthub.linkage.comparisons.choose import choose_comparisons
from insighthub.linkage.comparisons.contacts import EMAIL, PHONE, SEX, equality, identifier, text
from insighthub.linkage.comparisons.dates import DATE_OF_BIRTH
from insighthub.linkage.comparisons.moves import MOVES
from insighthub.linkage.comparisons.names import FAMILY_NAME, GIVEN_NAME, MIDDLE_NAMES
from insighthub.linkage.prepare import prepare

UNKNOWN = "not known"


@pytest.fixture
def level(records):
    """Return the label of the level of one pair, having seen that it is the same the other way round."""

    def of(comparison, one, two):
        data = prepare(records([one, two]))
        rows = np.array([0, 1], np.int32)
        there, back = comparison.levels(data, rows, rows[::-1])
        assert there == back
        return comparison.labels[there] if there >= 0 else UNKNOWN

    return of


def named(given=None, family=None, **more):
    return {"given_name": given, "family_name": family, **more}


SAME = "same"
VARIANT = "another spelling or a short form"
INITIAL = "initial agrees"
MIDDLE = "one's middle name is the other's given name"
SWAPPED = "given and family names swapped"


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (named("ROBERT", "JONES"), named("ROBERT", "JONES"), SAME),
        (named("ROBERT", "JONES"), named("BOB", "JONES"), VARIANT),
        (named("ELIZABETH", "JONES"), named("LIZ", "JONES"), VARIANT),
        (named("MARGARET", "JONES"), named("PEGGY", "JONES"), VARIANT),
        (named("MOHAMMED", "ALI"), named("MUHAMMAD", "ALI"), VARIANT),
        (named("MOHAMED", "ALI"), named("MUHAMMED", "ALI"), VARIANT),
        (named("YUSUF", "ALI"), named("YOUSSEF", "ALI"), VARIANT),
        (named("KATHERINE", "JONES"), named("CATHERINE", "JONES"), VARIANT),
        (named("ELISABETH", "JONES"), named("ELIZABETH", "JONES"), VARIANT),
        (named("ROBERT", "JONES"), named("R", "JONES"), INITIAL),
        (named("R", "JONES"), named("R", "JONES"), INITIAL),
        (named("R", "JONES"), named("S", "JONES"), "different"),
        (named("ROBERT", "JONES"), named("S", "JONES"), "different"),
        (named("ROBERT", "JONES", middle_names="JAMES"), named("JAMES", "JONES"), MIDDLE),
        (named("ROBERT", "JONES", middle_names="JAMES PAUL"), named("JAMES", "JONES"), MIDDLE),
        (named("ROBERT", "JONES"), named("JAMES", "JONES", middle_names="ROBERT"), MIDDLE),
        (named("JOHN", "SMITH"), named("SMITH", "JOHN"), SWAPPED),
        (named("AYESHA", "KHANDAKAR"), named("KHANDAKER", "AYESHA"), SWAPPED),
        (named("AYESHA", "BEGUM"), named("BEGUM", "KHATUN"), "different"),
        (named("MARIA", "JONES"), named("MARTIN", "JONES"), "similar"),
        (named("ROBERT", "JONES"), named("PATRICIA", "JONES"), "different"),
        (named("ROBERT", "JONES"), named(None, "JONES"), UNKNOWN),
        (named(None, "JONES"), named(None, "JONES"), UNKNOWN),
        (named("", "JONES"), named("", "JONES"), UNKNOWN),
    ],
)
def test_given_names(level, one, two, expected):
    assert level(GIVEN_NAME, one, two) == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (named("JO", "SMITH"), named("JO", "SMITH"), SAME),
        (named("JO", "SMITH"), named("JO", "SMYTH"), "another spelling"),
        (named("JO", "THOMPSON"), named("JO", "THOMSON"), "another spelling"),
        (named("JO", "AHMED"), named("JO", "AHMAD"), "another spelling"),
        (
            named("JO", "SMITH JONES"),
            named("JO", "JONES"),
            "a previous name, or part of a double-barrelled one",
        ),
        (
            named("JO", "SMITH JONES"),
            named("JO", "JONES SMITH"),
            "a previous name, or part of a double-barrelled one",
        ),
        (
            named("JO", "PATEL", previous_family_name="WRIGHT"),
            named("JO", "WRIGHT"),
            "a previous name, or part of a double-barrelled one",
        ),
        (
            named("JO", "WRIGHT"),
            named("JO", "PATEL", previous_family_name="WRIGHT"),
            "a previous name, or part of a double-barrelled one",
        ),
        (named("JOHN", "SMITH"), named("SMITH", "JOHN"), UNKNOWN),  # said once, by the given name
        (named("AYESHA", "KHANDAKAR"), named("KHANDAKER", "AYESHA"), UNKNOWN),
        (named("JO", "MARTIN"), named("JO", "MARIA"), "similar"),
        (named("JO", "SMITH"), named("JO", "PATEL"), "different"),
        (named("JO", None), named("JO", "PATEL"), UNKNOWN),
    ],
)
def test_family_names(level, one, two, expected):
    assert level(FAMILY_NAME, one, two) == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("JAMES", "JAMES", SAME),
        ("JAMES", "J", "initial or spelling agrees"),
        ("JAMES PAUL", "JAMES", "initial or spelling agrees"),
        ("JAMES PAUL", "J", "initial or spelling agrees"),
        ("MOHAMMED", "MOHAMED", "initial or spelling agrees"),
        ("JAMES", "PAUL", "different"),
        ("JAMES", "P", "different"),
        ("JAMES", None, UNKNOWN),
    ],
)
def test_middle_names(level, one, two, expected):
    assert level(MIDDLE_NAMES, {"middle_names": one}, {"middle_names": two}) == expected


PARTS = "the same as far as both are known, or 1 January of one year"
ONE_PART = "the only part known on both sides is the same"
SLIP = "day and month swapped, or one digit differs"
TWO_OF_THREE = "two of day, month and year are the same"


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("1985-03-27", "1985-03-27", SAME),
        ("1985-03-27", "1985-03-XX", PARTS),
        ("1985-03-XX", "1985-03-XX", PARTS),
        ("1985-03-27", "1985-XX-XX", ONE_PART),
        ("1985-XX-XX", "1985-XX-XX", ONE_PART),
        ("XXXX-03-27", "1985-03-27", PARTS),
        ("1985-03-XX", "1985-XX-27", ONE_PART),
        ("XXXX-03-27", "1985-XX-XX", UNKNOWN),
        ("1985-XX-XX", "1986-XX-XX", "different"),
        ("1985-03-XX", "1985-04-27", "different"),
        ("1985-01-01", "1985-01-01", PARTS),  # the day of many who do not know theirs
        ("1985-01-01", "1985-03-27", TWO_OF_THREE),
        ("1985-01-01", "1986-03-27", "different"),
        ("1985-03-07", "1985-07-03", SLIP),
        ("1985-03-27", "1985-03-28", SLIP),
        ("1985-03-27", "1985-03-17", SLIP),
        ("1985-03-27", "1975-03-27", SLIP),
        ("1985-03-27", "1985-09-27", SLIP),
        ("1985-03-07", "1986-07-03", "different"),
        ("1985-03-27", "1985-03-14", TWO_OF_THREE),
        ("1985-03-27", "1994-03-27", TWO_OF_THREE),
        ("1985-03-27", "1985-11-27", TWO_OF_THREE),
        ("1985-03-27", "1961-11-14", "different"),
        ("1985-03-27", None, UNKNOWN),
    ],
)
def test_dates_of_birth(level, one, two, expected):
    assert level(DATE_OF_BIRTH, {"date_of_birth": one}, {"date_of_birth": two}) == expected


def home(flat=None, number=None, street=None, postcode=None, uprn=None, address=None):
    if address is None and street is not None:
        address = " ".join(part for part in (f"FLAT {flat}" if flat else None, number, street) if part)
    return {
        "flat": flat,
        "house_number": number,
        "street": street,
        "postcode": postcode,
        "uprn": uprn,
        "address": address,
    }


DWELLING = "same dwelling"
ALIKE = "alike, with flat, number or spelling in doubt"
POSTCODE = "same postcode, another number"
NEAR = "near: the same postcode sector or street"
FULL = home(None, "12", "HIGH STREET", "IG11 8AA", "100")


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (FULL, FULL, DWELLING),
        (FULL, home(uprn="100"), DWELLING),
        (FULL, home(None, "12", "HIGH STREET", "IG11 8AA"), DWELLING),
        (home(None, "12", "HIGH ST", "IG11 8AA"), home(None, "12", "HIGH STREET", "IG11 8AA"), DWELLING),
        (home(None, "12", "HIGH STREET"), home(None, "12", "HIGH STREET"), DWELLING),
        (home(None, "12", "HIGH STREET"), home(None, "12", "HIGH STREET", "IG11 8AA"), DWELLING),
        (home("2", "12", "HIGH STREET", "IG11 8AA"), home("2", "12", "HIGH STREET", "IG11 8AA"), DWELLING),
        (home("2", "12", "HIGH STREET", "IG11 8AA"), home(None, "12", "HIGH STREET", "IG11 8AA"), ALIKE),
        (home("2", "12", "HIGH STREET", "IG11 8AA"), home("3", "12", "HIGH STREET", "IG11 8AA"), POSTCODE),
        (home(postcode="IG11 8AA"), home(None, "12", "HIGH STREET", "IG11 8AA"), ALIKE),
        (home(postcode="IG11 8AA"), home(postcode="IG11 8AA"), ALIKE),
        (home(None, "12", "HIGH STREET", "IG11 8AA"), home(None, "14", "HIGH STREET", "IG11 8AA"), POSTCODE),
        (FULL, home(postcode="IG11 8AB"), NEAR),
        (home(None, "12", "HIGH STREET"), home(None, "90", "HIGH STREET"), NEAR),
        (home(None, "12", "HIGH STREET", "IG11 8AA"), home(None, "12", "HIGH STREET", "IG11 8AB"), ALIKE),
        (FULL, home(None, "7", "STATION ROAD", "RM8 2QQ", "200"), "far"),
        (FULL, home(), UNKNOWN),
        (home(), home(), UNKNOWN),
    ],
)
def test_addresses(level, one, two, expected):
    assert level(ADDRESS, one, two) == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ({"phone": "+441"}, {"phone": "+441"}, "share a number"),
        ({"phone": "+441"}, {"mobile": "+441"}, "share a number"),
        ({"mobile": "+447", "phone": "+441"}, {"mobile": "+447", "phone": "+442"}, "share a number"),
        ({"mobile": "+447"}, {"mobile": "+448"}, "different"),
        ({"mobile": "+447"}, {"phone": "+441"}, "different"),
        ({"mobile": "+447"}, {}, UNKNOWN),
        ({}, {}, UNKNOWN),
    ],
)
def test_phones(level, one, two, expected):
    assert level(PHONE, one, two) == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("jo@example.org", "jo@example.org", SAME),
        ("josephine@example.org", "josephina@example.org", "alike"),
        ("jo@example.org", "walter.pim@elsewhere.net", "different"),
        ("jo@example.org", None, UNKNOWN),
    ],
)
def test_emails(level, one, two, expected):
    assert level(EMAIL, {"email": one}, {"email": two}) == expected


@pytest.mark.parametrize("field", ["nhs_number", "nino", "upn"])
@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("9434765919", "9434765919", SAME),
        ("9434765919", "9434765918", "one slip apart"),
        ("9434765919", "9434765191", "different"),
        ("9434765919", "9434769519", "one slip apart"),  # two digits changed places
        ("9434765919", "943476591", "one slip apart"),
        ("9434765919", "4010232137", "different"),
        ("9434765919", None, UNKNOWN),
    ],
)
def test_identifiers(level, field, one, two, expected):
    assert level(identifier(field), {field: one}, {field: two}) == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"), [("F", "F", SAME), ("F", "M", "different"), ("F", None, UNKNOWN), (None, None, UNKNOWN)]
)
def test_sex(level, one, two, expected):
    assert level(SEX, {"sex": one}, {"sex": two}) == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("FISHMONGER", "FISHMONGER", SAME),
        ("FISHMONGER", "FISHMONGERS", "another spelling"),
        ("FISHMONGER", "FISHERMAN", "similar"),
        ("FISHMONGER", "CLERK", "different"),
        ("FISHMONGER", None, UNKNOWN),
    ],
)
def test_own_text(level, one, two, expected):
    assert level(text("other_trade"), {"other_trade": one}, {"other_trade": two}) == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"), [("X1", "X1", SAME), ("X1", "X2", "different"), ("X1", None, UNKNOWN)]
)
def test_own_exact_value(level, one, two, expected):
    assert level(equality("other_ward"), {"other_ward": one}, {"other_ward": two}) == expected


HERE, THERE = home(None, "12", "HIGH STREET", "IG11 8AA"), home(None, "7", "STATION ROAD", "RM8 2QQ")


def held(place, begins=None, ends=None):
    return {**place, "valid_from": begins, "valid_to": ends}


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (
            held(HERE, ends="2024-05-31"),
            held(THERE, "2024-06-01"),
            "one ends as the other begins, to the day",
        ),
        (
            held(HERE, "2019-01-01", "2024-05-31"),
            held(THERE, "2024-05-31", "2025-01-01"),
            "one ends as the other begins, to the day",
        ),
        (
            held(HERE, ends="2024-05-31"),
            held(THERE, "2024-06-04"),
            "one ends as the other begins, to a few days",
        ),
        (
            held(HERE, ends="2024-05-31"),
            held(THERE, "2024-07-01"),
            "one ends as the other begins, to a few weeks",
        ),
        (held(HERE, ends="2024-05-31"), held(THERE, "2021-07-01"), "the dates do not meet"),
        (held(HERE, ends="2024-05-31"), held(HERE, "2024-06-01"), UNKNOWN),  # at one home the dates say nothing
        (held(HERE, "2024-05-31"), held(THERE, "2024-06-01"), UNKNOWN),  # two that begin
        (held(HERE, ends="2024-05-31"), held(THERE), UNKNOWN),
        (held(HERE, ends="2024-05-31"), held(home(), "2024-06-01"), UNKNOWN),
        (held(HERE, ends="never"), held(THERE, "2024-06-01"), UNKNOWN),
    ],
)
def test_moves(level, one, two, expected):
    assert level(MOVES, one, two) == expected


def born(text, **more):
    return {"given_name": "PAUL", "family_name": "BATES", "date_of_birth": text, **more}


def begun(text, **more):
    return {"given_name": "PAUL", "family_name": "BATES", "valid_from": text, **more}


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (born("2019-01-15"), begun("2014-03-01"), "born after the other's record began"),
        (begun("2014-03-01"), born("2019-01-15"), "born after the other's record began"),
        (born("2019-01-15"), begun("2019-01-15"), "under 11 when the other's record began"),
        (born("2000-06-XX"), begun("2013-03-01"), "11 to 15 when the other's record began"),
        (born("2000-XX-XX"), begun("2016-12-31"), "16 or 17 when the other's record began"),
        (born("1990-02-01"), begun("2008-02-02"), "18 to 29 when the other's record began"),
        (born("1960-02-01"), begun("2019-02-02"), "30 to 59 when the other's record began"),
        (born("1930-02-01", valid_from="1931-01-01"), begun("2019-02-02"), "60 or over when the other's record began"),
        (born("1990-02-01"), begun("2008-02-02", date_of_birth="1990-02-01"), UNKNOWN),  # two dates of birth: compared
        (born("1990-02-01"), {"given_name": "PAUL"}, UNKNOWN),
        (born("XXXX-02-01"), begun("2008-02-02"), UNKNOWN),
        (begun("2008-02-02"), begun("2008-02-02"), UNKNOWN),
    ],
)
def test_age(level, one, two, expected):
    assert level(AGE, one, two) == expected


def test_every_level_says_what_it_is():
    for comparison in (GIVEN_NAME, FAMILY_NAME, MIDDLE_NAMES, DATE_OF_BIRTH, SEX, ADDRESS, PHONE, EMAIL, MOVES, AGE):
        assert len(set(comparison.labels)) == len(comparison.labels)
        assert 0 < comparison.agreeing < len(comparison.labels)


def test_what_is_compared_follows_what_the_records_hold(records):
    def chosen(*rows, kinds=None):
        return [c.name for c in choose_comparisons(prepare(records(rows)), kinds)]

    assert chosen({}) == []
    assert chosen({"given_name": "JO"}) == ["given_name"]
    assert chosen(FULL, {"mobile": "+447"}) == ["address", "phone"]
    assert chosen({"other_b": "x", "other_a": "y"}) == ["other_a", "other_b"]
    assert chosen({"ethnicity": "A", "title": "DR", "date_of_death": "2020-01-01"}) == []
    assert chosen({"title": "MR"}) == ["sex"]
    assert "moves" in chosen(held(HERE, ends="2024-05-31"), held(THERE, "2024-06-01"))
    assert "moves" not in chosen(held(HERE, ends="2024-05-31"), held(THERE))
    assert "age" in chosen(born("1990-02-01"), begun("2024-06-01"))
    assert "age" not in chosen(born("1990-02-01"), born("1990-02-01", valid_from="2024-06-01"))
    kinds = {"other_a": "exact", "other_b": "identifier"}
    levels = [c.labels for c in choose_comparisons(prepare(records([{"other_a": "x", "other_b": "y"}])), kinds)]
    assert [len(labels) for labels in levels] == [2, 3]


def test_a_value_on_too_many_records_is_not_known(level, records):
    shared = [{"phone": "+441"} for _ in range(3)]
    rows = np.array([0], np.int32)
    for limit, expected in ((3, 0), (2, -1)):
        data = prepare(records(shared), shared_value_limit=limit)
        assert PHONE.levels(data, rows, rows + 1)[0] == expected
    mixed = [{"phone": "+441"}, {"mobile": "+441"}, {"mobile": "+441"}]
    assert PHONE.levels(prepare(records(mixed), shared_value_limit=2), rows, rows + 1)[0] == -1


def test_levels_of_no_pairs_are_none(records):
    data = prepare(records([{**FULL, "given_name": "JO"}, {**FULL, "given_name": "JO"}]))
    none = np.empty(0, np.int32)
    for comparison in choose_comparisons(data):
        assert comparison.levels(data, none, none).shape == (0,)
