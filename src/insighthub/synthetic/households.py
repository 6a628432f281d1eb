"""Households and who is in them: couples, lone parents, children, grandparents, house shares, hostels, care homes.

Takes how many households are wanted, gives one row a person with household, role, sex, birth and community. Families
are grown forwards from a mother's age, number of children and spacing, so that ages of parents and children fit, and
twins, grown children at home and three generations under one roof come out of the same few parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.population import (
    CARE_HOME,
    CHILD,
    COUPLE,
    FEMALE,
    GRANDPARENT,
    HEAD,
    HOSTEL,
    HOUSE_SHARE,
    LONE_PARENT,
    MALE,
    NEVER,
    PARTNER,
    SHARER,
    SINGLE,
    TODAY,
    YEAR,
    Days,
    Flags,
    Index,
    Reals,
)

_KINDS = {"couple": COUPLE, "lone_parent": LONE_PARENT, "single": SINGLE, "house_share": HOUSE_SHARE}
_MOST_CHILDREN = 7


@dataclass
class Members:
    """People by household, before anything has happened to them."""

    kind: np.ndarray  # by household
    home_community: np.ndarray  # by household
    household: Index
    role: np.ndarray
    sex: np.ndarray
    community: np.ndarray
    born: Days
    died: Days

    def living(self) -> Flags:
        """Return who is alive today."""
        return np.asarray(self.died == NEVER)

    def keep(self, people: Flags) -> Members:
        """Return these people only, and the households that are left, numbered anew in the same order."""
        kept, household = np.unique(self.household[people], return_inverse=True)
        return Members(
            self.kind[kept],
            self.home_community[kept],
            household.astype(np.int32),
            self.role[people],
            self.sex[people],
            self.community[people],
            self.born[people],
            self.died[people],
        )


class _Roll:
    """Collects people in pieces, and puts them in order of household at the end."""

    def __init__(self) -> None:
        self._pieces: list[tuple[np.ndarray, ...]] = []

    def add(self, household: np.ndarray, role: int, sex: np.ndarray, community: np.ndarray, age: Reals) -> None:
        born = np.round(TODAY - age * YEAR).astype(np.int32)
        self._pieces.append(
            (household.astype(np.int32), np.full(len(household), role, np.int8), sex.astype(np.int8), community, born)
        )

    def members(self, kind: np.ndarray, home_community: np.ndarray) -> Members:
        household, role, sex, community, born = (np.concatenate(c) for c in zip(*self._pieces, strict=True))
        order = np.lexsort((born, role, household))
        died = np.full(len(order), NEVER, np.int32)
        return Members(
            kind, home_community, household[order], role[order], sex[order], community[order], born[order], died
        )


def build_households(
    rng: np.random.Generator, n: int, *, institutions_for: int = 0, mix: Mapping[str, float] = cal.MIXES["usual"]
) -> Members:
    """Return the members of ``n`` households, and the hostels and care homes of ``institutions_for`` residents.

    ``mix`` is the share of residents of each community.
    """
    communities = list(cal.COMMUNITIES.values())
    shares = np.array([mix[name] for name in cal.COMMUNITIES])
    share = shares / np.array([1.9 + 0.55 * c.children for c in communities])  # large families: fewer households
    community = rng.choice(len(share), n, p=share / share.sum()).astype(np.int8)
    lone = np.array([c.lone_parents for c in communities])[community]
    kind = rng.choice(
        np.array([_KINDS[k] for k in cal.HOUSEHOLD_KINDS], np.int8), n, p=list(cal.HOUSEHOLD_KINDS.values())
    )
    with_children = (kind == COUPLE) | (kind == LONE_PARENT)
    mean_lone = cal.HOUSEHOLD_KINDS["lone_parent"] / (
        cal.HOUSEHOLD_KINDS["lone_parent"] + cal.HOUSEHOLD_KINDS["couple"]
    )
    scale = mean_lone / float(np.mean(lone))
    kind[with_children] = np.where(
        rng.random(int(with_children.sum())) < lone[with_children] * scale, LONE_PARENT, COUPLE
    )
    roll = _Roll()
    head_age, head_sex = _heads(rng, roll, kind, community)
    mother_age = _partners(rng, roll, kind, community, shares=shares, head_age=head_age, head_sex=head_sex)
    _children(rng, roll, kind, community, mother_age)
    _grandparents(rng, roll, kind, community, head_age)
    _sharers(rng, roll, kind, community, head_age)
    kind, community = _institutions(rng, roll, kind, community, residents=institutions_for, shares=shares)
    return _deaths(rng, roll.members(kind, community))


def _heads(rng: np.random.Generator, roll: _Roll, kind: np.ndarray, community: np.ndarray) -> tuple[Reals, np.ndarray]:
    mean = np.array([cal.HEAD_AGE[k][0] for k in _KINDS])[kind]
    spread = np.array([cal.HEAD_AGE[k][1] for k in _KINDS])[kind]
    settled = np.array([c.share for c in cal.COMMUNITIES.values()])[community] > 0.3  # the longest settled is oldest
    age = rng.normal(mean + np.where(settled, 7.0, -3.0), spread)
    age = np.where(age < 20, 20 + 14 * rng.random(len(age)), np.minimum(age, 97.0))  # few head a household at 18
    male = np.where(kind == LONE_PARENT, rng.random(len(kind)) < 0.1, rng.random(len(kind)) < 0.58)
    sex = np.where(male, MALE, FEMALE).astype(np.int8)
    roll.add(np.arange(len(kind)), HEAD, sex, community, age)
    return age, sex


def _partners(
    rng: np.random.Generator,
    roll: _Roll,
    kind: np.ndarray,
    community: np.ndarray,
    *,
    shares: Reals,
    head_age: Reals,
    head_sex: np.ndarray,
) -> Reals:
    """Add partners to couples; return the age of each household's mother, or of its lone parent."""
    who = np.flatnonzero(kind == COUPLE)
    gap = rng.normal(*cal.PARTNER_AGE_GAP, len(who)) * np.where(head_sex[who] == MALE, 1, -1)
    age = np.clip(head_age[who] + gap, 19.0 + 3 * rng.random(len(who)), 97.0)
    sex = 1 - head_sex[who]
    own = rng.random(len(who)) < cal.SAME_COMMUNITY_COUPLES
    other = rng.choice(
        len(cal.COMMUNITIES),
        len(who),
        p=shares / sum(shares.tolist()),
    )
    roll.add(who, PARTNER, sex, np.where(own, community[who], other).astype(np.int8), age)
    mother_age = head_age.copy()
    mother_age[who] = np.where(sex == FEMALE, age, head_age[who])
    return mother_age


