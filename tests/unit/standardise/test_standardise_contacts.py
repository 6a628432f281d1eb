"""Telephone numbers, e-mail addresses and sex."""

import pytest

from insighthub.standardise.emails import standard_email
from insighthub.standardise.phones import Phones, standard_phones
from insighthub.standardise.sex import standard_sex


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07911 123450", Phones(mobile="+447911123450")),
        ("07911123450", Phones(mobile="+447911123450")),
        ("+44 7911 123450", Phones(mobile="+447911123450")),
        ("0044 7911 123450", Phones(mobile="+447911123450")),
        ("+44 (0) 7911 123450", Phones(mobile="+447911123450")),
        ("7911123450", Phones(mobile="+447911123450")),
        ("7911123450.0", Phones(mobile="+447911123450")),
        ("(020) 8227 5915", Phones(other="+442082275915")),
        ("020-8227-5915", Phones(other="+442082275915")),
        ("020 8227 5915 ext 123", Phones(other="+442082275915")),
        ("Mum: 07911 123450", Phones(mobile="+447911123450")),
        ("020 8227 5915 / 07911 123450", Phones(mobile="+447911123450", other="+442082275915")),
        ("07911123450 07911123461", Phones(mobile="+447911123450", second_mobile="+447911123461")),
        ("07911 123450 or 07911 123450", Phones(mobile="+447911123450")),
        ("+48 22 123 45 99", Phones(other="+48221234599")),
        # Nobody's.
        ("07000000000", Phones()),
        ("0000", Phones()),
        ("11111111111", Phones()),
        ("07777777777", Phones()),
        ("01234567890", Phones()),
        ("07123456789", Phones()),
        ("123456", Phones()),
        ("0800 1111", Phones()),
        ("0345 123 9876", Phones()),
        ("0790", Phones()),
        ("7.91112E+09", Phones()),
        ("none", Phones()),
        ("", Phones()),
        (None, Phones()),
    ],
)
def test_a_cell_gives_its_valid_numbers(text, expected):
    assert standard_phones(text) == expected


def test_a_number_is_read_as_the_contracts_country_writes_it():
    assert standard_phones("(425) 555-2368", "US") == Phones(other="+14255552368")
    assert standard_phones("0893 98 76 54", "DE") == Phones(other="+49893987654")
    assert standard_phones("07911 123450", "XX") == Phones()
    assert standard_phones("+44 7911 123450", "XX") == Phones(mobile="+447911123450")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("John.Smith@Example.COM", "john.smith@example.com"),
        (" john@mail.example ", "john@mail.example"),
        ("mailto:john@mail.example", "john@mail.example"),
        ("John Smith <john@mail.example>", "john@mail.example"),
        ("john @ mail.example", "john@mail.example"),
        ("john@mail.example; mary@mail.example", "john@mail.example"),
        ("john@mail.example.", "john@mail.example"),
        ("o'neill@mail.example", "o'neill@mail.example"),
        ("john@gmial.com", "john@gmial.com"),
        ("a.nadir@mail.example", "a.nadir@mail.example"),
        ("testa@mail.example", "testa@mail.example"),
        ("nona@mail.example", "nona@mail.example"),
        ("noemail@noemail.com", None),
        ("no.email@mail.example", None),
        ("none@none.com", None),
        ("test@test.com", None),
        ("test1@mail.example", None),
        ("noreply@mail.example", None),
        ("n/a", None),
        ("na@na.com", None),
        ("john@", None),
        ("@mail.example", None),
        ("john@mail", None),
        ("john smith", None),
        ("", None),
        (None, None),
    ],
)
def test_an_email_address_is_one_that_can_exist_and_is_somebodys(text, expected):
    assert standard_email(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("M", "M"), ("male", "M"), ("Boy", "M"), ("1", "M"), ("1.0", "M"), ("1 - Male", "M"), ("Male (1)", "M"),
        ("f", "F"), ("FEMALE", "F"), ("girl", "F"), ("2", "F"), ("W", None), ("M/F", None), ("9", None), ("0", None),
        ("U", None), ("Not known", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_sex_is_one_letter_or_nothing(text, expected):
    assert standard_sex(text) == expected
