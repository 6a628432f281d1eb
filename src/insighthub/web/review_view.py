"""How review is written on a page: two records side by side with what differs marked, the sorts of items, answers.

Takes what the desk gives, gives words and marked stretches. What differs is told in words, and marked besides: by a
line under it and by weight, never by colour alone.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from insighthub.charts.numbers import share
from insighthub.desk.review import Wanted
from insighthub.spoken import spoken_date
from insighthub.web import words

if TYPE_CHECKING:
    from insighthub.desk.review import Board, SeenCluster, SeenPair

#: A stretch of a value, and whether it differs from the other record's.
Marked = tuple[tuple[str, bool], ...]

#: Each sort of item: what a filter says of it, and what it is good for.
SORTS = {
    "measure": ("To measure", "Drawn at random, so that the answers say how good the links are"),
    "teach": ("To teach", "Their answers teach the next model most"),
    "check": ("To check", "Something about them looks odd"),
    "second": ("Asked of you as second reviewer", "Somebody answered already, and you are not told what"),
    "third": ("Reviewers differ: asked of you as third", "Two others differ, and your answer decides"),
}
WHY = {
    "drawn": "Drawn at random, to measure how good the links are",
    "telling": "Its answer teaches the model most",
    "near_threshold": "Close to where the model decides",
    "conflict": "Sources hold two NHS numbers, two dates of birth or two sexes",
    "one_source_twice": "Two records of a source whose people have one",
    "weak_link": "One of its records is held by weak evidence",
    "possible_match": "Two residents whom strong evidence connects",
}
SAID = {"match": "One person", "not": "Not one person", "cannot_say": "Cannot say"}
STATUS = {
    "open": "waits for an answer",
    "second": "waits for a second reviewer",
    "third": "waits for a third reviewer, as two differ",
    "discussion": "reviewers differ, and are to talk it over",
    "settled": "settled",
}
#: What is told after an answer, by the word in the address.
DONE = {
    "settled": "Your answer is kept, and settles the item",
    "decided": "Your answer is kept. It holds from the next run on",
    "second": "Your answer is kept. A second reviewer is asked, who is not told what you said",
    "third": "Your answer is kept. You and another reviewer differ, so a third is asked",
    "discussion": "Your answer is kept. Reviewers differ, so the item waits to be talked over",
    "undone": "Your answer is taken back, with what became of it. You can answer anew",
    "keys_on": "You can answer with the keys 1, 2 and 3",
    "keys_off": "The keys 1, 2 and 3 do nothing now",
}
_VERDICTS = {
    "same": ("Same", "green"),
    "near": ("Near", "yellow"),
    "differs": ("Differs", "red"),
    "one missing": ("One missing", "grey"),
    "both missing": ("Both missing", "grey"),
}
_DATES = frozenset({"date_of_birth", "date_of_death", "valid_from", "valid_to"})
_PROPER = frozenset(
    {"title", "given_name", "middle_names", "family_name", "name_suffix", "previous_family_name", "street", "locality"}
)
#: What makes up one thing, and is under one heading where many records are one under another.
_TOGETHER = {
    "Name": ("title", "given_name", "middle_names", "family_name", "name_suffix"),
    "Address": ("flat", "house_number", "street", "locality", "postcode"),
    "Telephone": ("phone", "mobile"),
}
_HEADINGS = {"valid_from": "From", "valid_to": "Until"}
_DAY_PARTS = ("day", "month", "year")


@dataclass(frozen=True)
class Row:
    """A field of two records as a page shows it."""

    title: str
    left: Marked
    right: Marked
    verdict: str
    colour: str
    detail: str
    hidden: bool


@dataclass(frozen=True)
class Filter:
    """Which items somebody wants, as it stands in addresses and forms: a sort, and two sources with a ~ between."""

    sort: str = ""
    sources: str = ""

    @property
    def wanted(self) -> Wanted:
        """The same as the desk takes it; what is not known counts for nothing."""
        left, _, right = self.sources.partition("~")
        pair = (left, right) if left and right else None
        if self.sort in ("second", "third"):
            return Wanted(status=self.sort, sources=pair)
        if self.sort in SORTS:
            return Wanted(purpose=self.sort, status="open", sources=pair)
        return Wanted(sources=pair)

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Names and values that are filled in."""
        return tuple((n, v) for n, v in (("sort", self.sort), ("sources", self.sources)) if v)

    def href(self, path: str, **more: str) -> str:
        """Return an address that keeps the filter."""
        kept = [*self.fields, *((name, value) for name, value in more.items() if value)]
        return f"{path}?{urlencode(kept)}" if kept else path


