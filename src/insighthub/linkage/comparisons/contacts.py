"""Phones, e-mail, and identifiers with check digits.

A phone and a mobile are one set: any shared number agrees. An identifier that is valid and differs is strong evidence
against; one that differs by a single slip is weak evidence either way.
"""

from __future__ import annotations

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from insighthub.linkage.comparisons.comparison import Comparison, Levels, Rows, Rule, value_pair_levels
from insighthub.linkage.encode import Codes, Encoded


def phone_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """0 where the two share a number, 1 where both have numbers and share none."""
    fields = ("phone", "mobile")
    ours, theirs = ([data.codes[name][rows] for name in fields] for rows in (left, right))
    shared = np.zeros(len(left), bool)
    for a in ours:
        for b in theirs:
            shared |= (a >= 0) & (a == b)
    any_of_ours, any_of_theirs = ((phone >= 0) | (mobile >= 0) for phone, mobile in (ours, theirs))
    return np.where(shared, 0, np.where(any_of_ours & any_of_theirs, 1, -1)).astype(np.int8)


def email_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """Levels of the e-mail addresses of pairs; see ``EMAIL.labels``."""
    pool = data.pools["email"].values

    def kernel(a: Codes, b: Codes) -> Levels:
        sim = cpdist(pool[a], pool[b], scorer=JaroWinkler.normalized_similarity, dtype=np.float32, workers=-1)
        return np.where(sim >= 0.93, 1, 2).astype(np.int8)

    codes = data.codes["email"]
    return value_pair_levels(codes[left], codes[right], kernel, size=max(1, len(pool)))


def identifier(name: str) -> Comparison:
    """Return the comparison of an identifier held in field ``name``."""

    def levels(data: Encoded, left: Rows, right: Rows) -> Levels:
        pool = data.pools[name].values

        def kernel(a: Codes, b: Codes) -> Levels:
            slips = cpdist(pool[a], pool[b], scorer=OSA.distance, dtype=np.int32, workers=-1, score_cutoff=1)
            return np.where(slips <= 1, 1, 2).astype(np.int8)

        codes = data.codes[name]
        return value_pair_levels(codes[left], codes[right], kernel, size=max(1, len(pool)))

    # A couple's or a family's records sometimes hold one member's number: how often is learned.
    return Comparison(
        name,
        ("same", "one slip apart", "different"),
        levels,
        family=Rule.FREE,
        shared=0.02,
        lasting=True,
        telling=True,
    )


def equality(name: str, *, namesake: Rule = Rule.U, rarity: bool = False) -> Comparison:
    """Return the comparison of a field whose values either agree or do not."""

    def levels(data: Encoded, left: Rows, right: Rows) -> Levels:
        a, b = data.codes[name][left], data.codes[name][right]
        return np.where((a < 0) | (b < 0), -1, a != b).astype(np.int8)

    return Comparison(
        name, ("same", "different"), levels, namesake=namesake, rarity=name if rarity else None, floor=0.5, lasting=True
    )


def text(name: str) -> Comparison:
    """Return the comparison of a contract's own text field, by spelling."""

    def levels(data: Encoded, left: Rows, right: Rows) -> Levels:
        pool = data.pools[name].values

        def kernel(a: Codes, b: Codes) -> Levels:
            sim = cpdist(pool[a], pool[b], scorer=JaroWinkler.normalized_similarity, dtype=np.float32, workers=-1)
            return np.where(sim >= 0.92, 1, np.where(sim >= 0.8, 2, 3)).astype(np.int8)

        codes = data.codes[name]
        return value_pair_levels(codes[left], codes[right], kernel, size=max(1, len(pool)))

    return Comparison(
        name,
        ("same", "another spelling", "similar", "different"),
        levels,
        agreeing=2,
        rarity=name,
        floor=0.5,
        lasting=True,
    )


PHONE = Comparison(
    "phone",
    ("share a number", "different"),
    phone_levels,
    family=Rule.FREE,
    coresident=Rule.FREE,
    shared=0.3,
    floor=0.3,
    by_source=True,
)
EMAIL = Comparison(
    "email",
    ("same", "alike", "different"),
    email_levels,
    family=Rule.FREE,
    coresident=Rule.FREE,
    shared=0.3,
    floor=0.3,
    by_source=True,
)


def sex_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """0 where the sexes are the same, 1 where they differ; not known where one given name has said it already."""
    a, b = data.codes["sex"][left], data.codes["sex"][right]
    given = data.codes["given_name"]
    told = (given[left] == given[right]) & (given[left] >= 0) & ~data.flags["given_is_initial"][left]
    return np.where((a < 0) | (b < 0) | told, -1, a != b).astype(np.int8)


SEX = Comparison("sex", ("same", "different"), sex_levels, namesake=Rule.M, floor=0.9, lasting=True)
