"""Which rows are paired with all who share their full name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insighthub.linkage.blocking.blocks import group, known_rows
from insighthub.linkage.blocking.rule import FULL_NAME
from insighthub.linkage.encode import Encoded


def paired_by_name(data: Encoded, cap: int) -> npt.NDArray[np.bool_]:
    """Whether each row is paired with all who share its full name, or its name is too common for that; shape (n,)."""
    parts = FULL_NAME.parts(data.codes)
    order, sizes = group(parts, known_rows(parts))
    out = np.zeros(data.n, bool)
    out[order] = np.repeat(sizes <= FULL_NAME.cap(cap), sizes)
    return out
