"""Council tax: one account for every household that has lived in a dwelling, open or closed.

Takes the world, gives the extract as Academy, NEC or Civica export it: names of one or two people in one column, no
dates of birth, companies and executors among the people, accounts closed years ago still there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk, NameColumns
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.population import (
    CARE_HOME,
    HOSTEL,
    HOUSE_SHARE,
    NEVER,
    SPELLS,
    YEAR,
    Days,
    World,
)
from insighthub.synthetic.writing import Text, blank, dates, money, objects

_SHARES = cal.SHARES["council_tax"]
_COMPANIES = (
    "BRIGHTWAY LETTINGS LTD", "EASTMARSH PROPERTIES LIMITED", "KESTREL HOUSING ASSOCIATION", "RIVERBANK ESTATES LLP",
    "OAKFIELD HOMES LTD", "NORTHGATE INVESTMENTS PLC", "THE CHADBROOK TRUST", "SILVERLINE RESIDENTIAL LTD",
    "HARBOUR CARE SERVICES LTD", "MERIDIAN PROPERTY MANAGEMENT", "DOWNER & SONS LTD", "ST MARYS HOUSING TRUST",
)  # fmt: skip
_NOBODY = ("THE OCCUPIER", "THE OWNER", "OCCUPIER", "VACANT PROPERTY")


def council_tax(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each account."""
    rng = clerk.rng
    household, dwelling, since, until = _accounts(world)
    kept = rng.random(len(household)) < _SHARES["covered"]
    household, dwelling, since, until = household[kept], dwelling[kept], since[kept], until[kept]
    return write_accounts(world, clerk, household, dwelling, since=since, until=until, with_empty=True)


def write_accounts(
    world: World,
    clerk: Clerk,
    household: NDArray[np.integer],
    dwelling: NDArray[np.integer],
    *,
    since: NDArray[np.integer],
    until: NDArray[np.integer],
    with_empty: bool = False,
    known: Days | None = None,
) -> Extract:
    """Write accounts.

    household, dwelling, since, until: by account, whose it is, for where, and its first and last day (NEVER if it is
    open). with_empty: accounts of the dwellings in which nobody lives come after them. known: by account, the day whose
    names are written; where it is not given, the day on which somebody last asked.
    """
    rng, households, people = clerk.rng, world.households, world.people
    n = len(household)
    closed = until < world.today
    lead, other = world.head[household].copy(), world.partner[household].copy()
    asked = clerk.confirmed(lead) if known is None else known
    day = np.minimum(np.where(closed, until, world.today), asked).astype(np.int32)
    day = np.maximum(day, since + 2).astype(np.int32)
    gone = (other >= 0) & ((people.joined[np.maximum(other, 0)] > day) | (people.died[np.maximum(other, 0)] < day))
    other[gone] = -1
    dead = people.died[lead] < world.today
    widow = dead & (other >= 0) & (rng.random(n) < _SHARES["widow_made_liable"])
    lead, other = np.where(widow, other, lead), np.where(widow, -1, other)
    executors = (
        dead
        & ~widow
        & (other < 0)
        & (households.until[household] < world.today)
        & (rng.random(n) < _SHARES["executors"])
    )
    landlord = (households.kind[household] == HOUSE_SHARE) & (rng.random(n) < _SHARES["landlord_liable"])
    landlord |= households.kind[household] >= HOSTEL

    lead_names = clerk.names(lead, day)
    other_names = clerk.names(np.maximum(other, 0), day)
    together = (other >= 0) & ~landlord & ~executors & (rng.random(n) < cal.JOINT_IN_ONE_NAME)
    full = _single(rng, lead_names)
    for row in np.flatnonzero(together).tolist():
        full[row] = _joint(rng, lead_names, other_names, row)
    other_full = clerk.full_names(other_names, titles=True)
    other_full = blank(other_full, (other < 0) | together | landlord | executors)
    full[executors] = [f"{'EXECUTORS OF' if i % 3 else 'EXORS OF THE LATE'} {x}" for i, x in enumerate(full[executors])]
    full[landlord] = objects(list(_COMPANIES))[rng.integers(0, len(_COMPANIES), int(landlord.sum()))]
    person_lead = ~(landlord | executors)

    empty = _empty_dwellings(world, dwelling[~closed], rng) if with_empty else np.empty(0, np.int64)
    total = n + len(empty)
    names_of_empty = objects(list(_NOBODY + _COMPANIES))[rng.integers(0, len(_NOBODY + _COMPANIES), len(empty))]
    dwelling_all = np.r_[dwelling, empty]
    lines = clerk.address_lines(
        dwelling_all, "flat_first", short=0.25, other_style=("slash", _SHARES["slash_addresses"])
    )
    hardship = np.r_[households.hardship[household], np.full(len(empty), -1.0)]
    arrears = _arrears(rng, hardship, np.r_[closed, np.ones(len(empty), bool)])
    start = np.r_[since, np.full(len(empty), world.today - 200)]
    end = np.r_[np.where(closed, until, NEVER), np.full(len(empty), NEVER)]
    extract = Extract(
        "council_tax",
        {
            "account_ref": references(rng, total, "6{:08d}", 1_000_000),
            "property_ref": objects([f"{d:08d}" for d in (dwelling_all * 7 + 1000).tolist()]),
            "uprn": clerk.uprns(dwelling_all),
            "lead_liab_name": np.r_[full, names_of_empty],
            "other_liab_name": np.r_[other_full, np.full(len(empty), "", object)],
            "addr1": lines[0],
            "addr2": lines[1],
            "addr3": lines[2],
            "addr4": lines[3],
            "postcode": clerk.postcodes(dwelling_all),
            "occupation_date": dates(np.maximum(start, world.today - 30 * 365)),
            "vacation_date": blank(dates(np.where(end < NEVER, end, world.today)), end == NEVER),
            "band": _bands(world, dwelling_all),
            "discount": _discounts(rng, np.r_[other < 0, np.zeros(len(empty), bool)]),
            "exemption": _exemptions(rng, np.r_[executors, np.zeros(len(empty), bool)], total),
            "arrears": money(arrears),
            "balance_date": blank(dates(world.today - rng.integers(0, 1096, total)), arrears == 0),
        },
        ("account_ref",),
    )
    rows = np.arange(n)
    extract.names(rows[person_lead], lead[person_lead], dwelling=dwelling[person_lead])
    second = person_lead & (other >= 0)  # in the one name column or in its own, the partner is the second named
    extract.names(rows[second], other[second], place=2, dwelling=dwelling[second])
    return extract


