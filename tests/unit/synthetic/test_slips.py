"""Each kind of error does what its name says, and to the share of cells that it is asked for."""

import datetime as dt

import numpy as np
import pytest

from insighthub.synthetic import mess
from insighthub.synthetic.delivery import DELIVERIES, deliver
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.names import _womans_form, build_pools
from insighthub.synthetic.services import likely, monthly_days
from insighthub.synthetic.writing import objects


def _days(*date: int) -> int:
    return (dt.date(*date) - dt.date(1970, 1, 1)).days


def _distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[:], i
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
    return row[-1]


@pytest.mark.parametrize("name", ["Mohammed", "O'Brien", "Li", "Al-Masri", "X", "Kazlauskienė"])
def test_a_typo_is_one_slip(name):
    chances = [(x, y) for x in np.linspace(0, 0.999, 23).tolist() for y in np.linspace(0, 0.999, 23).tolist()]
    spoilt = {mess.typo(name, x, y) for x, y in chances}
    assert all(_distance(name, text) <= 2 for text in spoilt)
    assert "" not in spoilt
    assert len(name) < 3 or len(spoilt) > 5


def test_errors_fall_on_the_share_of_cells_asked_for():
    column = objects(["Margaret"] * 20_000)
    out = mess.spoil(np.random.default_rng(1), column, 0.05, lambda t, x, y: t + "!")
    assert sum(t.endswith("!") for t in out) == pytest.approx(1000, rel=0.15)
    assert column.tolist() == ["Margaret"] * 20_000


def test_empty_cells_are_left_empty():
    out = mess.spoil(np.random.default_rng(1), objects([""] * 50), 1.0, lambda t, x, y: "something")
    assert set(out) == {""}


@pytest.mark.parametrize(
    ("function", "text", "wanted"),
    [
        (mess.letters_for_digits, "IG21 0AB", "IG21 OAB"),
        (mess.letters_for_digits, "RM31 2AB", "RM3I 2AB"),
        (mess.no_space, "IG21 8AA", "IG218AA"),
        (mess.wrong_number, "Alpha House", "Alpha House"),
    ],
)
def test_slips_of_codes(function, text, wanted):
    assert function(text, 0.1, 0.5) == wanted


def test_a_wrong_number_is_another_number():
    assert mess.wrong_number("14 Alpha Road", 0.0, 0.2) != "14 Alpha Road"
    assert mess.wrong_number("14 Alpha Road", 0.0, 0.2).endswith(" Alpha Road")


def test_a_wrong_postcode_differs_by_its_end():
    assert mess.wrong_postcode("IG21 8AA", 0.1, 0.5)[:-1] == "IG21 8A"
    assert mess.wrong_postcode("IG21 8AA", 0.9, 0.1) == "IG21 1AA"


@pytest.mark.parametrize(("date", "wanted"), [((1985, 3, 9), (1985, 9, 3)), ((1985, 3, 27), (1985, 3, 27))])
def test_day_and_month_swap_where_they_can(date, wanted):
    born = np.array([_days(*date)], np.int32)
    out = mess.birth_days(np.random.default_rng(0), born, swapped=1.0, digit=0.0, first_january=0.0)
    assert out.tolist() == [_days(*wanted)]


def test_an_unknown_birthday_becomes_the_first_of_january():
    born = np.array([_days(1985, 3, 27)], np.int32)
    out = mess.birth_days(np.random.default_rng(0), born, swapped=0.0, digit=0.0, first_january=1.0)
    assert out.tolist() == [_days(1985, 1, 1)]


def test_a_wrong_digit_gives_a_real_date_not_in_the_future():
    born = np.arange(_days(1930, 1, 1), _days(2026, 9, 1), 37, dtype=np.int32)
    out = mess.birth_days(np.random.default_rng(0), born, swapped=0.0, digit=1.0, first_january=0.0)
    assert (out <= mess.TODAY).all()
    assert (out != born).mean() > 0.8


@pytest.mark.parametrize(
    ("name", "community", "wife", "daughter"),
    [
        ("Kazlauskas", "lithuanian", "Kazlauskienė", "Kazlauskaitė"),
        ("Kairys", "lithuanian", "Kairienė", "Kairytė"),
        ("Kowalski", "polish", "Kowalska", "Kowalska"),
        ("Nowak", "polish", "Nowak", "Nowak"),
        ("Petrov", "bulgarian", "Petrova", "Petrova"),
        ("Smith", "white_british", "Smith", "Smith"),
    ],
)
def test_women_bear_their_form_of_the_name(name, community, wife, daughter):
    assert _womans_form(name, community, wife=True) == wife
    assert _womans_form(name, community, wife=False) == daughter


def test_names_are_concentrated_at_the_top_and_long_in_the_tail():
    pools = build_pools()
    drawn = pools.family["white_british"].draw(np.random.default_rng(1), 20_000)
    _, count = np.unique(drawn, return_counts=True)
    assert len(count) > 1_000
    assert 0.005 < count.max() / len(drawn) < 0.05
    bangladeshi = pools.family["bangladeshi"].draw(np.random.default_rng(1), 5_000)
    assert np.unique(bangladeshi, return_counts=True)[1].max() / 5_000 > 0.05


def test_facts_fall_within_the_months_and_follow_trend_and_season():
    days = monthly_days(np.random.default_rng(2), 60_000, trend=0.5, winter=0.4)
    assert days.max() <= mess.TODAY
    assert days.min() >= mess.TODAY - 36 * 31
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    assert (month == 0).sum() > 1.3 * (month == 6).sum()
    third = np.histogram(days, 3)[0]
    assert third[2] > 1.15 * third[0]


def test_likelihood_is_the_base_where_hardship_is_average():
    happens = likely(np.random.default_rng(3), 0.1, 1.0, np.zeros(50_000))
    assert happens.mean() == pytest.approx(0.1, abs=0.01)
    harder = likely(np.random.default_rng(3), 0.1, 1.0, np.ones(50_000))
    assert harder.mean() > 0.2


def test_references_are_distinct_and_in_no_order():
    drawn = references(np.random.default_rng(1), 1000, "X{:06d}", 5)
    assert len(set(drawn)) == 1000
    assert drawn.tolist() != sorted(drawn)


def test_repeated_rows_come_right_after_the_first(tmp_path):
    ids = references(np.random.default_rng(1), 300, "FP{:06d}", 5)
    extract = Extract("freedom_pass", {"applicantid": ids, "surname": objects(["Žukas"] * 300)}, ("applicantid",))
    (path,) = deliver(extract, tmp_path, np.random.default_rng(1), 0.2)
    lines = path.read_bytes().decode("cp1252").split("\r\n")
    body = lines[1:-1]
    assert len(body) > 300
    assert body == sorted(body)
    assert len(set(body)) == 300


def test_windows_files_lose_only_the_marks_that_their_code_page_lacks(tmp_path):
    extract = Extract(
        "freedom_pass", {"applicantid": objects(["1"]), "surname": objects(["Lăzar Café Žukas"])}, ("applicantid",)
    )
    (path,) = deliver(extract, tmp_path, np.random.default_rng(1), 0.0)
    assert "Lazar Café Žukas" in path.read_bytes().decode("cp1252")


def test_every_delivery_has_an_extract():
    from insighthub.synthetic.extracts import EXTRACTS

    assert set(DELIVERIES) == set(EXTRACTS)
