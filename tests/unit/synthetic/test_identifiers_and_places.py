"""Numbers and addresses are of valid form, so that what cleans real ones can be tried on them."""

import re

import numpy as np
import phonenumbers
import pytest

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.contacts import landlines, mobiles, nhs_numbers, ninos, temporary_upns, upn_check_letter, upns
from insighthub.synthetic.places import BLOCK, HOUSE, build_places
from insighthub.synthetic.writing import AddressBook, dates, phones, plain


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.fixture(scope="module")
def places():
    return build_places(np.random.default_rng(4), 3_000)


def test_nhs_numbers_are_distinct_and_pass_the_check_digit(rng):
    numbers = nhs_numbers(rng, 500).tolist()
    assert len(set(numbers)) == 500
    for number in numbers:
        digits = [int(c) for c in number]
        assert sum(d * w for d, w in zip(digits, range(10, 0, -1), strict=True)) % 11 == 0


def test_ninos_have_prefixes_that_are_given_out(rng):
    numbers = ninos(rng, 500).tolist()
    assert len(set(numbers)) == 500
    assert all(re.match(r"^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$", n) for n in numbers)
    assert not {n[:2] for n in numbers} & {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


@pytest.mark.parametrize(("twelve", "letter"), [("801200001001", "X"), ("000000000000", "A")])
def test_the_upn_check_letter_is_that_of_the_guide(twelve, letter):
    weighted = sum(int(c) * w for c, w in zip(twelve, range(2, 14), strict=True)) % 23
    assert upn_check_letter(twelve) == "ABCDEFGHJKLMNPQRTUVWXYZ"[weighted]
    if twelve.strip("0") == "":
        assert upn_check_letter(twelve) == letter


def test_upns_are_distinct(rng):
    numbers = upns(rng, np.full(3000, 2020)).tolist()
    assert len(set(numbers)) == 3000
    assert all(re.match(r"^[A-Z]\d{12}$", n) and n[0] == upn_check_letter(n[1:]) for n in numbers)


def test_temporary_upns_end_in_a_letter(rng):
    assert all(re.match(r"^[A-Z]\d{11}[A-Z]$", n) for n in temporary_upns(rng, 50))


@pytest.mark.parametrize("draw", [mobiles, landlines])
def test_phones_are_valid_in_every_way_of_writing(rng, draw):
    for style in range(4):
        for text in phones(draw(rng, 60), np.full(60, style)).tolist():
            assert phonenumbers.is_valid_number(phonenumbers.parse(text, "GB")), style


def test_a_missing_phone_is_empty():
    assert phones(np.array([-1]), np.array([0])).tolist() == [""]


def test_uprns_are_distinct_and_twelve_digits_at_most(places):
    assert len(np.unique(places.uprn)) == len(places)
    assert places.uprn.max() < 10**12


def test_postcodes_are_of_valid_form_in_codes_that_nobody_has(places):
    assert all(re.match(r"^(IG2[1-3]|RM3[1-3]) [0-9][ABD-HJLNP-UW-Z]{2}$", p) for p in places.postcodes)
    assert len(set(places.postcodes)) == len(places.postcodes)


def test_a_postcode_lies_in_one_street(places):
    pairs = set(zip(places.postcode.tolist(), places.street.tolist(), strict=True))
    assert len(pairs) == len(places.postcodes)


def test_a_postcode_holds_about_as_many_addresses_as_published(places):
    assert len(places) / len(places.postcodes) == pytest.approx(cal.ADDRESSES_A_POSTCODE, rel=0.25)


def test_no_two_dwellings_share_street_number_and_flat(places):
    keys = set(zip(places.street.tolist(), places.number.tolist(), places.flat.tolist(), strict=True))
    assert len(keys) == len(places)


def test_a_flat_is_written_in_several_ways(places):
    book, flat = AddressBook(places), int(np.flatnonzero(places.kind == BLOCK)[5])
    ways = {
        style: " / ".join(line[flat] for line in book.lines(style) if line[flat])
        for style in ("flat_first", "letter", "slash", "block")
    }
    assert len(set(ways.values())) == 4
    number = str(places.number[flat])
    assert all(number in way for way in ways.values())


def test_a_house_has_its_number_before_its_street(places):
    book, house = AddressBook(places), int(np.flatnonzero(places.kind == HOUSE)[0])
    lines = book.lines("flat_first", upper=True)
    assert lines[0][house] == f"{places.number[house]} {places.streets[places.street[house]]}".upper()


def test_accents_come_off():
    assert plain("Ștefănescu Žukauskienė Łucja Pușcașu Ğül") == "Stefanescu Zukauskiene Lucja Puscasu Gul"


def test_dates_are_written_from_days():
    assert dates(np.array([0, 5566]), "%d-%b-%Y").tolist() == ["01-Jan-1970", "29-Mar-1985"]
