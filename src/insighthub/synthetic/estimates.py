"""The fictional borough's official estimates: what a statistics office would say of its people by age and sex.

Takes a world and a stream of random numbers, gives a CSV in the form that ``[population] estimates`` takes. They are
made from the truth with an error of their own, as real mid-year estimates have one: each band and sex is off by 3% at
one standard deviation, and by chance as a count is, which ``lower`` and ``upper`` give the 95% bounds of, and the total
by 1%. Where the borough has its geography, its office has figures by area, and these add up to them: see ``risk``.
These numbers are assumptions. There is no such office, and there are no such people.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic.population import World

#: What the file is called, and what pages call it.
FILE = "population_estimates.csv"
NAME = "the fictional borough's official estimates (made up, as the borough is)"

_RELATIVE_ERROR, _TOTAL_ERROR, _Z, _LAST = 0.03, 0.01, 1.96, 90
_FIRSTS = range(0, _LAST + 1, 5)
_EPOCH = date(1970, 1, 1)


def estimates_text(world: World, rng: np.random.Generator) -> str:
    """Return the estimates as CSV text: sex, age_from, age_to, population, lower, upper."""
    day = world.today
    people = world.people
    here = (people.born <= day) & (people.died > day) & (people.arrived <= day) & (people.left > day)
    ages = np.array([_age(int(born), day) for born in people.born[here].tolist()], np.int64)
    bands = np.minimum(ages, _LAST) // 5 * 5
    sexes = people.sex[here]
    true = np.array([[((bands == first) & (sexes == n)).sum() for first in _FIRSTS] for n in range(2)], float)
    spread = np.hypot(_RELATIVE_ERROR * true, np.sqrt(np.maximum(true, 1)))
    drawn = np.maximum(true + spread * rng.standard_normal(true.shape), 0)
    # An office knows its total better than any part of it, and has the parts add up to that.
    drawn *= true.sum() * (1 + _TOTAL_ERROR * rng.standard_normal()) / max(drawn.sum(), 1)
    return _text(drawn, spread)


def summed_text(people: NDArray[np.int64]) -> str:
    """Return the same of an office that has figures by area: what they add up to.

    Args:
        people: (sexes, years of age) in all areas together; women first.
    """
    ends = [*_FIRSTS, people.shape[1]]
    found = np.array([[each[ends[k] : ends[k + 1]].sum() for k in range(len(_FIRSTS))] for each in people], float)
    return _text(found, np.hypot(_RELATIVE_ERROR * found, np.sqrt(np.maximum(found, 1))))


def _text(people: NDArray[np.float64], spread: NDArray[np.float64]) -> str:
    """Return CSV text of (sexes, bands) people with bounds, from their standard deviations."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["sex", "age_from", "age_to", "population", "lower", "upper"])
    for number, sex in enumerate("FM"):
        for place, first in enumerate(_FIRSTS):
            found, off = round(float(people[number, place])), _Z * float(spread[number, place])
            last = "" if first == _LAST else first + 4
            writer.writerow([sex, first, last, found, max(0, round(found - off)), round(found + off)])
    return out.getvalue()


def _age(born: int, day: int) -> int:
    """Return the age on a day, both in days since 1970."""
    of, on = (_EPOCH + timedelta(days=each) for each in (born, day))
    return on.year - of.year - ((on.month, on.day) < (of.month, of.day))
