"""How many people official figures count in each area, by sex and age.

Takes a CSV in long form (a row an area, sex and age), gives counts. Ages are single years, the last open ("90+"), or
the first years of bands; a band is split no finer than it came.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insighthub.errors import DataError
from insighthub.places.csv_tables import FIRST_ROW, column, needed, numbers, read_texts, texts

_AREA = ("area", "area_code", "code", "lsoa21cd", "lsoa11cd", "lsoa21_code", "lsoa11_code")
_SEX = ("sex", "gender")
_AGE = ("age", "age_from", "age_band")
_COUNT = ("population", "count", "persons", "people", "value", "observation")
_FIRST_YEAR = re.compile(r"(?:aged\s*)?(\d{1,3})", re.IGNORECASE)
_SEXES = {"f": "female", "m": "male", "female": "female", "male": "male", "females": "female", "males": "male"}

#: What a count of people of both sexes is called.
ALL = "all"


@dataclass(frozen=True)
class Population:
    """Counts of people: by area, sex and first year of age."""

    areas: tuple[str, ...]
    sexes: tuple[str, ...]  # "female", "male", or "all" where the figures are not by sex
    ages: tuple[int, ...]  # the first year of age of each band, rising; the last is open
    counts: NDArray[np.float64]  # (areas, sexes, ages)

    def by_area(self, *, sex: str | None = None, first: int = 0, last: int | None = None) -> NDArray[np.float64]:
        """Return people in each area, of one sex or all, from a first to a last year of age.

        Raises:
            ValueError: the figures do not tell these ages apart, or have no such sex.
        """
        picked = self.counts if sex is None else self.counts[:, [self.sexes.index(sex)]]
        start = self._at(first)
        stop = len(self.ages) if last is None else self._at(last + 1)
        return np.asarray(picked[:, :, start:stop].sum(axis=(1, 2)), np.float64)

    def in_bands(self, first_years: Sequence[int]) -> Population:
        """Return the counts in coarser bands of age, each named by its first year; the first of all is 0.

        Raises:
            ValueError: the bands do not begin at 0 and rise, or split what came as one.
        """
        if not first_years or first_years[0] != 0 or any(a >= b for a, b in pairwise(first_years)):
            raise ValueError("bands begin at 0 and rise")
        starts = [self._at(year) for year in first_years]
        counts = np.add.reduceat(self.counts, starts, axis=2)
        return Population(self.areas, self.sexes, tuple(first_years), counts)

    def of(self, codes: Sequence[str]) -> Population:
        """Return the counts of areas in an order; 0 for an area that the figures do not have."""
        row = {code: k for k, code in enumerate(self.areas)}
        at = np.array([row.get(code, -1) for code in codes], np.int64)
        counts = np.where((at >= 0)[:, None, None], self.counts[at], 0.0)
        return Population(tuple(codes), self.sexes, self.ages, counts)

    def _at(self, year: int) -> int:
        if year not in self.ages:
            raise ValueError(f"the figures do not tell people of {year} years from younger ones")
        return self.ages.index(year)


def read_population(path: Path) -> Population:
    """Read a CSV with columns for area, age and count, and for sex where figures are by sex.

    An age is a first year: "16", "16-24", "90+", "Aged 16 years". A sex is female or male, F or M.

    Raises:
        DataError: a column is missing, a cell cannot be understood, or an area, sex and age stand twice there.
    """
    table = read_texts(path)
    codes = texts(table, needed(table, "area", _AREA, path))
    age_column = needed(table, "age", _AGE, path)
    count_column = needed(table, "count of people", _COUNT, path)
    count = numbers(table, count_column, path)
    for k in np.flatnonzero(~(count >= 0)).tolist():
        raise _fault("this is no count of people", path, k, count_column)
    sex_column = column(table, _SEX)
    sexes = [ALL] * len(codes) if sex_column is None else _sexes(texts(table, sex_column), path, sex_column)
    years = []
    for k, text in enumerate(texts(table, age_column)):
        match = _FIRST_YEAR.match(text)
        if match is None:
            raise _fault("this is no age", path, k, age_column)
        years.append(int(match[1]))
    if not codes:
        raise DataError("the file has no rows", remedy="Ask for it again", file=path)
    areas, sex_names, ages = tuple(dict.fromkeys(codes)), tuple(sorted(set(sexes))), tuple(sorted(set(years)))
    where = [{v: k for k, v in enumerate(each)} for each in (areas, sex_names, ages)]
    at = np.array([[where[0][a], where[1][s], where[2][y]] for a, s, y in zip(codes, sexes, years, strict=True)])
    flat = np.ravel_multi_index(tuple(at.T), (len(areas), len(sex_names), len(ages)))
    _, first = np.unique(flat, return_index=True)
    if len(first) < len(flat):
        again = int(np.setdiff1d(np.arange(len(flat)), first)[0])
        raise _fault("this area, sex and age stand in an earlier row too", path, again, age_column)
    counts = np.zeros((len(areas), len(sex_names), len(ages)))
    counts.reshape(-1)[flat] = count
    return Population(areas, sex_names, ages, counts)


def _sexes(given: list[str], path: Path, name: str) -> list[str]:
    out = []
    for k, text in enumerate(given):
        sex = _SEXES.get(text.lower())
        if sex is None:
            raise _fault("this is no sex that is understood; totals of both are left out of the file", path, k, name)
        out.append(sex)
    return out


def _fault(what: str, path: Path, k: int, name: str) -> DataError:
    return DataError(what, remedy="Mend the row, or take it out", file=path, row=k + FIRST_ROW, column=name)