def filter_of(sort: str, sources: str) -> Filter:
    """Return the filter of what stands in an address, without what is none."""
    return Filter(sort if sort in SORTS else "", sources if re.fullmatch(r"\w{1,64}~\w{1,64}", sources) else "")


def compared(fields: Sequence[Any]) -> list[Row]:
    """Return fields side by side: of ``FieldPair``."""
    out = []
    for field in fields:
        said, colour = _VERDICTS[field.verdict]
        if field.hidden:
            out.append(Row(field.title, (), (), said, colour, "", hidden=True))
            continue
        left, right = marked(field)
        out.append(Row(field.title, left, right, said, colour, _detail(field, left, right), hidden=False))
    return out


def marked(field: Any) -> tuple[Marked, Marked]:
    """Return the two values of a field as people read them, with the stretches that differ."""
    raw = ["".join(span.text for span in side) for side in (field.left, field.right)]
    if not all(raw):
        return _whole(_read(field.name, raw[0])), _whole(_read(field.name, raw[1]))
    if field.name in _DATES:
        return _by_word(*(_date(value) for value in raw))
    shown = [_read(field.name, value) for value in raw]
    if all(len(text) == len(value) for text, value in zip(shown, raw, strict=True)):
        return _cut(shown[0], field.left), _cut(shown[1], field.right)
    return _by_letter(*shown)


def queue_rows(board: Board, where: Filter) -> list[dict[str, Any]]:
    """Return the items of a queue, without anything of a person or what the model thinks."""
    return [
        {
            "number": item.item_id,
            "href": where.href(f"/review/items/{item.item_id}"),
            "what": "Two records" if item.kind == "pair" else f"Cluster of {item.records} records",
            "sources": between((item.left.source, item.right.source)),
            "sort": SORTS[item.status if item.status in SORTS else item.purpose][0],
            "why": WHY.get(item.reason, words.plain(item.reason)),
        }
        for item in board.items
    ]


def sort_counts(board: Board) -> dict[str, int]:
    """Return how many wait for the reviewer, by sort."""
    out = dict.fromkeys(SORTS, 0)
    for one in board.waiting:
        out[one.status if one.status in SORTS else one.purpose] += one.count
    return out


def source_choices(board: Board, chosen: str) -> list[dict[str, Any]]:
    """Return the pairs of sources that wait, as a select takes them; the commonest first."""
    counts: dict[tuple[str, str], int] = {}
    for one in board.waiting:
        counts[one.sources] = counts.get(one.sources, 0) + one.count
    out: list[dict[str, Any]] = [{"value": "", "text": "Any sources"}]
    for pair, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        value = "~".join(pair)
        out.append({"value": value, "text": f"{between(pair)} ({count:,})", "selected": value == chosen})
    return out


def between(sources: Sequence[str]) -> str:
    """Write two sources."""
    one, other = sources
    return f"{words.plain(one)}, twice" if one == other else f"{words.plain(one)} and {words.plain(other)}"


def record_name(record: Any) -> str:
    """Write a record by its source and reference."""
    return f"{words.plain(record.source)} {record.record_id}" + (
        f", person {record.person}" if record.person > 1 else ""
    )


def interval(found: Any, places: int = 1) -> str:
    """Write an estimate with its interval."""
    return f"{share(found.value, places)} ({share(found.low, places)} to {share(found.high, places)})"


