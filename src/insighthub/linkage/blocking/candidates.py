"""Candidate rules: what could be blocked on, given the fields that a data set has.

Takes coded rows, gives rules in a fixed order, strong ones first. Which of them a run uses is chosen by what they
bring; see ``choose``. They are made from a few lists: identifiers and contacts alone; names whole, by sound, by their
first letters and by initial, two together or one with a date, a home, a postcode or a postcode sector; dates with
places; names across fields (given for family, former for present, middle for given); the last day of one record and the
first of another; and the contract's own fields.

A rule that is part of another (same dwelling and given name, beside same dwelling and initial) is left out where the
wider one is cheap. Names that are merely alike, with nothing beside them, are a rule only where both sound the same:
in a large population most who meet so are two people, and of rare names the model could not tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from insighthub.linkage.blocking.rule import FULL_NAME, BlockingRule
from insighthub.linkage.encode import Encoded
from insighthub.linkage.prepare import IDENTIFIERS
from insighthub.standardise.schema import OTHER_PREFIX

WORDS = {
    "nhs_number": "NHS number",
    "nino": "NINO",
    "upn": "UPN",
    "email": "e-mail",
    "mobile": "mobile",
    "phone": "phone",
    "given_name": "given name",
    "given_sound": "sound of the given name",
    "given_prefix": "first letters of the given name",
    "given_initial": "initial of the given name",
    "family_name": "family name",
    "family_sound": "sound of the family name",
    "family_prefix": "first letters of the family name",
    "family_initial": "initial of the family name",
    "birth_date": "date of birth",
    "birth_year": "year of birth",
    "birth_day": "day and month of birth",
    "postcode": "postcode",
    "sector": "postcode sector",
    "dwelling": "dwelling",
    "uprn": "UPRN",
    "street_dwelling": "number and street",
    "valid_from": "first day",
    "valid_to": "last day",
}
STRONG = (*IDENTIFIERS, "email", "mobile", "phone")
HOMES = ("dwelling", "uprn", "street_dwelling")

#: Two parts of the name, from the most telling pair to the least.
_NAME_PAIRS = (
    ("given_name", "family_name"),
    ("given_name", "family_sound"),
    ("given_sound", "family_name"),
    ("given_sound", "family_sound"),
    ("given_prefix", "family_prefix"),
    ("given_name", "family_initial"),
    ("given_initial", "family_name"),
    ("given_initial", "family_sound"),
    ("given_sound", "family_initial"),
)
#: A field of one row held against another of the other row, and what to call it.
_ACROSS = (
    ("given_name", "family_name", "given name of one the other's family name"),
    ("previous_family_name", "family_name", "former family name of one the other's present one"),
    ("middle_name", "given_name", "middle name of one the other's given name"),
)


def _same(*fields: str, share_of_cap: float = 1.0) -> BlockingRule:
    words = [WORDS.get(f, f.removeprefix(OTHER_PREFIX)) for f in fields]
    label = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return BlockingRule(f"same {label}", fields, share_of_cap=share_of_cap)


def _across(field: str, other: str, words: str, *both: str) -> BlockingRule:
    label = " and ".join(WORDS.get(f, f) for f in both)
    return BlockingRule(f"{words}, same {label}", (field, *both), (other, *both))


def needed_rules(data: Encoded) -> tuple[BlockingRule, ...]:
    """Return the rules that a run has whatever they bring, because the model is learned from what they bring.

    Identifiers and contacts bring few pairs. Full names show what namesakes look like, and family names in one
    postcode what families do; without the latter, brothers would be compared only where their given names are alike,
    and the clusters would know less of who is not whom.
    """
    rules = (*(_same(name) for name in STRONG), FULL_NAME, _same("postcode", "family_name"))
    return tuple(r for r in rules if data.has(*r.all_fields()))


def candidate_rules(data: Encoded) -> tuple[BlockingRule, ...]:
    """Return the rules whose fields these rows have, those of ``needed_rules`` first, each once."""
    distinct: dict[tuple[object, ...], BlockingRule] = {}
    for rule in (*needed_rules(data), *_general(), *_own(data)):
        if data.has(*rule.all_fields()):
            distinct.setdefault((rule.fields, rule.other_fields, rule.in_any_order), rule)
    return tuple(distinct.values())


def _general() -> Iterator[BlockingRule]:
    yield BlockingRule("phone of one the other's mobile", ("phone",), ("mobile",))
    for field in ("family_name", "given_name", "postcode", "given_initial", "family_initial", "sector"):
        yield _same(field, "birth_date")
    yield _same("given_sound", "family_sound", share_of_cap=FULL_NAME.share_of_cap)
    for home, field in product(HOMES, ("given_initial", "family_name", "family_initial", "birth_year")):
        yield _same(home, field)
    for field in ("given_name", "given_sound", "family_sound", "given_prefix", "family_prefix"):
        yield _same("postcode", field)
    for field in ("given_initial", "family_initial"):
        yield _same("postcode", field, "birth_year")
    for (given, family), more in product(_NAME_PAIRS, ("birth_year", "birth_day", "sector")):
        yield _same(given, family, more)
    for field in ("given_name", "given_sound", "family_name", "family_sound"):
        yield _same(field, "sector", "birth_year")
    for field in ("given_name", "family_name"):
        yield _same(field, "birth_year")
        yield _same(field, "birth_day")
    for field, other, words in _ACROSS:
        for both in ("birth_date", *HOMES, "postcode"):
            yield _across(field, other, words, both)
    for both in ("family_name", "family_sound", "given_name"):
        yield _across("valid_from", "valid_to", "one begins on the day on which the other ends", both)


def _own(data: Encoded) -> Iterator[BlockingRule]:
    """Rules on the contract's own fields; one with few values is of use only beside others."""
    for name in sorted(n for n in data.codes if n.startswith(OTHER_PREFIX) and data.has(n)):
        if len(data.pools[name]) > data.n / 4:
            yield _same(name)
            continue
        for field in ("family_name", "birth_date", "given_name", "postcode"):
            yield _same(name, field)
        for given, family in _NAME_PAIRS:
            yield _same(name, given, family)
        for field in ("given_name", "given_sound", "given_initial"):
            yield _same(name, field, "birth_year")
