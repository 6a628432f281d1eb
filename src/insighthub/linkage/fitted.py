"""A learned model together with the rows it was learned on: what scoring and explaining both need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.em import Parameters
from insighthub.linkage.encode import Encoded


@dataclass(frozen=True)
class Fitted:
    """A learned model on its rows.

    Attributes:
        data: coded rows.
        comparisons: in the order of the parameters.
        parameters: what was learned.
        frequencies: comparison number -> log share of records by value code; see ``log_frequencies``.
        namesakes: how common each row's full name is, shape (n,); see ``log_namesakes``.
    """

    data: Encoded
    comparisons: tuple[Comparison, ...]
    parameters: Parameters
    frequencies: dict[int, npt.NDArray[np.float64]]
    namesakes: npt.NDArray[np.float64]
