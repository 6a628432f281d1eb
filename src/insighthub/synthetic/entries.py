"""What a source writes of a person: the name as it hears it, the date, the address it holds, the contacts it was given.

Takes people, the day on which the source last confirmed them, and the source's habits; gives text columns with the
source's errors in them. Staleness is not an error that is added: a source knows the name, address and phone of the day
on which it last asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import calibration as cal
from insighthub.synthetic import name_lists as lists
from insighthub.synthetic.calibration import Habits
from insighthub.synthetic.mess import (
    DEFAULT_DATES,
    birth_days,
    letters_for_digits,
    no_space,
    pick,
    spoil,
    typo,
    wrong_digit,
    wrong_number,
    wrong_postcode,
)
from insighthub.synthetic.population import FEMALE, YEAR, Days, Index, World
from insighthub.synthetic.writing import AddressBook, Text, dates, mapped, objects, phones, plain, postcodes


@dataclass
class NameColumns:
    """Parts of names as a source has them."""

    title: Text
    given: Text
    middle: Text
    family: Text

    def rows(self, index: NDArray[np.integer]) -> NameColumns:
        """Return these rows, in this order."""
        return NameColumns(self.title[index], self.given[index], self.middle[index], self.family[index])


class Clerk:
    """Writes people into one source, with that source's habits and its own stream of random numbers."""

    def __init__(self, world: World, book: AddressBook, habits: Habits, rng: np.random.Generator) -> None:
        self.world, self.book, self.habits, self.rng = world, book, habits, rng
        self._postcodes = postcodes(world.places)
        self._families = {
            spelling: tuple(s for s in row if s != spelling) for row in lists.SPELLINGS[::-1] for spelling in row
        }

    # When ------------------------------------------------------------------------------------------------------------
    def confirmed(self, person: Index, *, oldest_years: float = 12.0, lag: float | None = None) -> Days:
        """Return the day on which each person's details were last confirmed, while they were in the borough."""
        people = self.world.people
        back = self.rng.exponential((lag or self.habits.lag) * YEAR, len(person))
        end = np.minimum(people.left[person], self.world.today)
        day = end - np.minimum(back, oldest_years * YEAR)
        return np.asarray(np.minimum(np.maximum(day, people.arrived[person] + 3), end), np.int32)

    # Names -----------------------------------------------------------------------------------------------------------
    def names(self, person: Index, day: Days, *, legal: bool = False) -> NameColumns:
        """Write the names of people as they were on a day. ``legal``: never the name they go by."""
        world, habits, rng, n = self.world, self.habits, self.rng, len(person)
        people = world.people
        use_known = (rng.random(n) < (0.0 if legal else habits.known_as)) & (day - people.born[person] > 3 * YEAR)
        given_code = np.where(use_known, people.known_as[person], people.given[person])
        middle_code = np.where(rng.random(n) < habits.middle_kept, people.middle[person], -1)
        middle_code[middle_code == given_code] = -1
        given = self._letters(world.texts[given_code])
        middle = self._letters(world.texts[middle_code])
        family = self._letters(world.texts[world.family_at(person, day)])
        given = self._respelled(given)
        family = self._respelled(self._hyphens(family))
        given = spoil(rng, given, habits.given_typo, typo)
        family = spoil(rng, family, habits.family_typo, typo)
        first_only = pick(rng, n, habits.initial_only)
        given[first_only] = [g[:1] for g in given[first_only]]
        middle[first_only] = [m[:1] for m in middle[first_only]]
        junior = np.flatnonzero((people.suffix[person] > 0) & (rng.random(n) < 0.2))
        family[junior] = [f"{f} Jnr" for f in family[junior]]
        communities = np.array([c.family_name_first for c in cal.COMMUNITIES.values()])
        swap = np.flatnonzero(rng.random(n) < communities[people.community[person]] + habits.order_swapped)
        given[swap], family[swap] = family[swap], given[swap]
        title = self._titles(person, day)
        if habits.upper_case:
            upper = str.upper
            return NameColumns(mapped(title, upper), mapped(given, upper), mapped(middle, upper), mapped(family, upper))
        return NameColumns(title, given, middle, family)

    def full_names(self, names: NameColumns, *, titles: bool = False) -> Text:
        """Join the parts of names: [title] given middle family."""
        parts = zip(names.title, names.given, names.middle, names.family, strict=True)
        return objects([" ".join(x for x in ((t if titles else ""), g, m, f) if x) for t, g, m, f in parts])

    def _letters(self, text: Text) -> Text:
        return text.copy() if self.habits.accents_kept else mapped(text, plain)

    def _respelled(self, text: Text) -> Text:
        """Write some names in another of their usual spellings."""

        def other(name: str, x: float, _: float) -> str:
            ways = self._families.get(name)
            return ways[int(x * x * len(ways))] if ways else name

        return spoil(self.rng, text, self.habits.other_spelling, other)

    def _hyphens(self, family: Text) -> Text:
        """Drop the hyphen of some double-barrelled names, and one half of others."""
        rows = np.flatnonzero(["-" in f for f in family.tolist()])
        out = family.copy()
        for row, x in zip(rows, self.rng.random(len(rows)).tolist(), strict=True):
            if x < self.habits.half_name:
                out[row] = out[row].split("-")[1 if x * 2 < self.habits.half_name else 0]
            elif x < self.habits.half_name + self.habits.hyphen_lost:
                out[row] = out[row].replace("-", " ")
        return out

    def _titles(self, person: Index, day: Days) -> Text:
        people, rng, n = self.world.people, self.rng, len(person)
        age = (day - people.born[person]) / YEAR
        woman = people.sex[person] == FEMALE
        x = rng.random(n)
        title = np.where(
            woman, np.where(people.married[person] & (x < 0.75), "Mrs", np.where(x < 0.6, "Ms", "Miss")), "Mr"
        )
        title = np.where(age < 18, np.where(woman, "Miss", np.where(x < 0.6, "Master", "")), title).astype(object)
        title[(x > 0.985) & (age > 26)] = "Dr"
        title[rng.random(n) < 0.03] = ""
        return title

    # Dates, sex, identifiers -----------------------------------------------------------------------------------------
    def births(self, person: Index, style: str = "%d/%m/%Y", *, defaults: bool = True) -> Text:
        """Write dates of birth, with the source's slips, defaults and gaps."""
        habits, rng, n = self.habits, self.rng, len(person)
        born = birth_days(
            rng,
            self.world.people.born[person],
            swapped=habits.dob_swapped,
            digit=habits.dob_digit,
            first_january=habits.dob_first_january,
            latest=self.world.today,
        )
        out = dates(born, style)
        if defaults:
            rows = pick(rng, n, habits.dob_default)
            default = rng.integers(0, len(DEFAULT_DATES), len(rows)).tolist()
            out[rows] = [DEFAULT_DATES[k].strftime(style) for k in default]
        out[pick(rng, n, habits.dob_missing)] = ""
        return out

    def sexes(self, person: Index, female: str = "F", male: str = "M", unknown: str = "") -> Text:
        """Write sexes in the source's own codes."""
        out = np.where(self.world.people.sex[person] == FEMALE, female, male).astype(object)
        out[pick(self.rng, len(person), self.habits.sex_missing)] = unknown
        return out

    def ethnicities(self, person: Index, missing: float = 0.06) -> Text:
        """Write ethnicity in the school census codes."""
        codes = objects([c.ethnicity for c in cal.COMMUNITIES.values()])
        out = codes[self.world.people.community[person]]
        out[pick(self.rng, len(person), missing)] = "NOBT"
        return out

    def identifiers(self, column: Text, person: Index, *, missing: float | None = None) -> Text:
        """Write an identifier, with gaps and wrong digits."""
        habits, rng = self.habits, self.rng
        out = spoil(rng, column[person], habits.id_wrong, wrong_digit)
        out[pick(rng, len(person), habits.id_missing if missing is None else missing)] = ""
        return out

    # Contacts --------------------------------------------------------------------------------------------------------
    def mobiles(self, person: Index, day: Days, *, through_carer: bool = True) -> Text:
        """Write mobiles as on the day; a child's is its carer's."""
        contacts, rng, n = self.world.contacts, self.rng, len(person)
        whose = self._spoken_for(person) if through_carer else person
        number = np.where(day < contacts.mobile_since[whose], contacts.old_mobile[whose], contacts.mobile[whose])
        out = phones(number, rng.choice(4, n, p=[0.62, 0.28, 0.06, 0.04]))
        out[pick(rng, n, self.habits.phone_missing)] = ""
        return out

    def landlines(self, person: Index) -> Text:
        """Write the household's landline, where it has one."""
        out = phones(self.world.contacts.landline[person], self.rng.choice(4, len(person), p=[0.6, 0.1, 0.05, 0.25]))
        out[pick(self.rng, len(person), self.habits.phone_missing)] = ""
        return out

    def emails(self, person: Index, day: Days, *, through_carer: bool = True) -> Text:
        """Write e-mail addresses as on the day; a child's is its carer's."""
        contacts, rng = self.world.contacts, self.rng
        whose = self._spoken_for(person) if through_carer else person
        out = np.where(day < contacts.email_since[whose], contacts.old_email[whose], contacts.email[whose])
        out = spoil(rng, out.astype(object), 0.006, lambda t, x, y: typo(t.split("@")[0], x, y) + "@" + t.split("@")[1])
        out[pick(rng, len(person), self.habits.email_missing)] = ""
        return out

    def _spoken_for(self, person: Index) -> Index:
        carer = self.world.contacts.carer[person]
        return np.where(carer >= 0, carer, person).astype(np.int32)

    # Places ----------------------------------------------------------------------------------------------------------
    def address_lines(
        self,
        dwelling: NDArray[np.integer],
        style: str,
        *,
        short: float = 0.3,
        other_style: tuple[str, float] = ("", 0.0),
    ) -> list[Text]:
        """Write addresses in four lines, a share with short street types, a share in another style."""
        rng, habits, n = self.rng, self.habits, len(dwelling)
        upper = habits.upper_case
        brief = rng.random(n) < short
        other = rng.random(n) < other_style[1]
        no_town = rng.random(n) < 0.15
        long_book = self.book.lines(style, upper=upper)
        short_book = self.book.lines(style, short=True, upper=upper)
        other_book = self.book.lines(other_style[0], short=True, upper=upper) if other_style[0] else short_book
        lines = [
            np.where(other, o[dwelling], np.where(brief, s[dwelling], p[dwelling])).astype(object)
            for p, s, o in zip(long_book, short_book, other_book, strict=True)
        ]
        towns = {t.upper() if upper else t for t in cal.TOWNS}
        for row in np.flatnonzero(no_town):
            for line in lines[1:]:
                if line[row] in towns:
                    line[row] = ""
        lines[0] = spoil(rng, lines[0], habits.number_wrong, wrong_number)
        for k in (0, 1, 2):
            lines[k] = spoil(rng, lines[k], habits.address_typo / 2, typo)
        missing = pick(rng, n, habits.address_missing)
        for line in lines:
            line[missing] = ""
        return lines

    def one_line(self, dwelling: NDArray[np.integer], style: str, *, short: float = 0.5) -> Text:
        """Write addresses in one line, parts set off by commas."""
        lines = self.address_lines(dwelling, style, short=short)
        return objects([", ".join(x for x in parts if x) for parts in zip(*lines, strict=True)])

    def postcodes(self, dwelling: NDArray[np.integer]) -> Text:
        """Write postcodes: some run together, some with letters for digits, some wrong, some missing."""
        habits, rng = self.habits, self.rng
        out = self._postcodes[dwelling]
        out = spoil(rng, out, habits.postcode_wrong, wrong_postcode)
        out = spoil(rng, out, habits.postcode_letters, letters_for_digits)
        out = spoil(rng, out, habits.postcode_no_space, no_space)
        out = spoil(rng, out, 0.01, lambda t, *_: t.lower())
        out[pick(rng, len(out), habits.postcode_missing)] = ""
        return out

    def uprns(self, dwelling: NDArray[np.integer], *, scientific: float = 0.0) -> Text:
        """Write UPRNs, a share of them as a spreadsheet spoils them (1.0009E+11)."""
        rng, n = self.rng, len(dwelling)
        numbers = self.world.places.uprn[dwelling]
        out = objects([str(u) for u in numbers.tolist()])
        rows = pick(rng, n, scientific)
        out[rows] = [f"{u:.5E}".replace("E+", "E+") for u in numbers[rows].astype(float).tolist()]
        out[pick(rng, n, self.habits.uprn_missing)] = ""
        return out

    # Which people ----------------------------------------------------------------------------------------------------
    def sample(self, who: NDArray[np.bool_], share: float | NDArray[np.floating]) -> Index:
        """Return a random share of the people flagged."""
        return np.flatnonzero(who & (self.rng.random(len(who)) < share)).astype(np.int32)


def resident(world: World) -> NDArray[np.bool_]:
    """Return who is in the borough today."""
    return world.people.left > world.today


def resident_or_lately(world: World, years: float, kept: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return who is in the borough today, and of those who left within some years the share that a source has kept."""
    left = world.people.left
    lately = (left > world.today - years * YEAR) & (left <= world.today) & (left > world.people.arrived + 30)
    return resident(world) | (lately & (rng.random(len(left)) < kept))


__all__ = ["Clerk", "NameColumns", "resident", "resident_or_lately"]
