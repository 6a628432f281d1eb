"""Who is found by what, in which order, and what is said of it."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import duckdb
import pytest

from insighthub.errors import RunError
from insighthub.governance.fields import Field
from insighthub.residents.search import QueryError, Search
from tests.search_releases import record, write_release

RECORDS = [
    record("R1", "benefits", "03002127", given_name="CHINEDU", middle_names="PAUL", family_name="OKAFOR",
           date_of_birth="1985-03-27", address="12 MILL LANE", postcode="IG11 8AA", nino="QQ123456C"),
    record("R1", "libraries", "2400|7", given_name="CHINEDU", family_name="OKAFOR", address="3 HIGH ROAD",
           postcode="IG11 7BB", mobile="+447911123456", email="chinedu.okafor9@mail.example", valid_to="2019-01-01"),
    record("R2", "council_tax", "601000009", given_name="MOHAMMED", family_name="RAHMAN", address="12 HIGH ROAD",
           postcode="IG11 7BB", uprn="100012345678"),
    record("R2", "benefits", given_name="MOHAMMED", family_name="RAHMAN", date_of_birth="1990-05-04",
           address="30 MILL LANE", postcode="IG11 8AA"),
    record("R3", "housing_rents", given_name="ROBERT", family_name="JONES", previous_family_name="CARTER",
           date_of_birth="1960-01-XX", phone="+442085577773"),
    record("R4", "adult_social_care", "ASC100|EV55001", given_name="J", family_name="SMITH",
           date_of_birth="1985-12-09", nhs_number="9434765919", address="FLAT 2 14 MILL LANE", postcode="IG11 8AB"),
    record("R5", "libraries", given_name="ANNA MARIA", family_name="VAN DER BERG", date_of_birth="1990-04-05",
           postcode="RM9 1ZZ"),
    record("R6", "benefits", given_name="JANE", family_name="OBRIEN", address="5 OBRIEN CLOSE", postcode="E1 1AA"),
]  # fmt: skip


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    return Search(write_release(tmp_path_factory.mktemp("release") / "r.duckdb", RECORDS))


def ids(found):
    return [one.resident_id for one in found]


@pytest.mark.parametrize(
    ("query", "resident"),
    [
        ("Chinedu Okafor", "R1"), ("OKAFOR, Chinedu", "R1"), ("okaffor chinedu", "R1"), ("chinedu ofakor", "R1"),
        ("Chin okaf", "R1"), ("C Okafor", "R1"), ("Paul Okafor", "R1"), ("Muhammad Rahman", "R2"),
        ("mohamed rehman", "R2"), ("Md Rahman", "R2"), ("Bob Jones", "R3"), ("Robert Carter", "R3"),
        ("John Smith", "R4"), ("Annamaria van der Berg", "R5"), ("anna vanderberg", "R5"), ("O'Brien", "R6"),
        ("o brien jane", "R6"), ("27/03/1985", "R1"), ("27 March 1985", "R1"), ("okafor 1985", "R1"),
        ("okafor aged 41", "R1"), ("27/3/85 okafor", "R1"), ("jones january 1960", "R3"), ("rahman may 1990", "R2"),
        ("ig11 8aa okafor", "R1"), ("okafor ig11", "R1"), ("okafor ig11 8", "R1"), ("rahman 7bb", "R2"),
        ("berg rm91zz", "R5"), ("12 mill lane", "R1"), ("mill ln 30", "R2"), ("flat 2 mill lane", "R4"),
        ("14 mill lane", "R4"), ("07911 123456", "R1"), ("+44 7911 123456", "R1"), ("123456", "R1"),
        ("020 8557 7773", "R3"), ("7773 jones", "R3"), ("chinedu.okafor9@mail.example", "R1"),
        ("chinedu.okafor9", "R1"), ("chinedu.okafor9@inbox.example", "R1"), ("03002127", "R1"), ("3002127", "R1"),
        ("benefits 03002127", "R1"), ("council tax 601000009", "R2"), ("council_tax:601000009", "R2"),
        ("2400|7", "R1"), ("2400/7", "R1"), ("ASC100|EV55001", "R4"), ("EV55001", "R4"), ("QQ 12 34 56 C", "R1"),
        ("943 476 5919", "R4"), ("100012345678", "R2"),
    ],
)  # fmt: skip
def test_found_first_by(search, query, resident):
    assert ids(search.find(query))[0] == resident


def test_a_residents_own_id(tmp_path):
    search = Search(write_release(tmp_path / "r.duckdb", [record("R7K2M9", family_name="PATEL"), *RECORDS]))
    (found,) = search.find("r7k2m9")
    assert found.why == ("the resident's own id",)


def test_a_house_number_and_a_street_count_together_only_where_they_are_of_one_address(search):
    found = search.find("12 mill lane")
    # R2 has a number 12, in High Road, and a Mill Lane, at number 30.
    scores = {one.resident_id: one.score for one in found}
    assert scores["R1"] == 1.0
    assert scores["R2"] < 0.8


def test_a_number_that_is_a_house_comes_before_the_same_number_of_a_flat(tmp_path):
    rows = [record("R1", address="FLAT 12 8 MILL LANE"), record("R2", address="12 MILL LANE")]
    assert ids(Search(write_release(tmp_path / "r.duckdb", rows)).find("12 mill lane")) == ["R2", "R1"]


def test_a_former_address_finds_later_than_one_of_now_and_says_so(search):
    found = search.find("high road ig11 7bb")
    assert ids(found)[:2] == ["R2", "R1"]
    assert found[0].why == ("address, in council tax",)
    assert found[1].why == ("former address, in libraries",)
    assert found[1].score < found[0].score


def test_what_a_record_said_before_finds_too(tmp_path):
    now = record("R1", record_id="C1", family_name="STONE", given_name="ADA", address="1 NEW ROAD")
    before = record("R1", record_id="C1", family_name="FLINT", given_name="ADA", address="9 OLD ROAD")
    path = write_release(tmp_path / "r.duckdb", [now], former=[{**before, "ended_on": date(2024, 5, 1)}])
    search = Search(path)
    assert search.find("flint")[0].why == ("former family name FLINT, in benefits",)
    assert search.find("9 old road")[0].why == ("former address, in benefits",)
    assert search.find("stone")[0].score > search.find("flint")[0].score


def test_an_end_that_is_yet_to_come_is_no_end(tmp_path):
    path = write_release(tmp_path / "r.duckdb", [record("R1", address="1 NEW ROAD", valid_to="2027-01-01")])
    assert Search(path).find("1 new road")[0].why == ("address, in benefits",)


def test_reasons_say_what_fits_how_and_who_says_so(search):
    assert search.find("okaffor 12 mill lane")[0].why == (
        "family name sounds like OKAFOR (typed OKAFFOR), in benefits and libraries",
        "address, in benefits",
    )
    assert search.find("bob jones")[0].why == (
        "given name ROBERT, which goes with BOB, in housing rents",
        "family name JONES, in housing rents",
    )
    assert search.find("carter 1960")[0].why == (
        "previous family name CARTER, in housing rents",
        "date of birth, in housing rents",
    )
    assert search.find("27/12/1985 okafor")[0].why == (
        "family name OKAFOR, in benefits and libraries",
        "date of birth, one part of which differs, in benefits",
    )
    assert search.find("04/05/1990")[0].why == ("date of birth, in benefits",)
    assert search.find("04/05/1990")[1].why == ("date of birth with day and month changed about, in libraries",)
    assert search.find("07911 123457 okafor")[0].why == (
        "family name OKAFOR, in benefits and libraries",
        "former telephone number, one digit off, in libraries",
    )
    assert search.find("9434765919")[0].why == ("NHS number, in adult social care",)


def test_a_date_a_number_or_an_address_is_never_quoted(search):
    every = " ".join(
        line for query in ("okafor 27/03/1985 12 mill lane 07911123456", "QQ123456C", "0300 2127 okafor")
        for one in search.find(query) for line in one.why
    )  # fmt: skip
    assert "OKAFOR" in every
    assert not any(text in every for text in ("1985", "MILL", "7911", "123456", "QQ", "2127"))


def test_a_rare_name_counts_for_more_than_a_common_one(tmp_path):
    rows = [record(f"A{n:02}", given_name="MARY", family_name=f"{chr(65 + n) * 2}RANDT") for n in range(20)]
    rows += [record("R1", given_name="SUSAN", family_name="ZELENKA")]
    found = Search(write_release(tmp_path / "r.duckdb", rows)).find("mary zelenka")
    assert found[0].resident_id == "R1"
    assert found[0].score > 0.6
    assert all(one.score < 0.4 for one in found[1:])


def test_a_source_named_beside_a_reference_puts_its_record_first(tmp_path):
    rows = [record("R1", "libraries", "7000123", family_name="LOW"), record("R2", "benefits", "7000123")]
    search = Search(write_release(tmp_path / "r.duckdb", rows))
    assert {one.score for one in search.find("7000123")} == {1.0}
    for query, first in (("libraries 7000123", "R1"), ("7000123 benefit", "R2")):
        found = search.find(query)
        assert found[0].resident_id == first
        assert found[0].score == 1.0
        assert found[1].score == 0.5


def test_a_source_that_a_purpose_may_not_use_is_a_word_like_any_other(tmp_path):
    rows = [record("R1", "libraries", "7000123", family_name="LOW"), record("R2", "benefits", "7000123")]
    search = Search(write_release(tmp_path / "r.duckdb", rows))
    one, other = (
        search.find(f"{word} 7000123", purpose_sources=frozenset({"libraries"})) for word in ("benefits", "zenefitz")
    )
    assert one == other
    assert ids(one) == ["R1"]


def test_a_form_finds_by_its_fields(search):
    assert ids(search.find_by(name="okaffor", born="1985", postcode="ig11"))[0] == "R1"
    assert search.find_by(name="mill") == []
    assert ids(search.find_by(address="mill"))


def test_a_purpose_finds_by_its_own_sources_and_names_no_other(search):
    libraries = frozenset({"libraries"})
    found = search.find("okafor", purpose_sources=libraries)
    assert [one.why for one in found] == [("family name OKAFOR, in libraries",)]
    for query in ("okafor 1985", "paul okafor", "12 mill okafor"):
        (one,) = search.find(query, purpose_sources=libraries)
        assert one.why == ("family name OKAFOR, in libraries",)
    for query in ("jones", "03002127", "benefits 03002127", "R4", "9434765919", "rahman"):
        assert search.find(query, purpose_sources=libraries) == []


def test_a_purpose_without_sources_finds_nobody(search):
    assert search.find("okafor", purpose_sources=frozenset()) == []


def test_a_hidden_resident_is_found_only_by_those_who_may_see_them(tmp_path):
    search = Search(write_release(tmp_path / "r.duckdb", RECORDS, hidden=["R1"]))
    queries = ("chinedu okafor", "27/03/1985", "03002127", "12 mill lane", "07911123456", "R1 okafor")
    for query in queries:
        assert "R1" not in ids(search.find(query))
        assert ids(search.find(query, see_hidden=True))[0] == "R1"


def test_the_best_are_kept(search):
    assert ids(search.find("ig11", limit=2)) == ids(search.find("ig11"))[:2]


def test_equals_come_in_order_of_id(tmp_path):
    rows = [record(f"R{n}", family_name="LIM") for n in (7, 3, 9, 1)]
    assert ids(Search(write_release(tmp_path / "r.duckdb", rows)).find("lim")) == ["R1", "R3", "R7", "R9"]


def test_threads_get_the_answers_of_one(search):
    queries = ["okafor 1985", "12 mill lane", "bob jones", "rahman may 1990", "ig11 8aa", "j smith", "QQ123456C"] * 20
    alone = [search.find(query) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(search.find, queries)) == alone


def test_what_was_typed_is_not_logged(search, caplog):
    with caplog.at_level(logging.DEBUG):
        search.find("okaffor 27/03/1985")
        with pytest.raises(QueryError):
            search.find("x")
    assert caplog.text == ""


def test_a_release_without_search_tables_is_told_what_to_do(tmp_path):
    path = write_release(tmp_path / "r.duckdb", RECORDS, build=False)
    with pytest.raises(RunError, match="Run the hub again"):
        Search(path)


def test_a_release_of_nobody_can_be_searched(tmp_path):
    search = Search(write_release(tmp_path / "r.duckdb", []))
    assert search.find("okafor 12 mill lane 1985 ig11 07911123456 a@b.uk") == []


def test_the_release_stays_as_it_was(tmp_path):
    path = write_release(tmp_path / "r.duckdb", RECORDS)
    before = path.read_bytes()
    Search(path).find("okafor")
    assert path.read_bytes() == before
    with duckdb.connect(str(path)) as db:  # nothing holds it open
        assert db.execute("SELECT count(*) FROM resident").fetchone() == (6,)


@pytest.mark.parametrize(
    ("query", "unseen"),
    [
        ("07911 123456", "contacts"), ("123456", "contacts"), ("chinedu.okafor9@mail.example", "contacts"),
        ("9434765919", "identifiers"), ("QQ123456C", "identifiers"), ("100012345678", "addresses"),
        ("12 mill lane", "addresses"), ("ig11 8aa", "addresses"), ("ig11", "addresses"),
        ("27/03/1985", "date_of_birth"), ("1985", "date_of_birth"), ("carter", "previous_family_name"),
        ("paul", "middle_names"),
        ("chinedu", "given_name"), ("bob", "given_name"), ("okafor", "family_name"), ("okaffor", "family_name"),
    ],
)  # fmt: skip
def test_nobody_is_found_by_what_the_purpose_does_not_see(search, query, unseen):
    every = frozenset(str(field) for field in Field)
    assert search.find(query, purpose_fields=every) == search.find(query) != []
    assert search.find(query, purpose_fields=every - {unseen}) == []
    # Beside something that is seen it changes nothing of who comes first, and no reason speaks of it.
    beside = search.find(f"{query} 2400|7", purpose_fields=every - {unseen})
    assert [(one.resident_id, one.why) for one in beside] == [("R1", ("reference, in libraries",))]


def test_a_reference_of_a_record_is_looked_for_whatever_the_purpose_sees(search):
    assert ids(search.find("601000009", purpose_fields=frozenset())) == ["R2"]
    assert search.find("okafor", purpose_fields=frozenset()) == []
