"""Areas that a council counts by: lower layer super output areas, wards, or any of its own.

Takes a GeoJSON file or a shapefile, gives codes, names and polygons in metres of the British National Grid. GeoJSON is
in degrees (WGS84), as its standard (RFC 7946) says, unless a ``crs`` member, which was in the form before, names the
grid; a shapefile is in what its ``.prj`` says. A polygon that crosses itself is refused, not mended: whoever drew it
knows what was meant.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insighthub.errors import DataError
from insighthub.places.area_files import DEGREES, GRID, Feature, read_features
from insighthub.places.grid import in_britain, to_grid, to_lonlat
from insighthub.places.libraries import shapely

#: Decimals of a degree that are written: a millimetre.
_DECIMALS = 8


@dataclass(frozen=True)
class Areas:
    """One row an area: its code, its name, and its polygon in metres (EPSG:27700)."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    shapes: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.codes)

    def square_metres(self) -> NDArray[np.float64]:
        """Return how large each area is."""
        return np.asarray(shapely.area(self.shapes), np.float64)

    def centres(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return easting and northing of each area's centroid."""
        points = shapely.centroid(self.shapes)
        return np.asarray(shapely.get_x(points), np.float64), np.asarray(shapely.get_y(points), np.float64)

    def rows(self, codes: tuple[str, ...] | list[str]) -> NDArray[np.int32]:
        """Return the row of each code, -1 where there is no such area."""
        row = {code: k for k, code in enumerate(self.codes)}
        return np.array([row.get(code, -1) for code in codes], np.int32)


def read_areas(path: Path, *, code: str | None = None, name: str | None = None, crs: str | None = None) -> Areas:
    """Read areas from GeoJSON (``.geojson``, ``.json``) or a shapefile (``.shp``).

    Args:
        path: the file.
        code: the property that holds the code; without it the first that is called so ("code", or that ends in "cd" or
            "_code") and is another for each area.
        name: the property that holds the name; without it the one that goes with the code, or the code itself.
        crs: ``EPSG:27700`` or ``EPSG:4326``, for a shapefile without ``.prj``.

    Raises:
        DataError: the file cannot be read, a code is missing or twice there, a shape is no polygon or crosses itself,
            or lies outside Great Britain. The message names the feature, counted from 1.
    """
    reference, features = read_features(path, crs)
    if not features:
        raise DataError("the file has no areas", remedy="Export it again with its features", file=path)
    code = _code_property(features, code, path)
    name = _name_property(features, code, name, path)
    codes = _codes(features, code, path)
    shapes = np.empty(len(features), object)
    shapes[:] = [_polygon(k, feature, path) for k, feature in enumerate(features)]
    shapes = shapely.force_2d(shapes)
    if reference == DEGREES:
        _check_degrees(shapes, path)
        shapes = shapely.transform(shapes, to_grid, interleaved=False)
    _check_metres(shapes, path, reference)
    for k in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        raise _fault(path, k, f"the shape of {codes[k]} is not valid: {_why(shapes[k])}", "Mend it where it was drawn")
    names = tuple(str(feature.properties.get(name) or codes[k]).strip() for k, feature in enumerate(features))
    return Areas(codes, names, shapes)


def write_areas(path: Path, areas: Areas) -> None:
    """Write areas as GeoJSON of the standard: degrees to a millimetre, properties ``code`` and ``name``."""
    shapes = shapely.transform(areas.shapes, to_lonlat, interleaved=False)
    shapes = shapely.transform(shapes, lambda xy: np.round(xy, _DECIMALS))
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {"code": code, "name": name},
                "geometry": shapely.geometry.mapping(shape),
            },
            ensure_ascii=False,
        )
        for code, name, shape in zip(areas.codes, areas.names, shapes, strict=True)
    ]
    text = '{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8")


def _code_property(features: list[Feature], wanted: str | None, path: Path) -> str:
    there = list(features[0].properties)
    if wanted is not None:
        if wanted not in there:
            raise DataError(
                f"there is no property {wanted!r}", remedy=f"Take one of: {', '.join(there)}", file=path, column=wanted
            )
        return wanted
    for name in there:
        if name.lower() == "code" or name.lower().endswith(("cd", "_code")):
            values = {str(f.properties.get(name) or "") for f in features}
            if len(values) == len(features) and "" not in values:
                return name
    raise DataError(
        "no property is a code that is another for each area",
        remedy=f"Say which one is; the file has: {', '.join(there) or 'none'}",
        file=path,
    )


def _name_property(features: list[Feature], code: str, wanted: str | None, path: Path) -> str:
    there = list(features[0].properties)
    if wanted is not None:
        if wanted not in there:
            raise DataError(
                f"there is no property {wanted!r}", remedy=f"Take one of: {', '.join(there)}", file=path, column=wanted
            )
        return wanted
    stem = code.lower().removesuffix("code").removesuffix("cd")
    return next((p for p in there if p.lower() in {stem + "name", stem + "nm"}), code)


def _codes(features: list[Feature], code: str, path: Path) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for k, feature in enumerate(features):
        value = str(feature.properties.get(code) or "").strip()
        if not value:
            raise _fault(path, k, "the area has no code", "Give it one, or take it out", code)
        if value in seen:
            raise _fault(
                path,
                k,
                f"the code {value} is that of feature {seen[value] + 1} too",
                "Join the two into one multipolygon, or mend the code",
                code,
            )
        seen[value] = k
    return tuple(seen)


def _polygon(k: int, feature: Feature, path: Path) -> object:
    remedy = "Areas are polygons or multipolygons; export the file again"
    try:
        shape = shapely.geometry.shape(feature.geometry) if feature.geometry else None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError):
        raise _fault(path, k, "the shape cannot be read", remedy) from None
    if shape is None or shape.is_empty:
        raise _fault(path, k, "the area has no shape", remedy)
    if shape.geom_type not in {"Polygon", "MultiPolygon"}:
        raise _fault(path, k, f"the shape is a {shape.geom_type.lower()}", remedy)
    return shape


def _check_degrees(shapes: NDArray[np.object_], path: Path) -> None:
    west, south, east, north = shapely.bounds(shapes).T
    metres = (np.abs(south) > 90) | (np.abs(north) > 90) | (np.abs(west) > 180) | (np.abs(east) > 180)
    for k in np.flatnonzero(metres).tolist():
        raise _fault(
            path,
            k,
            "the coordinates are no degrees, and the file does not say what they are",
            'Export in WGS84, or add "crs": {"properties": {"name": "EPSG:27700"}} if they are on the grid',
        )
    if bool((west > 48).all() and (north < 3).all()):
        raise _fault(path, 0, "latitude stands before longitude", "Export with longitude first, as the standard says")


def _check_metres(shapes: NDArray[np.object_], path: Path, reference: str) -> None:
    west, south, east, north = shapely.bounds(shapes).T
    for k in np.flatnonzero(~(in_britain(west, south) & in_britain(east, north))).tolist():
        said = "degrees" if reference == DEGREES else "metres of the British National Grid"
        raise _fault(
            path,
            k,
            "the shape lies outside Great Britain",
            f"The file was read as {said}; check that it is in that, and mend the coordinates",
        )


def _why(shape: object) -> str:
    return str(shapely.is_valid_reason(shape)).split("[")[0].lower()


def _fault(path: Path, k: int, what: str, remedy: str, column: str | None = None) -> DataError:
    return DataError(f"feature {k + 1}: {what}", remedy=remedy, file=path, column=column)


__all__ = ["DEGREES", "GRID", "Areas", "read_areas", "write_areas"]
