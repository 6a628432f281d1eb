"""Numbers that registers give out, and why some are not believed."""

import pytest

from insighthub.standardise.identifiers import nhs_number, nino, upn, uprn


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("9434765919", "9434765919", None),
        ("943 476 5919", "9434765919", None),
        ("943-476-5919", "9434765919", None),
        ("9434765919.0", "9434765919", None),
        ("9434765918", None, "check digit wrong"),
        ("943476591", None, "not ten digits"),
        ("0000000000", None, "dummy number"),
        ("1111111111", None, "dummy number"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_an_nhs_number_has_the_right_check_digit(text, value, reason):
    assert nhs_number(text) == (value, reason)


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("AB 12 34 57 C", "AB123457C", None),
        ("ab123457c", "AB123457C", None),
        ("AB123457", "AB123457", None),
        ("ABI2345OC", "AB123450C", None),
        ("TN010185M", None, "temporary number"),
        ("BG123457A", None, "not the form of a National Insurance number"),
        ("DA123457A", None, "not the form of a National Insurance number"),
        ("AB123457E", None, "not the form of a National Insurance number"),
        ("QQ123456C", None, "not the form of a National Insurance number"),
        ("AB123456C", None, "dummy number"),
        ("12345", None, "not the form of a National Insurance number"),
        ("-", None, None),
        (None, None, None),
    ],
)
def test_a_national_insurance_number_has_a_form_that_is_given_out(text, value, reason):
    assert nino(text) == (value, reason)


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("H801200001001", "H801200001001", None),
        ("h801 2000 01001", "H801200001001", None),
        ("A801200001001", None, "check letter wrong"),
        ("H80120000100", None, "not the form of a pupil number"),
        ("I801200001001", None, "not the form of a pupil number"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_pupil_number_has_the_right_check_letter(text, value, reason):
    assert upn(text) == (value, reason)


def test_a_temporary_pupil_number_is_known_and_not_used():
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    found = [upn(f"{letter}80120000100A").reason for letter in letters]
    assert found.count("temporary number") == 1
    assert found.count("check letter wrong") == len(letters) - 1


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("100023336956", "100023336956", None),
        ("000100023336", "100023336", None),
        ("100023336956.0", "100023336956", None),
        ("10,002,333", "10002333", None),
        ("1.00023E+11", None, "digits lost in a spreadsheet's scientific notation"),
        ("1.00023336956E+11", "100023336956", None),
        ("1.00023336956e11", "100023336956", None),
        ("1000233369561", None, "not the form of a property number"),
        ("0", None, "not the form of a property number"),
        ("999999999999", None, "not the form of a property number"),
        ("ABC", None, "not a number"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_property_number_keeps_all_its_digits_or_is_none(text, value, reason):
    assert uprn(text) == (value, reason)
