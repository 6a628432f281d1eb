"""Opens the files that areas come in: what they are measured in, and their features as they stand.

Takes a GeoJSON file or a shapefile, gives ``EPSG:4326`` (degrees) or ``EPSG:27700`` (metres), and for each feature its
properties and its geometry as GeoJSON has it.
"""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any, NamedTuple

from insighthub.errors import DataError
from insighthub.places.libraries import pyproj, shapefile

DEGREES, GRID = "EPSG:4326", "EPSG:27700"
_DEGREES = re.compile(r"(CRS:?84|EPSG:.*:?(4326|4258))$", re.IGNORECASE)
_GRID = re.compile(r"EPSG:.*:?27700$", re.IGNORECASE)


class Feature(NamedTuple):
    """What is said of an area, and its shape."""

    properties: dict[str, Any]
    geometry: dict[str, Any] | None


def read_features(path: Path, crs: str | None = None) -> tuple[str, list[Feature]]:
    """Return what the coordinates are in, and the features.

    Args:
        path: a ``.geojson``, ``.json`` or ``.shp`` file.
        crs: what they are in, where the file does not say.

    Raises:
        DataError: the file cannot be read, or is in neither degrees nor the British National Grid.
    """
    kind = path.suffix.lower()
    if kind == ".shp":
        return _shapefile(path, crs)
    if kind in {".geojson", ".json"}:
        return _geojson(path, crs)
    raise DataError(
        "areas are read from GeoJSON (.geojson, .json) and shapefiles (.shp)",
        remedy="Unpack the file if it is an archive, or export it in one of the two",
        file=path,
    )


def _geojson(path: Path, crs: str | None) -> tuple[str, list[Feature]]:
    try:
        whole = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        raise DataError(
            "the file cannot be read as GeoJSON", remedy="Check that it is there and whole", file=path
        ) from None
    found = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(found, list) or not all(isinstance(f, dict) for f in found):
        raise DataError("the file is no FeatureCollection", remedy="Export it as GeoJSON features", file=path)
    said = whole.get("crs")
    name = str(said.get("properties", {}).get("name", "")) if isinstance(said, dict) else ""
    features = [Feature(f.get("properties") or {}, f.get("geometry")) for f in found]
    return _reference(name or crs or DEGREES, path), features


def _reference(name: str, path: Path) -> str:
    if _DEGREES.search(name):
        return DEGREES
    if _GRID.search(name):
        return GRID
    raise DataError(
        f"the coordinates are in {name!r}, which is not read",
        remedy=f"Export in WGS84 ({DEGREES}) or the British National Grid ({GRID})",
        file=path,
    )


def _shapefile(path: Path, crs: str | None) -> tuple[str, list[Feature]]:
    try:
        with shapefile.Reader(str(path), encodingErrors="replace") as reader:
            features = [Feature(dict(item.record.as_dict()), _shape(item.shape)) for item in reader.iterShapeRecords()]
    except (OSError, ValueError, KeyError, AttributeError, struct.error, shapefile.ShapefileException):
        raise DataError(
            "the shapefile cannot be read", remedy="Keep its .shp, .shx and .dbf files together, and whole", file=path
        ) from None
    described = path.with_suffix(".prj")
    if crs is not None:
        return _reference(crs, path), features
    if not described.is_file():
        raise DataError(
            "nothing says what the coordinates are in",
            remedy=f"Put the .prj file beside it, or say {GRID} or {DEGREES}",
            file=path,
        )
    return _described(described), features


def _shape(shape: Any) -> dict[str, Any] | None:
    return None if shape.shapeType == shapefile.NULL else dict(shape.__geo_interface__)


def _described(path: Path) -> str:
    try:
        crs = pyproj.CRS.from_wkt(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, pyproj.exceptions.CRSError):
        raise DataError("the description of coordinates cannot be read", remedy="Export it again", file=path) from None
    number = crs.to_epsg(min_confidence=25)
    if number == 27700 or re.search(r"british.national.grid", crs.name, re.IGNORECASE):
        return GRID
    if crs.is_geographic and (number in {4326, 4258} or "WGS" in crs.name):
        return DEGREES
    return _reference(crs.name, path)
