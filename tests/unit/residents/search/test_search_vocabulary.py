"""Which words a typed word may stand for."""

import pytest

from insighthub.residents.search.vocabulary import How, Vocabulary

# ruff: noqa: SIM905
WORDS = sorted(
    "MOHAMMED MUHAMMAD MAHMOOD ROBERT BOB SMITH SMYTH OKAFOR KATHERINE CATHERINE OLUWATOYIN TOYIN JON JOHN J LI LIU "
    "KHAN HORWOOD MELISSA".split()
)


@pytest.fixture(scope="module")
def names():
    return Vocabulary(WORDS, names=True)


def like(vocabulary, word):
    found = vocabulary.like(word)
    return {
        vocabulary.words[code]: (How(int(how)), float(quality))
        for code, quality, how in zip(found.codes, found.qualities, found.how, strict=True)
    }


@pytest.mark.parametrize(
    ("typed", "word", "how"),
    [
        ("SMITH", "SMITH", How.SAME), ("MOHAMED", "MUHAMMAD", How.SOUND), ("BOB", "ROBERT", How.SHORT_FORM),
        ("ROBERT", "BOB", How.SHORT_FORM), ("SMITG", "SMITH", How.SLIP), ("HSMITH", "SMITH", How.SLIP),
        ("OKAFRO", "OKAFOR", How.SOUND), ("HORWODO", "HORWOOD", How.SOUND), ("KATH", "KATHERINE", How.STARTS),
        ("TOYIN", "OLUWATOYIN", How.ENDS), ("K", "KHAN", How.INITIAL), ("JAMES", "J", How.ONLY_INITIAL),
        ("LIU", "LIU", How.SAME),
    ],
)  # fmt: skip
def test_a_word_stands_for(names, typed, word, how):
    assert like(names, typed)[word][0] is how


def test_the_word_itself_fits_best(names):
    for word in WORDS:
        if len(word) > 1:
            fits = like(names, word)
            assert fits[word][1] == 1.0
            assert all(quality < 1.0 for other, (_, quality) in fits.items() if other != word)


def test_a_short_word_is_not_another_for_one_letter(names):
    assert "LIU" not in {word for word, (how, _) in like(names, "LIN").items() if how is How.SLIP}


def test_far_words_are_near_in_spelling_only(names):
    found = names.far("OKKAFFFOR")
    assert [names.words[code] for code in found.codes] == ["OKAFOR"]
    assert len(names.far("XYZW").codes) == 0


def test_how_well_a_word_fits_does_not_depend_on_other_words(names):
    fewer = Vocabulary([word for word in WORDS if word != "SMITH"], names=True)
    assert like(fewer, "SMITH") == {word: fit for word, fit in like(names, "SMITH").items() if word != "SMITH"}


def test_words_of_addresses_have_no_short_forms():
    streets = Vocabulary(["BOB", "MILL", "ROBERT"], names=False)
    assert set(like(streets, "BOB")) == {"BOB"}
