"""The ground of the fictional borough: where its areas, postcodes and dwellings lie.

Takes the dwellings of a world, which stand in a line of small areas, gives polygons and points in metres. The line is
folded to and fro over the ground, so that areas next to each other in it are neighbours; each postcode has a point, the
ground is parted by nearest point, and an area is what its postcodes have. So areas fill the borough without a gap, and
no postcode or dwelling lies in another's area. Points beyond the boundary, of nobody, give the borough its edge. It
lies in the North Sea.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insighthub.places.areas import Areas
from insighthub.places.libraries import shapely, spatial
from insighthub.synthetic import calibration as cal
from insighthub.synthetic.places import Places

_GHOSTS_ACROSS = 5  # points beyond the boundary to a side of an area
_REACH = 2  # areas' sides beyond the boundary that have such points
_DECIMETRE = 1
_NEAR = 0.45  # of the way to the nearest other postcode, within which a postcode's dwellings stand

Points = NDArray[np.float64]  # (n, 2): easting, northing


@dataclass(frozen=True)
class Ground:
    """Areas, the point of each postcode and dwelling, and points beyond the boundary."""

    areas: Areas
    area_of_postcode: NDArray[np.int32]
    postcode: Points
    dwelling: Points
    beyond: Points

    def area_of_dwelling(self, places: Places) -> NDArray[np.int32]:
        """Return the area of each dwelling, which is that of its postcode."""
        return np.asarray(self.area_of_postcode[places.postcode], np.int32)


def build_ground(rng: np.random.Generator, places: Places, areas: int | None = None) -> Ground:
    """Lay out the borough.

    Args:
        rng: random numbers of its own.
        places: the borough's dwellings.
        areas: how many areas, at most one for each postcode; without it the borough's small areas, taken together where
            there are more than ``calibration.GROUND_MOST_AREAS``.

    Raises:
        ValueError: there are fewer postcodes than areas are asked for.
    """
    of = _areas_of_postcodes(places, areas)
    n_areas = int(of.max()) + 1
    across = max(1, round(1.2 * n_areas**0.5))
    side = cal.GROUND_SIDE * (len(places) / n_areas / cal.DWELLINGS_A_SMALL_AREA) ** 0.5
    postcode = np.round(_warped(_folded(rng, of, across), side), _DECIMETRE)
    ghosts = np.round(_warped(_around(rng, n_areas, across), side), _DECIMETRE)
    cells = _cells(np.r_[postcode, ghosts])[: len(postcode)]
    shapes = np.empty(n_areas, object)
    order = np.argsort(of, kind="stable")
    for k, rows in enumerate(np.split(order, np.cumsum(np.bincount(of, minlength=n_areas))[:-1])):
        shapes[k] = shapely.normalize(shapely.coverage_union_all(cells[rows]))
    first = np.searchsorted(places.postcode, np.arange(len(of)))
    town = places.town[first]
    return Ground(
        Areas(_codes(n_areas), _names(of, town, n_areas), shapes),
        of,
        postcode,
        _dwellings(rng, places, postcode, ghosts),
        ghosts,
    )


def _areas_of_postcodes(places: Places, wanted: int | None) -> NDArray[np.int32]:
    n = int(places.postcode.max()) + 1
    first = np.searchsorted(places.postcode, np.arange(n))
    if wanted is not None:
        if not 1 <= wanted <= n:
            raise ValueError(f"there are {n} postcodes, which make from 1 to {n} areas")
        return np.asarray(np.arange(n) * wanted // n, np.int32)
    together = -(-(int(places.area.max()) + 1) // cal.GROUND_MOST_AREAS)
    of = places.area[first] // together
    rest = int((places.area // together == of.max()).sum())
    if of.max() > 0 and rest < cal.DWELLINGS_A_SMALL_AREA * together / 2:  # the last has what was left over
        of = np.minimum(of, of.max() - 1)
    return np.asarray(np.unique(of, return_inverse=True)[1], np.int32)


def _cell_of(k: NDArray[np.int64], across: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return column and row of places in a line that runs to and fro."""
    row, column = k // across, k % across
    return np.where(row % 2 == 0, column, across - 1 - column), row


