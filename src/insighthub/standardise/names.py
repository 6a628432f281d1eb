"""One person's name, taken apart: title, forename, middle names, surname, suffix, former surname.

Takes a piece of text that names at most one person, gives what it says in one canonical form: upper case, letters and
single spaces, apostrophes taken out (O'BRIEN is OBRIEN), a hyphen a space. The first word of the forenames is the given
name and the rest are middle names, so that "ANNE-MARIE", "ANNE MARIE" and "ANNE" with a middle name MARIE read alike.
"""

import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from insighthub.standardise.name_words import (
    ALIAS,
    DECEASED,
    FIRST_TITLES,
    FORMERLY,
    HALF_FORENAMES,
    IRISH_STEMS,
    JOINING,
    NO_FORENAME,
    PARTICLES,
    POST_NOMINALS,
    ROLES,
    SHORT_FORENAMES,
    SHORT_NAMES,
    SUFFIXES,
    SURE_PARTICLES,
    TITLES,
    WEAK_TITLES,
)
from insighthub.standardise.text import fold, known, without_apostrophes

NameOrder = Literal["given_first", "family_first", "auto"]

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LOOSE_HYPHEN = re.compile(r"(?<=[^\W\d_])-\s+(?=[^\W\d_])|(?<=[^\W\d_])\s+-(?=[^\W\d_])")
_DIGIT_IN_WORD = re.compile(r"(?<=[A-Z])[015](?=[A-Z])")
_LETTER_FOR = {"0": "O", "1": "I", "5": "S"}
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]?")
_PEERAGE = re.compile(r",?\s*\b\d+(?:ST|ND|RD|TH) (?:BARON|EARL|VISCOUNT|DUKE|MARQUESS|BARONET|COUNT|LORD)\b.*")
_PHRASES = (
    (re.compile(r"\b(?:FORMERLY|PREVIOUSLY|ALSO|NOW)? ?KNOWN AS\b|\bA[ ./]?K[ ./]?A\b"), " AKA "),
    (re.compile(r"\bMAIDEN NAME\b|\bF[ ./]K[ ./]A\b"), " FKA "),
    (re.compile(r"\b(?:THE )?LATE (?=\S)|\bDEC D\b|\bR ?I ?P$"), " DECEASED "),
    (re.compile(r"[(\[]\s*(?:DEC|LATE|THE LATE|D)\s*[)\]]|(?<=\S)[ -]+DEC$"), " DECEASED "),
)
_VOWELS = frozenset("AEIOUY")


class PersonName(NamedTuple):
    """A person as a record names them. ``not_linked_reason`` is set where the text names nobody."""

    title: str | None = None
    given_name: str | None = None
    middle_names: str | None = None
    family_name: str | None = None
    name_suffix: str | None = None
    previous_family_name: str | None = None
    deceased: bool = False
    not_linked_reason: str | None = None

    def names_someone(self) -> bool:
        """Say whether there is a forename or a surname."""
        return self.given_name is not None or self.family_name is not None


@dataclass(slots=True)
class NamePart:
    """A name being read: words whose place is known, and ``loose`` words whose place depends on the neighbours."""

    title: str | None = None
    given: list[str] = field(default_factory=list)
    family: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    suffix: str | None = None
    previous: str | None = None
    nickname: list[str] = field(default_factory=list)
    deceased: bool = False

    def finished(self) -> PersonName:
        """Return the name with its forenames parted and every piece in canonical form."""
        given, middle = part_forenames(self.given)
        also = [piece for word in self.nickname for piece in word.split("-")]
        middle += [word for word in also if word not in {given, *middle, *self.family}]
        family = " ".join(self.family).replace("-", " ") or None
        previous = None if self.previous == family else self.previous
        return PersonName(self.title, given, " ".join(middle) or None, family, self.suffix, previous, self.deceased)


def prepare(text: str | None) -> str | None:
    """Return name text ready to be read: folded, apostrophes out, stops as spaces; nothing where it says nothing."""
    said = None if text is None else known(fold(text))
    if said is None:
        return None
    ready = without_apostrophes(said).replace(".", " ").replace("_", " ")
    if not ready.isalpha():
        ready = _DIGIT_IN_WORD.sub(lambda m: _LETTER_FOR[m[0]], _LOOSE_HYPHEN.sub("-", ready))
    return known(" ".join(ready.split()))


