"""Ids: a wrong character is found, letters that look like others are read as those, none is given twice."""

from itertools import count

import pytest

from insighthub.residents.ids import ALPHABET, HOUSEHOLD, LENGTH, RESIDENT, issue, tidy_id

MANY = issue(RESIDENT, 200) + issue(HOUSEHOLD, 200)


def test_an_id_is_a_letter_for_the_kind_and_ten_characters():
    for kind in (RESIDENT, HOUSEHOLD):
        for each in issue(kind, 50):
            assert each[0] == kind
            assert len(each) == LENGTH + 2
            assert set(each[1:]) <= set(ALPHABET)


def test_as_many_are_issued_as_are_wanted_all_different():
    assert issue(RESIDENT, 0) == []
    assert len(set(issue(RESIDENT, 5_000))) == 5_000


def test_every_id_that_is_issued_is_one():
    assert [tidy_id(each) for each in MANY] == MANY


def test_any_one_wrong_character_is_found():
    """Every place, every character: none of them gives another id."""
    for each in MANY:
        for at in range(len(each)):
            for wrong in set(ALPHABET) | {RESIDENT, HOUSEHOLD}:
                if wrong != each[at]:
                    assert tidy_id(each[:at] + wrong + each[at + 1 :]) is None


def test_two_neighbours_that_changed_places_are_found():
    for each in MANY:
        for at in range(len(each) - 1):
            swapped = each[:at] + each[at + 1] + each[at] + each[at + 2 :]
            assert swapped == each or tidy_id(swapped) is None


def test_an_id_may_be_typed_in_small_letters_with_spaces_and_hyphens():
    for each in MANY:
        assert tidy_id(f"  {each[:3]}-{each[3:7]} {each[7:]}\n".lower()) == each


def test_letters_that_are_not_used_are_read_as_the_digits_that_they_look_like():
    misread = {"1": "IL", "0": "O"}
    read = 0
    for each in MANY:
        for digit, letters in misread.items():
            for letter in letters:
                typed = each[0] + each[1:].replace(digit, letter)
                read += typed != each
                assert tidy_id(typed) == each
    assert read > 100


@pytest.mark.parametrize("text", ["", "R", "Q123456789A", "R" * 11, "RÀ2K9QX4TF7", "R12345678９0", "R" + "U" * 10])
def test_what_is_no_id_is_none(text):
    assert tidy_id(text) is None


def test_an_id_that_is_taken_is_not_issued_again():
    """Where chance gives the same bytes again, they are drawn again."""
    draws = count()

    def chance(size):
        return bytes([next(draws) // 40 % 256]) * size  # the same for forty draws on end

    first = issue(RESIDENT, 1, chance=bytes)
    assert first == issue(RESIDENT, 1, chance=bytes)
    (other,) = issue(RESIDENT, 1, but=first, chance=chance)
    assert other not in first
    assert len(set(issue(RESIDENT, 3, chance=chance))) == 3


def test_chance_alone_decides_and_every_character_is_as_likely():
    drawn = "".join(each[1:-1] for each in issue(RESIDENT, 8_000))
    share = len(drawn) / len(ALPHABET)
    for each in ALPHABET:
        assert abs(drawn.count(each) - share) < 6 * share**0.5  # nearly all ids are kept, whatever is in them
