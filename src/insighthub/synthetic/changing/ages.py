"""What comes with age: a pupil number at four, a phone and a national insurance number at sixteen, then no carer.

Takes a world that has come to a new day and changes it: those who have reached an age get what goes with it.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.changing.growth import Growth
from insighthub.synthetic.contacts import email_letters, emails, entry_year, mobiles, upns
from insighthub.synthetic.population import CHILD, Flags, Index, World

_BEFORE_SCHOOL = 3.9  # a number is there when the first census asks for it
_GROWN = 19  # from which the school and others do not write to a parent any more
_NINO_AGE = 16


def new_emails(world: World, rng: np.random.Generator, who: Index) -> np.ndarray:
    """Return new e-mail addresses for people, made from the names that they bear now."""
    people = world.people
    if len(who) == 0:
        return np.empty(0, object)
    used, rows = np.unique(np.r_[people.known_as[who], people.family[who]], return_inverse=True)
    letters = email_letters(world.texts[used])[rows]
    return emails(rng, letters[: len(who)], letters[len(who) :], people.born[who])


def come_of_age(world: World, growth: Growth, rng: np.random.Generator, here: Flags) -> None:
    """Give people who live here the numbers and contacts of their age, where they have none."""
    contacts, age = world.contacts, world.age()
    pupils = np.flatnonzero(here & (age > _BEFORE_SCHOOL) & (age < _NINO_AGE) & (contacts.upn == ""))
    if len(pupils):
        contacts.upn[pupils] = upns(rng, entry_year(world.people.born[pupils]), growth.serials(len(pupils)))
    of_age = np.flatnonzero(here & (age >= _NINO_AGE) & (age < 20) & (contacts.nino == ""))
    contacts.nino[of_age] = growth.new_ninos(len(of_age))
    without = here & (age >= cal.CHILD_PHONE_FROM_AGE) & (age < 20) & (contacts.mobile < 0)
    young = np.flatnonzero(without).astype(np.int32)
    contacts.mobile[young] = mobiles(rng, len(young))
    contacts.old_mobile[young] = contacts.mobile[young]
    bare = young[contacts.email[young] == ""]
    contacts.email[bare] = new_emails(world, rng, bare)
    contacts.old_email[bare] = contacts.email[bare]
    contacts.carer[here & (world.people.role == CHILD) & (age >= _GROWN)] = -1


__all__ = ["come_of_age", "new_emails"]
