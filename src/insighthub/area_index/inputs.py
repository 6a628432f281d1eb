"""The table that an index is built from, read into columns.

Takes a table with a row an area, gives for each indicator its values and, where they are known, its counts or
variances. An indicator ``arrears`` comes as counts in ``arrears_count`` of ``arrears_population``, or as values in
``arrears``, with their sampling variance in ``arrears_variance`` where it is known. An empty cell, or a population of
none, is a missing value. Where a column ``larger_area`` says which larger area each is in, rates are drawn towards that
one's; without it, towards that of all areas together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import types

from insighthub.area_index.definition import IndexDefinition, Indicator
from insighthub.errors import DataError

Floats = NDArray[Any]

LARGER_AREA = "larger_area"


@dataclass(frozen=True)
class Column:
    """One indicator as delivered.

    Args:
        indicator: what it is.
        values: (areas,) values or rates; NaN where missing.
        count: (areas,) what was counted, where counts were given.
        population: (areas,) of how many.
        variance: (areas,) the sampling variance of the values, where it was given.
    """

    indicator: Indicator
    values: Floats
    count: Floats | None = None
    population: Floats | None = None
    variance: Floats | None = None


@dataclass(frozen=True)
class Inputs:
    """All indicators of all areas, in the order of the table and of the definition."""

    areas: tuple[str, ...]
    columns: tuple[Column, ...]
    group: NDArray[np.intp] | None


def read_inputs(definition: IndexDefinition, table: pa.Table, area: str = "area") -> Inputs:
    """Read the columns that an index needs.

    Raises:
        DataError: a column is missing or no number, an area is missing or stands twice, a count does not fit its
            population, or an area lacks a value that it must have; the message names row and column.
    """
    if area not in table.column_names:
        raise DataError("there is no such column", remedy="Give the column that names the areas", column=area)
    names = table[area].cast(pa.string()).to_pylist()
    if len(names) < 2:
        raise DataError("there are fewer than two areas", remedy="An index compares areas; give all of them")
    for row, name in enumerate(names, 1):
        if not name:
            raise DataError("the area is missing", remedy="Name the area", row=row, column=area)
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        row = len(names) - names[::-1].index(twice[0])
        raise DataError(f"the area {twice[0]} stands twice", remedy="Leave one row for each area", row=row, column=area)
    columns = tuple(_column(indicator, table) for indicator in definition.indicators)
    group = None
    if LARGER_AREA in table.column_names:
        larger = np.array(table[LARGER_AREA].cast(pa.string()).fill_null("").to_pylist(), dtype=object)
        group = np.unique(larger.astype(str), return_inverse=True)[1].astype(np.intp)
    inputs = Inputs(tuple(names), columns, group)
    _check_missing(definition, inputs)
    return inputs


def _column(indicator: Indicator, table: pa.Table) -> Column:
    named = indicator.id
    if f"{named}_count" in table.column_names:
        count, population = _numbers(table, f"{named}_count"), _numbers(table, f"{named}_population")
        _check_counts(indicator, count, population)
        values = np.full(len(count), np.nan)
        known = population > 0
        values[known] = count[known] / population[known]
        return Column(indicator, values, count, population)
    values = _numbers(table, named)
    if f"{named}_variance" not in table.column_names:
        if indicator.shrink:
            raise DataError(
                "the indicator is to be drawn towards the larger area, and how sure its values are is not given",
                remedy=f"Give {named}_count and {named}_population, or {named}_variance, or set shrink to false",
                column=named,
            )
        return Column(indicator, values)
    variance = _numbers(table, f"{named}_variance")
    bad = np.isfinite(values) & ~(variance >= 0)
    if bad.any():
        raise DataError(
            "the variance is missing or under 0",
            remedy="Give the sampling variance of each value",
            row=int(bad.argmax()) + 1,
            column=f"{named}_variance",
        )
    return Column(indicator, values, variance=variance)


def _numbers(table: pa.Table, name: str) -> Floats:
    if name not in table.column_names:
        raise DataError(
            "there is no such column", remedy="Add it to the table, or take the indicator out of the index", column=name
        )
    kind = table.schema.field(name).type
    if not (types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_null(kind)):
        raise DataError(f"the column holds {kind}, not numbers", remedy="Give numbers", column=name)
    values = np.asarray(table[name].cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    infinite = np.isinf(values)
    if infinite.any():
        raise DataError(
            "the value is infinite",
            remedy="Give a number, or leave the cell empty",
            row=int(infinite.argmax()) + 1,
            column=name,
        )
    return values


def _check_counts(indicator: Indicator, count: Floats, population: Floats) -> None:
    faults = {
        "the count is under 0": count < 0,
        "the population is under 0": population < 0,
        "something is counted of a population of none": (count > 0) & (population == 0),
    }
    if indicator.counted == "people":
        faults["more people are counted than there are"] = count > population
    for what, where in faults.items():
        if where.any():
            raise DataError(
                what,
                remedy='Mend the figures, or say counted = "events" if one person may count several times',
                row=int(where.argmax()) + 1,
                column=f"{indicator.id}_count",
            )


def _check_missing(definition: IndexDefinition, inputs: Inputs) -> None:
    missing = np.array([np.isnan(column.values) for column in inputs.columns])
    for column, gone in zip(inputs.columns, missing, strict=True):
        if definition.missing == "fail" and gone.any():
            raise DataError(
                f"{inputs.areas[int(gone.argmax())]} has no value",
                remedy='Give one, or say missing = "domain mean" in the index',
                row=int(gone.argmax()) + 1,
                column=column.indicator.id,
            )
    for domain in definition.domains:
        inside = np.array([column.indicator.domain == domain.id for column in inputs.columns])
        if (none := missing[inside].all(axis=0)).any():
            raise DataError(
                f"{inputs.areas[int(none.argmax())]} has no value of any indicator of the domain {domain.id}",
                remedy="Give one, or leave the area out of the table",
                row=int(none.argmax()) + 1,
            )
