"""Which of many tests to believe: the false discovery rate of Benjamini and Hochberg (1995).

Takes p-values, one a test, gives them adjusted. Of 115 areas tested at 5%, six look unusual where none is; of those
that stand after this adjustment at 5%, on average no more than one in twenty is there by chance. It holds where tests
are independent or positively dependent, as those of neighbouring areas mostly are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insighthub.errors import DataError

Floats = npt.NDArray[np.float64]


def adjusted(p_values: npt.ArrayLike) -> Floats:
    """Return adjusted p-values, the smallest rate of false discovery at which each test would stand.

    Benjamini and Hochberg (1995), "Controlling the false discovery rate": with the p-values in rising order, the least
    of m p(j) / j over all j from i upwards. A p-value that is not a number, of an island, counts as no test and stays
    so.

    Args:
        p_values: shape (m,).

    Returns:
        Shape (m,), from 0 to 1.

    Raises:
        DataError: a p-value is below 0 or above 1.
    """
    p = np.asarray(p_values, np.float64)
    tested = ~np.isnan(p)
    if ((p[tested] < 0) | (p[tested] > 1)).any():
        raise DataError("a p-value is below 0 or above 1", remedy="Give the p-values of tests")
    order = np.argsort(p[tested], kind="stable")
    count = len(order)
    scaled = p[tested][order] * count / np.arange(1, count + 1)
    least = np.minimum.accumulate(scaled[::-1])[::-1]
    given = np.empty(count)
    given[order] = np.minimum(least, 1.0)
    result = np.full(p.shape, np.nan)
    result[tested] = given
    return result


def significant(p_values: npt.ArrayLike, rate: float = 0.05) -> npt.NDArray[np.bool_]:
    """Return which tests stand at a rate of false discovery; one without a p-value does not."""
    return np.asarray(np.nan_to_num(adjusted(p_values), nan=np.inf) <= rate)
