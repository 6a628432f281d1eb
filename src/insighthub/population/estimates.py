"""Official estimates of the population by age and sex, read from a CSV file that the council names.

Takes the file (rows of single years of age or of bands, as the Office for National Statistics publishes them), gives
one number a band of five years and sex, with the bounds of its error where the file has them. Bounds of several rows
are added up as if their errors went together, which is the careful way.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from insighthub.errors import MeasureError

#: First ages of the bands of five years; the last is open.
FIRST_AGES = tuple(range(0, 95, 5))
SEXES = ("F", "M")
_MOST = 1e9  # what is more than this, or no number at all, is no number of people
_COLUMNS = ("sex", "age_from", "age_to", "population")


class Estimate(NamedTuple):
    """An official number of people, and the bounds of its error; the number itself where they are not known."""

    population: float
    lower: float
    upper: float


def band_of(age: int) -> str:
    """Return the band of five years that an age is in."""
    first = min(max(age, 0) // 5 * 5, FIRST_AGES[-1])
    return f"{first} and over" if first == FIRST_AGES[-1] else f"{first} to {first + 4}"


#: The bands, youngest first.
BANDS = tuple(band_of(first) for first in FIRST_AGES)


def read_estimates(path: Path) -> dict[tuple[str, str], Estimate]:
    """Return estimates by band and sex.

    Raises:
        MeasureError: the file cannot be read, lacks a column, or has a row that is no number of people in one band.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            header = [name.strip().casefold() for name in reader.fieldnames or ()]
            reader.fieldnames = header
            lines = list(reader)
    except (OSError, ValueError, csv.Error):
        raise MeasureError(
            "the official estimates cannot be read",
            remedy="Check that the file is there, and is a CSV in UTF-8",
            file=path,
        ) from None
    if missing := [name for name in _COLUMNS if name not in header]:
        raise MeasureError(
            f"the official estimates have no column {missing[0]}",
            remedy=f"Give the columns {', '.join(_COLUMNS)}, and lower and upper where they are known",
            file=path,
            row=1,
        )
    found: dict[tuple[str, str], list[float]] = {}
    for number, line in enumerate(lines, start=2):
        key, numbers = _row(line, path, number)
        sums = found.setdefault(key, [0.0, 0.0, 0.0])
        for place, value in enumerate(numbers):
            sums[place] += value
    return {key: Estimate(*numbers) for key, numbers in found.items()}


def _row(line: dict[str, str], path: Path, number: int) -> tuple[tuple[str, str], tuple[float, float, float]]:
    try:
        sex = line["sex"].strip().upper()[:1]
        first, last = int(line["age_from"]), int(line["age_to"].strip() or 130)
        population = float(line["population"].replace(",", ""))
        lower = float((line.get("lower") or "").replace(",", "") or population)
        upper = float((line.get("upper") or "").replace(",", "") or population)
    except (ValueError, AttributeError):
        sex, first, last, population, lower, upper = "", 0, 0, 0.0, 0.0, 0.0
    good = sex in SEXES and 0 <= first <= last and 0 <= lower <= population <= upper < _MOST
    if not good or band_of(first) != band_of(last):
        raise MeasureError(
            "a row of the official estimates is not a number of people of one sex in one band of five years",
            remedy="Give F or M, ages within 0 to 4, 5 to 9 and so on up to 90 and over, and a number; lower and upper,"
            " where there are any, on either side of it",
            file=path,
            row=number,
        )
    return (band_of(first), sex), (population, lower, upper)
