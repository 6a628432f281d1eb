"""Names that need no closer look: plain words in a plain order, which most names are.

Takes the text of a name, gives what the long way would give, at a tenth of its cost, or nothing where the long way is
needed. Property tests hold the two ways equal.
"""

import re

from insighthub.standardise.name_words import (
    ALIAS,
    DECEASED,
    FIRST_TITLES,
    FORMERLY,
    HALF_FORENAMES,
    NO_FORENAME,
    PARTICLES,
    POST_NOMINALS,
    SHORT_FORENAMES,
    SHORT_NAMES,
    SUFFIXES,
    TITLES,
    WEAK_TITLES,
)
from insighthub.standardise.names import NameOrder, PersonName, part_forenames, prepare
from insighthub.standardise.nonpersons import SUSPECT_WORDS
from insighthub.standardise.text import PLACEHOLDERS, fold, word_set

# Nearly all names in one go: "MR JOHN A SMITH", "J SMITH", "MARY JANE JONES".
_ONE = re.compile(r"(?:(MR|MRS|MISS|MS|DR|MX) )?([A-NP-Z]|[A-Z]{3,})(?: (?:([A-NP-Z])|([A-Z]{3,})))? ([A-Z]{3,})")
_VOWELS = frozenset("AEIOUY")

#: Words that make a name more than a row of forenames and a surname.
_ALL_SPECIAL = (
    frozenset(TITLES).union(FIRST_TITLES, WEAK_TITLES, SUFFIXES, SHORT_FORENAMES)
    | (POST_NOMINALS | PARTICLES | HALF_FORENAMES | NO_FORENAME | DECEASED | FORMERLY | ALIAS | SUSPECT_WORDS)
    | word_set("AND MC MAC O LATE THE DEC RIP KNOWN TRADING CARE MAIDEN UNKNOWN XX")
)
SPECIAL_WORDS = frozenset(word for word in _ALL_SPECIAL if len(word) > 1)

#: The same for a text that is known to be a surname, where particles and short forenames mean nothing more.
FAMILY_SPECIAL_WORDS = SPECIAL_WORDS - PARTICLES - HALF_FORENAMES - frozenset(SHORT_FORENAMES) - NO_FORENAME


def quick_people(text: str, order: NameOrder) -> tuple[PersonName, ...] | None:
    """Read names that are only words, none of them special but a title in front: most names, at a tenth of the cost.

    Nothing where the name needs the long way; a property test holds the two ways equal.
    """
    name = (text if text.isascii() else fold(text)).upper().replace("'", "").replace(".", " ")
    if order != "family_first":
        match = _ONE.fullmatch(name)
        if match is not None:
            title, given, initial, middle, family = match.groups()
            if SPECIAL_WORDS.isdisjoint((given, middle, family)) and "XX" not in name and name not in PLACEHOLDERS:
                return (PersonName(title, given, initial or middle, family),)
            return None
    return _by_words(name, order)


def _by_words(name: str, order: NameOrder) -> tuple[PersonName, ...] | None:
    if "&" in name:
        first, _, second = name.partition("&")
        return _quick_couple(first, second) if order != "family_first" else None
    if "," in name:
        family_text, _, given_text = name.partition(",")
        family, given = _plain_words(family_text), _plain_words(given_text)
        if not family or not given or any(len(w) == 1 for w in family):
            return None
        return (_given_first(None, [*given, " ".join(family)]),)
    if " AND " in name:
        first, _, second = name.partition(" AND ")
        return _quick_couple(first, second) if order != "family_first" else None
    title, words = _titled(name)
    if words is None:
        return None
    if len(words) < 2 or len(words[-1]) == 1 or " ".join(words) in PLACEHOLDERS:
        return None
    if order == "family_first":
        if len(words[0]) == 1:
            return None
        words = [*words[1:], words[0]]
    return (_given_first(title, words),)


def _quick_couple(first: str, second: str) -> tuple[PersonName, ...] | None:
    """Read "MR J & MRS K SMITH" and "MR J SMITH & MS K JONES"."""
    one_title, one = _titled(first)
    two_title, two = _titled(second)
    if not one or not two or len(two) < 2 or len(two[-1]) == 1:
        return None
    if len(one) > 1:
        if len(one[-1]) == 1:
            return None
    else:
        one = [*one, two[-1]]
    return _given_first(one_title, one), _given_first(two_title, two)


def _titled(text: str) -> tuple[str | None, list[str] | None]:
    word, _, rest = text.strip().partition(" ")
    title = TITLES.get(word)
    return title, _plain_words(text if title is None else rest)


def _plain_words(text: str) -> list[str] | None:
    """Return the words of a name if all are plain: letters, hyphens inside, no special word, at most two initials."""
    letters = text.replace(" ", "").replace("-", "")
    if not letters.isalpha() or not letters.isascii() or "XX" in letters:
        return None
    words = text.split()
    if not SPECIAL_WORDS.isdisjoint(words):
        return None
    initials = 0
    for word in words:
        if len(word) > 2 and "-" not in word:
            continue
        if len(word) == 1:
            initials += 1
            if initials > 2 or word in "O-":
                return None
        elif "-" in word:
            if word[0] == "-" or word[-1] == "-" or "--" in word or not SPECIAL_WORDS.isdisjoint(word.split("-")):
                return None
        elif _VOWELS.isdisjoint(word):
            return None
    return words


def _text(words: list[str]) -> str | None:
    return " ".join(words) or None


def _given_first(title: str | None, words: list[str]) -> PersonName:
    given, *middle = [part for word in words[:-1] for part in word.split("-")]
    return PersonName(title, given, _text(middle), words[-1].replace("-", " "))


def plain_forenames(text: str) -> tuple[str | None, str | None] | None:
    """Return given and middle names of forenames that are only that; nothing where they need a closer look."""
    name = prepare(text)
    if name is None:
        return None, None
    if (
        not name.replace(" ", "").replace("-", "").isalpha()
        or name[0] == "-"
        or "- " in name
        or " -" in name
        or name[-1] == "-"
        or "--" in name
    ):
        return None
    words = name.replace("-", " ").split(" ")
    is_plain = SPECIAL_WORDS.isdisjoint(words) and all(_is_plain_word(w) for w in words)
    if not is_plain and len(name) != 1:
        return None
    given, middle = part_forenames(words)
    return given, " ".join(middle) or None


def _is_plain_word(word: str) -> bool:
    return len(word) > 2 or (len(word) == 2 and word not in SHORT_NAMES and not _VOWELS.isdisjoint(word))


def plain_family(text: str) -> str | None:
    """Return a surname that is only that, in canonical form; nothing where it needs a closer look."""
    name = prepare(text)
    if name is None or not name.replace(" ", "").replace("-", "").isalpha():
        return None
    words = name.replace("-", " ").split()
    if not FAMILY_SPECIAL_WORDS.isdisjoint(words) or any(len(w) < 2 or set(w) == {"X"} for w in words):
        return None
    if len(words) > 1 and not all(_is_plain_word(w) for w in words):
        return None
    return " ".join(words)
