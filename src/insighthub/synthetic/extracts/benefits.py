"""Housing benefit and council tax support: every member of every claim, live or ended.

Takes the world, gives hbmember joined to hbclaim and hbhousehold as Academy exports them: dates as text in three
styles, partners who left years ago without an end date, a partner's or child's row with the claimant's NI number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.population import (
    CHILD,
    HOSTEL,
    NEVER,
    SHARER,
    YEAR,
    Days,
    Index,
    World,
)
from insighthub.synthetic.writing import blank, dates, mapped, money, objects, plain

_SHARES = cal.SHARES["benefits"]


def benefits(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each member."""
    rng, households = clerk.rng, world.households
    household, ended = _claims(world, rng)
    claim_of = np.full(len(households), -1, np.int64)
    pieces = []
    for live in (True, False):
        chosen = np.flatnonzero((ended == NEVER) == live)
        claim_of[:] = -1
        claim_of[household[chosen]] = chosen
        pieces.append(_members(world, claim_of, ended, rng))
    person, claim = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return write_claims(world, clerk, person, claim, household=household, ended=ended)


def write_claims(
    world: World,
    clerk: Clerk,
    person: Index,
    claim: NDArray[np.integer],
    *,
    household: NDArray[np.integer],
    ended: NDArray[np.integer],
    known: Days | None = None,
) -> Extract:
    """Write the members of claims.

    person, claim: by member, who it is and in which claim. household, ended: by claim, whose it is and the day it
    ended, NEVER if it is live. known: by member, the day whose details are written; where it is not given, the day on
    which somebody last looked at the claim.
    """
    rng, people, households, n = clerk.rng, world.people, world.households, len(person)
    end = ended[claim]
    claim_day = np.minimum(end, world.today) - (rng.exponential(clerk.habits.lag * YEAR, len(household)))[claim]
    day = np.clip(claim_day, people.arrived[world.head[household[claim]]] + 3, np.minimum(end, world.today)).astype(
        np.int32
    )
    day = day if known is None else known
    # Everybody in a claim lives where the claimant did on the day that the claim was last looked at.
    dwelling = world.dwelling_at(world.head[household[claim]], day)
    names = clerk.names(person, day)
    nino = clerk.identifiers(world.contacts.nino, person)
    claimant = world.contacts.nino[world.head[household[claim]]]
    shared = np.flatnonzero((rng.random(n) < _SHARES["claimants_nino"]) & (person != world.head[household[claim]]))
    nino[shared] = claimant[shared]
    style = rng.choice(3, n, p=[0.7, 0.2, 0.1])
    births_as = [clerk.births(person, s) for s in ("%d/%m/%Y", "%d-%b-%Y", "%Y-%m-%d")]
    births = np.choose(style, births_as).astype(object)
    maiden = mapped(world.texts[people.birth_family[person]], plain)
    previous = blank(
        mapped(maiden, str.upper), (people.family[person] == people.birth_family[person]) | (rng.random(n) < 0.55)
    )
    lines = clerk.address_lines(dwelling, "letter", short=0.5)
    left_it = (people.left[person] < end) & (people.left[person] < world.today)
    to_date = np.where(end < NEVER, end, np.where(left_it & (rng.random(n) < 0.6), people.left[person], NEVER))
    award = np.round(np.exp(rng.normal(4.3 + 0.12 * households.hardship[household], 0.45)), 2)
    started = (day - rng.integers(60, 1500, len(household))[claim]).astype(np.int64)
    started = np.maximum(started, people.born[world.head[household[claim]]] + int(16 * YEAR))
    claim_refs = references(rng, len(household), "HB{:07d}", 200_000)
    columns = {
        "claim_id": claim_refs[claim],
        "house_id": objects([f"{h:06d}" for h in (household[claim] * 3 + 17).tolist()]),
        "member_id": references(rng, n, "{:08d}", 3_000_000),
        "person_ref": references(rng, len(people), "{:07d}", 500_000)[person],
        "title": names.title,
        "forename": names.given,
        "surname": names.family,
        "previous_surname": previous,
        "birth_date": births,
        "nino": nino,
        **{f"addr{k + 1}": lines[k] for k in range(4)},
        "post_code": clerk.postcodes(dwelling),
        "from_date": dates(np.minimum(started, np.minimum(end, world.today) - 14)),
        "to_date": blank(dates(np.where(to_date < NEVER, to_date, world.today)), to_date == NEVER),
        "weekly_award": money(award[claim]),
    }
    extract = Extract("benefits", columns, ("member_id",))
    extract.names(np.arange(n), person, births=births, dwelling=dwelling)
    return extract


def _claims(world: World, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the households of live and of ended claims, and the day each ended (NEVER if live)."""
    households, people = world.households, world.people
    chance = 1 / (1 + np.exp(-(np.log(cal.COVERAGE["benefits"] / 0.75) - 0.4 + 1.3 * households.hardship)))
    eligible = households.kind < HOSTEL
    live = np.flatnonzero(eligible & (households.until > world.today) & (rng.random(len(households)) < chance))
    past = np.flatnonzero(eligible & (rng.random(len(households)) < chance * _SHARES["ended_claims"]))
    ended = np.minimum(world.today, households.until[past]) - (
        rng.random(len(past)) * _SHARES["years_ended_claims_kept"] * YEAR
    ).astype(np.int64)
    good = (ended > people.arrived[world.head[past]] + 60) & (
        ended > world.today - _SHARES["years_ended_claims_kept"] * YEAR
    )
    return np.r_[live, past[good]], np.r_[np.full(len(live), NEVER), ended[good]]


def _members(
    world: World, claim_of: np.ndarray, ended: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the people in the claims: the household, and the former partner whom nobody took off."""
    people = world.people
    claim = claim_of[people.household]
    end = np.where(claim >= 0, ended[np.maximum(claim, 0)], NEVER)
    there = (claim >= 0) & (people.joined < np.minimum(end, world.today) - 30) & (people.role != SHARER)
    grown = (people.role == CHILD) & ((np.minimum(end, world.today) - people.born) / YEAR > 19)
    there &= ~(grown & (rng.random(len(people)) < 0.4))
    here = np.flatnonzero(there)
    ex_claim = np.where(people.origin >= 0, claim_of[np.maximum(people.origin, 0)], -1)
    stays_on = (ex_claim >= 0) & (people.left > world.today)
    stays_on &= rng.random(len(people)) < _SHARES["partner_never_taken_off"]
    stale = np.flatnonzero(stays_on)
    return np.r_[here, stale], np.r_[claim[here], ex_claim[stale]]
