"""The sample of unlikely pairs, drawn where no machine holds them all.

Takes the table ``scored``, gives what ``unlikely_pairs`` gives. How many pairs there are of each band and block is
counted; the places are drawn on the driver, as the default engine draws them; and the pairs at these places are asked
for.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.encode import Encoded
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.score import MOST_BITS, probability_of
from insighthub.linkage.spark import statements
from insighthub.linkage.spark.rows import arrays
from insighthub.linkage.unlikely import BANDS, draw_places, stand_for, unlikely_table

BLOCK_ROWS = 500  # left rows that are looked through together for the pairs at places drawn


class Tables(Protocol):
    """Named tables, and statements over them."""

    def view(self, name: str, statement: str) -> None:
        """Name what a statement gives."""

    def send(self, name: str, table: pa.Table) -> None:
        """Name a table that is at hand."""

    def rows(self, statement: str) -> pa.Table:
        """Return the rows of a statement."""

    def drop(self, *names: str) -> None:
        """Forget tables."""


def unlikely_sample(tables: Tables, data: Encoded, *, keep: float) -> pa.Table:
    """Draw from the scored pairs under a match probability; see ``unlikely_pairs``."""
    tables.view("unlikely", statements.unlikely(least_weight(keep), BANDS, BLOCK_ROWS))
    blocks = arrays(tables.rows(statements.UNLIKELY_BY_BLOCK))
    sizes = [int(blocks["pairs"][blocks["band"] == band].sum()) for band in range(len(BANDS))]
    drawn = draw_places(sizes)
    tables.send("drawn", pa.concat_tables([_places(blocks, band, places) for band, places in enumerate(drawn)]))
    found = arrays(tables.rows(statements.UNLIKELY_DRAWN))
    tables.drop("unlikely", "drawn")
    return unlikely_table(data, Pairs(found["left_no"], found["right_no"]), found["weight"], stand_for(sizes, drawn))


def _places(blocks: dict[str, npt.NDArray[np.int64]], band: int, places: npt.NDArray[np.int64]) -> pa.Table:
    """Say in which block of a band each place is, and which place it is there."""
    of_band = blocks["band"] == band
    number, ends = blocks["block"][of_band], np.cumsum(blocks["pairs"][of_band])
    at = np.searchsorted(ends, places, side="right")
    within = places - (ends - blocks["pairs"][of_band])[at]
    return pa.table(
        {
            "band": np.full(len(places), band, np.int32),
            "block": number[at].astype(np.int32),
            "place": within.astype(np.int64),
        }
    )


def least_weight(probability: float) -> float:
    """Return the least weight in single precision whose probability is at or over this one, within 60 bits."""
    if probability_of(np.array([-MOST_BITS]))[0] >= probability:
        return -MOST_BITS
    # Numbers in single precision are in the order of their bits, read as an integer with a sign: so halving finds it.
    end = int(np.float32(MOST_BITS).view(np.int32))
    under, reached = -end, end + 1
    while reached - under > 1:
        middle = (under + reached) // 2
        if probability_of(np.array([_at(middle)]))[0] >= probability:
            reached = middle
        else:
            under = middle
    return float(_at(reached))


def _at(place: int) -> np.float32:
    """Return the number at a place in the order of numbers in single precision, of which nought is at 0."""
    size = np.int32(abs(place)).view(np.float32)
    return size if place >= 0 else -size
