"""When things happen to people: events over the months of facts, with growth and a season.

Takes numbers of events, gives days. Demand for council services grew over these years and peaks in winter or summer
by service; each caller says how much. The share of people that something happens to is each extract's own, and rests
on the household's hardship, so that arrears, benefits, homelessness and care fall together.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic.calibration import MONTHS_OF_FACTS
from insighthub.synthetic.population import EPOCH, TODAY

_MONTH = 30.4375


def monthly_days(
    rng: np.random.Generator, n: int, *, trend: float = 0.0, winter: float = 0.0, today: int = TODAY
) -> NDArray[np.int64]:
    """Draw ``n`` days within the months of facts before today, a month's last day.

    trend: growth from the first month to the last, as a share of the first. winter: swing of the season, as a share
    of the mean, at its height in January (negative: in July).
    """
    months = np.arange(MONTHS_OF_FACTS)
    of_year = ((EPOCH + dt.timedelta(days=today)).month - (MONTHS_OF_FACTS - months)) % 12  # 0 is January
    weight = (1 + trend * months / (MONTHS_OF_FACTS - 1)) * (1 + winter * np.cos(2 * np.pi * of_year / 12))
    month = rng.choice(months, n, p=weight / weight.sum())
    back = (MONTHS_OF_FACTS - month) * _MONTH - rng.random(n) * _MONTH
    return (today - np.floor(back)).astype(np.int64)


def likely(rng: np.random.Generator, base: float, slope: float, hardship: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Draw which of these happen: a logistic chance of ``base`` where hardship is average."""
    odds = np.log(base / (1 - base)) + slope * hardship
    return np.asarray(rng.random(len(hardship)) < 1 / (1 + np.exp(-odds)))