def _folded(rng: np.random.Generator, of: NDArray[np.int32], across: int) -> Points:
    """Return a point for each postcode within the square of its area, in units of a side."""
    column, row = _cell_of(of.astype(np.int64), across)
    size = np.bincount(of)[of]
    place = np.arange(len(of)) - np.searchsorted(of, of)
    wide = np.ceil(size**0.5).astype(np.int64)
    x, y = _cell_of_each(place, wide)
    high = -(-size // wide)
    x = np.where(row % 2 == 0, x, wide - 1 - x)
    jitter = rng.uniform(-0.3, 0.3, (2, len(of)))
    return np.column_stack([column + (x + 0.5 + jitter[0]) / wide, row + (y + 0.5 + jitter[1]) / high])


def _cell_of_each(place: NDArray[np.int64], wide: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    row, column = place // wide, place % wide
    return np.where(row % 2 == 0, column, wide - 1 - column), row


def _around(rng: np.random.Generator, n_areas: int, across: int) -> Points:
    """Return points in the squares round the areas' squares, in units of a side."""
    taken = set(zip(*(each.tolist() for each in _cell_of(np.arange(n_areas), across)), strict=True))
    rows = -(-n_areas // across)
    fine = (np.arange(_GHOSTS_ACROSS) + 0.5) / _GHOSTS_ACROSS
    square = np.column_stack([each.ravel() for each in np.meshgrid(fine, fine)])
    squares = [
        square + np.array([column, row])
        for row in range(-_REACH, rows + _REACH)
        for column in range(-_REACH, across + _REACH)
        if (column, row) not in taken
    ]
    out = np.concatenate(squares)
    return np.asarray(out + rng.uniform(-0.3, 0.3, out.shape) / _GHOSTS_ACROSS, np.float64)


def _warped(points: Points, side: float) -> Points:
    """Return points in metres, bent so that no street of areas runs straight."""
    x, y = points.T
    bent = np.column_stack([x + 0.22 * np.sin(1.7 * y + 0.4) + 0.1 * np.sin(0.6 * x), y + 0.22 * np.sin(1.3 * x)])
    return np.asarray(bent * side + np.array(cal.GROUND_ORIGIN), np.float64)


def _cells(points: Points) -> NDArray[np.object_]:
    """Return the ground that is nearest to each point, to the centimetre; those at the rim reach far out."""
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), ordered=True))
    return np.asarray(shapely.transform(cells, lambda xy: np.round(xy, 2)), object)


def _dwellings(rng: np.random.Generator, places: Places, postcode: Points, ghosts: Points) -> Points:
    """Return a point for each dwelling, nearer to its own postcode's than to any other."""
    every = np.r_[postcode, ghosts]
    nearest = spatial.cKDTree(every).query(postcode, 2)[0][:, 1][places.postcode]
    angle = rng.uniform(0, 2 * np.pi, len(places))
    reach = np.sqrt(rng.random(len(places))) * nearest * _NEAR
    offset = np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
    return np.asarray(np.round(postcode[places.postcode] + offset, _DECIMETRE), np.float64)


def _codes(n: int) -> tuple[str, ...]:
    """Return codes of the form that areas have, with a letter that no country has."""
    return tuple(f"F01{k + 1:06d}" for k in range(n))


def _names(of: NDArray[np.int32], town: NDArray[np.int8], n: int) -> tuple[str, ...]:
    mine = town[np.searchsorted(of, np.arange(n))].tolist()
    count = dict.fromkeys(mine, 0)
    out = []
    for each in mine:
        count[each] += 1
        out.append(f"{cal.TOWNS[each]} {count[each]:03d}")
    return tuple(out)
