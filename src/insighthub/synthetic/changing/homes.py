"""Who lives in which dwelling as the borough lives on: leaving, moving, and what becomes of those who stay.

Takes a world and changes it in place, gives back what was changed. Every change of a home goes through here, so that
these hold after each: a dwelling is taken by one household at most, a household with nobody in it has ended, and a
household with people in it has a head who lives there.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic.population import (
    CARE_HOME,
    CHILD,
    COUPLE,
    HEAD,
    HOSTEL,
    HOUSE_SHARE,
    LONE_PARENT,
    NEVER,
    PARTNER,
    SINGLE,
    SPELLS,
    Index,
    World,
)


class Homes:
    """The dwellings of one world, and who is in them."""

    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self.world, self.rng = world, rng
        self.taken = np.zeros(len(world.places), bool)
        households = world.households
        here = households.current & (households.until > world.today)
        self.taken[households.dwelling[here, 0]] = True
        self._heads_who_are_there()

    def _heads_who_are_there(self) -> None:
        """Give households whose head or partner died before the borough's first extract a head who lives there."""
        world = self.world
        for who in (world.head, world.partner):
            gone = np.flatnonzero((who >= 0) & (world.people.left[np.maximum(who, 0)] != NEVER))
            for household in gone[world.households.until[gone] == NEVER].tolist():
                self.settle(household, world.today)

    def here(self) -> np.ndarray:
        """Return by person who is alive and lives in the borough."""
        return np.asarray(self.world.people.left == NEVER)

    def living_in(self, household: int) -> Index:
        """Return who lives in a household."""
        people = self.world.people
        return np.flatnonzero((people.household == household) & (people.left == NEVER)).astype(np.int32)

    def find(self) -> int:
        """Take a dwelling in which nobody lives; -1 where there is none."""
        free = np.flatnonzero(~self.taken)
        if len(free) == 0:
            return -1
        dwelling = int(self.rng.choice(free))
        self.taken[dwelling] = True
        return dwelling

    def move(self, household: int, day: int) -> bool:
        """Move a household to another dwelling of the borough; false where none is free."""
        dwelling, table = self.find(), self.world.households
        if dwelling < 0:
            return False
        self.taken[table.dwelling[household, 0]] = False
        for spell in range(SPELLS - 1, 0, -1):
            table.dwelling[household, spell] = table.dwelling[household, spell - 1]
            table.since[household, spell] = table.since[household, spell - 1]
        table.dwelling[household, 0], table.since[household, 0] = dwelling, day
        return True

    def leave(self, persons: Index, day: int) -> None:
        """Let people leave the borough, or this life, on a day, and settle who stays behind."""
        people = self.world.people
        people.left[persons] = day
        for household in np.unique(people.household[persons]).tolist():
            self.settle(household, day)

    def join(self, persons: Index, household: int, day: int, role: int) -> None:
        """Let people of the borough join another household, and settle who stays behind in theirs."""
        people = self.world.people
        former = np.unique(people.household[persons]).tolist()
        people.origin[persons] = people.household[persons]
        people.household[persons] = household
        people.joined[persons] = day
        people.role[persons] = role
        for old in former:
            self.settle(old, day)

    def settle(self, household: int, day: int) -> None:
        """Give a household that somebody left its new head, or its end."""
        world, people = self.world, self.world.people
        members = self.living_in(household)
        kind = int(world.households.kind[household])
        if kind >= HOSTEL:
            if len(members):
                world.head[household] = members[0]
            return
        age = world.age(members, day)
        if len(members) == 0 or (age < 17).all():
            people.left[members] = day  # children left alone go to relatives elsewhere
            world.households.until[household] = day
            self.taken[world.households.dwelling[household, 0]] = False
            return
        head, partner = int(world.head[household]), int(world.partner[household])
        at_home = set(members.tolist())
        if partner >= 0 and partner not in at_home:
            world.partner[household] = partner = -1
        if head not in at_home:
            head = partner if partner >= 0 else int(members[np.argmax(age)])
            world.head[household], world.partner[household] = head, -1
            people.role[head] = HEAD
        if kind == COUPLE and world.partner[household] < 0:
            young = (people.role[members] == CHILD) & (age < 18)
            world.households.kind[household] = LONE_PARENT if young.any() else SINGLE
        elif kind == HOUSE_SHARE and len(members) == 1:
            world.households.kind[household] = SINGLE
        contacts = world.contacts
        lost = [p for p in members.tolist() if contacts.carer[p] >= 0 and int(contacts.carer[p]) not in at_home]
        contacts.carer[lost] = head

    def couple(self, household: int, partner: int) -> None:
        """Say that somebody who has joined a household is its head's partner."""
        self.world.partner[household] = partner
        self.world.people.role[partner] = PARTNER
        self.world.households.kind[household] = COUPLE

    def units(self) -> tuple[list[Index], np.ndarray, np.ndarray]:
        """Return who moves together: families whole, those who share a house or hostel one by one.

        Gives the people of each, the household that moves whole (-1 where it is one sharer), and the tenure.
        """
        world, people = self.world, self.world.people
        here = np.flatnonzero(self.here())
        kind = world.households.kind[people.household[here]]
        alone = (kind == HOSTEL) | (kind == HOUSE_SHARE)
        together = here[~alone & (kind != CARE_HOME)]
        order = together[np.argsort(people.household[together], kind="stable")]
        household, first = np.unique(people.household[order], return_index=True)
        groups: list[Index] = [g.astype(np.int32) for g in np.split(order, first[1:])] if len(order) else []
        singles = here[alone]
        groups += [np.array([p], np.int32) for p in singles.tolist()]
        whole = np.r_[household, np.full(len(singles), -1)]
        lived = world.households.dwelling[np.r_[household, people.household[singles]], 0]
        return groups, whole, world.places.tenure[lived]

    def alone(self, low: float, high: float, sex: int | None = None) -> Index:
        """Return who lives alone, of ages between two."""
        people, age = self.world.people, self.world.age()
        flag = self.here() & (self.world.households.kind[people.household] == SINGLE) & (people.role == HEAD)
        flag &= (age >= low) & (age < high)
        if sex is not None:
            flag &= people.sex == sex
        sizes = np.bincount(people.household[self.here()], minlength=len(self.world.households))
        return np.flatnonzero(flag & (sizes[people.household] == 1)).astype(np.int32)

    def grown_children(self) -> Index:
        """Return who has grown up and still lives with their parents."""
        people = self.world.people
        family = self.world.households.kind[people.household] < HOUSE_SHARE
        return np.flatnonzero(self.here() & family & (people.role == CHILD) & (self.world.age() > 18.5)).astype(
            np.int32
        )

    def room_to_share(self) -> list[int]:
        """Return shared houses with a room to let."""
        people = self.world.people
        sizes = np.bincount(people.household[self.here()], minlength=len(self.world.households))
        table = self.world.households
        shared = (table.kind == HOUSE_SHARE) & (table.until == NEVER) & (sizes > 0) & (sizes < 6)
        return [int(h) for h in np.flatnonzero(shared)]

    def beds(self, kind: int, size: int) -> list[int]:
        """Return a hostel or care home once for each of its beds that is free."""
        people = self.world.people
        sizes = np.bincount(people.household[self.here()], minlength=len(self.world.households))
        homes = np.flatnonzero((self.world.households.kind == kind) & self.world.households.current)
        return [int(h) for h in homes for _ in range(max(0, size - int(sizes[h])))]


__all__ = ["Homes"]
