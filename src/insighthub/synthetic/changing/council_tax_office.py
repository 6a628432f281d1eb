"""Council tax: an account for each household and dwelling, opened, closed, and passed on.

Takes what every office takes. A household that moves gets an account of a new reference at its new home, and the old
one is closed; a partner who is left, by death or otherwise, goes on with the account alone; where nobody is left it is
the executors', until somebody else lives there. All of it is found out late.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.changing import rates
from insighthub.synthetic.changing.ledger import Rows, named
from insighthub.synthetic.changing.office import Desk, Office, read_days
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.extracts.council_tax import write_accounts
from insighthub.synthetic.population import CARE_HOME, NEVER, YEAR, Index, World
from insighthub.synthetic.writing import dates, money

_NOBODY = -1


class CouncilTax(Office):
    """Accounts. A row's household is known from its people, or from who lived there when it was first seen."""

    def __init__(self, world: World, clerk: Clerk, first: Extract) -> None:
        super().__init__(world, clerk, first, Desk(numbered=("account_ref",)))
        ledger = self.ledger
        ledger.dwelling = np.array([(int(r) - 1000) // 7 for r in ledger.text("property_ref").tolist()], dtype=np.int32)
        lives_at = np.full(len(world.places), _NOBODY, np.int64)
        current = np.flatnonzero(world.households.until > world.today)
        lives_at[world.households.dwelling[current, 0]] = current
        payer = ledger.person[:, 0]
        open_ = ledger.text("vacation_date") == ""
        household = np.where(payer >= 0, world.people.household[np.maximum(payer, 0)], _NOBODY)
        household = np.where((payer < 0) & open_, lives_at[ledger.dwelling], household)
        #: Household by account reference; -1 for who is billed for an empty dwelling.
        self._household = dict(zip(ledger.text("account_ref").tolist(), household.tolist(), strict=True))
        self._seen = {(h, int(world.households.dwelling[h, 0])) for h in current.tolist()}

    def _open(self) -> tuple[Rows, Index]:
        """Return the rows of open accounts, and whose each is."""
        rows = np.flatnonzero(self.ledger.text("vacation_date") == "")
        references = self.ledger.text("account_ref")[rows].tolist()
        return rows, np.array([self._household[r] for r in references], dtype=np.int32)

    def forget(self) -> None:
        """Close accounts of households that have gone, as the office finds out; drop those closed long ago."""
        world, ledger = self.world, self.ledger
        table = world.households
        rows, household = self._open()
        dwelling = ledger.dwelling[rows]
        taken_on = self._taken_on()[dwelling]  # by those who live there now
        at = np.maximum(household, 0)
        gone_on = np.where(table.until[at] <= world.today, table.until[at], NEVER)
        moved = table.dwelling[at, 0] != dwelling
        gone_on = np.where(moved, table.since[at, 0], gone_on)
        # Executors, and whoever is billed for an empty dwelling, go on until somebody lives there.
        ended = table.until[at] <= world.today
        died = ended & (world.people.died[world.head[at]] == table.until[at]) & ~moved
        gone_on = np.where((household < 0) | died, NEVER, gone_on)
        another = (taken_on > self.base) & ((household < 0) | died)
        gone_on = np.where(another, taken_on, gone_on)
        heard = (gone_on > self.base) & (gone_on <= world.today)
        heard &= self.rng.random(len(rows)) < rates.COUNCIL_TAX_LEARNS
        ledger.write(rows[heard], "vacation_date", dates(gone_on[heard]))
        kept_years = cal.SHARES["council_tax"]["years_closed_accounts_kept"]
        old = read_days(ledger.text("vacation_date")) < world.today - kept_years * YEAR
        ledger.remove(np.flatnonzero(old))

    def _taken_on(self) -> Index:
        """Return, by dwelling, the day on which those who live there now moved in; NEVER for an empty one."""
        table = self.world.households
        out = np.full(len(self.world.places), NEVER, np.int32)
        here = np.flatnonzero(table.until > self.world.today)
        out[table.dwelling[here, 0]] = table.since[here, 0]
        return out

    def join(self) -> None:
        """Open accounts for households at homes that are new to the office."""
        world = self.world
        table = world.households
        here = np.flatnonzero((table.until > world.today) & (table.since[:, 0] > self.base) & (table.kind < CARE_HOME))
        homes = zip(here.tolist(), table.dwelling[here, 0].tolist(), strict=True)
        found = [home for home in homes if home not in self._seen and self.rng.random() < rates.COUNCIL_TAX_LEARNS]
        self._seen.update(found)
        billed = [home for home in found if self.rng.random() < cal.SHARES["council_tax"]["covered"]]
        if not billed:
            return
        household, dwelling = np.array(billed, np.int32).T
        new = self.ledger.add(self._written(household, dwelling), world.today)
        references = self.ledger.text("account_ref")[new].tolist()
        self._household.update(zip(references, household.tolist(), strict=True))

    def _written(self, household: Index, dwelling: Index) -> Extract:
        """Write accounts of households where they live now, with today's names."""
        since = self.world.households.since[household, 0]
        return write_accounts(
            self.world,
            self.clerk,
            household,
            dwelling,
            since=since,
            until=np.full(len(household), NEVER),
            known=self.today(len(household)),
        )

    def look_again(self) -> None:
        """Write the names anew where who is liable, or what they are called, has changed; move some balances."""
        rows, household = self._open()
        changed = self._other_payers(rows, household)
        rows, household = rows[changed], household[changed]
        if len(rows):
            fresh = self._written(household, self.ledger.dwelling[rows])
            for column in ("lead_liab_name", "other_liab_name", "discount", "exemption"):
                self.ledger.write(rows, column, fresh.columns[column])
            self.ledger.person[rows] = named(fresh)[0]
            self.ledger.known[rows] = self.world.today
        self._move_balances()

    def _other_payers(self, rows: Rows, household: Index) -> np.ndarray:
        """Return where somebody named has gone or has another name, or a partner has come, and it is found out."""
        world, people, ledger = self.world, self.world.people, self.ledger
        payers = ledger.person[rows]
        changed = np.zeros(len(rows), bool)
        for place in (0, 1):
            who = np.maximum(payers[:, place], 0)
            there = payers[:, place] >= 0
            gone = (people.left[who] <= world.today) & (people.left[who] > self.base)
            gone |= (people.household[who] != household) & (people.joined[who] > self.base)
            renamed = people.renamed[who] > ledger.known[rows]
            changed |= there & (gone | renamed)
        partner = world.partner[np.maximum(household, 0)]
        has_come = (partner >= 0) & (people.joined[np.maximum(partner, 0)] > self.base)
        changed |= has_come & (payers[:, 0] >= 0) & (payers != partner[:, None]).all(axis=1)
        # Who has gone with the whole household is a matter of closing the account, unless they died there.
        at = np.maximum(household, 0)
        still = (world.households.until[at] > world.today) | (people.died[world.head[at]] == world.households.until[at])
        still &= world.households.dwelling[at, 0] == ledger.dwelling[rows]
        learns = self.rng.random(len(rows)) < rates.COUNCIL_TAX_LEARNS
        return np.asarray(changed & still & (household >= 0) & (payers[:, 0] >= 0) & learns)

    def _move_balances(self) -> None:
        rows, _ = self._open()
        owes = rows[self.ledger.text("arrears")[rows] != "0.00"]
        moving = self.some(owes, rates.BALANCES_MOVE)
        amount = np.exp(self.rng.normal(6.0, 0.8, len(moving)))
        amount[self.rng.random(len(moving)) < 0.25] = 0.0
        self.ledger.write(moving, "arrears", money(np.round(np.minimum(amount, 9000), 2)))
        balance = dates(self.today(len(moving)))
        balance[amount == 0] = ""
        self.ledger.write(moving, "balance_date", balance)

    def mend(self) -> int:
        """Mend nothing: one column holds the whole name, as the account was opened."""
        return 0
