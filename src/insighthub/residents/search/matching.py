"""Whom a part of a query fits, and how well: the entries that answer to each thing that the part may mean.

Takes a part, an index and a scope, gives hits: rows of the index's entries, each with a quality from 0 to 1. Addresses
are matched as wholes first, since a house number and a street must be of one address; what they say of residents is
worked out when all parts are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from insighthub.residents.search.addresses import FLAT, HOUSE
from insighthub.residents.search.births import born, of_age, of_month
from insighthub.residents.search.contacts import email_hits, phone_hits
from insighthub.residents.search.index import Entries, Index, spread
from insighthub.residents.search.parts import Ask, Part
from insighthub.residents.search.scope import Scope
from insighthub.residents.search.vocabulary import Alike, How
from insighthub.standardise.street_words import BUILDING_KINDS, MAYBE_STREET_KINDS, STREET_KINDS

Rows = npt.NDArray[np.int64]
Qualities = npt.NDArray[np.float32]

#: What a hit is worth where it is former: known of no record that is still open.
FORMER = np.float32(0.88)
#: What a name word is worth in each role (given, middle, family, previous), by how it answers.
_ROLES = np.array([1.0, 0.94, 1.0, 0.92], np.float32)
_GIVEN_ONLY = np.array([1.0, 0.9, 0.0, 0.0], np.float32)
_INITIALS = np.array([1.0, 0.85, 0.6, 0.5], np.float32)
_BY_ROLE = np.array(
    [
        {How.SHORT_FORM: _GIVEN_ONLY, How.ONLY_INITIAL: _GIVEN_ONLY, How.INITIAL: _INITIALS}.get(how, _ROLES)
        for how in How
    ]
)
#: Words that are of streets and buildings, for which no far-off name is looked for.
_OF_STREETS = STREET_KINDS | MAYBE_STREET_KINDS | BUILDING_KINDS
#: Under this quality at best, words that are further off are looked at.
_NEAR_ENOUGH = 0.8
_OTHER_NUMBER = 0.8  # a figure in an address that is no house number: a flat's, or part of a name
_NEAR_POSTCODE = 0.6
_OF_REFERENCE = np.array([1.0, 0.95, 1.0, 1.0, 1.0, 0.9], np.float32)  # by kind


class By(IntEnum):
    """Which entries a hit is of."""

    NAME = 0
    BIRTH = 1
    PHONE = 2
    EMAIL = 3
    REFERENCE = 4
    RESIDENT = 5


@dataclass(frozen=True)
class Hits:
    """Entries that answer to one meaning of a part.

    ``rows`` are of the entries that ``by`` names; of RESIDENT they are residents' numbers. ``how`` is told in
    ``reasons`` as the kind of entry has it.
    """

    by: By
    rows: Rows
    resident: npt.NDArray[np.int32]
    quality: Qualities
    how: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Match:
    """Whom a part fits.

    Attributes:
        part: the part.
        hits: entries other than addresses.
        addresses: how well the part fits each address of the index; nothing where it can mean no address.
        is_street_kind: whether it is a word such as ROAD, which tells next to nothing.
    """

    part: Part
    hits: tuple[Hits, ...]
    addresses: Qualities | None
    is_street_kind: bool


def match(index: Index, part: Part, scope: Scope, as_of: date) -> Match:
    """Return whom a part of a query fits."""
    hits: list[Hits] = []
    fits: Qualities | None = None
    for ask in part.asks:
        if not scope.may_ask(ask.kind):
            continue
        if ask.kind in {"address", "postcode", "postcode_part"}:
            for at, quality in _address_fits(index, ask):
                if fits is None:
                    fits = np.zeros(index.addresses.count, np.float32)
                np.maximum.at(fits, at, quality * np.float32(ask.trust))
        else:
            hits += _hits(index, ask, scope, as_of)
    street_kind = any(ask.kind == "address" and ask.value in STREET_KINDS for ask in part.asks)
    return Match(part, tuple(h for h in hits if len(h.rows)), fits, street_kind)


class _Answers(NamedTuple):
    """Rows of some entries that answer to something, how well, and how."""

    rows: Rows
    quality: Qualities
    how: npt.NDArray[np.int8]


def _hits(index: Index, ask: Ask, scope: Scope, as_of: date) -> Iterator[Hits]:
    """Return the entries, other than addresses, that answer to one meaning."""
    if ask.kind == "name":
        yield _names(index, ask, scope)
    elif ask.kind == "reference":
        rows = index.with_reference(ask.value)
        found = _Answers(rows, _OF_REFERENCE[index.references.role[rows]], np.zeros(len(rows), np.int8))
        yield _allowed(By.REFERENCE, index.references, scope, found, ask)
        known = index.with_id(ask.value)
        known = known[scope.residents[known]]
        best = np.ones(len(known), np.float32)
        yield Hits(By.RESIDENT, known, known.astype(np.int32), best, np.zeros(len(known), np.int8))
    elif ask.kind == "phone":
        yield _allowed(By.PHONE, index.phones, scope, _Answers(*phone_hits(index, ask.value)), ask)
    elif ask.kind == "email":
        yield _allowed(By.EMAIL, index.emails, scope, _Answers(*email_hits(index, ask.value)), ask)
    else:
        births = index.births
        if ask.kind == "age":
            found = _Answers(*of_age(births, int(ask.value), as_of))
        else:
            found = _Answers(*(born(births, ask.value) if ask.kind == "born" else of_month(births, ask.value)))
        yield _allowed(By.BIRTH, births.entries, scope, found, ask)


def _allowed(by: By, entries: Entries, scope: Scope, found: _Answers, ask: Ask) -> Hits:
    """Return those of some answers that count, with what is former worth less."""
    may_use = {By.NAME: scope.may_use_name, By.REFERENCE: scope.may_use_reference}.get(by, scope.may_use)
    kept = may_use(entries, found.rows) & (found.quality > 0)
    at = found.rows[kept]
    worth = found.quality[kept] * np.where(entries.former[at], FORMER, np.float32(1)) * np.float32(ask.trust)
    return Hits(by, at, entries.resident[at], worth, found.how[kept])


def _names(index: Index, ask: Ask, scope: Scope) -> Hits:
    near = index.words.like(ask.value)
    hits = _of_words(index, scope, near, ask)
    if hits.quality.max(initial=0.0) >= _NEAR_ENOUGH * ask.trust or ask.value in _OF_STREETS:
        return hits
    return _of_words(index, scope, near.and_also(index.words.far(ask.value)), ask)


def _of_words(index: Index, scope: Scope, words: Alike, ask: Ask) -> Hits:
    """Return the entries of some words of names, each worth what the word is, in the role that it has there."""
    rows, place = index.names.of(words.codes)
    how = words.how[place]
    quality = words.qualities[place] * _BY_ROLE[how, index.names.role[rows]]
    return _allowed(By.NAME, index.names, scope, _Answers(rows, quality, how), ask)


def _address_fits(index: Index, ask: Ask) -> Iterator[tuple[npt.NDArray[np.int32], Qualities]]:
    """Return addresses that answer to one meaning, and how well."""
    addresses = index.addresses
    if ask.kind != "address":
        codes, quality = _postcodes(addresses.postcodes, ask)
        rows, place = spread(addresses.postcode_starts, codes)
        yield addresses.postcode_address[rows], quality[place]
        return
    near = addresses.words.like(ask.value)
    rows, place = spread(addresses.word_starts, near.codes)
    quality = near.qualities[place]
    if ask.value[0].isdigit() or len(ask.value) == 1:
        role = addresses.word_role[rows]
        quality = np.where(role == HOUSE, quality, quality * np.float32(_OTHER_NUMBER + 0.05 * (role == FLAT)))
    yield addresses.word_address[rows], quality.astype(np.float32)


def _postcodes(postcodes: tuple[str, ...], ask: Ask) -> tuple[npt.NDArray[np.int64], Qualities]:
    """Return the postcodes that are the one asked for or one character off it, or that begin or end with it."""
    if ask.kind == "postcode":
        near = process.extract(ask.value, postcodes, scorer=OSA.distance, score_cutoff=1, limit=None)
        codes = np.array([code for _, _, code in near], np.int64)
        return codes, np.array([_NEAR_POSTCODE if off else 1.0 for _, off, _ in near], np.float32)
    if ask.value.startswith(" "):
        found = [code for code, postcode in enumerate(postcodes) if postcode.endswith(ask.value)]
    else:
        # "IG11" is a whole first half; "IG118" may be one with its sector.
        starts = {f"{ask.value} ", ask.value if " " in ask.value else f"{ask.value[:-1]} {ask.value[-1]}"}
        starts |= {f"{ask.value[:-2]} {ask.value[-2:]}"} if ask.value[-1].isalpha() else set()
        found = [code for code, postcode in enumerate(postcodes) if postcode.startswith(tuple(starts))]
    return np.array(found, np.int64), np.ones(len(found), np.float32)
