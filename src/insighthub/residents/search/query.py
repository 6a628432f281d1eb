"""What an officer typed, taken apart: the things that a resident may be found by, in whatever order they stand.

Takes one line of text, or the fields of a form, gives parts. A part is something that was typed, with all that it could
mean: "41" may be a house number or an age, "MAY" a forename, a street or a month. Nothing is decided here that the
index can decide better: what a part means is whatever finds somebody. Words that make one thing (a number written in
groups, a date written out) stay together; beyond that, the order of words means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from insighthub.residents.search.parts import Ask, Kind, Part, QueryError, whole
from insighthub.residents.search.query_dates import MONTHS, MOST_WORDS, date_asks
from insighthub.residents.search.query_numbers import (
    MOST_GROUPS,
    lone_outward,
    number_asks,
    phone_in_groups,
    reference_code,
    take_postcode,
)
from insighthub.standardise.emails import standard_email
from insighthub.standardise.name_words import SHORT_FORENAMES, TITLES
from insighthub.standardise.street_words import SHORT_FORMS
from insighthub.standardise.text import fold, without_apostrophes, word_set

#: Says whether letters and digits are a reference that some record has.
IsReference = Callable[[str], bool]

#: Words that say what follows, or nothing.
NOISE = word_set(
    "AND THE OF AT IN FROM WITH FOR ON BORN DOB BIRTH DATE AGED AGE YEARS YEAR YRS YR OLD TEL TELEPHONE PHONE MOBILE",
    "MOB EMAIL MAIL NAME SURNAME FORENAME ADDRESS POSTCODE REF REFERENCE NUMBER NO ID RECORD FLAT ENDING ENDS",
    "NEE FORMERLY PREVIOUSLY KNOWN AS AKA LIVES LIVING LIVED NHS NI NINO UPN UPRN",
) | frozenset(TITLES)
#: The meanings that each field of a form leaves open.
FIELDS: dict[str, frozenset[Kind]] = {
    "name": frozenset({"name"}),
    "born": frozenset({"born", "age", "month"}),
    "address": frozenset({"address"}),
    "postcode": frozenset({"postcode", "postcode_part"}),
    "phone": frozenset({"phone"}),
    "email": frozenset({"email"}),
    "reference": frozenset({"reference"}),
}

#: Words that say what the one word after them is, and what that is.
_LABELS: dict[str, Kind] = {
    "AGED": "age", "AGE": "age", "BORN": "born", "DOB": "born", "FLAT": "address", "NO": "address", "NUMBER": "address",
    "PHONE": "phone", "TEL": "phone", "TELEPHONE": "phone", "MOBILE": "phone", "MOB": "phone", "ENDING": "phone",
    "REF": "reference", "REFERENCE": "reference", "ID": "reference", "RECORD": "reference", "POSTCODE": "postcode",
}  # fmt: skip
_YEARS = frozenset({"YEARS", "YEAR", "YRS", "YR"})
_EDGES = '()[]{}<>"“”,;:!?*|.'
_BETWEEN_TOKENS = re.compile(r"[\s,;:]+")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_JOINED_TO_NEXT = frozenset({"MC", "MAC", "O", "D"})
_LEAST_GROUPED_REFERENCE = 6
_LETTERS_OF_REFERENCE = 3


def parts_of(text: str, as_of: date, *, longest: int, is_reference: IsReference) -> tuple[Part, ...]:
    """Return the parts of a query, in an order that does not depend on the order of its words.

    Args:
        text: what was typed.
        as_of: the day on which ages are counted, and after which nobody is born.
        longest: most characters that are read.
        is_reference: says whether letters and digits are a reference that some record has, or a resident's id.

    Raises:
        QueryError: the text is too long, or holds nothing to search for.
    """
    return whole(_parts(_tokens(text, longest), as_of, is_reference))


def parts_of_fields(
    fields: dict[str, str], as_of: date, *, longest: int, is_reference: IsReference
) -> tuple[Part, ...]:
    """Return the parts of a form, each of which means only what its field may hold.

    Args:
        fields: field of ``FIELDS`` -> what was typed there; empty ones count for nothing.
        as_of: as in ``parts_of``.
        longest: as in ``parts_of``, of all fields together.
        is_reference: as in ``parts_of``.

    Raises:
        QueryError: a field is not one of ``FIELDS``, or none holds anything to search for.
    """
    parts: list[Part] = []
    for field, text in fields.items():
        kinds = FIELDS.get(field)
        if kinds is None:
            raise QueryError(
                f"There is no search field {field!r}", remedy=f"Search by one of these: {', '.join(FIELDS)}"
            )
        for part in _parts(_tokens(text, longest), as_of, is_reference):
            asks = tuple(ask for ask in part.asks if ask.kind in kinds)
            parts += [Part(part.text, asks)] if asks else []
    return whole(parts)


def _tokens(text: str, longest: int) -> list[str]:
    if len(text) > longest:
        raise QueryError(f"The search is longer than {longest} characters", remedy="Search for fewer things at once")
    folded = without_apostrophes(fold(text))
    tokens = (token.strip(_EDGES) if "(0" not in token else token for token in _BETWEEN_TOKENS.split(folded))
    return [token for token in tokens if _BETWEEN_WORDS.sub("", token)]


def _parts(tokens: list[str], as_of: date, is_reference: IsReference) -> Iterator[Part]:
    """Return the parts: the things that take several tokens first, then each token that is left."""
    left: list[str | None] = list(tokens)
    yield from _taken(left, MOST_WORDS, lambda words: date_asks(words, as_of))
    yield from _taken(left, MOST_GROUPS, lambda words: _asked("phone", phone_in_groups(words)))
    yield from _taken(left, MOST_GROUPS, lambda words: _asked("reference", _grouped_reference(words, is_reference)))
    yield from _taken(left, 2, lambda words: _labelled(words, as_of, is_reference))
    rest = [token for token in left if token is not None]
    if (postcode := take_postcode(rest)) is not None:
        yield Part(postcode.value, (postcode,))
    yield from _joined_names(rest)
    outward = lone_outward(rest)
    for token in rest:
        yield from _single(token, as_of, outward, is_reference)


def _taken(left: list[str | None], most: int, read: Callable[[list[str]], tuple[Ask, ...]]) -> Iterator[Part]:
    """Take every run of tokens that reads as one thing out of the list, the longest first."""
    for size in range(most, 1, -1):
        for start in range(len(left) - size + 1):
            words = [word for word in left[start : start + size] if word is not None]
            if len(words) == size and (asks := read(words)):
                left[start : start + size] = [None] * size
                yield Part(" ".join(words), asks)


def _asked(kind: Kind, value: str | None) -> tuple[Ask, ...]:
    return () if value is None else (Ask(kind, value),)


def _grouped_reference(words: list[str], is_reference: IsReference) -> str | None:
    code = reference_code("".join(words))
    if len(code) < _LEAST_GROUPED_REFERENCE or not any(c.isdigit() for c in code):
        return None
    if any(word.isalpha() and len(word) > _LETTERS_OF_REFERENCE for word in words):
        return None  # a word of its own, such as a name beside a number
    # A word that is a reference by itself is one, whatever stands beside it.
    if any(is_reference(reference_code(word)) for word in words):
        return None
    return code if is_reference(code) else None


def _labelled(words: list[str], as_of: date, is_reference: IsReference) -> tuple[Ask, ...]:
    """Return what a word with a label before it, or a number of years, may mean: only what the label says."""
    label, word = words
    if word in _YEARS:
        kind, word = _LABELS["AGE"], label
    elif label in _LABELS:
        kind = _LABELS[label]
    else:
        return ()
    asks = {ask for part in _single(word, as_of, None, is_reference) for ask in part.asks if ask.kind == kind}
    return tuple(sorted(Ask(ask.kind, ask.value) for ask in asks)) if any(c.isdigit() for c in word) else ()


def _joined_names(rest: list[str]) -> Iterator[Part]:
    """Take names that lost a join out of the list: "MC DONALD", "O BRIEN"."""
    at = 0
    while at + 1 < len(rest):
        first, second = rest[at], rest[at + 1]
        if first in _JOINED_TO_NEXT and len(second) > 2 and second.isalpha():
            del rest[at : at + 2]
            yield Part(f"{first} {second}", (Ask("name", first + second), Ask("name", second, 0.8)))
        else:
            at += 1


def _single(token: str, as_of: date, outward: str | None, is_reference: IsReference) -> Iterator[Part]:
    """Return what one token may mean; several parts where a mark joins several words."""
    if "@" in token:
        yield Part(token, (Ask("email", standard_email(token) or token.lower()),))
        return
    has_figures = any(c.isdigit() for c in token)
    asks = set(number_asks(token, as_of, outward)) if has_figures else set()
    code = reference_code(token)
    if len(code) > (2 if has_figures else _LEAST_GROUPED_REFERENCE) and is_reference(code):
        asks.add(Ask("reference", code))
    if asks:
        yield Part(token, tuple(sorted(asks)))
        return
    for word in _BETWEEN_WORDS.split(token):
        if any(c.isdigit() for c in word):
            figures = set(number_asks(word, as_of, outward)) or {Ask("address", word)}
            yield Part(word, tuple(sorted(figures)))
        elif word and word not in NOISE:
            yield Part(word, tuple(sorted(set(_word_asks(word)))))


def _word_asks(word: str) -> Iterable[Ask]:
    """Return what a word of letters may mean: a name, a word of an address, a month."""
    yield Ask("name", SHORT_FORENAMES.get(word, word))
    if len(word) > 1:
        yield Ask("address", SHORT_FORMS.get(word, word))
    if word in MONTHS:
        yield Ask("month", str(MONTHS[word]), 0.9)
