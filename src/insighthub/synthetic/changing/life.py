"""A month of the borough's life: who is born, dies, moves, comes, goes, marries, parts, leaves home, gets a new phone.

Takes a world and changes it to how it is a month later; gives the counts of what happened. How many of each is drawn
about the rates of ``rates``; who, by age, tenure and household. A household has one event a month at most, so that no
two can be at odds. Sources learn nothing here: what they come to know is theirs (see ``offices``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.changing import rates
from insighthub.synthetic.changing.ages import come_of_age, new_emails
from insighthub.synthetic.changing.growth import Growth
from insighthub.synthetic.changing.homes import Homes
from insighthub.synthetic.contacts import mobiles
from insighthub.synthetic.population import (
    CARE_HOME,
    COUPLE,
    FEMALE,
    HEAD,
    HOSTEL,
    LONE_PARENT,
    MALE,
    PARTNER,
    SHARER,
    SINGLE,
    YEAR,
    World,
)


@dataclass
class Happened:
    """How many people something happened to in a month."""

    births: int = 0
    deaths: int = 0
    moves: int = 0  # people who moved within the borough
    arrivals: int = 0
    departures: int = 0
    marriages: int = 0  # weddings
    name_changes: int = 0  # on marriage, and back
    left_home: int = 0  # grown children, to a home in the borough or outside
    couples_formed: int = 0
    couples_parted: int = 0
    new_phones: int = 0
    slips_mended: int = 0  # records in which a source corrected a name or a date of birth

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


class Life:
    """The life of one world, month after month."""

    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self.world, self.rng = world, rng
        self.homes = Homes(world, rng)
        self.growth = Growth(world, rng)
        self._busy = np.zeros(0, bool)
        self._start = world.today
        self._done = Happened()
        #: People who moved, left and came beyond the numbers drawn, because families go whole: next month has fewer.
        self._beyond = {"moves": 0, "departures": 0, "arrivals": 0}

    def month(self, until: int) -> Happened:
        """Live to a day (since 1970-01-01), and return what happened since the last."""
        self._start, self.world.today = self.world.today, until
        self._busy = np.zeros(len(self.world.households), bool)
        self._done = Happened()
        self._deaths()
        self._births()
        self._weddings()
        self._partings()
        self._new_couples()
        self._leaving_home()
        self._into_care()
        self._moves_and_departures()
        self._arrivals()
        self._new_contacts()
        come_of_age(self.world, self.growth, self.rng, self.homes.here())
        return self._done

    # How many, when, who ---------------------------------------------------------------------------------------------
    def _number(self, rate: float, base: int | None = None) -> int:
        """Draw how many of something happen: ``rate`` a year for each of ``base``, or of the residents."""
        among = int(self.homes.here().sum()) if base is None else base
        return int(self.rng.poisson(rate * among * (self.world.today - self._start) / YEAR))

    def _day(self) -> int:
        return int(self.rng.integers(self._start + 1, self.world.today + 1))

    def _pick(self, who: np.ndarray, n: int, weight: np.ndarray | None = None) -> list[int]:
        """Draw up to ``n`` of these people, of households to which nothing has happened yet this month."""
        who = np.asarray(who)
        chance = np.ones(len(who)) if weight is None else np.maximum(weight, 0.0)
        n = min(n, int((chance > 0).sum()))
        if n <= 0:
            return []
        return [int(p) for p in self.rng.choice(who, n, replace=False, p=chance / chance.sum())]

    def _free(self, person: int) -> bool:
        """Say whether nothing has happened to a person's household this month; and note that now something has."""
        household = int(self.world.people.household[person])
        if household >= len(self._busy):
            return False
        if self._busy[household] and self.world.households.kind[household] < HOSTEL:
            return False
        self._busy[household] = True
        return True

    # Births, deaths --------------------------------------------------------------------------------------------------
    def _deaths(self) -> None:
        people = self.world.people
        who = np.flatnonzero(self.homes.here())
        age = self.world.age(who)
        weight = 2.0 ** ((age - 65) / 8) + 0.001
        weight[self.world.households.kind[people.household[who]] == CARE_HOME] *= 3.0
        for person in self._pick(who, self._number(rates.DEATHS), weight):
            if self._free(person):
                day = max(self._day(), int(people.born[person]) + 1)
                people.died[person] = day
                self.homes.leave(np.array([person], np.int32), day)
                self._done.deaths += 1

    def _births(self) -> None:
        world, people = self.world, self.world.people
        age = world.age()
        kind = world.households.kind[people.household]
        woman = self.homes.here() & (people.sex == FEMALE) & (age > 17) & (age < 46)
        woman &= np.isin(people.role, (HEAD, PARTNER)) & (kind <= SINGLE)
        recent = np.unique(world.contacts.mother[(people.born > world.today - 330) & (world.contacts.mother >= 0)])
        woman[recent] = False
        who = np.flatnonzero(woman)
        mean, spread = rates.MOTHERS_AGE
        weight = np.exp(-0.5 * ((age[who] - mean) / spread) ** 2)
        weight *= np.select([kind[who] == COUPLE, kind[who] == LONE_PARENT], [1.0, 0.35], 0.12)
        mothers = [p for p in self._pick(who, self._number(rates.BIRTHS), weight) if self._free(p)]
        if not mothers:
            return
        mother = np.array(mothers, np.int32)
        self.growth.add_babies(mother, np.array([self._day() for _ in mothers], np.int32))
        alone = world.households.kind[people.household[mother]] == SINGLE
        world.households.kind[people.household[mother[alone]]] = LONE_PARENT
        self._done.births += len(mothers)

    # Couples ---------------------------------------------------------------------------------------------------------
    def _couples(self, married: bool | None) -> np.ndarray:
        """Return households of couples who live together; of those who are, or are not, married, where it is given."""
        world = self.world
        both = np.flatnonzero((world.partner >= 0) & (world.households.until > world.today))
        wed = world.people.married[world.head[both]] & world.people.married[world.partner[both]]
        return both if married is None else both[wed == married]

    def _weddings(self) -> None:
        world, people = self.world, self.world.people
        unwed = self._couples(married=False)
        for head in self._pick(world.head[unwed], self._number(rates.MARRIAGES)):
            if not self._free(head):
                continue
            pair = (head, int(world.partner[people.household[head]]))
            people.married[list(pair)] = True
            self._done.marriages += 1
            woman, man = pair if people.sex[pair[0]] == FEMALE else pair[::-1]
            if people.sex[man] == MALE and self.rng.random() < _takes_name(int(people.community[woman])):
                self._rename(woman, self._wifes_name(woman, man))

    def _wifes_name(self, woman: int, man: int) -> int:
        """Return the name that a woman bears after her wedding: her husband's, or both."""
        people, names = self.world.people, self.world.names
        his = int(people.family[man])
        new = names.wife_form.get(his, his)
        if self.rng.random() < cal.DOUBLE_BARRELLED and new != people.family[woman]:
            texts = names.vocabulary.texts()
            new = names.vocabulary.code(f"{texts[people.family[woman]]}-{texts[new]}")
            self.world.texts = names.vocabulary.texts()
        return new

    def _rename(self, person: int, name: int) -> None:
        people = self.world.people
        if name == people.family[person]:
            return
        people.birth_family[person] = people.family[person]  # the name borne until now
        people.family[person] = name
        people.renamed[person] = self._day()
        self._done.name_changes += 1

    def _partings(self) -> None:
        world, people = self.world, self.world.people
        for head in self._pick(world.head[self._couples(None)], self._number(rates.PARTINGS)):
            if not self._free(head):
                continue
            household, day = int(people.household[head]), self._day()
            pair = (head, int(world.partner[household]))
            woman, man = pair if people.sex[pair[0]] == FEMALE else pair[::-1]
            people.married[list(pair)] = False
            born_as, bears = int(people.birth_family[woman]), int(people.family[woman])
            if born_as != bears and self.rng.random() < rates.BACK_TO_BIRTH_NAME:
                self._rename(woman, born_as)
            goes = man if self.rng.random() < 0.8 else woman
            self._done.couples_parted += 1
            self._leave_for_own_home(goes, day, rates.PARTED_WITHIN)

    def _leave_for_own_home(self, person: int, day: int, within: float) -> None:
        """Let somebody leave a household for a home of their own in the borough, or for somewhere else."""
        people = self.world.people
        dwelling = self.homes.find() if self.rng.random() < within else -1
        if dwelling < 0:
            self.homes.leave(np.array([person], np.int32), day)
            self._done.departures += 1
            return
        household = self.growth.add_households(
            np.array([SINGLE]), people.community[[person]].astype(np.int32), np.array([dwelling]), np.array([day])
        )
        self.homes.join(np.array([person], np.int32), int(household[0]), day, HEAD)
        self.world.head[household] = person
        self._done.moves += 1

    def _new_couples(self) -> None:
        people, world = self.world.people, self.world
        women = self.homes.alone(20, 60, FEMALE)
        for woman in self._pick(women, self._number(rates.COUPLES_FORMED)):
            men = self.homes.alone(20, 62, MALE)
            men = men[np.abs(people.born[men] - people.born[woman]) < 8 * YEAR]
            men = men[~self._busy[np.minimum(people.household[men], len(self._busy) - 1)]]
            if len(men) == 0 or not self._free(woman):
                continue
            man = int(self.rng.choice(men))
            if not self._free(man):
                continue
            moves, stays = (woman, man) if self.rng.random() < 0.6 else (man, woman)
            household = int(people.household[stays])
            self.homes.join(np.array([moves], np.int32), household, self._day(), PARTNER)
            self.homes.couple(household, moves)
            world.head[household] = stays
            self._done.couples_formed += 1
            self._done.moves += 1

    def _leaving_home(self) -> None:
        grown = self.homes.grown_children()
        for person in self._pick(grown, self._number(rates.LEAVE_HOME, len(grown))):
            if self._free(person):
                self._leave_for_own_home(person, self._day(), rates.LEAVE_HOME_WITHIN)
                self._done.left_home += 1

    # Homes -----------------------------------------------------------------------------------------------------------
    def _into_care(self) -> None:
        """Fill the beds of care homes with old people of the borough who lived alone."""
        for home in self.homes.beds(CARE_HOME, cal.CARE_HOME_SIZE):
            old = self.homes.alone(78, 120)
            for person in self._pick(old, 1, 2.0 ** ((self.world.age(old) - 80) / 6)):
                if self._free(person):
                    self.homes.join(np.array([person], np.int32), home, self._day(), SHARER)
                    self._done.moves += 1

    def _moves_and_departures(self) -> None:
        """Let households, and people who share, move within the borough and out of it, renters soonest."""
        groups, whole, tenure = self.homes.units()
        soon = np.array([cal.MOVE_RATE[t] for t in ("owned", "social", "social", "private")])[tenure]
        order = np.argsort(self.rng.exponential(1.0, len(groups)) / soon, kind="stable").tolist()
        to_move = self._number(rates.MOVES_WITHIN) - self._done.moves - self._beyond["moves"]
        to_leave = self._number(rates.DEPARTURES) - self._done.departures - self._beyond["departures"]
        for k in order:
            persons, household = groups[k], int(whole[k])
            if to_move <= 0 and to_leave <= 0:
                break
            stays = self.rng.random() < max(to_move, 0) / (max(to_move, 0) + max(to_leave, 0))
            if not self._free(int(persons[0])):
                continue
            day = self._day()
            if stays:
                if household >= 0:
                    moved = self.homes.move(household, day)
                    self._done.moves += len(persons) * moved
                else:
                    self._leave_for_own_home(int(persons[0]), day, 1.0)
                to_move -= len(persons)
            else:
                self.homes.leave(persons, day)
                self._done.departures += len(persons)
                to_leave -= len(persons)
        self._beyond.update(moves=max(-to_move, 0), departures=max(-to_leave, 0))

    def _arrivals(self) -> None:
        """Let people come: into hostels' free beds, rooms in shared houses, and free dwellings."""
        number = max(self._number(rates.ARRIVALS) - self._beyond["arrivals"], 0)
        self._beyond["arrivals"] = 0
        rooms = self.homes.beds(HOSTEL, cal.HOSTEL_SIZE)[:number]
        to_share = self.homes.room_to_share()
        wanted = min(int(self.rng.binomial(number, rates.SHARERS_AMONG_ARRIVALS)), 2 * len(to_share))
        if wanted and to_share:
            rooms += [int(h) for h in self.rng.choice(to_share, wanted)]
        self._arrive_to_share(rooms)
        number -= len(rooms)
        if number <= 0:
            return
        families = self.growth.families(number, younger=rates.YOUNG_MOVE_MORE)
        sizes = np.bincount(families.household, minlength=len(families.kind))
        coming = int(np.searchsorted(np.cumsum(sizes), number)) + 1
        dwellings = [d for d in (self.homes.find() for _ in range(min(coming, len(sizes)))) if d >= 0]
        n = len(dwellings)
        if n == 0:
            return
        who = families.household < n
        for column in ("household", "role", "sex", "community", "born", "died"):
            setattr(families, column, getattr(families, column)[who])
        families.kind, families.home_community = families.kind[:n], families.home_community[:n]
        since = np.array([self._day() for _ in dwellings], np.int32)
        household = self.growth.add_households(
            families.kind, families.home_community, np.array(dwellings, np.int32), since
        )
        came = len(self.growth.add_newcomers(families, household, since))
        self._done.arrivals += came
        self._beyond["arrivals"] = max(came - number, 0)

    def _arrive_to_share(self, rooms: list[int]) -> None:
        """Let one newcomer come into each of these hostels and shared houses."""
        if not rooms:
            return
        one = self.growth.families(3 * len(rooms) + 3, younger=rates.YOUNG_MOVE_MORE)
        head = np.flatnonzero(one.role == HEAD)[: len(rooms)]
        n = len(head)
        one.kind, one.home_community = np.full(n, SINGLE, np.int8), one.community[head]
        one.household, one.role = np.arange(n, dtype=np.int32), np.full(n, SHARER, np.int8)
        for column in ("sex", "community", "born", "died"):
            setattr(one, column, getattr(one, column)[head])
        since = np.array([self._day() for _ in range(n)], np.int32)
        self._done.arrivals += len(self.growth.add_newcomers(one, np.array(rooms[:n], np.int32), since))

    # Contacts --------------------------------------------------------------------------------------------------------
    def _new_contacts(self) -> None:
        contacts = self.world.contacts
        for person in self._pick(
            owners := np.flatnonzero(self.homes.here() & (contacts.mobile >= 0)),
            self._number(rates.NEW_PHONES, len(owners)),
        ):
            contacts.old_mobile[person] = contacts.mobile[person]
            contacts.mobile[person] = mobiles(self.rng, 1)[0]
            contacts.mobile_since[person] = self._day()
            self._done.new_phones += 1
        with_email = np.flatnonzero(self.homes.here() & (contacts.email != ""))
        who = np.array(self._pick(with_email, self._number(rates.NEW_EMAILS, len(with_email))), np.int32)
        contacts.old_email[who] = contacts.email[who]
        contacts.email[who] = new_emails(self.world, self.rng, who)
        contacts.email_since[who] = [self._day() for _ in who.tolist()]


def _takes_name(community: int) -> float:
    return list(cal.COMMUNITIES.values())[community].wives_take_name


__all__ = ["Happened", "Life"]
