"""The people that one record's name fields name: none, one or several.

Takes the text of a full name, or of the separate name columns, gives one PersonName for each person: "MR J & MRS K
SMITH" is two people. Order without a comma is forename first, unless the contract says otherwise or the
words do ("SMITH J").
"""

import itertools
import re

from insighthub.standardise.name_words import (
    PARTICLES,
    TITLES,
)
from insighthub.standardise.names import (
    NameOrder,
    NamePart,
    PersonName,
    canonical_family,
    forename_initials,
    prepare,
    read_part,
    split_family_first,
    split_given_first,
    standard_title,
    words_of,
)
from insighthub.standardise.nonpersons import EXECUTORS, not_a_person, without_or_occupier
from insighthub.standardise.plain_names import quick_people

_AND = re.compile(r"\s*(?:[&+;/]|\bAND\b)\s*")
_TRADING = re.compile(r"\s+(?:T/A|C/O|TRADING AS|CARE OF)\s.*")
_CARE_OF = re.compile(r"^(?:C/O|CARE OF)\s+")
_SHORT_MARKS = re.compile(r"\b(?:A/K/A|N/K/A)\b")
_FORMER_MARK = re.compile(r"\bF/K/A\b")
_VOWELS = frozenset("AEIOUY")


def names_several(text: str) -> bool:
    """Say whether the text has a sign that parts one person from the next: "&", "and", "+", "/"."""
    return _AND.search(text.upper()) is not None


def people_in_full_name(text: str | None, order: NameOrder = "auto") -> tuple[PersonName, ...]:
    """Return everyone that a full name names, in order; one entry with a reason where it names nobody.

    An empty text gives no entry at all.
    """
    if text is None:
        return ()
    quick = quick_people(text, order)
    return people_at_length(text, order) if quick is None else quick


def people_at_length(text: str, order: NameOrder) -> tuple[PersonName, ...]:
    """Read a name of any kind."""
    name = prepare(text)
    if name is None:
        return ()
    name = _CARE_OF.sub("", _TRADING.sub("", _SHORT_MARKS.sub("AKA", _FORMER_MARK.sub("FKA", name))))
    name = without_or_occupier(name)
    reason = not_a_person(name)
    if reason == EXECUTORS:
        return _before_executors(name, order)
    if reason is not None:
        return (PersonName(not_linked_reason=reason),)
    parts = [read_part(piece) for piece in _pieces(name)]
    _share_titles(parts)
    _share_families(parts, order)
    people = tuple(part.finished() for part in parts)
    named = tuple(person for person in people if person.names_someone())
    return named or tuple(person for person in people[:1] if person.title or person.deceased)


def _before_executors(name: str, order: NameOrder) -> tuple[PersonName, ...]:
    pieces = _AND.split(name)
    first = next((i for i, piece in enumerate(pieces) if not_a_person(piece) == EXECUTORS), 0)
    people = people_in_full_name(" & ".join(pieces[:first]), order) if first else ()
    return (*people, PersonName(not_linked_reason=EXECUTORS))


def _pieces(name: str) -> list[str]:
    """Return the pieces of text that each name one person."""
    segments = [s.strip() for s in name.split(",") if s.strip()]
    if len(segments) > 1 and _is_list(segments, name):
        name = " & ".join(segments)
    pieces: list[str] = []
    for piece in _AND.split(name):
        pieces += _at_titles(piece)
    return [p for p in pieces if any(c.isalpha() for c in p)] or [name]


def _is_list(segments: list[str], name: str) -> bool:
    """Say whether commas part people ("MR J SMITH, MRS K SMITH") rather than a surname from forenames."""
    first, second = (words_of(s) or [""] for s in segments[:2])
    if first[0] in TITLES and second[0] in TITLES and len(second) > 1:
        return True
    return _AND.search(name) is not None and all(len(w) == 1 for w in first if w not in TITLES)


def _at_titles(piece: str) -> list[str]:
    """Part "MR J SMITH MRS K SMITH", which has a title where the second person begins."""
    if "," in piece or "(" in piece:
        return [piece]
    words = piece.split(" ")
    cuts = [
        i
        for i, word in enumerate(words)
        if i and word in TITLES and words[i - 1] not in TITLES and i < len(words) - 1 and _is_whole(words[:i])
    ]
    edges = [0, *cuts, len(words)]
    return [" ".join(words[a:b]) for a, b in itertools.pairwise(edges)]


def _is_whole(words: list[str]) -> bool:
    """Say whether the words before a title can be a person, and are not only the surname of "SMITH MR J"."""
    names = [w for w in words if w not in TITLES]
    return len(names) > 1 and "LATE" not in names and (words[0] in TITLES or names[0] not in PARTICLES)


