"""Spellings of one name share a sound key, and other names do not."""

import pytest

from insighthub.linkage.sound import sound_key


@pytest.mark.parametrize(
    "names",
    [
        ("MOHAMMED", "MUHAMMAD", "MOHAMED", "MOHAMMAD", "MUHAMED"),
        ("YUSUF", "YOUSSEF", "YOUSUF", "JUSUF"),
        ("SMITH", "SMYTH", "SMYTHE"),
        ("KATHERINE", "CATHERINE", "KATHRYN"),
        ("PHILIP", "FILIP", "PHILLIP"),
        ("WRIGHT", "RITE", "WRITE"),
        ("HUSSAIN", "HUSSEIN", "HUSAIN"),
        ("BEGUM", "BEGOM", "BEGAM"),
        ("SCHMIDT", "SHMIDT"),
        ("EMMA", "AMMA"),
        ("KNOX", "NOX"),
        ("STEVEN", "STEWEN"),
    ],
)
def test_spellings_of_one_name(names):
    assert len({sound_key(name) for name in names}) == 1
    assert sound_key(names[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [("SMITH", "SINGH"), ("MOHAMMED", "AHMED"), ("PATEL", "PATHAN"), ("KHAN", "KHATUN"), ("ANNA", "NINA")],
)
def test_other_names(one, other):
    assert sound_key(one) != sound_key(other)


@pytest.mark.parametrize("name", ["", "A", "-", "'", "123", "LEE", "AE", "ΓΙΩΡΓΟΣ"])
def test_a_name_with_too_little_to_sound_has_no_key(name):
    assert sound_key(name) is None


def test_case_and_punctuation_make_no_difference():
    assert sound_key("O'Brien") == sound_key("OBRIEN")
    assert sound_key("Smith-Jones") == sound_key("SMITH JONES")
