"""The office that keeps a source, month after month: who joins, who is forgotten, what it learns of those it holds.

Takes the world as it now is and the source's ledger, and changes the ledger. An office does not see the world: it
looks at each record now and then, as seldom as the source's ``lag`` says, and learns then that somebody has moved, has
another name or another phone. So each source learns at its own pace, and holds stale details until it does. What
differs from source to source is a ``Desk``; offices with rules of their own build on this one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic.changing import rates
from insighthub.synthetic.changing.ledger import Ledger, Rows
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.population import LONG_AGO, NEVER, YEAR, Days, Flags, Index, World
from insighthub.synthetic.writing import Text, dates, mapped, plain


@dataclass(frozen=True)
class Desk:
    """What an office writes, and in which columns."""

    write: Callable[[World, Clerk, Index, Days], Extract] | None = None  # people as they were on days
    choose: Callable[[World, Clerk], Index] | None = None  # whom it would hold now, were it begun anew
    place: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    contact: tuple[str, ...] = ()
    given: str = ""  # column of the given name, where it has one of its own
    family: str = ""
    born: str = ""
    styles: tuple[str, ...] = ("%d/%m/%Y",)  # in which dates of birth are written
    of_age: float = 0.0  # years from which somebody can be in the source
    one_writing: str = ""  # rows that are alike in this column repeat one writing of the person
    numbered: tuple[str, ...] = ()  # columns of references


class Office:
    """Keeps one source's ledger. ``month`` is called when the world has come to a new day."""

    def __init__(self, world: World, clerk: Clerk, first: Extract, desk: Desk) -> None:
        self.world, self.clerk, self.rng, self.desk = world, clerk, clerk.rng, desk
        self.ledger = Ledger(first, world.today, desk.numbered)
        self.base = self.start = world.today
        self._due = np.empty(0, np.int64)
        self._new_people()

    def month(self) -> int:
        """Bring the ledger to the world's day; return the number of slips mended."""
        self.forget()
        self.join()
        self.look_again()
        mended = self.mend()
        self.start = self.world.today
        return mended

    # Chances ---------------------------------------------------------------------------------------------------------
    @property
    def years(self) -> float:
        """Return the years since the last month."""
        return (self.world.today - self.start) / YEAR

    def within(self, mean_years: float) -> float:
        """Return the chance that something comes this month which takes so many years on average."""
        return float(1 - np.exp(-self.years / mean_years)) if mean_years > 0 else 0.0

    def some(self, rows: Rows, share: float) -> Rows:
        """Return a random share of rows."""
        return rows[self.rng.random(len(rows)) < share]

    def number(self, rate: float) -> int:
        """Draw how many of something happen this month, at so many a year."""
        return int(self.rng.poisson(max(rate, 0.0) * self.years))

    def today(self, n: int) -> Days:
        """Return the world's day, ``n`` times."""
        return np.full(n, self.world.today, np.int32)

    # Who is there ----------------------------------------------------------------------------------------------------
    def here(self) -> Flags:
        """Return, by person, who is alive and lives in the borough."""
        return np.asarray(self.world.people.left > self.world.today)

    def first_person(self) -> tuple[Rows, Index]:
        """Return the rows that name somebody, and whom they name first."""
        rows = np.flatnonzero(self.ledger.person[:, 0] >= 0)
        return rows, self.ledger.person[rows, 0].astype(np.int32)

    def forget(self) -> None:
        """Take out people who have died or left, after as long as the source takes to hear of it."""
        rows, person = self.first_person()
        people, name = self.world.people, self.ledger.name
        dead = people.died[person] <= self.world.today
        gone = (people.left[person] <= self.world.today) & ~dead
        chance = np.where(dead, self.within(rates.DEAD_KEPT[name]), 0.0)
        chance = np.where(gone, self.within(rates.LEAVERS_KEPT[name]), chance)
        self.ledger.remove(rows[self.rng.random(len(rows)) < chance])

    # Who joins -------------------------------------------------------------------------------------------------------
    def _new_people(self) -> None:
        """Draw for people not seen before when they could join; who could before the first extract had their chance."""
        people, first = self.world.people, len(self._due)
        new = np.arange(first, len(people))
        able = np.maximum(people.arrived[new], people.born[new] + self.desk.of_age * YEAR)
        wait = self.rng.exponential(rates.JOINS_WITHIN.get(self.ledger.name, 0.2) * YEAR, len(new))
        self._due = np.r_[self._due, np.where(able > self.base, able + wait, LONG_AGO).astype(np.int64)]

    def joiners(self) -> Index:
        """Return who joins this month: newcomers and those come of age when their time is there, and a few others."""
        assert self.desk.choose is not None
        self._new_people()
        held = self.ledger.holds(len(self.world.people))
        could = self.desk.choose(self.world, self.clerk)
        could = could[self.here()[could] & ~held[could]]
        due = (self._due[could] > self.start) & (self._due[could] <= self.world.today)
        others = could[self._due[could] == LONG_AGO]
        n = min(self.number(rates.TURNOVER[self.ledger.name] * int(held.sum())), len(others))
        return np.concatenate([could[due], self.rng.choice(others, n, replace=False)]).astype(np.int32)

    def join(self) -> None:
        """Add the rows of those who join."""
        person = self.joiners()
        if len(person):
            extract = self.written(person)
            self.began(extract, len(person))
            self.ledger.add(extract, self.world.today, rng=self.rng)

    def written(self, person: Index) -> Extract:
        """Write people as they are today, one row each."""
        assert self.desk.write is not None
        return self.desk.write(self.world, self.clerk, person, self.today(len(person)))

    def began(self, extract: Extract, n: int) -> None:
        """Put dates of this month into new rows, where the source has such dates."""

    def days_of_month(self, n: int) -> Days:
        """Draw ``n`` days of this month."""
        return self.rng.integers(self.start + 1, self.world.today + 1, n).astype(np.int32)

    # What it learns --------------------------------------------------------------------------------------------------
    def open_rows(self, rows: Rows) -> Rows:
        """Return those of the rows whose details the office still keeps up."""
        return rows

    def _units(self, rows: Rows) -> NDArray[np.intp]:
        """Number rows so that those with one writing have one number."""
        if not self.desk.one_writing:
            return np.arange(len(rows))
        return np.unique(self.ledger.text(self.desk.one_writing)[rows].astype(str), return_inverse=True)[1]

    def _drawn(self, rows: Rows, share: float) -> Rows:
        """Return rows of a random share of units."""
        units = self._units(rows)
        return rows[(self.rng.random(int(units.max(initial=-1)) + 1) < share)[units]]

    def look_again(self) -> None:
        """Look at a few records again, and write what has changed since."""
        rows, person = self.first_person()
        rows = self._drawn(self.open_rows(rows[self.here()[person]]), self.within(self.clerk.habits.lag))
        self.learn(rows)

    def learn(self, rows: Rows) -> None:
        """Write the address, name and phone of today into those of the rows that have another."""
        ledger, world, desk = self.ledger, self.world, self.desk
        person = ledger.person[rows, 0].astype(np.int32)
        known, held = ledger.known[rows], ledger.dwelling[rows]
        ledger.known[rows] = world.today
        carer = world.contacts.carer[person]
        spoken_for = np.where(carer >= 0, carer, person)
        new_phone = np.maximum(world.contacts.mobile_since, world.contacts.email_since)[spoken_for] > known
        now_at = world.dwelling_at(person, self.today(len(rows)))
        changed = (
            (desk.place, (held >= 0) & (held != now_at)),
            (desk.name, world.people.renamed[person] > known),
            (desk.contact, new_phone),
        )
        if not any(columns and which.any() for columns, which in changed):
            return
        _, first, unit = np.unique(self._units(rows), return_index=True, return_inverse=True)
        fresh = self.written(person[first])
        for columns, which in changed:
            for column in columns:
                ledger.write(rows[which], column, fresh.columns[column][unit[which]])
        if desk.place:
            moved = changed[0][1]
            ledger.dwelling[rows[moved]] = now_at[moved]

    # Slips -----------------------------------------------------------------------------------------------------------
    def mend(self) -> int:
        """Correct slips in the names and dates of birth of a few records; return in how many there were any."""
        desk, people, texts = self.desk, self.world.people, self.world.texts
        rows, person = self.first_person()
        rows = self._drawn(rows[self.here()[person]], rates.SLIPS_MENDED)
        person = self.ledger.person[rows, 0].astype(np.int32)
        wrong = np.zeros(len(rows), bool)
        right = {
            desk.given: self._clean(texts[people.given[person]]),
            desk.family: self._clean(texts[self.world.family_at(person, self.today(len(rows)))]),
        }
        for column, text in right.items():
            if column:
                wrong |= self._correct(rows, column, text, text[:, None])
        if desk.born:
            ways = np.stack([dates(people.born[person], style) for style in desk.styles], axis=1)
            wrong |= self._correct(rows, desk.born, ways[:, 0], ways)
        return len(np.unique(self._units(rows)[wrong]))

    def _correct(self, rows: Rows, column: str, text: Text, right: NDArray[np.object_]) -> Flags:
        """Write a text where a cell has something, and nothing that is right; return where."""
        cells = self.ledger.text(column)[rows]
        wrong = np.asarray((cells != "") & ~(cells[:, None] == right).any(axis=1), bool)
        self.ledger.write(rows[wrong], column, text[wrong])
        return wrong

    def _clean(self, names: Text) -> Text:
        """Write names as a careful clerk of this source does."""
        text = names if self.clerk.habits.accents_kept else mapped(names, plain)
        return mapped(text, str.upper) if self.clerk.habits.upper_case else text

    # Dates -----------------------------------------------------------------------------------------------------------
    def run_out(self, column: str) -> Rows:
        """Return the rows whose date in a column has passed this month."""
        day = read_days(self.ledger.text(column))
        return np.flatnonzero((day > self.start) & (day <= self.world.today))

    def renew(self, ends: str, years: int, begins: str = "") -> None:
        """Give what has run out this month another term, for some of those who still live here."""
        rows = self.run_out(ends)
        person = self.ledger.person[rows, 0]
        rows = self.some(rows[(person >= 0) & self.here()[person]], rates.RENEWED)
        self.ledger.write(rows, ends, dates(self.today(len(rows)) + years * 365))
        if begins:
            self.ledger.write(rows, begins, dates(self.today(len(rows))))
        self.learn(rows)


def read_days(texts: Text) -> NDArray[np.int64]:
    """Return written dates (5/3/2026 or 2026-03-05) as days since 1970; NEVER where there is none."""
    known: dict[str, int] = {"": NEVER}
    for text in texts.tolist():
        if text not in known:
            iso = "-".join(reversed(text.split("/"))) if "/" in text else text[:10]
            known[text] = int(np.datetime64(iso, "D").astype(np.int64))
    return np.array([known[t] for t in texts.tolist()], dtype=np.int64)


__all__ = ["Desk", "Office", "read_days"]
