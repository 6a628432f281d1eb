"""British National Grid and longitude and latitude, either way.

Takes degrees (WGS84) or metres (EPSG:27700), gives the other. The datum is shifted by the seven parameters that
Ordnance Survey publishes ("A guide to coordinate systems in Great Britain"), which is true to about 5 metres and
usually to 2 or 3, needs no file of shifts and no network, and gives the same on every machine. Where a file has metres,
these are used as they are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from insighthub.places.libraries import pyproj

#: The grid's own edge: no place in Great Britain lies beyond it.
EASTINGS = (0.0, 700_000.0)
NORTHINGS = (0.0, 1_300_000.0)

_GRID = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
    "+towgs84=446.448,-125.157,542.06,0.1502,0.247,0.8421,-20.4894 +units=m +no_defs"
)
_DEGREES = "+proj=longlat +datum=WGS84 +no_defs"

Metres = NDArray[np.float64]


@lru_cache(maxsize=2)
def _shift(*, to_grid: bool) -> Any:
    ends = (_DEGREES, _GRID) if to_grid else (_GRID, _DEGREES)
    return pyproj.Transformer.from_crs(*ends, always_xy=True)


def to_grid(longitude: ArrayLike, latitude: ArrayLike) -> tuple[Metres, Metres]:
    """Return eastings and northings in metres, of the shape of what was given; NaN stays NaN."""
    return _through(_shift(to_grid=True), longitude, latitude)


def to_lonlat(easting: ArrayLike, northing: ArrayLike) -> tuple[Metres, Metres]:
    """Return longitudes and latitudes in degrees, of the shape of what was given; NaN stays NaN."""
    return _through(_shift(to_grid=False), easting, northing)


def in_britain(easting: ArrayLike, northing: ArrayLike) -> NDArray[np.bool_]:
    """Return which points lie on the grid of Great Britain; NaN does not."""
    e, n = np.asarray(easting, np.float64), np.asarray(northing, np.float64)
    inside = (e >= EASTINGS[0]) & (e <= EASTINGS[1]) & (n >= NORTHINGS[0]) & (n <= NORTHINGS[1])
    return np.asarray(inside, np.bool_)


def _through(shift: Any, x: ArrayLike, y: ArrayLike) -> tuple[Metres, Metres]:
    first, second = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(y, np.float64))
    known = np.isfinite(first) & np.isfinite(second)
    out = np.full(first.shape, np.nan), np.full(first.shape, np.nan)
    if known.any():
        out[0][known], out[1][known] = shift.transform(first[known], second[known])
    return out
