"""Text made plain: accents, broken encodings, and what says nothing."""

import pytest

from insighthub.standardise.text import code_text, fold, known, plain_text, repair_mojibake


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MÃ¼ller", "Müller"),
        ("JosÃ©", "José"),
        ("Å\x81ukasz", "Łukasz"),
        ("Oâ€™Brien", "O’Brien"),
        # Not certain, so not touched.
        ("Müller", "Müller"),
        ("MÃ¼ller Müller", "MÃ¼ller Müller"),
        ("Ã", "Ã"),
        ("SÃO", "SÃO"),
        ("plain", "plain"),
    ],
)
def test_utf8_read_as_windows_1252_is_put_right_only_where_it_is_certain(text, expected):
    assert repair_mojibake(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ștefan Ţîrdea", "STEFAN TIRDEA"),
        ("ąčęėįšųūž", "ACEEISUUZ"),
        ("Łódź", "LODZ"),
        ("Straße", "STRASSE"),
        ("ışık İzmir", "ISIK IZMIR"),
        ("æøåþð", "AEOATHD"),
        ("ﬁne", "FINE"),
        ("Ａｂｃ", "ABC"),
        ("小明", "小明"),
        ("SMITH–JONES", "SMITH-JONES"),
    ],
)
def test_folding_takes_accents_and_keeps_other_scripts(text, expected):
    assert fold(text) == expected


@pytest.mark.parametrize(
    "text", ["", "  ", "-", "...", "N/A", "n/a", "NULL", "Not known", "unknown", "TBC", "XXXX", "zzz", "?"]
)
def test_placeholders_say_nothing(text):
    assert known(text) is None


@pytest.mark.parametrize("text", ["Ng", "O", "Na", "Null & Co", "Nona", "0", "Unknowne"])
def test_short_and_near_texts_say_something(text):
    assert known(text) == text


def test_free_text_and_codes_are_brought_to_one_form():
    assert plain_text("  Café-Owner, (ret'd) ") == "CAFE OWNER RETD"
    assert code_text(" ab-12 / 34 ") == "AB1234"
    assert plain_text("n/a") is None
    assert code_text(None) is None
