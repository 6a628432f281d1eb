"""How densely points stand: premises, services or risk per square kilometre, by a quartic kernel.

Takes points in metres (British National Grid) with weights, gives a density at other points or on a grid of cells.
Each point is spread over a disc: most at its place, nothing at the bandwidth and beyond. Points across the boundary
are to be given too, for a shop over the road counts; where they are not known, the edge says over which ground they
are, and a density near it is divided by the share of the disc that lies on that ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve
from scipy.spatial import cKDTree

from insighthub.errors import DataError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Metres, about five minutes on foot; and those to show beside it.
BANDWIDTH = 400.0
BANDWIDTHS = (200.0, 400.0, 600.0, 800.0)

_PER_SQUARE_KILOMETRE = 1e6
_MOST_CELLS = 4_000_000
_CHUNK = 4096


@dataclass(frozen=True)
class Edge:
    """The ground on which points are known, as cells: a cell is inside where its middle is.

    Args:
        west: easting of the left side of the first column, in metres.
        south: northing of the lower side of the first row.
        cell: side of a cell in metres; a tenth of the bandwidth or less is exact to about 1%.
        inside: shape (rows, columns), rows from south to north.
    """

    west: float
    south: float
    cell: float
    inside: Flags

    def middles(self) -> tuple[Floats, Floats]:
        """Return eastings and northings of the middles of the cells, each of shape (rows, columns)."""
        rows, columns = self.inside.shape
        x = self.west + (np.arange(columns) + 0.5) * self.cell
        y = self.south + (np.arange(rows) + 0.5) * self.cell
        east, north = np.meshgrid(x, y)
        return east, north


@dataclass(frozen=True)
class DensityGrid:
    """Densities on the cells of an edge, one layer a bandwidth.

    Args:
        edge: the cells.
        bandwidths: metres.
        density: weight per square kilometre, shape (bandwidths, rows, columns); not a number outside the edge.
        share: of the kernel that lies inside the edge, same shape; 1 away from it.
    """

    edge: Edge
    bandwidths: tuple[float, ...]
    density: Floats
    share: Floats

    def layer(self, bandwidth: float) -> Floats:
        """Return the densities of one bandwidth, shape (rows, columns)."""
        return np.asarray(self.density[self.bandwidths.index(bandwidth)])


def quartic(distance: npt.ArrayLike, bandwidth: float = BANDWIDTH) -> Floats:
    """Return the quartic kernel in the plane, per square metre: 3 / (pi h^2) (1 - (d / h)^2)^2, nothing from h on.

    Silverman (1986), "Density estimation for statistics and data analysis", section 4.2, the kernel K2. It integrates
    to one.

    Args:
        distance: metres, any shape.
        bandwidth: metres, h.

    Raises:
        DataError: the bandwidth is not above zero.
    """
    _check(bandwidth)
    near = np.clip(1.0 - (np.asarray(distance, np.float64) / bandwidth) ** 2, 0.0, None)
    return np.asarray(3.0 / (np.pi * bandwidth**2) * near**2)


def density_at(  # noqa: PLR0917
    easting: npt.ArrayLike,
    northing: npt.ArrayLike,
    weights: npt.ArrayLike | None,
    at_easting: npt.ArrayLike,
    at_northing: npt.ArrayLike,
    bandwidth: float = BANDWIDTH,
    *,
    edge: Edge | None = None,
) -> Floats:
    """Return the density of weighted points at places, in weight per square kilometre.

    Args:
        easting: metres, shape (points,); points across the boundary too, where they are known.
        northing: metres, shape (points,).
        weights: shape (points,); one each where None.
        at_easting: metres, shape (places,).
        at_northing: metres, shape (places,).
        bandwidth: metres.
        edge: the ground on which points are known; no correction where None. Points outside it are not counted.

    Returns:
        Shape (places,); not a number at a place whose kernel misses the edge's ground.

    Raises:
        DataError: coordinates are missing or do not fit each other, a weight is not a number, or the bandwidth is not
            above zero.
    """
    points, weight = _points(easting, northing, weights)
    places = _pairs(at_easting, at_northing)
    _check(bandwidth)
    if edge is not None:
        known = _is_inside(points, edge)
        points, weight = points[known], weight[known]
    found = _summed(points, weight, places, bandwidth)
    if edge is not None:
        share = share_inside(places[:, 0], places[:, 1], edge, bandwidth)
        found = np.where(share > 0, found / np.where(share > 0, share, 1.0), np.nan)
    return found * _PER_SQUARE_KILOMETRE


def share_inside(
    at_easting: npt.ArrayLike, at_northing: npt.ArrayLike, edge: Edge, bandwidth: float = BANDWIDTH
) -> Floats:
    """Return the share of the kernel around each place that lies inside the edge, from 0 to 1, shape (places,)."""
    east, north = edge.middles()
    ground = np.stack([east[edge.inside], north[edge.inside]], axis=1)
    places = _pairs(at_easting, at_northing)
    share = _summed(ground, np.full(len(ground), edge.cell**2), places, bandwidth)
    return np.asarray(np.minimum(share, 1.0))


def density_grid(
    easting: npt.ArrayLike,
    northing: npt.ArrayLike,
    weights: npt.ArrayLike | None,
    edge: Edge,
    bandwidths: Sequence[float] = BANDWIDTHS,
    *,
    correct: bool = False,
) -> DensityGrid:
    """Return densities at the middles of the cells inside an edge, in weight per square kilometre.

    Args:
        easting: metres, shape (points,).
        northing: metres, shape (points,).
        weights: shape (points,); one each where None.
        edge: the cells.
        bandwidths: metres.
        correct: divide by the share of the kernel inside the edge, and count no point outside it: for points that are
            not known across the boundary. Where they are known, give them and leave this off.

    Raises:
        DataError: as ``density_at``; or there are more than four million cells.
    """
    points, weight = _points(easting, northing, weights)
    if edge.inside.size > _MOST_CELLS:
        raise DataError(f"the grid has {edge.inside.size:,} cells", remedy="Choose larger cells, or a smaller ground")
    if correct:
        known = _is_inside(points, edge)
        points, weight = points[known], weight[known]
    east, north = edge.middles()
    cells = np.stack([east[edge.inside], north[edge.inside]], axis=1)
    density = np.full((len(bandwidths), *edge.inside.shape), np.nan)
    share = np.full(density.shape, np.nan)
    for layer, bandwidth in enumerate(bandwidths):
        _check(bandwidth)
        inside = _shares(edge, bandwidth)[edge.inside]
        found = _summed(points, weight, cells, bandwidth)
        density[layer, edge.inside] = (found / inside if correct else found) * _PER_SQUARE_KILOMETRE
        share[layer, edge.inside] = inside
    return DensityGrid(edge, tuple(map(float, bandwidths)), density, share)


def density_of_cells(weights: npt.ArrayLike, edge: Edge, bandwidths: Sequence[float] = BANDWIDTHS) -> DensityGrid:
    """Return densities of points that were summed by cell, for points too many to go through one by one, such as homes.

    Each point stands at the middle of its cell, so it is off by less than a cell. Nothing is corrected, and nothing is
    lost: what the cells hold adds up to the density on the ground and beside it.

    Args:
        weights: of all points of each cell, shape (rows, columns) of the edge; those outside it count too.
        edge: the cells.
        bandwidths: metres, none below the side of a cell.

    Raises:
        DataError: weights are missing or do not fit the edge, or a bandwidth is below the side of a cell.
    """
    weight = np.asarray(weights, np.float64)
    if weight.shape != edge.inside.shape or not np.isfinite(weight).all():
        raise DataError(
            f"weights of shape {weight.shape} do not fit cells of shape {edge.inside.shape}, or one is not a number",
            remedy="Give one weight a cell",
        )
    density = np.full((len(bandwidths), *edge.inside.shape), np.nan)
    share = np.full(density.shape, np.nan)
    for layer, bandwidth in enumerate(bandwidths):
        _check(bandwidth)
        if bandwidth < edge.cell:
            raise DataError(
                f"a bandwidth of {bandwidth:g} metres on cells of {edge.cell:g}", remedy="Use smaller cells"
            )
        kernel = _kernel(edge, bandwidth)
        found = fftconvolve(weight, kernel / kernel.sum(), mode="same") / edge.cell**2
        # A sum by Fourier transform is a rounding error beside nothing where nothing is.
        found = np.where(np.abs(found) > 1e-9 * np.abs(found).max(initial=0.0), found, 0.0)
        density[layer, edge.inside] = found[edge.inside] * _PER_SQUARE_KILOMETRE
        share[layer, edge.inside] = _shares(edge, bandwidth)[edge.inside]
    return DensityGrid(edge, tuple(map(float, bandwidths)), density, share)


def _shares(edge: Edge, bandwidth: float) -> Floats:
    """Return the share of the kernel inside the edge at each cell: cells convolved with the kernel."""
    kernel = _kernel(edge, bandwidth)
    # The same sum as in share_inside; the sum by Fourier transform may end a rounding error above one or below nothing.
    return np.asarray(np.clip(fftconvolve(edge.inside.astype(float), kernel, mode="same"), 0.0, 1.0))


def _kernel(edge: Edge, bandwidth: float) -> Floats:
    """Return the share of the kernel that falls on each cell around one, by the middles of the cells."""
    reach = int(np.ceil(bandwidth / edge.cell))
    steps = np.arange(-reach, reach + 1) * edge.cell
    return quartic(np.hypot(steps[:, None], steps[None, :]), bandwidth) * edge.cell**2


def _summed(points: Floats, weight: Floats, places: Floats, bandwidth: float) -> Floats:
    found = np.zeros(len(places))
    if not len(points):
        return found
    tree = cKDTree(points)
    for first in range(0, len(places), _CHUNK):
        some = places[first : first + _CHUNK]
        near = cKDTree(some).sparse_distance_matrix(tree, bandwidth, output_type="ndarray")
        spread = weight[near["j"]] * quartic(near["v"], bandwidth)
        found[first : first + len(some)] = np.bincount(near["i"], weights=spread, minlength=len(some))
    return found


def _is_inside(points: Floats, edge: Edge) -> Flags:
    rows, columns = edge.inside.shape
    column = np.floor((points[:, 0] - edge.west) / edge.cell).astype(np.int64)
    row = np.floor((points[:, 1] - edge.south) / edge.cell).astype(np.int64)
    within = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    return np.asarray(within & edge.inside[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)])


def _points(easting: npt.ArrayLike, northing: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    points = _pairs(easting, northing)
    weight = np.ones(len(points)) if weights is None else np.asarray(weights, np.float64)
    if weight.shape != (len(points),) or not np.isfinite(weight).all():
        raise DataError(
            f"weights of shape {weight.shape} do not fit {len(points)} points, or one is not a number",
            remedy="Give one weight a point",
        )
    return points, weight


def _pairs(easting: npt.ArrayLike, northing: npt.ArrayLike) -> Floats:
    east, north = np.atleast_1d(np.asarray(easting, np.float64)), np.atleast_1d(np.asarray(northing, np.float64))
    if east.ndim != 1 or east.shape != north.shape:
        raise DataError(
            f"eastings of shape {east.shape} do not fit northings of shape {north.shape}",
            remedy="Give one easting and one northing a point",
        )
    if not (np.isfinite(east).all() and np.isfinite(north).all()):
        raise DataError("a point has no coordinates", remedy="Leave out the points that have no place, and say so")
    return np.stack([east, north], axis=1)


def _check(bandwidth: float) -> None:
    if not (np.isfinite(bandwidth) and bandwidth > 0):
        raise DataError(f"a bandwidth of {bandwidth} metres", remedy="Choose a bandwidth above zero, such as 400")
