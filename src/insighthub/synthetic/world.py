"""Puts the borough together: households, dwellings, moves, names, contacts, in that order.

Takes the number of residents and a seed, gives a ``World``. Each stage draws from its own stream of random numbers,
so that a change in one does not shake all the others.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.contacts import build_contacts
from insighthub.synthetic.households import Members, build_households, first_residents
from insighthub.synthetic.moves import Addresses, find_origins, hardship, joining_days, trace_moves
from insighthub.synthetic.names import build_pools
from insighthub.synthetic.naming import name_everybody
from insighthub.synthetic.places import build_places
from insighthub.synthetic.population import (
    HEAD,
    NEVER,
    PARTNER,
    SHARER,
    SINGLE,
    SPELLS,
    TODAY,
    YEAR,
    Households,
    People,
    World,
)


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the stream of random numbers of a named part: the same for one seed, whatever else is drawn."""
    return np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(name.encode())]))


def build_world(residents: int, seed: int, mix: str = "usual") -> World:
    """Return a borough of exactly ``residents`` living residents, with those who left or died in the window.

    ``mix`` names the shares of communities among them, a key of ``calibration.MIXES``.
    """
    shares = cal.MIXES[mix]
    rng = stream(seed, "households")
    asked = int(residents / 2.2) + 40
    members = first_residents(build_households(rng, asked, institutions_for=residents, mix=shares), residents)
    n_current = len(members.kind)
    places = build_places(stream(seed, "places"), int(n_current / (1 - cal.VACANT_DWELLINGS)) + 5)
    rng = stream(seed, "moves")
    free = np.arange(len(places), dtype=np.int32)
    addresses, dwelling, since, until = trace_moves(rng, members, places, free)
    members, addresses = _with_former(rng, members, addresses, mix=shares, dwelling=dwelling, since=since, until=until)
    current = np.arange(len(members.kind)) < n_current
    settled = np.where(addresses.dwelling >= 0, addresses.since, NEVER).min(axis=1)
    origins = find_origins(rng, members, current, addresses.since[:, 0], settled)
    joined, arrived, left = joining_days(rng, members, addresses, origins)
    pools = build_pools()
    named = name_everybody(stream(seed, "names"), members, pools, origins, joined)
    texts = pools.vocabulary.texts()
    contacts = build_contacts(stream(seed, "contacts"), members, named, texts)
    rng = stream(seed, "lives")
    unknown_day = np.array([c.first_january for c in cal.COMMUNITIES.values()])[members.community]
    unknown = (rng.random(len(unknown_day)) < unknown_day) & (members.born < TODAY - 25 * YEAR)
    born = to_first_january(members.born, unknown)
    households = Households(
        members.kind,
        members.home_community,
        current,
        addresses.dwelling,
        addresses.since,
        addresses.until,
        hardship(rng, members, places, addresses.dwelling[:, 0]),
    )
    people = People(
        household=members.household,
        role=members.role,
        sex=members.sex,
        community=members.community,
        born=born,
        died=members.died,
        joined=joined,
        origin=origins.origin,
        arrived=np.maximum(arrived, born),
        left=left,
        given=named.given,
        middle=named.middle,
        family=named.family,
        birth_family=named.birth_family,
        renamed=named.renamed,
        known_as=named.known_as,
        suffix=named.suffix,
        married=named.married,
        birth_date_unknown=unknown,
    )
    head, partner = (_first_with(members, role) for role in (HEAD, PARTNER))
    head = np.where(head >= 0, head, _first_with(members, SHARER))  # a hostel has no head: anybody stands for it
    return World(places, households, people, contacts, pools, texts, head, partner)


def _first_with(members: Members, role: int) -> np.ndarray:
    """Return, by household, the row of its first member with a role; -1 where there is none."""
    out = np.full(len(members.kind), -1, np.int32)
    who = np.flatnonzero(members.role == role)[::-1]
    out[members.household[who]] = who
    return out


def _with_former(
    rng: np.random.Generator,
    members: Members,
    addresses: Addresses,
    *,
    mix: Mapping[str, float],
    dwelling: np.ndarray,
    since: np.ndarray,
    until: np.ndarray,
) -> tuple[Members, Addresses]:
    """Add the households that lived in the borough before, after the current ones."""
    extra = len(dwelling)
    former = build_households(rng, extra, mix=mix)
    # Of people living alone who were old when they went, most had died; the others moved away.
    alone = (former.kind == SINGLE)[former.household]
    gone = until[former.household]
    old = (gone - former.born) / YEAR > 72
    dies = alone & old & (rng.random(len(gone)) < 0.7)
    former.died = np.where(dies, gone, NEVER).astype(np.int32)
    present = former.born < gone - 5  # children born after they left are nobody's here
    former.born = np.where(present, former.born, gone - 200).astype(np.int32)
    spells = np.full((extra, SPELLS), -1, np.int32)
    starts = np.full((extra, SPELLS), since.min() if extra else 0, np.int32)
    spells[:, 0], starts[:, 0] = dwelling, since
    joined = Members(
        np.r_[members.kind, former.kind],
        np.r_[members.home_community, former.home_community],
        np.r_[members.household, former.household + len(members.kind)].astype(np.int32),
        np.r_[members.role, former.role],
        np.r_[members.sex, former.sex],
        np.r_[members.community, former.community],
        np.r_[members.born, former.born].astype(np.int32),
        np.r_[members.died, former.died],
    )
    return joined, Addresses(
        np.r_[addresses.dwelling, spells],
        np.r_[addresses.since, starts],
        np.r_[addresses.until, until].astype(np.int32),
    )


def to_first_january(born: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Put the birthdays of some to 1 January of the year."""
    dates = born.astype("datetime64[D]")
    first = dates.astype("datetime64[Y]").astype("datetime64[D]")
    return np.where(unknown, first.astype(np.int64), born).astype(np.int32)