def _children(
    rng: np.random.Generator, roll: _Roll, kind: np.ndarray, community: np.ndarray, mother_age: Reals
) -> None:
    who = np.flatnonzero((kind == COUPLE) | (kind == LONE_PARENT))
    mean = np.array([c.children for c in cal.COMMUNITIES.values()])[community[who]]
    ever_born = np.minimum(rng.poisson(mean), _MOST_CHILDREN)
    ever_born = np.where(kind[who] == LONE_PARENT, np.maximum(ever_born, 1), ever_born)
    first = np.clip(rng.normal(*cal.AGE_AT_FIRST_BIRTH, len(who)), 16.5, 44.0)
    first = np.where(kind[who] == LONE_PARENT, np.minimum(first, mother_age[who] - 0.3), first)
    gaps = 1.3 + rng.exponential(cal.YEARS_BETWEEN_BIRTHS, (len(who), _MOST_CHILDREN))
    gaps[rng.random(gaps.shape) < cal.TWIN_BIRTHS] = 0.0
    gaps[:, 0] = 0.0
    mother_at_birth = first[:, None] + np.cumsum(gaps, axis=1)
    age = mother_age[who][:, None] - mother_at_birth
    stay, fade = cal.ADULT_CHILD_AT_HOME
    at_home = np.where(age < 18.5, 1.0, stay * np.exp(-np.maximum(age - 19, 0) / fade))
    born = (np.arange(_MOST_CHILDREN) < ever_born[:, None]) & (age >= 0.01) & (mother_at_birth < 47)
    here = born & (rng.random(age.shape) < at_home)
    row, column = np.nonzero(here)
    household = who[row]
    sex = rng.integers(0, 2, len(row))
    roll.add(household, CHILD, sex, community[household], age[row, column])


