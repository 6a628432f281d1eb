"""Offices whose records are of single people: library, electoral register, passes and badges, permits, children's care.

Takes what every office takes, adds what is each one's own: an elector who moves gets a new entry while the old one
stays on for a while, a permit is renewed as a new row, an unborn child's record ends when the day has come.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic.changing import rates
from insighthub.synthetic.changing.ledger import Rows
from insighthub.synthetic.changing.office import Desk, Office, read_days
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.extracts.childrens_social_care import choose_children, write_children
from insighthub.synthetic.extracts.electoral_register import choose_electors, write_electors
from insighthub.synthetic.extracts.libraries import choose_members, write_members
from insighthub.synthetic.extracts.parking_permits import choose_applicants, write_permits
from insighthub.synthetic.extracts.travel_concessions import (
    choose_badge_holders,
    choose_pass_holders,
    write_badges,
    write_passes,
)
from insighthub.synthetic.population import YEAR, Days, Index, World
from insighthub.synthetic.writing import dates, objects

_CASE_STATUSES = ("Early help", "Child in need", "Child protection plan", "Looked after", "Closed")


class Libraries(Office):
    """A card is forgotten late, and renewed by those who still come."""

    def __init__(self, world: World, clerk: Clerk, first: Extract) -> None:
        desk = Desk(
            write_members,
            choose_members,
            place=("address", "postcode"),
            name=("name",),
            contact=("phone", "email"),
            born="date_of_birth",
            of_age=1.0,
            numbered=("borrower_number",),
        )
        super().__init__(world, clerk, first, desk)

    def began(self, extract: Extract, n: int) -> None:
        """Say that new members joined this month."""
        joined = self.days_of_month(n)
        extract.columns["joined"] = dates(joined)
        extract.columns["expires"] = dates(joined + 365 * self.rng.integers(1, 4, n))

    def look_again(self) -> None:
        """Renew cards, and look at some others."""
        super().look_again()
        self.renew("expires", 2)


class ElectoralRegister(Office):
    """Movers are on it twice for a while; a date of birth is there until an attainer is of age."""

    def __init__(self, world: World, clerk: Clerk, first: Extract) -> None:
        desk = Desk(
            write_electors,
            choose_electors,
            place=(*(f"property_address_{k}" for k in range(1, 5)), "property_post_code", "property_urn"),
            name=("elector_forename", "elector_middle_name", "elector_surname"),
            given="elector_forename",
            family="elector_surname",
            born="elector_dob",
            of_age=16.4,
            numbered=("elector_id",),
        )
        super().__init__(world, clerk, first, desk)

    def look_again(self) -> None:
        """Enter movers anew, and take former entries off by and by; blank the birthdays of those who are of age."""
        rows, person = self.first_person()
        now_at = self.world.dwelling_at(person, self.today(len(person)))
        right = np.zeros(len(self.world.people), bool)
        right[person[self.ledger.dwelling[rows] == now_at]] = True
        former = (self.ledger.dwelling[rows] != now_at) & self.here()[person]
        taken_off = self.some(rows[former & right[person]], rates.OLD_ENTRY_TAKEN_OFF)
        moved = former & ~right[person] & (self.rng.random(len(rows)) < self.within(self.clerk.habits.lag))
        who = np.unique(person[moved]).astype(np.int32)
        self.learn(self._drawn(rows[~former & self.here()[person]], self.within(self.clerk.habits.lag)))
        entered_anew = self.some(rows[moved], 0.55)  # of these the former entry goes at once
        if len(who):
            extract = write_electors(self.world, self.clerk, who, self.today(len(who)))
            self.ledger.add(extract, self.world.today, rng=self.rng)
        dob = self.ledger.text("elector_dob")
        attained = np.flatnonzero((dob != "") & (read_days(dob) <= self.world.today - 18 * YEAR))
        self.ledger.write(attained, "elector_dob", "")
        self.ledger.write(attained, "elector_marker", "")
        self.ledger.remove(np.union1d(taken_off, entered_anew))


class Concessions(Office):
    """Passes and badges: run out after three years, and are renewed under the same number."""

    def __init__(self, world: World, clerk: Clerk, first: Extract) -> None:
        passes = first.name == "freedom_pass"
        desk = Desk(
            write_passes if passes else write_badges,
            choose_pass_holders if passes else choose_badge_holders,
            given="forename",
            family="surname",
            born="date_of_birth",
            styles=("%d/%m/%Y", "%Y-%m-%d 00:00:00"),
            of_age=66.0 if passes else 3.0,
            place=("house_name_number", "building_name", "street", "district", "postcode"),
            name=("title", "forename", "surname"),
            contact=("email_address", "phone_number"),
            numbered=("applicantid",),
        )
        super().__init__(world, clerk, first, desk)

    def began(self, extract: Extract, n: int) -> None:
        """Say that new passes were issued this month."""
        issued = self.days_of_month(n)
        extract.columns["issue_date"] = dates(issued)
        extract.columns["expiry_date"] = dates(issued + 3 * 365)

    def look_again(self) -> None:
        """Renew what has run out, and look at some others."""
        super().look_again()
        self.renew("expiry_date", 3, "issue_date")


class ParkingPermits(Office):
    """Every renewal is a row of its own, with the old details on it or the new."""

    def __init__(self, world: World, clerk: Clerk, first: Extract) -> None:
        desk = Desk(
            lambda world, clerk, person, day: write_permits(world, clerk, person, day, day),
            choose_applicants,
            place=("uprn", "address_line_1", "address_line_2", "address_line_3", "post_code"),
            name=("forename_of_applicant", "surname_of_applicant"),
            contact=("email_address_of_applicant", "phone_number_of_applicant"),
            given="forename_of_applicant",
            family="surname_of_applicant",
            born="date_of_birth_of_applicant",
            of_age=19.0,
            numbered=("permit_reference",),
        )
        super().__init__(world, clerk, first, desk)

    def open_rows(self, rows: Rows) -> Rows:
        """Return the rows of permits that run: nobody mends an old one."""
        running = self.ledger.text("live_permit_flag")[rows] == "Y"
        return np.asarray(rows[running], np.int64)

    def began(self, extract: Extract, n: int) -> None:
        """Say that new permits begin this month."""
        start = self.days_of_month(n)
        extract.columns["start_date"], extract.columns["end_date"] = dates(start), dates(start + 364)

    def look_again(self) -> None:
        """Renew permits, and drop those of more than five years ago."""
        super().look_again()
        ended = self.run_out("end_date")
        person = self.ledger.person[ended, 0]
        again = self.some(ended[(person < 0) | self.here()[person]], rates.RENEWED)
        self.ledger.write(ended, "live_permit_flag", "N")
        new = self.ledger.copy_rows(again, self.world.today, renumber=("permit_reference",))
        start = self.days_of_month(len(new))
        self.ledger.write(new, "start_date", dates(start))
        self.ledger.write(new, "end_date", dates(start + 364))
        self.ledger.write(new, "live_permit_flag", "Y")
        # The copies know no more than the old rows did, until the holder mends them.
        self.ledger.known[new] = self.ledger.known[again]
        named = new[self.ledger.person[new, 0] >= 0]
        self.learn(self.some(named, 0.55))
        old = read_days(self.ledger.text("end_date")) < self.world.today - 5 * YEAR
        self.ledger.remove(np.flatnonzero(old))


class ChildrensSocialCare(Office):
    """Cases move on, close at eighteen, and are kept."""

    def __init__(self, world: World, clerk: Clerk, first: Extract) -> None:
        desk = Desk(
            _as_referred,
            choose_children,
            place=("addr_line_1", "addr_line_2", "addr_line_3", "addr_postcode"),
            name=("pers_forename", "pers_surname"),
            given="pers_forename",
            family="pers_surname",
            born="pers_dob",
            numbered=("pers_person_id",),
        )
        super().__init__(world, clerk, first, desk)

    def began(self, extract: Extract, n: int) -> None:
        """Say that new children were referred this month."""
        extract.columns["refe_referral_date"] = dates(self.days_of_month(n))

    def look_again(self) -> None:
        """Move cases on; end the records of unborn children whose day has come."""
        super().look_again()
        rows, person = self.first_person()
        of_age = self.world.age(person) >= 18
        moving = self.some(rows[~of_age], rates.STATUS_MOVES)
        status = objects(list(_CASE_STATUSES))[self.rng.integers(0, len(_CASE_STATUSES), len(moving))]
        self.ledger.write(moving, "cine_status", status)
        self.ledger.write(rows[of_age], "cine_status", "Closed")
        expected = read_days(self.ledger.text("pers_expected_dob"))
        self.ledger.remove(np.flatnonzero(expected <= self.world.today))


def _as_referred(world: World, clerk: Clerk, person: Index, day: Days) -> Extract:
    return write_children(world, clerk, person, day)