def _share_titles(parts: list[NamePart]) -> None:
    """Give "MR & MRS J SMITH" its forename to MR, and "MR & MRS J & K SMITH" one to each."""
    bare = 0
    while (
        bare < len(parts) - 1
        and parts[bare].title
        and not (parts[bare].loose or parts[bare].family or parts[bare].given)
    ):
        bare += 1
    if not bare or (len(parts[bare].loose) < 2 and len(parts) == bare + 1):
        return
    titles = [part.title for part in parts[: bare + 1]]
    named = parts[bare:]
    for place, title in enumerate(titles):
        if place < len(named):
            named[place].title = title
    spare = [NamePart(title=title) for title in titles[len(named) :]]
    parts[:] = named + spare


def _share_families(parts: list[NamePart], order: NameOrder) -> None:
    """Decide what the loose words are, and lend a surname to those who share one."""
    alone = len(parts) == 1
    someone_has_two = any(len(p.loose) > 1 or p.family for p in parts)
    surname_first = False
    for part in parts:
        words = part.loose
        if part.family or not words:
            surname_first |= bool(part.family)
        elif len(words) > 1 and not (not alone and all(len(w) == 1 for w in words)):
            if order == "family_first":
                part.given, part.family = split_family_first(words)
            else:
                part.given, part.family = split_given_first(words, titled=part.title is not None)
            surname_first |= part.family == words[: len(part.family)] and bool(part.given)
        elif len(words[-1]) == 1 or (someone_has_two and not alone):
            part.given = words
        elif (
            not alone and not someone_has_two and part is not parts[-1] and len(parts[-1].loose) == 1 and not part.title
        ):
            part.family = words
        else:
            part.family = words
    for place, part in enumerate(parts):
        if not part.family:
            before = next((p.family for p in reversed(parts[:place]) if p.family), [])
            after = next((p.family for p in parts[place + 1 :] if p.family), [])
            part.family = (before or after) if surname_first else (after or before)


def people_in_columns(
    title: str | None,
    given: str | None,
    middle: str | None,
    family: str | None,
    previous: str | None = None,
    *,
    order: NameOrder = "auto",
) -> tuple[PersonName, ...]:
    """Return everyone that separate name columns name.

    A column may still hold more than its heading says: "JOHN & MARY" as forename, a whole name or a company as surname.
    """
    given_text, family_text = prepare(given), prepare(family)
    if given_text is None and family_text is None:
        return ()
    whole = without_or_occupier(" ".join(t for t in (given_text, family_text) if t))
    single = given_text is not None and family_text is not None and whole.count(" ") == 1
    reason = not_a_person(whole, looks_like_one=single)
    if reason is not None:
        return (PersonName(not_linked_reason=reason),)
    if given_text is None or family_text is None:
        only = without_or_occupier(family_text or given_text or "")
        if _has_structure(only):
            people = people_in_full_name(f"{title or ''} {only}" if not _AND.search(only) else only, order)
            return tuple(_with_columns(p, None, middle if len(people) == 1 else None, previous) for p in people)
    givens = _AND.split(given_text) if given_text else [None]
    families = _AND.split(without_or_occupier(family_text)) if family_text else [None]
    titles = _AND.split(prepare(title) or "")
    middles = _AND.split(prepare(middle) or "")
    named: list[PersonName] = []
    for place in range(max(len(givens), len(families), len(titles))):
        part = _from_columns(
            givens[place] if place < len(givens) else None,
            families[place] if place < len(families) else families[-1],
        )
        person = _with_columns(
            part.finished(),
            titles[place] if place < len(titles) else None,
            middles[place] if place < len(middles) else None,
            previous if place == 0 else None,
        )
        if person.names_someone():
            named.append(person)
    return tuple(named)


def _has_structure(text: str) -> bool:
    words = words_of(text)
    return bool(_AND.search(text)) or "," in text or (len(words) > 1 and any(w in TITLES for w in words))


def _from_columns(given: str | None, family: str | None) -> NamePart:
    """Read a forename and a surname that each may carry a title, a suffix, a death mark or a former name."""
    part = NamePart()
    for text, is_family in ((given, False), (family, True)):
        if not text:
            continue
        read = read_part(text.replace(",", " "))
        words = read.family + read.given + read.loose
        if is_family:
            part.family = (canonical_family(" ".join(words)) or "").split()
        else:
            part.given = forename_initials(words)
        part.title = part.title or read.title
        part.suffix = read.suffix or part.suffix
        part.previous = part.previous or read.previous
        part.nickname += read.nickname
        part.deceased |= read.deceased
    return part


def _with_columns(person: PersonName, title: str | None, middle: str | None, previous: str | None) -> PersonName:
    more = [w for word in words_of(prepare(middle) or "") for w in word.split("-")]
    middles = " ".join([*([person.middle_names] if person.middle_names else []), *more]) or None
    former = canonical_family(previous)
    return person._replace(
        title=standard_title(title) or person.title,
        middle_names=middles,
        previous_family_name=former if former and former != person.family_name else person.previous_family_name,
    )
