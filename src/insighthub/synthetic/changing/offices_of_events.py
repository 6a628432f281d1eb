"""Offices that record what happens: social care events, school censuses and applications, homelessness, behaviour.

Takes what every office takes. Most of their rows are of a day and stay as they were written; new ones are those of
this month in what the source would write were it begun anew, so that there are as many, of the same kind, as before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.changing import rates
from insighthub.synthetic.changing.ledger import Rows, only
from insighthub.synthetic.changing.office import Desk, Office, read_days
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.extracts.adult_social_care import choose_clients, write_clients, write_events
from insighthub.synthetic.extracts.school_pupils import write_pupils
from insighthub.synthetic.population import EPOCH, YEAR, Days, Index, World
from insighthub.synthetic.writing import Text, dates, objects

_QUARTER = 91
_CENSUSES_KEPT = 6
_SEASONS = {1: "spring", 5: "summer", 10: "autumn"}
_THURSDAY = 3


class Cases(Office):
    """New cases of each month; those of long ago are dropped. Nothing else changes."""

    def __init__(
        self,
        world: World,
        clerk: Clerk,
        first: Extract,
        *,
        make: Callable[[World, Clerk], Extract],
        opened: str,
        reference: str,
        closed: str = "",
        kept_years: float,
    ) -> None:
        """Take how the source is made, and its columns: the day a case was opened, its reference, the day it ended."""
        super().__init__(world, clerk, first, Desk(numbered=(reference,), one_writing=reference))
        self._make, self._opened, self._closed, self._kept_years = make, opened, closed, kept_years

    def forget(self) -> None:
        """Drop the cases of long ago."""
        days = read_days(self.ledger.text(self._opened))
        self.ledger.remove(np.flatnonzero(days < self.world.today - self._kept_years * YEAR))

    def join(self) -> None:
        """Add the cases of this month: those of them in what the source would write now."""
        made = self._make(self.world, self.clerk)
        days = read_days(made.columns[self._opened])
        self.ledger.add(only(made, np.flatnonzero((days > self.start) & (days <= self.world.today))), self.world.today)

    def look_again(self) -> None:
        """End some cases that are open."""
        if self._closed:
            running = self._drawn(np.flatnonzero(self.ledger.text(self._closed) == ""), 0.06)
            self.ledger.write(running, self._closed, dates(self.today(len(running)), "%Y-%m-%d"))

    def mend(self) -> int:
        """Mend nothing: a case is as it was taken down."""
        return 0


class Standing(Office):
    """A source in which nothing changes over these months."""

    def month(self) -> int:
        """Change nothing."""
        return 0


class AdultSocialCare(Office):
    """Events of each month, reported again in the next quarter; deaths written some time after."""

    def __init__(self, world: World, clerk: Clerk, first: Extract) -> None:
        desk = Desk(
            _as_clients,
            choose_clients,
            place=("Address_Line_1", "Address_Line_2", "Address_Line_3", "Postcode"),
            name=("First_Name", "Last_Name", "Previous_Last_Name"),
            contact=("Telephone",),
            given="First_Name",
            family="Last_Name",
            born="Date_of_Birth",
            styles=("%Y-%m-%d",),
            of_age=18.0,
            one_writing="LA_Person_Unique_Identifier",
            numbered=("LA_Person_Unique_Identifier", "Event_Reference"),
        )
        super().__init__(world, clerk, first, desk)

    def join(self) -> None:
        """Add new clients with their first event, and new events of clients whom the service has."""
        person = self.joiners()
        if len(person):
            clients = write_clients(self.world, self.clerk, person, self.today(len(person)))
            events = np.arange(len(person))
            extract = write_events(self.world, self.clerk, clients, events, self.days_of_month(len(person)))
            self.ledger.add(_first_reports(extract), self.world.today)
        self._more_events()
        if (self.world.today // _QUARTER) > (self.start // _QUARTER):
            self._report_again()

    def _more_events(self) -> None:
        ledger = self.ledger
        rows, person = self.first_person()
        rows = rows[self.here()[person]]
        _, first = np.unique(ledger.text("LA_Person_Unique_Identifier")[rows].astype(str), return_index=True)
        n = self.number(len(first) * 2.8 / (cal.MONTHS_OF_FACTS / 12))  # as many a year as in the first extract
        if n == 0 or len(first) == 0:
            return
        like = rows[self.rng.choice(first, n)]
        who = ledger.person[like, 0].astype(np.int32)
        clients = write_clients(self.world, self.clerk, who, self.today(n))
        extract = write_events(self.world, self.clerk, clients, np.arange(n), self.days_of_month(n))
        reports = _first_reports(extract)
        for column in clients.columns:  # what is known of a client is repeated, not written anew
            reports.columns[column] = ledger.text(column)[like]
        new = ledger.add(reports, self.world.today, keep=("LA_Person_Unique_Identifier",))
        ledger.dwelling[new], ledger.known[new] = ledger.dwelling[like], ledger.known[like]

    def _report_again(self) -> None:
        """Report some of the last quarter's events in this one's return too."""
        ledger = self.ledger
        period = read_days(ledger.text("Reporting_Period_End_Date"))
        latest = (self.start // _QUARTER + 1) * _QUARTER
        rows = self.some(np.flatnonzero(period == latest), rates.REPORTED_AGAIN)
        new = ledger.copy_rows(rows, self.world.today)
        ledger.known[new] = ledger.known[rows]
        ledger.write(new, "Reporting_Period_End_Date", dates(np.full(len(new), latest + _QUARTER), "%Y-%m-%d"))
        ids = ledger.record_ids()
        before = set(ids[: len(ids) - len(new)])
        ledger.remove(np.array([row for row in new.tolist() if ids[row] in before], np.int64))  # reported in advance

    def look_again(self) -> None:
        """Write deaths that the service has heard of, and look at some clients."""
        super().look_again()
        rows, person = self.first_person()
        died = self.world.people.died[person]
        untold = (died <= self.world.today) & (died > self.base) & (self.ledger.text("Date_of_Death")[rows] == "")
        heard = self._drawn(rows[untold], rates.DEATHS_WRITTEN)
        self.ledger.write(
            heard, "Date_of_Death", dates(self.world.people.died[self.ledger.person[heard, 0]], "%Y-%m-%d")
        )


def _as_clients(world: World, clerk: Clerk, person: Index, day: Days) -> Extract:
    """Write what the service knows of clients, one row each, without events."""
    clients = write_clients(world, clerk, person, day)
    extract = Extract("adult_social_care", clients.columns, ("LA_Person_Unique_Identifier",))
    extract.names(np.arange(len(person)), person, dwelling=clients.dwelling)
    return extract


class SchoolPupils(Office):
    """A census in October, January and May: the pupils of the last one who are still there, and new ones."""

    def __init__(self, world: World, clerk: Clerk, first: Extract) -> None:
        super().__init__(world, clerk, first, Desk())
        people = len(world.people)
        self._goes = np.zeros(people, bool)  # to a school of the council's own area
        self._goes[self.ledger.person[:, 0]] = True
        age = world.age()
        self._goes |= (age < 4.5) & (self.rng.random(people) < cal.COVERAGE["school_pupils"])

    def month(self) -> int:
        """Hold a census if this is a month of one."""
        today = EPOCH + dt.timedelta(days=self.world.today)
        new = len(self.world.people) - len(self._goes)
        self._goes = np.r_[self._goes, self.rng.random(new) < cal.COVERAGE["school_pupils"]]
        if today.month in _SEASONS:
            self._hold(f"{today.year} {_SEASONS[today.month]}", census_day(today.year, today.month))
        self.start = self.world.today
        return 0

    def _hold(self, label: str, date: dt.date) -> None:
        world, people, ledger = self.world, self.world.people, self.ledger
        held = (date - EPOCH).days
        last = _latest(ledger.text("census"), ledger.text("census_date"))
        before = np.flatnonzero(ledger.text("census") == last)
        was = ledger.person[before, 0].astype(np.int32)
        age = (held - people.born) / YEAR
        there = self._goes & (age >= 4.1) & (age < 17.5) & (people.arrived < held - 10) & (people.left > held)
        on_roll = np.zeros(len(people), bool)
        on_roll[was] = True
        since = int(read_days(ledger.text("census_date")[before])[0])
        left_at_16 = (age >= 16) & ((since - people.born) / YEAR < 16) & (self.rng.random(len(people)) < 0.45)
        new = np.flatnonzero(there & ~on_roll & (age < 16)).astype(np.int32)
        stay = before[there[was] & ~left_at_16[was]]
        kept = ledger.copy_rows(stay, self.world.today)
        ledger.known[kept] = ledger.known[stay]
        self._bring_up_to_date(kept, label, held)
        if len(new):
            n = len(new)
            extract = write_pupils(
                world,
                self.clerk,
                new,
                np.full(n, held),
                second_roll=np.zeros(n, bool),
                census=objects([label] * n),
                temporary=self.rng.random(n) < cal.SHARES["school_pupils"]["temporary_upn"],
            )
            ledger.add(extract, world.today, rng=self.rng)
        labels = sorted(set(ledger.text("census").tolist()), key=_when)
        ledger.remove(np.flatnonzero(~np.isin(ledger.text("census").astype(str), labels[-_CENSUSES_KEPT:])))

    def _bring_up_to_date(self, rows: Rows, label: str, held: int) -> None:
        """Give pupils of the last census the new date, and those who moved or changed school what is new."""
        ledger, world = self.ledger, self.world
        ledger.write(rows, "census", label)
        ledger.write(rows, "census_date", dates(np.full(len(rows), held)))
        if len(rows) == 0:
            return
        person = ledger.person[rows, 0].astype(np.int32)
        n = len(rows)
        fresh = write_pupils(
            world,
            self.clerk,
            person,
            np.full(n, held),
            second_roll=np.zeros(n, bool),
            census=objects([label] * n),
            temporary=np.zeros(n, bool),
        )
        ledger.write(rows, "attendance", fresh.columns["attendance"])
        secondary = ((held - world.people.born[person]) / YEAR > 11.1) & (ledger.text("enrolment")[rows] != "S")
        primary = np.array([e[3:] < "4000" for e in ledger.text("estab")[rows].tolist()])
        ledger.write(rows[secondary & primary], "estab", fresh.columns["estab"][secondary & primary])
        now_at = world.dwelling_at(person, self.today(n))
        moved = (ledger.dwelling[rows] != now_at) & (self.rng.random(n) < 0.6)
        for column in ("address_1", "address_2", "address_3", "town", "postcode"):
            ledger.write(rows[moved], column, fresh.columns[column][moved])
        ledger.dwelling[rows[moved]] = now_at[moved]
        temporary = np.array([u[-1:].isalpha() for u in ledger.text("UPN")[rows].tolist()])
        ledger.write(rows[temporary], "former_UPN", ledger.text("UPN")[rows[temporary]])
        ledger.write(rows[temporary], "UPN", world.contacts.upn[person[temporary]])


def census_day(year: int, month: int) -> dt.date:
    """Return the day of a school census: the first Thursday of October, the third of January or of May."""
    first = dt.date(year, month, 1)
    thursday = first + dt.timedelta(days=(_THURSDAY - first.weekday()) % 7)
    return thursday if month == 10 else thursday + dt.timedelta(days=14)


def _when(label: str) -> tuple[int, int]:
    """Return the year and month of a census by its name."""
    year, season = label.split(" ")
    return int(year), next(month for month, name in _SEASONS.items() if name == season)


def _latest(census: Text, date: Text) -> str:
    """Return the name of the latest census."""
    return str(census[int(np.argmax(read_days(date)))])


def _first_reports(extract: Extract) -> Extract:
    """Return the first report of each event, in the order of events."""
    _, first = np.unique(extract.columns["Event_Reference"].astype(str), return_index=True)
    return only(extract, np.sort(first))