def words_of(prepared: str) -> list[str]:
    """Return the words of a name; hyphenated words stay one word until the end."""
    words = _WORD.findall(prepared)
    return [w for w in words if not (w == "UNKNOWN" or (len(w) > 1 and set(w) == {"X"}))]


def canonical_name(text: str | None) -> str | None:
    """Return letters and single spaces in upper case: the form of every name in person_records."""
    prepared = prepare(text)
    return None if prepared is None else known(" ".join(words_of(prepared)).replace("-", " "))


def canonical_family(text: str | None) -> str | None:
    """Return a surname in canonical form, with O, D, Mc and Mac joined to what they belong to."""
    prepared = prepare(text)
    return None if prepared is None else known(" ".join(_joined_family(words_of(prepared))).replace("-", " "))


def standard_title(text: str | None) -> str | None:
    """Return a title as it is written here: "Mr." is MR, "Revd" is REV, an unknown one in canonical form."""
    name = canonical_name(text)
    if name is None:
        return None
    return TITLES.get(name) or FIRST_TITLES.get(name) or WEAK_TITLES.get(name) or name


def part_forenames(words: list[str]) -> tuple[str | None, list[str]]:
    """Return the given name and the middle names. ABDUL is joined with what follows, "MD" is MOHAMMED."""
    plain = [w for word in words for w in word.split("-") if w not in NO_FORENAME]
    if not plain:
        return None, []
    plain = [SHORT_FORENAMES.get(w, w) for w in plain]
    size = 1
    if plain[0] in HALF_FORENAMES and len(plain) > 1:
        size = 3 if plain[1] in JOINING and len(plain) > 2 else 2
    return " ".join(plain[:size]), plain[size:]


def _joined_family(words: list[str]) -> list[str]:
    joined = _joined_once(words)
    while joined != words:  # joining can leave two words where there were three, and so an O to join
        words, joined = joined, _joined_once(joined)
    return joined


def _joined_once(words: list[str]) -> list[str]:
    joined: list[str] = []
    for word in words:
        if joined and (
            joined[-1] in {"MC", "MAC"} or (len(joined) == 1 and joined[-1] in {"O", "D"} and len(words) == 2)
        ):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _joined_in_full_name(words: list[str]) -> list[str]:
    """Join Mc, Mac and O to the word after, and part initials that are written as one ("KJ PATEL")."""
    joined: list[str] = []
    for word in words:
        last = joined[-1] if joined else ""
        after_mac = last == "MC" or (last == "MAC" and len(joined) > 1 and len(word) > 2)
        if after_mac or (last == "O" and word in IRISH_STEMS):
            joined[-1] += word
        elif len(word) == 2 and len(words) > 1 and _is_initials(word, first=not joined):
            joined += word
        else:
            joined.append(word)
    return joined


def _is_initials(word: str, *, first: bool) -> bool:
    if word in TITLES or word in SHORT_NAMES:
        return word == "JR" and first
    return word.isascii() and _VOWELS.isdisjoint(word)


def forename_initials(words: list[str]) -> list[str]:
    """Return forenames with initials written as one ("KJ") apart."""
    return [
        piece for n, w in enumerate(words) for piece in (w if len(w) == 2 and _is_initials(w, first=n == 0) else [w])
    ]


def take_titles(words: list[str]) -> tuple[str | None, list[str]]:
    """Return the first title at the start (or the one at the very end) and the words without titles there."""
    title: str | None = None
    start = 0
    while start < len(words):
        word, after = words[start], len(words) - start - 1
        found = TITLES.get(word) or (after and FIRST_TITLES.get(word)) or (after > 1 and WEAK_TITLES.get(word)) or None
        if found is None:
            break
        title = title or found
        start += 1
    rest = words[start:]
    if len(rest) > 1 and rest[-1] in TITLES:
        title = title or TITLES[rest[-1]]
        rest = rest[:-1]
    return title, rest


def _take_suffix(words: list[str]) -> tuple[str | None, list[str]]:
    suffix: str | None = None
    while len(words) > 1:
        last = words[-1]
        if last in POST_NOMINALS and len(words) > 2:
            words = words[:-1]
        elif last in SUFFIXES and suffix is None and (len(words) > 2 or last not in {"JUNIOR", "SENIOR"}):
            suffix, words = SUFFIXES[last], words[:-1]
        else:
            break
    return suffix, words


