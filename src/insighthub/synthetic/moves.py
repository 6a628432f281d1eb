"""Who lived where, and when: moves into, within and out of the borough, and people who left one home for another.

Takes households and dwellings, gives every household's addresses with dates, the former households that lived in those
dwellings before, and for single people the household they came from (parents, or a former partner). Each vacated
dwelling is accounted for: whoever moved out either lives elsewhere in the borough now or has left it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.households import Members
from insighthub.synthetic.places import BLOCK, COUNCIL, OWNED, PRIVATE, TENURE_NAMES, Places
from insighthub.synthetic.population import (
    CARE_HOME,
    CHILD,
    COUPLE,
    FEMALE,
    HEAD,
    HOSTEL,
    HOUSE_SHARE,
    LONE_PARENT,
    MALE,
    NEVER,
    PARTNER,
    SHARER,
    SINGLE,
    SPELLS,
    TODAY,
    YEAR,
    Days,
    Flags,
    Index,
)

_WINDOW = int(cal.WINDOW_YEARS * YEAR)
_HIDDEN_MOVE = TODAY - 40 * 366  # "always lived there", as far as any extract can tell


@dataclass
class Addresses:
    """Where households lived: the latest address first."""

    dwelling: np.ndarray  # (n, SPELLS), -1 none
    since: np.ndarray  # (n, SPELLS)
    until: Days


def settle(rng: np.random.Generator, community: np.ndarray, kind: np.ndarray, places: Places, free: Index) -> Index:
    """Give each household one of the ``free`` dwellings, communities gathering loosely along the line of areas.

    A hostel or care home changes places with somebody who got a house: it is a building of its own.
    """
    centre = rng.permutation(len(cal.COMMUNITIES)) / len(cal.COMMUNITIES)
    wish = (centre[community] + rng.normal(0, 0.22, len(community))) % 1.0
    order = np.argsort(wish, kind="stable")
    free = np.sort(free)
    out = np.empty(len(community), np.int32)
    chosen = free[np.sort(rng.choice(len(free), len(community), replace=False))]
    out[order] = chosen
    institution = np.flatnonzero(kind >= HOSTEL)
    in_houses = np.flatnonzero((places.kind[out] != BLOCK) & (kind < HOSTEL))
    swap = in_houses[np.linspace(0, len(in_houses) - 1, len(institution)).astype(int)]
    out[institution], out[swap] = out[swap], out[institution]
    return out


def _moved_in(rng: np.random.Generator, tenure: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Draw days lived at an address, by tenure, and no more than ``most``."""
    rate = np.array([cal.MOVE_RATE[t] for t in TENURE_NAMES])[tenure]
    years = rng.exponential(1.0 / rate)
    return np.asarray(np.clip((years * YEAR).astype(np.int64), 20, np.maximum(most, 25)))


