"""A surface of square cells as shapes of a drawing, and which cells lie in which area.

Takes densities on a grid in metres, gives one shape for all ground that reaches a class or a higher one: laid over each
other from pale to dark, such shapes have no seams, and need a line for each step of the surface and not for each cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from insighthub.charts.area_map_shapes import Frame
from insighthub.later import later

shapely = later("shapely")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """Densities on a grid of square cells.

    Args:
        west: easting of the left side of the first column, in metres.
        south: northing of the lower side of the first row.
        cell: side of a cell in metres.
        values: shape (rows, columns), rows from south to north; not a number where nothing is to be shown.
    """

    west: float
    south: float
    cell: float
    values: Floats

    def middles(self) -> tuple[Floats, Floats]:
        """Return eastings and northings of the middles of the cells that have a value, in the order of ``known``."""
        rows, columns = np.nonzero(np.isfinite(self.values))
        east, north = self.west + (columns + 0.5) * self.cell, self.south + (rows + 0.5) * self.cell
        return np.asarray(east, np.float64), np.asarray(north, np.float64)

    @property
    def known(self) -> Floats:
        """The values that there are, row by row."""
        return np.asarray(self.values[np.isfinite(self.values)])


def reaching(surface: Surface, limits: Sequence[float]) -> list[Any]:
    """Return, for each limit, the ground whose density is as high or higher; its cells are one shape.

    The cells beside those that have a value take the highest value of their neighbours: drawings are cut along the
    outline of the ground, and would else be pale where a cell's middle lies just outside it.
    """
    filled = _spread(surface.values)
    return [_shape(surface, filled >= limit) for limit in limits]


def stepped_path(shape: Any, place: Frame) -> str:
    """Return the path of a shape whose sides run east or north: each corner is one number."""
    pieces = []
    for polygon in getattr(shape, "geoms", [shape]):
        for ring in (polygon.exterior, *polygon.interiors):
            corners = [(place.across(east), place.down(north)) for east, north in ring.coords[:-1]]
            for k, (across, down) in enumerate(corners):
                if not k:
                    pieces.append(f"M{across:g} {down:g}")
                elif across != corners[k - 1][0]:
                    pieces.append(f"H{across:g}")
                else:
                    pieces.append(f"V{down:g}")
            pieces.append("Z" if corners else "")
    return "".join(pieces)


def area_of_cells(surface: Surface, shapes: Sequence[Any]) -> npt.NDArray[np.int64]:
    """Return the place in ``shapes`` of the area that each known cell's middle lies in; -1 where it is none of them."""
    spots = shapely.points(*surface.middles())
    found = np.full(len(spots), -1, np.int64)
    there = [k for k, shape in enumerate(shapes) if shape is not None]
    spot, area = shapely.STRtree([shapes[k] for k in there]).query(spots, predicate="intersects")
    found[spot] = np.asarray(there, np.int64)[area]
    return found


def _spread(values: Floats) -> Floats:
    """Give cells without a value the highest of the eight around them."""
    wide = np.pad(values, 1, constant_values=np.nan)
    rows, columns = values.shape
    around = np.full(values.shape, np.nan)
    for down in range(3):
        for across in range(3):
            around = np.fmax(around, wide[down : down + rows, across : across + columns])
    return np.where(np.isfinite(values), values, around)


def _shape(surface: Surface, there: npt.NDArray[np.bool_]) -> Any:
    """Return the cells that are there as one shape: runs of a row are one box each, and the boxes are joined."""
    steps = np.diff(np.pad(there.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, first = np.nonzero(steps == 1)
    _, after = np.nonzero(steps == -1)
    side = surface.cell
    low = surface.south + row * side
    boxes = shapely.box(surface.west + first * side, low, surface.west + after * side, low + side)
    return shapely.simplify(shapely.union_all(boxes), 0)