def read_part(text: str) -> NamePart:
    """Return what a prepared piece of text for one person says, with the order of its names not yet decided."""
    part = NamePart()
    text = _PEERAGE.sub("", text)
    for pattern, mark in _PHRASES:
        text = pattern.sub(mark, text)
    text = _BRACKETS.sub(lambda match: _read_brackets(part, match[1]), text)
    before, comma, after = text.partition(",")
    words = _former_and_other(part, words_of(before))
    if not comma:
        _place(part, _joined_in_full_name(words))
        return part
    surname_title, words = take_titles(words)
    suffix, words = _take_suffix(words)
    given = _former_and_other(part, words_of(after))
    if not words or all(w in SUFFIXES or w in POST_NOMINALS or w in TITLES or w in ROLES for w in given):
        _place(part, _joined_in_full_name(words + [w for w in given if w not in ROLES]))
        part.title = part.title or surname_title
        part.suffix = part.suffix or suffix
        return part
    title, given = take_titles(given)
    given_suffix, given = _take_suffix(_joined_in_full_name(given))
    part.title = title or surname_title
    part.suffix = suffix or given_suffix
    part.family, part.given = _joined_family(words), given
    return part


def _place(part: NamePart, words: list[str]) -> None:
    title, words = take_titles(words)
    part.title = part.title or title
    suffix, words = _take_suffix(words)
    part.suffix = part.suffix or suffix
    inner = next((i for i, w in enumerate(words) if w in TITLES), None)
    if inner is not None and inner > 0:
        # "SMITH MR J": the surname stands before the title.
        part.title = part.title or TITLES[words[inner]]
        part.family, part.given = words[:inner], [w for w in words[inner:] if w not in TITLES]
    else:
        part.loose = words


def _read_brackets(part: NamePart, inside: str) -> str:
    words = words_of(inside)
    if any(w in DECEASED for w in words):
        part.deceased = True
    elif words and words[0] in FORMERLY:
        part.previous = part.previous or _surname_in(words[1:])
    elif words and all(w in TITLES for w in words):
        part.title = part.title or TITLES[words[0]]
    elif words and all(w in SUFFIXES for w in words):
        part.suffix = part.suffix or SUFFIXES[words[0]]
    elif not any(w in ROLES for w in words):
        part.nickname += [w for w in words if w not in ALIAS]
    return " "


def _former_and_other(part: NamePart, words: list[str]) -> list[str]:
    """Take out the mark of a death, and what follows NEE, FORMERLY or AKA where names stand on both sides."""
    if any(w in DECEASED for w in words):
        part.deceased = True
        words = [w for w in words if w not in DECEASED]
    for place, word in enumerate(words):
        rest = words[place + 1 :]
        if not place or not rest or not (word in FORMERLY or word in ALIAS):
            continue
        part.previous = part.previous or _surname_in(rest)
        if word in ALIAS:
            part.nickname += take_titles(rest)[1][:-1]
        return words[:place]
    return words


def _surname_in(words: list[str]) -> str | None:
    _, words = take_titles([w for w in words if w not in FORMERLY and w not in ALIAS])
    _, family = split_given_first(_joined_in_full_name(words), titled=False)
    return " ".join(family).replace("-", " ") or None


def split_given_first(words: list[str], *, titled: bool) -> tuple[list[str], list[str]]:
    """Return forenames and surname of a name in the usual order: particles belong to the surname after them.

    A name that ends in initials ("SMITH J R") has its surname first.
    """
    if len(words) < 2:
        return ([], words) if words and len(words[0]) > 1 else (words, [])
    first = 1
    while first < len(words) - 1 and words[first - 1] in PARTICLES:
        first += 1
    if all(len(w) == 1 for w in words[first:]) and len(words[0]) > 1:
        return words[first:], words[:first]
    start = len(words) - 1
    while start > 1 and words[start - 1] in PARTICLES:
        start -= 1
    if start == 1 and (words[0] in SURE_PARTICLES or (titled and words[0] in PARTICLES)):
        start = 0
    return words[:start], words[start:]


def split_family_first(words: list[str]) -> tuple[list[str], list[str]]:
    """Return forenames and surname of a name that begins with the surname."""
    first = 0
    while first < len(words) - 2 and words[first] in PARTICLES:
        first += 1
    return words[first + 1 :], words[: first + 1]
