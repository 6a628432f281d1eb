"""The people of the fictional borough as columns: one row a person, one row a household.

Takes nothing but what the stages fill in, gives the tables that the extracts are written from. Dates are whole days
since 1970-01-01 (int32). A household has up to three addresses in the borough, the latest first. Former households
come after the current ones; their people have left or died and live on only in the sources that keep them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic.calibration import REFERENCE_DATE
from insighthub.synthetic.names import NamePools
from insighthub.synthetic.places import Places

Days = NDArray[np.int32]
Index = NDArray[np.int32]
Flags = NDArray[np.bool_]
Reals = NDArray[np.float64]

EPOCH = dt.date(1970, 1, 1)
TODAY = (REFERENCE_DATE - EPOCH).days
YEAR = 365.25
NEVER = 1_000_000  # a day that does not come
LONG_AGO = -1_000_000

HEAD, PARTNER, CHILD, GRANDPARENT, SHARER = 0, 1, 2, 3, 4
COUPLE, LONE_PARENT, SINGLE, HOUSE_SHARE, HOSTEL, CARE_HOME = 0, 1, 2, 3, 4, 5
SPELLS = 3
FEMALE, MALE = 0, 1


@dataclass
class Households:
    """One row a household."""

    kind: NDArray[np.int8]
    community: NDArray[np.int8]
    current: Flags
    dwelling: NDArray[np.int32]  # (n, SPELLS): the latest first, -1 where there is none
    since: NDArray[np.int32]  # (n, SPELLS): day of moving in
    until: Days  # day the household left its latest dwelling, NEVER if it is there
    hardship: Reals  # mean 0, spread about 1: what deprivation, tenure and family make likely together

    def __len__(self) -> int:
        return len(self.kind)


@dataclass
class People:
    """One row a person; the row number is the person."""

    household: Index
    role: NDArray[np.int8]
    sex: NDArray[np.int8]
    community: NDArray[np.int8]
    born: Days
    died: Days  # NEVER while alive
    joined: Days  # day of joining the household
    origin: Index  # household lived in before joining this one, -1 if outside the borough or none
    arrived: Days  # first day in the borough
    left: Days  # last day in the borough, NEVER if still here
    given: Index
    middle: Index  # -1 none
    family: Index
    birth_family: Index  # family name before marriage; equal to family where it never changed
    renamed: Days  # day of the change, LONG_AGO if none
    known_as: Index  # the given name they go by
    suffix: NDArray[np.int8]  # 1: Jnr is written at times, because a father has the same name
    married: Flags
    birth_date_unknown: Flags  # 1 January on every paper, because nobody knows the day

    def __len__(self) -> int:
        return len(self.household)


@dataclass
class Contacts:
    """Numbers and addresses by which a person is known; -1 or an empty text where there is none."""

    mobile: NDArray[np.int64]  # national number without the leading 0
    old_mobile: NDArray[np.int64]
    mobile_since: Days
    landline: NDArray[np.int64]  # of the household
    email: NDArray[np.object_]
    old_email: NDArray[np.object_]
    email_since: Days
    nhs_number: NDArray[np.object_]
    nino: NDArray[np.object_]
    upn: NDArray[np.object_]  # children of school age
    father: Index  # -1 where not in the household
    mother: Index
    carer: Index  # of children: the parent whose phone and e-mail the school has; else -1


@dataclass
class World:
    """All that is true of the borough."""

    places: Places
    households: Households
    people: People
    contacts: Contacts
    names: NamePools
    texts: NDArray[np.object_]  # names by number
    head: Index  # by household: the person at its head
    partner: Index  # by household: the head's partner, -1 if none
    today: int = TODAY  # the day on which sources write their extracts

    def dwelling_at(self, person: NDArray[np.integer], day: NDArray[np.integer]) -> Index:
        """Return the dwelling in which each person lived on each day.

        Before the first day in the borough, the first dwelling; after the last, the last.
        """
        people, households = self.people, self.households
        elsewhere = (day < people.joined[person]) & (people.origin[person] >= 0)
        household = np.where(elsewhere, people.origin[person], people.household[person])
        when = np.where(elsewhere, day, np.maximum(day, people.joined[person]))
        out = households.dwelling[household, 0].copy()
        for spell in range(1, SPELLS):
            earlier = (when < households.since[household, spell - 1]) & (households.dwelling[household, spell] >= 0)
            out = np.where(earlier, households.dwelling[household, spell], out)
        return np.asarray(out, np.int32)

    def family_at(self, person: NDArray[np.integer], day: NDArray[np.integer]) -> Index:
        """Return the number of the family name that each person bore on each day."""
        people = self.people
        before = day < people.renamed[person]
        return np.asarray(np.where(before, people.birth_family[person], people.family[person]), np.int32)

    def age(self, person: NDArray[np.integer] | None = None, day: NDArray[np.integer] | int | None = None) -> Reals:
        """Return ages in years on a day (today unless given)."""
        born = self.people.born if person is None else self.people.born[person]
        return np.asarray(((self.today if day is None else day) - born) / YEAR, dtype=np.float64)
