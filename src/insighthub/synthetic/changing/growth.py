"""How a world gets people and households that it did not have: new rows at the end of its tables.

Takes a world, and who comes (families as the first ones were grown, or babies of mothers already there), gives the
rows' numbers. Nobody's number ever changes, because the truth of earlier months speaks of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.contacts import build_contacts, nhs_numbers, ninos
from insighthub.synthetic.households import Members, build_households
from insighthub.synthetic.moves import Origins
from insighthub.synthetic.names import NO_NAME
from insighthub.synthetic.naming import Named, name_everybody
from insighthub.synthetic.population import (
    CHILD,
    FEMALE,
    HEAD,
    LONG_AGO,
    MALE,
    NEVER,
    PARTNER,
    SINGLE,
    SPELLS,
    TODAY,
    YEAR,
    Contacts,
    Days,
    Index,
    People,
    World,
)
from insighthub.synthetic.world import to_first_january

_COMMUNITIES = list(cal.COMMUNITIES)
#: First pupil number of those who get theirs after the borough's first extract.
LATER_SERIALS = 2_000_000


class Growth:
    """Adds to one world, and sees that nobody gets a number that somebody has."""

    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self.world, self.rng = world, rng
        self._nhs = set(world.contacts.nhs_number.tolist())
        self._ninos = set(world.contacts.nino.tolist()) - {""}
        self._serial = LATER_SERIALS

    def serials(self, n: int) -> int:
        """Return the first of ``n`` serials of pupil numbers that nobody has."""
        self._serial += n
        return self._serial - n

    def new_ninos(self, n: int) -> NDArray[np.object_]:
        """Return ``n`` national insurance numbers that nobody has."""
        return _unheld(self._ninos, n, lambda k: ninos(self.rng, k))

    def families(self, n: int, *, younger: float) -> Members:
        """Return the members of at least ``n`` families that could come here, those with younger heads first.

        younger: years of age over which the wish to move falls by a factor of e. Ages are those of the world's day.
        """
        rng = self.rng
        drawn = build_households(rng, 4 * n + 8)
        alive = np.ones(len(drawn.kind), bool)
        alive[drawn.household[~drawn.living()]] = False
        head = np.zeros(len(drawn.kind), np.int64)
        is_head = drawn.role == HEAD
        head[drawn.household[is_head]] = drawn.born[is_head]
        wish = rng.exponential(1.0, len(head)) * np.exp((TODAY - head) / YEAR / younger)
        chosen = np.flatnonzero(alive)[np.argsort(wish[alive], kind="stable")[:n]]
        place = np.full(len(drawn.kind), -1, np.int64)
        place[chosen] = np.arange(len(chosen))
        keep = place[drawn.household] >= 0
        order = np.flatnonzero(keep)[np.argsort(place[drawn.household[keep]], kind="stable")]
        return Members(
            drawn.kind[chosen],
            drawn.home_community[chosen],
            place[drawn.household[order]].astype(np.int32),
            drawn.role[order],
            drawn.sex[order],
            drawn.community[order],
            drawn.born[order],
            drawn.died[order],
        )

    def add_households(self, kind: Index, community: Index, dwelling: Index, since: Days) -> Index:
        """Add households that have just moved in; return their numbers."""
        world, n = self.world, len(kind)
        table = world.households
        first = len(table)
        # They are as well or badly off as households of some dwelling of the same kind of tenure.
        tenure = world.places.tenure[np.maximum(table.dwelling[:, 0], 0)]
        like = np.array(
            [
                self.rng.choice(candidates) if len(candidates := np.flatnonzero(tenure[:first] == t)) else 0
                for t in world.places.tenure[dwelling].tolist()
            ],
            dtype=np.int64,
        )
        spells = np.full((n, SPELLS), -1, np.int32)
        starts = np.full((n, SPELLS), LONG_AGO, np.int32)
        spells[:, 0], starts[:, 0] = dwelling, since
        table.kind = np.r_[table.kind, kind.astype(np.int8)]
        table.community = np.r_[table.community, community.astype(np.int8)]
        table.current = np.r_[table.current, np.ones(n, bool)]
        table.dwelling = np.r_[table.dwelling, spells]
        table.since = np.r_[table.since, starts]
        table.until = np.r_[table.until, np.full(n, NEVER, np.int32)]
        table.hardship = np.r_[table.hardship, table.hardship[like]]
        world.head = np.r_[world.head, np.full(n, -1, world.head.dtype)]
        world.partner = np.r_[world.partner, np.full(n, -1, world.partner.dtype)]
        return np.arange(first, first + n, dtype=np.int32)

    def add_newcomers(self, members: Members, household: Index, since: Days) -> Index:
        """Add people who have come from outside; return their numbers.

        household, since: by household of ``members``, its number in the world and the day they came.
        """
        world, rng = self.world, self.rng
        n, later = len(members.household), world.today - TODAY
        nobody = Origins(np.full(n, -1, np.int32), np.zeros(n, bool), np.zeros(n, bool))
        together = np.maximum(members.born, TODAY - int(4 * YEAR)).astype(np.int32)
        named = name_everybody(rng, members, world.names, nobody, together)
        unknown_day = np.array([c.first_january for c in cal.COMMUNITIES.values()])[members.community]
        unknown = (rng.random(n) < unknown_day) & (members.born < TODAY - 25 * YEAR)
        born = to_first_january((members.born + later).astype(np.int32), unknown)
        joined = np.maximum(since[members.household], born).astype(np.int32)
        renamed = np.where(named.renamed > LONG_AGO, named.renamed + later - 30, LONG_AGO)
        ids = self._add(
            members,
            named,
            household=household[members.household],
            born=born,
            joined=joined,
            renamed=np.minimum(renamed, joined - 1).astype(np.int32),
            unknown=unknown,
        )
        for role, table in ((PARTNER, world.partner), (HEAD, world.head)):
            who = ids[members.role == role]
            table[world.people.household[who]] = who
        return ids

    def add_babies(self, mother: Index, born: Days) -> Index:
        """Add children just born to these mothers; return their numbers."""
        world, rng, n = self.world, self.rng, len(mother)
        people = world.people
        household = people.household[mother]
        head, partner = world.head[household], world.partner[household]
        father = np.where(head == mother, partner, head)
        father = np.where((father >= 0) & (people.sex[np.maximum(father, 0)] == MALE), father, -1)
        sex = rng.integers(0, 2, n).astype(np.int8)
        community = np.where(father >= 0, people.community[np.maximum(father, 0)], people.community[mother])
        given, middle = self._given_names(sex, community, household)
        family = np.array(
            [self._child_family(*row) for row in zip(mother.tolist(), father.tolist(), sex.tolist(), strict=True)],
            dtype=np.int32,
        )
        members = Members(
            kind=np.full(n, SINGLE, np.int8),
            home_community=community.astype(np.int8),
            household=np.arange(n, dtype=np.int32),
            role=np.full(n, CHILD, np.int8),
            sex=sex,
            community=community.astype(np.int8),
            born=np.full(n, TODAY - 10, np.int32),
            died=np.full(n, NEVER, np.int32),
        )
        no, never = np.zeros(n, bool), np.full(n, LONG_AGO, np.int32)
        named = Named(
            given,
            middle,
            family,
            family,
            never,
            given,
            np.zeros(n, np.int8),
            no,
            father.astype(np.int32),
            mother.astype(np.int32),
        )
        ids = self._add(members, named, household=household, born=born, joined=born, renamed=never, unknown=no)
        contacts = world.contacts
        contacts.father[ids], contacts.mother[ids] = father, mother
        contacts.carer[ids] = mother
        contacts.landline[ids] = contacts.landline[mother]
        return ids

    def _given_names(
        self, sex: NDArray[np.int8], community: NDArray[np.integer], household: Index
    ) -> tuple[Index, Index]:
        """Draw names of children, not those of anybody at home."""
        world, rng = self.world, self.rng
        given = np.full(len(sex), NO_NAME, np.int32)
        middle = given.copy()
        for k, (s, c, h) in enumerate(zip(sex.tolist(), community.tolist(), household.tolist(), strict=True)):
            pools = (world.names.female if s == FEMALE else world.names.male)[_COMMUNITIES[c]]
            at_home = set(world.people.given[world.people.household == h].tolist())
            names = [int(x) for x in pools[2].draw(rng, 6)]
            given[k] = next((x for x in names if x not in at_home), names[0])
            second = int(pools[1].draw(rng, 1)[0])
            if rng.random() < cal.COMMUNITIES[_COMMUNITIES[c]].middle_names and second != given[k]:
                middle[k] = second
        return given, middle

    def _child_family(self, mother: int, father: int, sex: int) -> int:
        """Return a child's family name: that of a brother or sister, else the father's, else the mother's."""
        people, forms = self.world.people, self.world.names.daughter_form
        contacts = self.world.contacts
        same = (contacts.mother == mother) & (contacts.father == father) & (people.sex == sex)
        if same.any():
            return int(people.birth_family[np.flatnonzero(same)[0]])
        of = int(people.family[father] if father >= 0 else people.birth_family[mother])
        return forms.get(of, of) if sex == FEMALE else of

    def _add(
        self,
        members: Members,
        named: Named,
        *,
        household: Index,
        born: Days,
        joined: Days,
        renamed: Days,
        unknown: NDArray[np.bool_],
    ) -> Index:
        """Add rows to the tables of people and of contacts."""
        world, n, first = self.world, len(born), len(self.world.people)
        world.texts = world.names.vocabulary.texts()
        contacts = build_contacts(self.rng, members, named, world.texts, self.serials(n))
        contacts.nhs_number = _unheld(self._nhs, n, lambda k: nhs_numbers(self.rng, k))
        has = contacts.nino != ""
        contacts.nino[has] = self.new_ninos(int(has.sum()))
        for column in (contacts.father, contacts.mother, contacts.carer):
            column[column >= 0] += first
        never = np.full(n, NEVER, np.int32)
        more = People(
            household=household.astype(np.int32),
            role=members.role,
            sex=members.sex,
            community=members.community,
            born=born.astype(np.int32),
            died=never,
            joined=joined.astype(np.int32),
            origin=np.full(n, -1, np.int32),
            arrived=joined.astype(np.int32),
            left=never.copy(),
            given=named.given,
            middle=named.middle,
            family=named.family,
            birth_family=named.birth_family,
            renamed=renamed,
            known_as=named.known_as,
            suffix=named.suffix,
            married=named.married,
            birth_date_unknown=unknown,
        )
        _append(world.people, more)
        _append(world.contacts, contacts)
        return np.arange(first, first + n, dtype=np.int32)


def _append(table: People | Contacts, more: People | Contacts) -> None:
    """Put the rows of one table after those of another, column by column."""
    for field in dataclasses.fields(table):
        column = getattr(table, field.name)
        setattr(table, field.name, np.concatenate([column, getattr(more, field.name).astype(column.dtype)]))


def _unheld(held: set[str], n: int, draw: Callable[[int], NDArray[np.object_]]) -> NDArray[np.object_]:
    """Draw ``n`` numbers that nobody holds, and note that they are held now."""
    out: dict[str, None] = {}
    while len(out) < n:
        out.update(dict.fromkeys(x for x in draw(n - len(out)).tolist() if x not in held))
    held.update(out)
    numbers = np.empty(n, dtype=object)
    numbers[:] = list(out)
    return numbers


__all__ = ["Growth"]
