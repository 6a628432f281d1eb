"""An index beside another one of the same areas, deprivation for example: how far they agree, and where they differ.

Takes an index's scores and another's, gives their rank correlation and the areas that they rank most differently. An
index of a particular harm need not mirror deprivation; where it only does so, it says nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from insighthub.area_index.normalise import rank
from insighthub.area_index.ranking import worst_first, worst_tenth
from insighthub.errors import DataError


@dataclass(frozen=True)
class Comparison:
    """How two indices of the same areas agree.

    Args:
        areas: how many areas both have.
        spearman: the correlation of their ranks; None where one of them is the same everywhere.
        both_worst: how many areas are in the worst tenth of both.
        worst: how many areas a worst tenth has.
        differ: a row an area, those that differ most first: area, rank, other_rank (1 worst), difference
            (other_rank less rank: over 0 where this index finds the area worse than the other does).
    """

    areas: int
    spearman: float | None
    both_worst: int
    worst: int
    differ: pa.Table


def compare(
    scores: pa.Table,
    other: pa.Table,
    *,
    column: str = "score",
    direction: Literal["higher is worse", "lower is worse"] = "higher is worse",
    area: str = "area",
) -> Comparison:
    """Compare an index with another.

    Args:
        scores: area and score, higher worse, as ``build`` gives them.
        other: the other index's areas and values.
        column: the column of ``other`` that holds its values; those without a value are left out.
        direction: which way ``column`` is worse; of published ranks, with 1 the worst, lower is.
        area: the column of ``other`` that names the areas.

    Raises:
        DataError: ``other`` lacks a column, or the two have fewer than two areas in common.
    """
    for name in (area, column):
        if name not in other.column_names:
            raise DataError("there is no such column", remedy="Name the column of the other index", column=name)
    sign = 1.0 if direction == "higher is worse" else -1.0
    theirs = {
        name: sign * value
        for name, value in zip(
            other[area].cast(pa.string()).to_pylist(), other[column].cast(pa.float64()).to_pylist(), strict=True
        )
        if value is not None and np.isfinite(value)
    }
    ours = dict(zip(scores["area"].to_pylist(), scores["score"].to_pylist(), strict=True))
    names = [name for name in ours if name in theirs]
    if len(names) < 2:
        raise DataError(
            "the two indices have fewer than two areas in common",
            remedy="Check that both name areas by the same codes, and of the same year",
            column=area,
        )
    one, two = np.array([ours[name] for name in names]), np.array([theirs[name] for name in names])
    ranks, other_ranks = worst_first(one), worst_first(two)
    most = worst_tenth(len(names))
    order = np.argsort(-np.abs(other_ranks - ranks), kind="stable")
    differ = pa.table(
        {
            "area": [names[place] for place in order],
            "rank": ranks[order],
            "other_rank": other_ranks[order],
            "difference": (other_ranks - ranks)[order],
        }
    )
    spearman = None
    if one.std() > 0 and two.std() > 0:
        spearman = float(np.corrcoef(rank(one), rank(two))[0, 1])
    return Comparison(len(names), spearman, int(np.sum((ranks <= most) & (other_ranks <= most))), most, differ)