def _grandparents(
    rng: np.random.Generator, roll: _Roll, kind: np.ndarray, community: np.ndarray, head_age: Reals
) -> None:
    share = np.array([c.grandparents for c in cal.COMMUNITIES.values()])[community]
    who = np.flatnonzero((kind == COUPLE) & (head_age < 56) & (rng.random(len(kind)) < share))
    age = np.clip(head_age[who] + rng.normal(28, 5, len(who)), 45, 97)
    sex = np.where(rng.random(len(who)) < 0.7, FEMALE, MALE)
    roll.add(who, GRANDPARENT, sex, community[who], age)
    both = rng.random(len(who)) < 0.45
    roll.add(who[both], GRANDPARENT, 1 - sex[both], community[who[both]], np.clip(age[both] + 2, 45, 97))


def _sharers(rng: np.random.Generator, roll: _Roll, kind: np.ndarray, community: np.ndarray, head_age: Reals) -> None:
    who = np.flatnonzero(kind == HOUSE_SHARE)
    sizes = rng.choice(list(cal.HOUSE_SHARE_SIZES), len(who), p=list(cal.HOUSE_SHARE_SIZES.values()))
    household = np.repeat(who, sizes - 1)
    own = rng.random(len(household)) < 0.7
    other = rng.integers(0, len(cal.COMMUNITIES), len(household))
    age = np.clip(head_age[household] + rng.normal(0, 6, len(household)), 18.5 + 6 * rng.random(len(household)), 70)
    sex = (rng.random(len(household)) < 0.6).astype(np.int8)
    roll.add(household, SHARER, sex, np.where(own, community[household], other).astype(np.int8), age)


def _institutions(
    rng: np.random.Generator, roll: _Roll, kind: np.ndarray, community: np.ndarray, *, residents: int, shares: Reals
) -> tuple[np.ndarray, np.ndarray]:
    """Add hostels and care homes, each a household of many unrelated people at one UPRN."""
    hostels = -(-residents // cal.RESIDENTS_A_HOSTEL) if residents else 0
    homes = -(-residents // cal.RESIDENTS_A_CARE_HOME) if residents else 0
    shares = shares / shares.sum()
    kinds = [HOSTEL] * hostels + [CARE_HOME] * homes
    for offset, what in enumerate(kinds):
        size = cal.HOSTEL_SIZE if what == HOSTEL else cal.CARE_HOME_SIZE
        age = rng.normal(36, 12, size) if what == HOSTEL else rng.normal(84, 7, size)
        low, high = (18.2, 68.0) if what == HOSTEL else (66.0, 99.0)
        sex = (rng.random(size) < (0.68 if what == HOSTEL else 0.35)).astype(np.int8)
        drawn = rng.choice(len(shares), size, p=shares).astype(np.int8)
        if what == CARE_HOME:
            drawn[rng.random(size) < 0.55] = 0  # today's oldest residents are mostly of the longest settled community
        roll.add(np.full(size, len(kind) + offset), SHARER, sex, drawn, np.clip(age, low, high))
    extra = len(kinds)
    return np.r_[kind, np.array(kinds, np.int8)], np.r_[community, np.zeros(extra, np.int8)]


def _deaths(rng: np.random.Generator, members: Members) -> Members:
    """Let some people die within the window, at rates that double every eight years of age."""
    age = (TODAY - members.born) / YEAR
    rate = cal.DEATH_RATE_AT_65 * 2.0 ** ((age - 65) / 8)
    dies = (rng.random(len(age)) < 1 - np.exp(-rate * cal.DEATHS_WINDOW_YEARS)) & (age > 20)
    day = TODAY - 5 - (rng.random(len(age)) * (cal.DEATHS_WINDOW_YEARS * YEAR - 10)).astype(np.int32)
    members.died = np.where(dies, day, NEVER).astype(np.int32)
    return members


def first_residents(members: Members, residents: int) -> Members:
    """Return the households that hold the first ``residents`` living people, to the exact number.

    Raises:
        AssertionError: there are not so many; more households should have been asked for.
    """
    living, institution = members.living(), members.kind[members.household] >= HOSTEL
    private = np.cumsum(living & ~institution)
    wanted = residents - int((living & institution).sum())
    assert private[-1] >= wanted
    return members.keep(institution | (private <= wanted))