def answer_lines(seen: SeenPair | SeenCluster) -> list[dict[str, Any]]:
    """Return the answers that the reviewer may see."""
    return [
        {
            "number": one.answer_id,
            "by": one.reviewer,
            "said": SAID[one.answer],
            "parts": len(one.parts) if one.parts and one.answer == "not" else 0,
            "note": one.note,
            "at": one.at,
            "agreed": one.agreed,
        }
        for one in seen.answers
    ]


def cluster_columns(seen: SeenCluster) -> tuple[str, ...]:
    """Return the headings of the records of a cluster: what makes up a name, or an address, is under one."""
    return tuple(heading for heading, _ in _columns(seen))


def cluster_values(seen: SeenCluster) -> list[list[list[dict[str, Any]]]]:
    """Return what each record of a cluster holds, column by column, in parts; what is not the commonest is marked."""
    common: dict[str, str] = {}
    for name in seen.columns:
        held = [(row[name] or "").casefold() for row in seen.values if row[name]]
        common[name] = max(dict.fromkeys(held), key=held.count)
    return [
        [
            [
                {"text": _read(name, row[name] or ""), "differs": (row[name] or "").casefold() != common[name]}
                for name in names
                if row[name]
            ]
            for _, names in _columns(seen)
        ]
        for row in seen.values
    ]


def _columns(seen: SeenCluster) -> list[tuple[str, tuple[str, ...]]]:
    out: dict[str, tuple[str, ...]] = {}
    for name in seen.columns:
        heading = next(
            (said for said, names in _TOGETHER.items() if name in names), _HEADINGS.get(name) or words.plain(name)
        )
        out[heading] = (*out.get(heading, ()), name)
    return list(out.items())


def link_rows(seen: SeenCluster) -> list[tuple[str, ...]]:
    """Return the links of a cluster, the strongest first: the two records, how sure, and whether it holds them."""
    named = [f"{place + 1}: {record_name(record)}" for place, record in enumerate(seen.view.records)]
    return [
        (
            named[link.one],
            named[link.other],
            words.sure(link.match_probability),
            f"{link.match_weight:.1f}",
            "yes" if link.holds else "no, it is too weak",
        )
        for link in seen.view.links
    ]


def _detail(field: Any, left: Marked, right: Marked) -> str:
    if field.verdict not in ("near", "differs"):
        return ""
    if field.name in _DATES:
        ones, others = ([word for word, _ in side if word.strip()] for side in (left, right))
        if len(ones) == len(others) == len(_DAY_PARTS):
            parts = [p for p, a, b in zip(_DAY_PARTS, ones, others, strict=True) if a != b]
            return f"the {' and the '.join(parts)}" if len(parts) < len(_DAY_PARTS) else ""
        return ""
    if field.verdict == "near":
        count = max(sum(len(text) for text, differs in side if differs) for side in (left, right))
        return "" if not count else f"{count} character{'s' if count > 1 else ''}"
    return ""


def _read(name: str, value: str) -> str:
    if not value:
        return ""
    if name in _DATES:
        return " ".join(_date(value))
    return words.proper(value) if name in _PROPER else words.value_of(name, value)


def _date(value: str) -> list[str]:
    return spoken_date(value).split() if value else []


def _whole(text: str) -> Marked:
    return ((text, False),) if text else ()


def _by_word(ones: list[str], others: list[str]) -> tuple[Marked, Marked]:
    if len(ones) != len(others):
        return ((" ".join(ones), True),), ((" ".join(others), True),)

    def side(mine: list[str], theirs: list[str]) -> Marked:
        out: list[tuple[str, bool]] = []
        for at, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            out += [(" ", False)] * bool(at) + [(one, one != other)]
        return tuple(out)

    return side(ones, others), side(others, ones)


def _cut(text: str, spans: Sequence[Any]) -> Marked:
    out, at = [], 0
    for span in spans:
        out.append((text[at : at + len(span.text)], bool(span.differs)))
        at += len(span.text)
    return tuple(out)


def _by_letter(one: str, other: str) -> tuple[Marked, Marked]:
    steps = difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    left = tuple((one[a:b], kind != "equal") for kind, a, b, _, _ in steps if b > a)
    right = tuple((other[c:d], kind != "equal") for kind, _, _, c, d in steps if d > c)
    return left, right