def _accounts(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return one row for each household and dwelling: household, dwelling, moved in, moved out."""
    households = world.households
    pieces = []
    for spell in range(SPELLS):
        ended = households.until if spell == 0 else households.since[:, spell - 1]
        own = (households.dwelling[:, spell] >= 0) & (
            ended > world.today - _SHARES["years_closed_accounts_kept"] * YEAR
        )
        own &= ended > households.since[:, spell] + 20
        own &= (households.kind != CARE_HOME) | (spell == 0)
        who = np.flatnonzero(own)
        pieces.append((who, households.dwelling[who, spell], households.since[who, spell], ended[who]))
    a, b, c, d = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return a, b, c, d


def _empty_dwellings(world: World, lived_in: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return some dwellings in which nobody lives, for which a company or THE OCCUPIER is billed."""
    free = np.ones(len(world.places), bool)
    free[lived_in] = False
    who = np.flatnonzero(free)
    return who[rng.random(len(who)) < 0.8]


def _single(rng: np.random.Generator, names: NameColumns) -> Text:
    """Write one person's name: MR JOHN A SMITH, or SMITH,JOHN, or SMITH JOHN MR."""
    shape = rng.random(len(names.given)).tolist()
    out = []
    for s, t, g, m, f in zip(shape, names.title, names.given, names.middle, names.family, strict=True):
        if s < _SHARES["family_name_first_with_comma"] * 0.75:
            out.append(f"{f},{g}")
        elif s < _SHARES["family_name_first_with_comma"]:
            out.append(f"{f}, {g} {m}".rstrip())
        else:
            out.append(" ".join(x for x in (t, g, m[:1] if s < 0.8 else m, f) if x))
    return objects(out)


def _joint(rng: np.random.Generator, a: NameColumns, b: NameColumns, row: int) -> str:
    """Write two people in one name: MR J & MRS K SMITH; A+B PATEL; MR J SMITH & MS K JONES."""
    shape = rng.random()
    first, second = a.given[row], b.given[row]
    if shape < _SHARES["initials_in_joint_names"]:
        first, second = first[:1], second[:1]
    one, two = a.title[row] or "MR", b.title[row] or "MRS"
    if a.family[row] != b.family[row]:
        return f"{one} {first} {a.family[row]} & {two} {second} {b.family[row]}"
    if shape < 0.08:
        return f"{first}+{second} {a.family[row]}"
    joiner = "AND" if 0.5 < shape < 0.65 else "&"
    return f"{one} {first} {joiner} {two} {second} {a.family[row]}"


def _arrears(rng: np.random.Generator, hardship: np.ndarray, closed: np.ndarray) -> np.ndarray:
    """Draw arrears in pounds: likelier, and larger, with hardship."""
    owes = rng.random(len(hardship)) < 1 / (1 + np.exp(-(-1.9 + 1.0 * hardship - 0.8 * closed)))
    amount = np.exp(rng.normal(6.0 + 0.25 * hardship, 0.8))
    return np.where(owes, np.round(np.minimum(amount, 9000), 2), 0.0)


def _bands(world: World, dwelling: np.ndarray) -> Text:
    """Return valuation bands: lower in flats and deprived areas, most in B to D as in outer east London."""
    places = world.places
    score = 2.3 - 0.5 * places.deprivation[dwelling] - 0.9 * (places.kind[dwelling] != 0)
    score = score + (places.uprn[dwelling] % 97) / 97 * 1.4 - 0.7
    letters: Text = objects(list("ABCDEF"))[np.clip(np.round(score), 0, 5).astype(int)]
    return letters


def _discounts(rng: np.random.Generator, alone: np.ndarray) -> Text:
    out: Text = np.where(alone & (rng.random(len(alone)) < 0.65), "SPD25", "").astype(object)
    out[rng.random(len(out)) < 0.02] = "DIS"
    return out


def _exemptions(rng: np.random.Generator, executors: np.ndarray, n: int) -> Text:
    out = np.where(executors, "F", "").astype(object)
    out[rng.random(n) < 0.008] = "N"
    return out