def _chain(rng: np.random.Generator, start: Days, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Match some who moved in with dwellings that others moved into at about the same time, and so had vacated.

    Returns rows of those who came from within the borough, and the rows of the dwellings that they left.
    """
    n = len(start)
    wanted = int(n * share)
    came = np.sort(rng.choice(n, wanted, replace=False))
    order = np.argsort(start, kind="stable")
    came = came[np.argsort(start[came], kind="stable")]
    left = order[np.sort(rng.choice(n, wanted, replace=False))]
    good = came != left
    return came[good], left[good]


def trace_moves(
    rng: np.random.Generator, members: Members, places: Places, free: Index
) -> tuple[Addresses, np.ndarray, np.ndarray, np.ndarray]:
    """Return the current households' addresses, and the dwelling, start and end of each former household."""
    n = len(members.kind)
    dwelling = np.full((n, SPELLS), -1, np.int32)
    since = np.full((n, SPELLS), _HIDDEN_MOVE, np.int32)
    until = _ended(members)
    dwelling[:, 0] = settle(rng, members.home_community, members.kind, places, free)
    oldest = np.full(n, NEVER, np.int64)
    np.minimum.at(oldest, members.household, members.born)
    adult_days = np.maximum(TODAY - oldest - int(18 * YEAR), 30)
    stay = _moved_in(rng, places.tenure[dwelling[:, 0]], adult_days)
    institution = members.kind >= HOSTEL
    stay[institution] = 40 * 366
    since[:, 0] = np.minimum(TODAY - stay, until - 60)

    movers = np.flatnonzero((since[:, 0] > TODAY - _WINDOW) & ~institution)
    vacated = np.ones(len(movers), bool)  # by people who left the borough, until found otherwise
    came, left = _chain(rng, since[movers, 0], cal.MOVES_WITHIN_BOROUGH)
    vacated[left] = False
    household, previous = movers[came], dwelling[movers[left], 0]
    dwelling[household, 1] = previous
    most = np.maximum(adult_days[household] - (TODAY - since[household, 0]), 30)
    since[household, 1] = since[household, 0] - _moved_in(rng, places.tenure[previous], most)

    again = household[since[household, 1] > TODAY - _WINDOW]
    came, left = _chain(rng, since[again, 1], cal.MOVES_WITHIN_BOROUGH)
    dwelling[again[came], 2] = dwelling[again[left], 1]
    most = np.maximum(adult_days[again[came]] - (TODAY - since[again[came], 1]), 30)
    since[again[came], 2] = since[again[came], 1] - _moved_in(rng, places.tenure[dwelling[again[left], 1]], most)

    gone = movers[vacated]
    former_dwelling = dwelling[gone, 0]
    former_until = since[gone, 0] - rng.integers(0, 60, len(gone))
    former_since = former_until - _moved_in(rng, places.tenure[former_dwelling], np.full(len(gone), 14_000))
    return Addresses(dwelling, since, until), former_dwelling, former_since, former_until


def _ended(members: Members) -> Days:
    """Return the day on which a household's last member died, NEVER where one is alive."""
    last = np.zeros(len(members.kind), np.int64)
    np.maximum.at(last, members.household, members.died)
    return last.astype(np.int32)


@dataclass
class Origins:
    """Where single people came from: the household, and the day they joined their own."""

    origin: Index
    from_parents: Flags
    ex_partner: Flags


def find_origins(rng: np.random.Generator, members: Members, current: Flags, since: Days, settled: Days) -> Origins:
    """Match young adults with families that they grew up in, and lone mothers with the men who left.

    since: by household, day of moving to the latest address; settled: by household, first day in the borough.
    """
    n = len(members.household)
    origin = np.full(n, -1, np.int32)
    from_parents, ex_partner = np.zeros(n, bool), np.zeros(n, bool)
    age = (TODAY - members.born) / YEAR
    kind, living = members.kind[members.household], members.living()
    here = current[members.household] & living
    recent = settled[members.household] > TODAY - 12 * YEAR  # who came to the borough's rolls by leaving home
    young = here & (age > 19) & (age < 33) & np.isin(members.role, (HEAD, PARTNER, SHARER)) & (kind < HOSTEL) & recent
    young &= rng.random(n) < cal.LEFT_HOME_WITHIN_BOROUGH
    parent = here & (members.role == HEAD) & (age > 42) & (age < 68) & ((kind == COUPLE) | (kind == LONE_PARENT))
    men = here & (members.sex == MALE) & (kind == SINGLE) & (age > 24) & (age < 60) & ~young
    men &= since[members.household] > TODAY - 9 * YEAR
    mothers = here & (members.role == HEAD) & (members.sex == FEMALE) & (kind == LONE_PARENT)
    mothers &= rng.random(n) < cal.EX_PARTNER_WITHIN_BOROUGH
    for c in range(len(cal.COMMUNITIES)):
        own = members.community == c
        _match_by_age(
            rng,
            origin,
            from_parents,
            members,
            leavers=np.flatnonzero(young & own),
            stayers=np.flatnonzero(parent & own),
            least_gap=17,
        )
        _match_by_age(
            rng,
            origin,
            ex_partner,
            members,
            leavers=np.flatnonzero(men & own),
            stayers=np.flatnonzero(mothers & own),
            least_gap=None,
        )
    return Origins(origin, from_parents, ex_partner)


def _match_by_age(
    rng: np.random.Generator,
    origin: Index,
    flag: Flags,
    members: Members,
    *,
    leavers: np.ndarray,
    stayers: np.ndarray,
    least_gap: int | None,
) -> None:
    """Match two groups rank by rank of age; drop pairs whose ages do not fit. Writes into ``origin`` and ``flag``."""
    k = min(len(leavers), len(stayers))
    if k == 0:
        return
    leavers = rng.choice(leavers, k, replace=False)
    stayers = rng.choice(stayers, k, replace=False)
    leavers = leavers[np.argsort(members.born[leavers], kind="stable")]
    stayers = stayers[np.argsort(members.born[stayers], kind="stable")]
    gap = (members.born[leavers] - members.born[stayers]) / YEAR
    fits = (gap > least_gap) & (gap < 45) if least_gap is not None else np.abs(gap) < 8
    fits &= members.household[leavers] != members.household[stayers]
    origin[leavers[fits]] = members.household[stayers[fits]]
    flag[leavers[fits]] = True


def joining_days(
    rng: np.random.Generator, members: Members, addresses: Addresses, origins: Origins
) -> tuple[Days, Days, Days]:
    """Return each person's day of joining the household, first day in the borough, and last day in it."""
    h = members.household
    first = np.where(addresses.dwelling >= 0, addresses.since, NEVER).min(axis=1).astype(np.int32)
    joined = np.maximum(first[h], members.born).astype(np.int64)
    couple = members.role == PARTNER
    together_age = np.clip(rng.normal(*cal.AGE_AT_PARTNERSHIP, len(h)), 18.5, 60)
    together = members.born + together_age * YEAR
    youngest_parent = np.full(len(members.kind), NEVER, np.int64)  # a couple is together before its first child
    child = members.role == CHILD
    np.minimum.at(youngest_parent, h[child], members.born[child])
    together = np.minimum(together, youngest_parent[h] - 300)
    joined = np.where(couple, np.maximum(joined, np.minimum(together, TODAY - 100)), joined)
    sharer = (members.role == SHARER) & ((members.kind[h] == HOUSE_SHARE) | (members.kind[h] == HOSTEL))
    moved_in = TODAY - rng.exponential(np.where(members.kind[h] == HOSTEL, 0.8, 1.6) * YEAR, len(h))
    joined = np.where(sharer, np.maximum(joined, np.minimum(moved_in, addresses.until[h] - 30)), joined)
    care = members.kind[h] == CARE_HOME
    joined = np.where(care, TODAY - rng.exponential(2.2 * YEAR, len(h)) - 30, joined)
    joined = np.minimum(joined, np.minimum(members.died, addresses.until[h]) - 40)
    joined = np.maximum(joined, members.born)
    origin = origins.origin
    came = origin >= 0
    came_from = np.where(came, first[np.where(came, origin, 0)], NEVER)
    arrived = np.where(came, np.maximum(np.minimum(came_from, joined), members.born), joined)
    left = np.minimum(members.died, addresses.until[h])
    return joined.astype(np.int32), arrived.astype(np.int32), left.astype(np.int32)


def hardship(rng: np.random.Generator, members: Members, places: Places, dwelling: np.ndarray) -> np.ndarray:
    """Return each household's hardship: what makes arrears, benefits, homelessness and care likely together."""
    tenure = places.tenure[dwelling]
    by_tenure = np.select([tenure == OWNED, tenure == COUNCIL, tenure == PRIVATE], [-0.55, 0.55, 0.15], 0.45)
    by_kind = np.select(
        [members.kind == LONE_PARENT, members.kind == HOSTEL, members.kind == SINGLE], [0.6, 1.6, 0.1], -0.1
    )
    out = 0.45 * places.deprivation[dwelling] + by_tenure + by_kind + rng.normal(0, 0.7, len(members.kind))
    return np.asarray((out - out.mean()) / out.std())
