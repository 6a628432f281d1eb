"""Offices whose records hang together: benefit claims with their members, council tenancies with their parties.

Takes what every office takes. A claim ends when its household has gone, and its members are looked at together; the
members whom nobody takes off stay. A tenancy ends and another begins when a household leaves a council home, and the
parties of the old one are kept, some without the day on which they left.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.changing import rates
from insighthub.synthetic.changing.ledger import Rows, only
from insighthub.synthetic.changing.office import Desk, Office, read_days
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.extracts.benefits import write_claims
from insighthub.synthetic.extracts.housing_rents import write_parties
from insighthub.synthetic.places import COUNCIL
from insighthub.synthetic.population import CARE_HOME, HOSTEL, NEVER, SHARER, YEAR, Days, Index, World
from insighthub.synthetic.writing import dates, money, objects


class Benefits(Office):
    """Claims of households; a former partner stays on half of them."""

    def __init__(self, world: World, clerk: Clerk, first: Extract) -> None:
        desk = Desk(
            _as_claimants,
            place=("addr1", "addr2", "addr3", "addr4", "post_code"),
            name=("title", "forename", "surname", "previous_surname"),
            given="forename",
            family="surname",
            born="birth_date",
            styles=("%d/%m/%Y", "%d-%b-%Y", "%Y-%m-%d"),
            numbered=("claim_id", "member_id", "person_ref"),
        )
        super().__init__(world, clerk, first, desk)
        self._kept_on: set[str] = set()  # member ids of former partners whom nobody takes off

    def _household(self) -> Index:
        """Return, by row, whose claim it is: the house number says."""
        return np.array([(int(h) - 17) // 3 for h in self.ledger.text("house_id").tolist()], dtype=np.int32)

    def _live(self) -> Rows:
        return np.flatnonzero(self.ledger.text("to_date") == "")

    def open_rows(self, rows: Rows) -> Rows:
        """Return the rows of live claims of members who live where the claimant does."""
        live = np.intersect1d(rows, self._live())
        at_home = self._household()[live] == self.world.people.household[self.ledger.person[live, 0]]
        return np.asarray(live[at_home], np.int64)

    def forget(self) -> None:
        """End claims and memberships that have ended, as the office hears of it; drop what ended long ago."""
        people, ledger = self.world.people, self.ledger
        rows = self._live()
        person, household = ledger.person[rows, 0], self._household()[rows]
        until = self.world.households.until[household]
        gone = people.left[person] <= self.world.today
        parted = ~gone & (people.household[person] != household) & (people.joined[person] > self.base)
        for member in ledger.text("member_id")[rows[parted & (people.joined[person] > self.start)]].tolist():
            if self.rng.random() < cal.SHARES["benefits"]["partner_never_taken_off"]:
                self._kept_on.add(member)
        kept = np.array([m in self._kept_on for m in ledger.text("member_id")[rows].tolist()], bool)
        end = np.where(gone, people.left[person], np.where(parted & ~kept, people.joined[person], NEVER))
        end = np.where(until <= self.world.today, np.minimum(end, until), end)
        # Whoever was gone when the borough's first extract was written is in it as the office knew it.
        heard = (end > self.base) & (end < NEVER) & (self.rng.random(len(rows)) < rates.BENEFITS_LEARN)
        ledger.write(rows[heard], "to_date", dates(end[heard]))
        rows = self._live()
        claims = np.unique(ledger.text("claim_id")[rows].astype(str))
        ending = claims[self.rng.random(len(claims)) < rates.CLAIMS_END * self.years]
        ended = rows[np.isin(ledger.text("claim_id")[rows].astype(str), ending)]
        ledger.write(ended, "to_date", dates(self.today(len(ended))))
        kept_years = cal.SHARES["benefits"]["years_ended_claims_kept"]
        ledger.remove(np.flatnonzero(read_days(ledger.text("to_date")) < self.world.today - kept_years * YEAR))

    def join(self) -> None:
        """Add new claims, and people who have joined the household of a live one."""
        world, people = self.world, self.world.people
        rows = self._live()
        household, claim = self._household()[rows], self.ledger.text("claim_id")[rows]
        of_household = dict(zip(household.tolist(), claim.tolist(), strict=True))
        self._add_members(of_household)
        could = np.flatnonzero((world.households.until == NEVER) & (world.households.kind < HOSTEL))
        could = could[~np.isin(could, household) & (world.head[could] >= 0)]
        weight = np.exp(1.3 * world.households.hardship[could])
        n = min(self.number(rates.CLAIMS_END * len(of_household)), len(could))
        if n == 0:
            return
        claiming = self.rng.choice(could, n, replace=False, p=weight / weight.sum()).astype(np.int32)
        member = self.here() & np.isin(people.household, claiming) & (people.role != SHARER)
        person = np.flatnonzero(member).astype(np.int32)
        claim_of = np.full(len(world.households), -1, np.int64)
        claim_of[claiming] = np.arange(n)
        extract = write_claims(
            world,
            self.clerk,
            person,
            claim_of[people.household[person]],
            household=claiming,
            ended=np.full(n, NEVER),
            known=self.today(len(person)),
        )
        extract.columns["from_date"] = dates(self.days_of_month(n))[claim_of[people.household[person]]]
        self.ledger.add(extract, world.today, rng=self.rng)

    def _add_members(self, claim_of: dict[int, str]) -> None:
        """Add people who have been born, or moved in, since the first extract, when the claimant tells."""
        people, ledger = self.world.people, self.ledger
        in_claim = self.here() & np.isin(people.household, list(claim_of)) & (people.joined > self.base)
        in_claim &= people.role != SHARER
        new = np.flatnonzero(in_claim & ~ledger.holds(len(people))).astype(np.int32)
        new = new[self.rng.random(len(new)) < rates.BENEFITS_LEARN]
        if len(new) == 0:
            return
        extract = _as_claimants(self.world, self.clerk, new, self.today(len(new)))
        claims = ledger.text("claim_id").tolist()
        award = dict(zip(claims, ledger.text("weekly_award").tolist(), strict=True))
        theirs = [claim_of[h] for h in people.household[new].tolist()]
        extract.columns["claim_id"] = objects(theirs)
        extract.columns["weekly_award"] = objects([award[claim] for claim in theirs])
        extract.columns["from_date"] = dates(np.maximum(people.joined[new], self.start))
        ledger.add(extract, self.world.today, keep=("claim_id",))


def _as_claimants(world: World, clerk: Clerk, person: Index, day: Days) -> Extract:
    """Write people as members of a claim of their own household, as they were on a day."""
    n = len(person)
    household = world.people.household[person]
    return write_claims(world, clerk, person, np.arange(n), household=household, ended=np.full(n, NEVER), known=day)


class HousingRents(Office):
    """Tenancies: the parties of one place, until they leave it."""

    def __init__(self, world: World, clerk: Clerk, first: Extract) -> None:
        desk = Desk(
            _as_parties,
            name=(
                "lpar_per_title",
                "lpar_per_surname",
                "lpar_per_forename",
                "lpar_per_other_name",
                "lpar_per_initials",
            ),
            contact=("lpar_phone",),
            given="lpar_per_forename",
            family="lpar_per_surname",
            born="lpar_per_date_of_birth",
            styles=("%Y-%m-%d",),
            numbered=("lpar_refno", "lpar_tcy_alt_ref"),
        )
        super().__init__(world, clerk, first, desk)
        self._no_end: set[str] = set()  # references of former parties whom nobody ends

    def _running(self) -> Rows:
        return np.flatnonzero(self.ledger.text("lpar_hop_end_date") == "")

    def open_rows(self, rows: Rows) -> Rows:
        """Return the rows of parties who have not left the tenancy."""
        return np.intersect1d(rows, self._running())

    def forget(self) -> None:
        """End what has ended, as the landlord hears of it; drop what ended long ago."""
        world, people, ledger = self.world, self.world.people, self.ledger
        rows = self._running()
        person = ledger.person[rows, 0]
        now_at = world.dwelling_at(person.astype(np.int32), self.today(len(rows)))
        left = people.left[person]
        moved = np.maximum(people.joined[person], world.households.since[people.household[person], 0])
        end = np.where(left <= world.today, left, np.where(now_at != ledger.dwelling[rows], moved, NEVER))
        ended = (end > self.base) & (end <= world.today)
        references = ledger.text("lpar_refno")[rows]
        for reference in references[ended & (end > self.start)].tolist():
            if self.rng.random() < cal.SHARES["housing_rents"]["end_date_missing"]:
                self._no_end.add(reference)
        ended &= ~np.array([r in self._no_end for r in references.tolist()], bool)
        heard = np.flatnonzero(ended & (self.rng.random(len(rows)) < rates.RENTS_LEARN))
        ledger.write(rows[heard], "lpar_hop_end_date", dates(end[heard], "%Y-%m-%d"))
        kept_years = cal.SHARES["housing_rents"]["years_former_tenancies_kept"]
        old = read_days(ledger.text("lpar_hop_end_date")) < world.today - kept_years * YEAR
        ledger.remove(np.flatnonzero(old))

    def join(self) -> None:
        """Add tenancies that have begun, and people who have joined a household that has one."""
        world, people, ledger = self.world, self.world.people, self.ledger
        home = world.households.dwelling[people.household, 0]
        since = np.maximum(people.joined, world.households.since[people.household, 0])
        council = (world.places.tenure[home] == COUNCIL) & (world.households.kind[people.household] < CARE_HOME)
        new = self.here() & council & (since > self.base)
        held = set(zip(ledger.person[:, 0].tolist(), ledger.dwelling.tolist(), strict=True))
        person = np.array(
            [p for p in np.flatnonzero(new).tolist() if (p, int(home[p])) not in held and self.rng.random() < 0.5],
            dtype=np.int32,
        )
        person = person[since[person] <= self.world.today - 15]
        if len(person) == 0:
            return
        running = self._running()
        tenancy = {  # the household's running tenancy of that dwelling
            int(d): ref
            for d, ref, p in zip(
                ledger.dwelling[running].tolist(),
                ledger.text("lpar_tcy_alt_ref")[running].tolist(),
                ledger.person[running, 0].tolist(),
                strict=True,
            )
            if home[p] == d and people.left[p] > world.today
        }
        extract = _as_parties(world, self.clerk, person, self.today(len(person)))
        for k, d in enumerate(home[person].tolist()):
            if d in tenancy:
                extract.columns["lpar_tcy_alt_ref"][k] = tenancy[d]
        known = np.array([d in tenancy for d in home[person].tolist()], bool)
        for rows, keep in ((np.flatnonzero(known), ("lpar_tcy_alt_ref",)), (np.flatnonzero(~known), ())):
            ledger.add(only(extract, rows), world.today, keep=keep)

    def look_again(self) -> None:
        """Look at some parties, and bring the balances of some tenancies up to date."""
        super().look_again()
        rows = self._running()
        tenancies, unit = np.unique(self.ledger.text("lpar_tcy_alt_ref")[rows].astype(str), return_inverse=True)
        moves = (self.rng.random(len(tenancies)) < rates.BALANCES_MOVE)[unit]
        amount = np.round(self.rng.normal(120, 400, len(tenancies)), 2)
        self.ledger.write(rows[moves], "lpar_balance", money(amount[unit[moves]]))
        self.ledger.write(rows[moves], "lpar_balance_date", dates(self.today(int(moves.sum())), "%Y-%m-%d"))


def _as_parties(world: World, clerk: Clerk, person: Index, day: Days) -> Extract:
    """Write people as parties to a tenancy of their household where it lives now: with details of a day."""
    table = world.households
    homes, tenancy = np.unique(table.dwelling[world.people.household[person], 0], return_inverse=True)
    household = np.zeros(len(homes), np.int64)
    household[tenancy] = world.people.household[person]
    return write_parties(
        world,
        clerk,
        person,
        tenancy,
        household=household,
        dwelling=homes,
        since=table.since[household, 0],
        until=np.full(len(homes), NEVER),
        known=day,
    )
