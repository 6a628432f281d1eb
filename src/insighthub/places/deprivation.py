"""How deprived each area is, as an official index says.

Takes a CSV with a row an area, such as that of the English Indices of Deprivation, gives a table in which higher is
worse.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from insighthub.places.csv_tables import column, needed, numbers, read_texts, texts

_AREA = ("area", "area_code", "code", "lsoa21cd", "lsoa11cd", "lsoa21_code", "lsoa11_code")
_SCORE = ("score", "imd_score", "deprivation")
_RANK = ("rank", "imd_rank")


def read_deprivation(path: Path) -> pa.Table:
    """Read areas and their deprivation: by ``score``, higher worse, or else by ``rank``, 1 the worst.

    Returns:
        area, and score, higher worse; a rank becomes its negative. Rows without a figure are left out.

    Raises:
        DataError: a column is missing, or a cell is no number.
    """
    table = read_texts(path)
    codes = texts(table, needed(table, "area", _AREA, path))
    score = column(table, _SCORE)
    found = (
        numbers(table, score, path)
        if score is not None
        else -numbers(table, needed(table, "score or rank of deprivation", (*_SCORE, *_RANK), path), path)
    )
    known = np.flatnonzero(np.isfinite(found))
    return pa.table({"area": pa.array([codes[k] for k in known.tolist()], pa.string()), "score": found[known]})
