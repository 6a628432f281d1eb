"""What holds of every rule on any text: it never raises, is its own fixed point, and invents nothing."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insighthub.standardise import identifiers
from insighthub.standardise.address_text import canonical_line
from insighthub.standardise.addresses import address_at_length, quick_address, standard_address
from insighthub.standardise.dates import date_from_parts, dates_of, standard_date
from insighthub.standardise.emails import standard_email
from insighthub.standardise.names import canonical_family, canonical_name, standard_title
from insighthub.standardise.persons import people_at_length, people_in_columns, people_in_full_name
from insighthub.standardise.phones import library_number, standard_phones, usual_british
from insighthub.standardise.plain_names import plain_family, plain_forenames, quick_people
from insighthub.standardise.postcodes import standard_postcode
from insighthub.standardise.sex import standard_sex
from insighthub.standardise.text import code_text, fold, known, plain_text

TODAY = date(2026, 1, 15)

WORDS = [
    "MR", "MRS", "MISS", "DR", "SIR", "MAJOR", "JOHN", "MARY", "SMITH", "JONES", "O'BRIEN", "O", "BRIEN", "MC",
    "MAC", "DONALD", "VAN", "DER", "BERG", "DE", "LA", "BIN", "AL", "ABDUL", "MD", "RAHMAN", "J", "K", "KJ", "JR",
    "III", "ESQ", "NEE", "FORMERLY", "AKA", "DECD", "(DECEASED)", "LATE", "THE", "EXECUTORS", "OF", "LTD",
    "OCCUPIER", "TEST", "BABY", "UNKNOWN", "XX", "&", "AND", "+", "/", ",", "-", "(", ")", "1ST", "BARON", "T/A",
    "Żółć", "Ștefan", "王", "ST", "MÃ¼ller", "Smith-Jones", "NO", "NAME", "CO", "SONS", "R", "I", "P", "L", "A", "F",
    "DEC", "D", "JOHN,", "SMITH,", "JONES,",
]  # fmt: skip
LINES = [
    "FLAT", "2", "2A", "A", "B", "14", "014", "12-14", "/", "-", ",", ",", ",", "HIGH", "ROAD", "RD", "ST", "DR",
    "JOHNS", "LANE", "MAPLE", "COURT", "HOUSE", "PARK", "BARKING", "UK", "ENGLAND", "IG11 8AA", "IG11", "8AA",
    "UNIT", "ROOM", "FIRST", "1ST", "FLOOR", "GROUND", "TOP", "BASEMENT", "REAR", "OF", "C/O", "NFA", "NO", "PO",
    "BOX", "NORTH", "THE", "&", "#", "ANNEXE", "GFF", "FLET", "SQ", "CL", "E", "N", "0", "00", "SAINT", "Ä", "ß",
    "CARE", "END", "X",
]  # fmt: skip

any_text = st.text(max_size=40)
name_text = st.one_of(any_text, st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join))
line_text = st.one_of(any_text, st.lists(st.sampled_from(LINES), max_size=9).map(" ".join))
digit_text = st.one_of(any_text, st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ +-()./E", max_size=24))
day_text = st.one_of(
    any_text,
    st.text("0123456789/-. :TXJANFEBMRUYLGSPOCVD", max_size=14),
    st.dates(min_value=date(1500, 1, 1)).map(date.isoformat),
)
code_like = st.one_of(any_text, st.text("IGRMEWNSOL0158AB -.", max_size=9))
email_text = st.one_of(any_text, st.text("abz@.-_ <>;,'+1", max_size=24))

EDTF_FORMATS = (("%d/%m/%Y",), (), ("%m/%d/%Y", "%d-%b-%y"), ("excel",))


def value_of(rule: Callable[..., identifiers.Identifier]) -> Callable[[str], str | None]:
    return lambda text: rule(text).value


FIXED_POINTS = {
    "fold": (fold, any_text),
    "known": (known, any_text),
    "plain_text": (plain_text, any_text),
    "code_text": (code_text, any_text),
    "canonical_name": (canonical_name, name_text),
    "canonical_family": (canonical_family, name_text),
    "standard_title": (standard_title, name_text),
    "canonical_line": (canonical_line, line_text.map(fold)),
    "standard_postcode": (standard_postcode, code_like),
    "standard_postcode_elsewhere": (lambda text: standard_postcode(text, "XX"), code_like),
    "standard_email": (standard_email, email_text),
    "standard_sex": (standard_sex, any_text),
    "nhs_number": (value_of(identifiers.nhs_number), digit_text),
    "nino": (value_of(identifiers.nino), digit_text),
    "upn": (value_of(identifiers.upn), digit_text),
    "uprn": (value_of(identifiers.uprn), digit_text),
    "standard_date": (lambda text: standard_date(text, as_of=TODAY).edtf, day_text),
    "mobile": (lambda text: standard_phones(text).mobile, digit_text),
    "phone": (lambda text: standard_phones(text).other, digit_text),
    "address": (lambda text: standard_address(text).address, line_text),
}


@pytest.mark.parametrize("rule", sorted(FIXED_POINTS))
@given(data=st.data())
def test_a_rule_never_raises_and_its_result_is_its_own_result(rule, data):
    function, texts = FIXED_POINTS[rule]
    once = function(data.draw(texts))
    if once is not None:
        assert function(once) == once


@given(name_text, st.sampled_from(["auto", "given_first", "family_first"]))
def test_a_full_name_never_raises_and_every_name_is_canonical(text, order):
    for person in people_in_full_name(text, order):
        for name in (person.given_name, person.middle_names, person.family_name, person.previous_family_name):
            assert name is None or canonical_name(name) in {name, None}
            assert name != ""


def letters(text: str) -> Counter[str]:
    return Counter(c for c in fold(text) if c.isalpha())


#: Short forms that are written out, and digits that stand for letters: where they occur the count does not hold.
WRITTEN_OUT = {"MD", "MOHD", "MUHD", "MOHMD", "WM", "CHAS", "THOS", "JAS", "ROBT", "SAML", "EDWD", "RICHD", "JNO"}


@given(st.lists(st.sampled_from([w for w in WORDS if w not in WRITTEN_OUT]), max_size=7).map(" ".join))
def test_no_letter_of_a_name_is_invented(text):
    here = letters(text)
    for person in people_in_full_name(text):
        for name in (person.given_name, person.middle_names, person.family_name, person.previous_family_name):
            assert not letters(name or "") - here


@given(any_text)
def test_no_letter_or_digit_of_a_code_is_invented(text):
    folded = Counter(fold(text))
    for value in (
        code_text(text),
        standard_postcode(text, "XX"),
        canonical_name(fold(text).translate(str.maketrans("015", "   "))),
    ):
        assert not Counter((value or "").replace(" ", "")) - folded


@given(digit_text)
def test_no_digit_of_an_identifier_is_invented(text):
    here = Counter(c for c in text.upper().translate(str.maketrans("OIL", "011")) if c.isdigit())
    for rule in (identifiers.nhs_number, identifiers.nino, identifiers.upn):
        assert not Counter(c for c in rule(text).value or "" if c.isdigit()) - here


@given(st.lists(st.one_of(st.none(), name_text), min_size=5, max_size=5))
def test_separate_columns_never_raise(columns):
    for person in people_in_columns(*columns):
        assert person.names_someone() or person.not_linked_reason or person.title or person.deceased


@given(name_text, st.sampled_from(["auto", "given_first", "family_first"]))
def test_the_quick_way_to_a_name_is_the_long_way(text, order):
    quick = quick_people(text, order)
    assert quick is None or quick == people_at_length(text, order)


@given(name_text, name_text)
def test_plain_forenames_and_surnames_are_as_when_the_row_is_read_whole(given_text, family_text):
    forenames, family = plain_forenames(given_text), plain_family(family_text)
    if forenames is not None and family is not None:
        whole = people_in_columns(None, given_text, None, family_text)
        assert [(p.given_name, p.middle_names, p.family_name) for p in whole] == [(*forenames, family)]
        assert whole[0].title is whole[0].name_suffix is whole[0].previous_family_name is None


@given(line_text, st.sampled_from(["GB", "XX"]))
def test_the_quick_way_to_an_address_is_the_long_way(text, country):
    quick = quick_address(text, country)
    assert quick is None or quick == address_at_length(text, country)


@given(line_text)
def test_an_address_has_no_empty_part(text):
    found = standard_address(text)
    assert all(part is None or (part == part.strip() and part) for part in found)
    assert found.address is not None or not any(found[:5])


@given(day_text, st.sampled_from(EDTF_FORMATS))
def test_a_date_is_a_day_that_can_be(text, formats):
    found = standard_date(text, formats, ("06/06/2000",), TODAY)
    if found.edtf is not None:
        assert len(found.edtf) == 10
        if "X" not in found.edtf:
            assert date.fromisoformat(found.edtf).isoformat() == found.edtf


@given(
    st.lists(
        st.one_of(
            st.dates(date(1840, 1, 1), date(2030, 1, 1)).map(lambda d: d.strftime("%d/%m/%Y")),
            st.dates().map(lambda d: d.strftime("%Y-%m-%d")),
            st.text("0123456789/-é", min_size=10, max_size=10),
            day_text,
        ),
        unique=True,
    ),
    st.sampled_from([(), ("%d/%m/%Y",), ("%Y-%m-%d", "%d/%m/%Y"), ("%d-%b-%Y", "%d.%m.%Y")]),
)
def test_the_quick_way_to_a_columns_dates_is_the_long_way(texts, formats):
    dates, flags = dates_of(pa.array(texts, pa.string()), formats, ("06/06/2000", "1900-01-01"), TODAY)
    found = [standard_date(text, formats, ("06/06/2000", "1900-01-01"), TODAY) for text in texts]
    assert dates.to_pylist() == [value.edtf for value in found]
    assert flags.to_pylist() == [",".join(value.flags) or None for value in found]


@given(st.lists(st.one_of(st.none(), st.text("0123456789. JANMXx", max_size=6), any_text), min_size=3, max_size=3))
def test_dates_of_three_columns_never_raise(parts):
    found = date_from_parts(*parts, TODAY)
    assert found.edtf is None or standard_date(found.edtf, as_of=TODAY).edtf == found.edtf


@given(st.text("0123456789 ()-.+", min_size=5, max_size=20))
def test_the_short_way_to_a_british_number_is_the_librarys(text):
    short = usual_british(text)
    if short is not None:
        assert short == library_number(text, "GB")


@given(st.from_regex(r"\A0(7[1-9][0-9]{8}|1[0-9]{8,9}|2[0-9]{9})\Z"))
def test_the_short_way_finds_all_usual_british_mobiles_and_landlines(text):
    number = phonenumbers.parse(text, "GB")
    kind = phonenumbers.number_type(number)
    usual = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE}
    if kind in usual and phonenumbers.region_code_for_number(number) == "GB":
        assert usual_british(text) == (f"+44{number.national_number}", kind == phonenumbers.PhoneNumberType.MOBILE)


@pytest.mark.parametrize(
    ("text", "line"), [("0:A:1ST", "0A FIRST"), ("FLAT 2 A 1ST FLOOR", "FLAT 2A FIRST FLOOR"), ("2 A 10", "2 A 10")]
)
def test_a_word_written_out_sets_free_the_letter_before_it(text, line):
    assert canonical_line(text) == line == canonical_line(line)
