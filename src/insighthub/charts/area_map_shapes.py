"""Boundaries in metres as paths of a drawing.

Takes shapely polygons in one projection (British National Grid), gives paths of whole tenths of a pixel. Neighbours are
simplified together, so that no gap opens between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from insighthub.errors import DataError
from insighthub.later import later

shapely = later("shapely")

#: A drawing of so many pixels has room beside its marks.
ROOMY = 600
#: Pixels by which a boundary may move.
_SIMPLER = 0.6
_TALLEST = 1.25  # heights a width
#: Pixels around the ground, so that the outline of an area at its edge is seen whole.
_MARGIN = 6


@dataclass(frozen=True)
class Frame:
    """Where metres fall on the drawing: ``across`` and ``down`` give pixels."""

    west: float
    north: float
    scale: float  # pixels a metre
    left: float
    width: float
    height: float

    def across(self, easting: float) -> float:
        """Return pixels from the left."""
        return round(self.left + (easting - self.west) * self.scale, 1)

    def down(self, northing: float) -> float:
        """Return pixels from the top."""
        return round((self.north - northing) * self.scale + _MARGIN, 1)


def frame(shapes: Iterable[Any], width: int, circle: tuple[float, float, float] | None = None) -> Frame:
    """Return the frame that holds all shapes in this width, and not too tall a drawing.

    Args:
        shapes: None for those that are missing.
        width: in pixels.
        circle: easting, northing and radius of a circle that is to be seen whole, too.

    Raises:
        DataError: there is no shape, or coordinates are degrees and not metres.
    """
    bounds = np.asarray([shape.bounds for shape in shapes if shape is not None and not shape.is_empty])
    if not bounds.size:
        raise DataError("no area has a boundary to draw", remedy="Give the areas their boundaries")
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        raise DataError(
            "the boundaries are in degrees", remedy="Transform them to the British National Grid (EPSG:27700)"
        )
    if circle is not None:
        easting, northing, radius = circle
        west, south = min(west, easting - radius), min(south, northing - radius)
        east, north = max(east, easting + radius), max(north, northing + radius)
    broad, tall = float(max(east - west, 1.0)), float(max(north - south, 1.0))
    scale = min((width - 2 * _MARGIN) / broad, width * _TALLEST / tall)
    return Frame(float(west), float(north), scale, (width - broad * scale) / 2, width, tall * scale + 2 * _MARGIN)


def paths(shapes: Sequence[Any], place: Frame) -> list[str]:
    """Return the path of each shape; nothing for one that is empty or missing."""
    drawn = [i for i, shape in enumerate(shapes) if shape is not None and not shape.is_empty]
    simple = shapely.coverage_simplify([shapes[i] for i in drawn], _SIMPLER / place.scale)
    found = [""] * len(shapes)
    for i, shape in zip(drawn, simple, strict=True):
        # A shape that is smaller than a pixel is drawn as it is, rather than not at all.
        found[i] = path(shape, place) or path(shapes[i], place)
    return found


def edges(shapes: Sequence[Any], place: Frame) -> tuple[str, str]:
    """Return the outline of all shapes together, and the lines between and around them, each drawn once."""
    drawn = [shape for shape in shapes if shape is not None and not shape.is_empty]
    simple = shapely.coverage_simplify(drawn, _SIMPLER / place.scale)
    lines = shapely.line_merge(shapely.union_all(shapely.boundary(simple)))
    parts = [_line(part.coords, place, closed=False) for part in getattr(lines, "geoms", [lines])]
    return path(shapely.union_all(simple), place), "".join(parts)


def path(shape: Any, place: Frame) -> str:
    """Return the path of one shape as it is, to be filled by the even-odd rule; nothing where it is empty."""
    polygons = shape.geoms if hasattr(shape, "geoms") else [shape]
    return "".join(
        _line(ring.coords, place, closed=True)
        for p in polygons
        if p.geom_type == "Polygon"
        for ring in (p.exterior, *p.interiors)
    )


def _line(coordinates: Iterable[Sequence[float]], place: Frame, *, closed: bool) -> str:
    spots: list[str] = []
    for east, north, *_ in coordinates:
        spot = f"{place.across(east):g} {place.down(north):g}"
        if not spots or spots[-1] != spot:
            spots.append(spot)
    if not closed:
        return f"M{'L'.join(spots)}" if len(spots) > 1 else ""
    return f"M{'L'.join(spots[:-1])}Z" if len(spots) > 3 else ""


def scale_bar(place: Frame) -> tuple[float, str]:
    """Return the length of a scale bar in pixels, a quarter of the width at most, and what it says."""
    most = place.width / 4 / place.scale
    power = 10.0 ** np.floor(np.log10(most))
    metres = float(next(step * power for step in (5, 2, 1) if step * power <= most))
    return metres * place.scale, f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} metres"
