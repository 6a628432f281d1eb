"""From a UPRN or a postcode to a point, and from a point to the area it lies in.

Takes the postcode file of the Office for National Statistics or of Ordnance Survey, and OS Open UPRN, cut down to where
the council's residents are; gives tables that are looked up by the thousand. A UPRN is a building and a postcode the
middle of a street's addresses: where both are known the UPRN is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import ArrayLike, NDArray

from insighthub.errors import DataError
from insighthub.places.areas import Areas
from insighthub.places.csv_tables import FIRST_ROW, column, needed, numbers, read_texts, texts
from insighthub.places.grid import in_britain, to_grid
from insighthub.places.libraries import shapely
from insighthub.standardise.postcodes import standard_postcode

#: How a point was found.
NOWHERE, BY_UPRN, BY_POSTCODE = 0, 1, 2

_POSTCODE = ("postcode", "pcds", "pcd", "pcd2", "pcd7", "pcd8")
_UPRN = ("uprn",)
_EASTING = ("easting", "eastings", "oseast1m", "east1m", "x_coordinate")
_NORTHING = ("northing", "northings", "osnrth1m", "north1m", "y_coordinate")
_LONGITUDE = ("longitude", "long", "lon", "lng")
_LATITUDE = ("latitude", "lat")

Metres = NDArray[np.float64]


@dataclass(frozen=True)
class Postcodes:
    """Postcodes in order, as "IG11 8AA", and where each is in metres."""

    codes: NDArray[np.object_]
    easting: Metres
    northing: Metres

    def __len__(self) -> int:
        return len(self.codes)

    def find(self, postcodes: Sequence[str | None]) -> tuple[Metres, Metres]:
        """Return easting and northing of each postcode, however it is written; NaN where it is not known."""
        given = pa.array([standard_postcode(p) for p in postcodes], pa.string())
        row = pc.index_in(given, pa.array(self.codes, pa.string())).to_numpy(zero_copy_only=False)
        return _at(row, self.easting, self.northing)


@dataclass(frozen=True)
class Uprns:
    """Unique property reference numbers, rising, and where each is in metres."""

    uprns: NDArray[np.int64]
    easting: Metres
    northing: Metres

    def __len__(self) -> int:
        return len(self.uprns)

    def find(self, uprns: Sequence[str | int | None]) -> tuple[Metres, Metres]:
        """Return easting and northing of each UPRN, leading noughts or none; NaN where it is not known."""
        given = np.array([_number(u) for u in uprns], np.int64)
        row = np.searchsorted(self.uprns, given)
        there = row < len(self.uprns)
        there[there] = self.uprns[row[there]] == given[there]
        return _at(np.where(there, row.astype(np.float64), np.nan), self.easting, self.northing)


@dataclass(frozen=True)
class Located:
    """One row for each that was asked: its point in metres (NaN if unknown), its area (-1) and how it was found."""

    easting: Metres
    northing: Metres
    area: NDArray[np.int32]
    how: NDArray[np.int8]  # NOWHERE, BY_UPRN, BY_POSTCODE


def area_of(areas: Areas, easting: ArrayLike, northing: ArrayLike, *, reach: float = 0.0) -> NDArray[np.int32]:
    """Return the row of the area in which each point lies, -1 outside all; on a border, the first that it touches.

    Args:
        areas: of which the area is told.
        easting: of the points in metres; NaN lies outside all.
        northing: of the points.
        reach: metres outside all areas within which a point is given to the nearest one: published boundaries are drawn
            with fewer corners than they have, and leave points at the rim outside.
    """
    e, n = np.atleast_1d(np.asarray(easting, np.float64)), np.atleast_1d(np.asarray(northing, np.float64))
    out = np.full(len(e), -1, np.int32)
    known = np.flatnonzero(np.isfinite(e) & np.isfinite(n))
    if len(known) and len(areas):
        points = shapely.points(e[known], n[known])
        shapely.prepare(areas.shapes)
        tree = shapely.STRtree(areas.shapes)
        which, area = tree.query(points, predicate="intersects")
        order = np.argsort(area, kind="stable")[::-1]  # the first area is written last, and stands
        out[known[which[order]]] = area[order]
        outside = np.flatnonzero(out[known] < 0)
        if reach > 0 and len(outside):
            which, area = tree.query_nearest(points[outside], max_distance=reach, all_matches=False)
            out[known[outside[which]]] = area
    return out


def locate(
    areas: Areas,
    *,
    postcodes: Sequence[str | None] | None = None,
    uprns: Sequence[str | int | None] | None = None,
    postcode_table: Postcodes | None = None,
    uprn_table: Uprns | None = None,
    reach: float = 0.0,
) -> Located:
    """Find points and areas by UPRN, and by postcode where the UPRN is not known.

    Args:
        areas: of which the area is told.
        postcodes: one for each that is sought, as its source has it; none where it has none.
        uprns: the same of UPRNs.
        postcode_table: where postcodes are; without it they help nothing.
        uprn_table: where UPRNs are; without it they help nothing.
        reach: metres outside all areas within which a point is given to the nearest one.

    Raises:
        ValueError: neither postcodes nor UPRNs are given, or not as many of one as of the other.
    """
    sizes = {len(given) for given in (postcodes, uprns) if given is not None}
    if len(sizes) != 1:
        raise ValueError("give postcodes or UPRNs, or as many of one as of the other")
    n = sizes.pop()
    easting, northing, how = np.full(n, np.nan), np.full(n, np.nan), np.full(n, NOWHERE, np.int8)
    found: list[tuple[int, tuple[Metres, Metres]]] = []
    if uprns is not None and uprn_table is not None:
        found.append((BY_UPRN, uprn_table.find(uprns)))
    if postcodes is not None and postcode_table is not None:
        found.append((BY_POSTCODE, postcode_table.find(postcodes)))
    for by, (e, m) in found:
        new = (how == NOWHERE) & np.isfinite(e)
        easting[new], northing[new], how[new] = e[new], m[new], by
    return Located(easting, northing, area_of(areas, easting, northing, reach=reach), how)


def write_look_up(path: Path, areas: Areas, postcodes: Postcodes, *, reach: float = 0.0) -> int:
    """Write which area each postcode is in, as a CSV that measures can be broken down by.

    Args:
        path: the file; one of that name is replaced.
        areas: by whose codes measures are to go.
        postcodes: those that lie in none are left out.
        reach: metres outside all areas within which a postcode is given to the nearest one.

    Returns:
        How many postcodes were written.
    """
    row = area_of(areas, postcodes.easting, postcodes.northing, reach=reach)
    inside = row >= 0
    table = pa.table(
        {
            "postcode": pa.array(postcodes.codes[inside], pa.string()),
            "area": pa.array(np.array(areas.codes, object)[row[inside]], pa.string()),
        }
    )
    pyarrow.csv.write_csv(table, path)
    return int(inside.sum())


def read_postcodes(path: Path) -> Postcodes:
    """Read a CSV of postcodes with eastings and northings, or longitudes and latitudes.

    Rows without coordinates, and postcodes that are none, are left out: the published file keeps codes of places that
    never had any.

    Raises:
        DataError: the file is no such table, places a postcode twice in different places, or lies outside Britain.
    """
    table = read_texts(path)
    name = needed(table, "postcode", _POSTCODE, path)
    easting, northing = points_of(table, path)
    codes = np.array([standard_postcode(text) for text in texts(table, name)], object)
    row = np.flatnonzero((codes != None) & np.isfinite(easting))  # noqa: E711 - of each element
    order = row[np.argsort(codes[row].astype(str), kind="stable")]
    keep = _once(codes[order], (easting[order], northing[order]), order, path=path, name=name)
    return Postcodes(codes[order[keep]], easting[order[keep]], northing[order[keep]])


def read_uprns(path: Path) -> Uprns:
    """Read a CSV of UPRNs with eastings and northings, such as OS Open UPRN cut down to the council's area.

    Raises:
        DataError: the file is no such table, has a UPRN that is no number or twice in different places, or lies outside
            Britain.
    """
    table = read_texts(path)
    name = needed(table, "UPRN", _UPRN, path)
    easting, northing = points_of(table, path)
    given = np.array([_number(text) for text in texts(table, name)], np.int64)
    for k in np.flatnonzero(given < 0).tolist():
        raise DataError(
            "this is no UPRN", remedy="A UPRN has up to 12 digits", file=path, row=k + FIRST_ROW, column=name
        )
    row = np.flatnonzero(np.isfinite(easting))
    order = row[np.argsort(given[row], kind="stable")]
    keep = _once(given[order], (easting[order], northing[order]), order, path=path, name=name)
    return Uprns(given[order[keep]], easting[order[keep]], northing[order[keep]])


def points_of(table: pa.Table, path: Path) -> tuple[Metres, Metres]:
    """Return the points of a table's rows in metres, NaN where a row has none.

    Raises:
        DataError: no columns hold coordinates, a cell is no number, or a point lies outside Great Britain.
    """
    names = column(table, _EASTING), column(table, _NORTHING)
    if names[0] and names[1]:
        easting, northing = numbers(table, names[0], path), numbers(table, names[1], path)
    else:
        degrees = column(table, _LONGITUDE), column(table, _LATITUDE)
        if not (degrees[0] and degrees[1]):
            raise DataError(
                "no columns hold coordinates",
                remedy="Name them easting and northing, or longitude and latitude",
                file=path,
            )
        easting, northing = to_grid(numbers(table, degrees[0], path), numbers(table, degrees[1], path))
        names = degrees
    unknown = ~(np.isfinite(easting) & np.isfinite(northing))
    outside = ~unknown & ~in_britain(easting, northing)
    for k in np.flatnonzero(outside).tolist():
        raise DataError(
            "this point lies outside Great Britain",
            remedy="Coordinates are metres on the British National Grid, or degrees; mend the row",
            file=path,
            row=k + FIRST_ROW,
            column=names[0],
        )
    return np.where(unknown, np.nan, easting), np.where(unknown, np.nan, northing)


def _once(
    values: NDArray[np.generic], places: tuple[Metres, Metres], rows: NDArray[np.int64], *, path: Path, name: str
) -> NDArray[np.bool_]:
    """Return which of the sorted values to keep: each once; the same twice in different places is a fault."""
    if not len(values):
        raise DataError("no row has a place", remedy="Check the columns of the file", file=path)
    again = np.r_[False, values[1:] == values[:-1]]
    apart = again & np.r_[False, (np.diff(places[0]) != 0) | (np.diff(places[1]) != 0)]
    for k in np.flatnonzero(apart).tolist():
        raise DataError(
            "this row and another place the same in two places",
            remedy="Keep the one that is right",
            file=path,
            row=int(rows[k]) + FIRST_ROW,
            column=name,
        )
    return np.asarray(~again, np.bool_)


def _number(uprn: str | int | None) -> int:
    text = "" if uprn is None else str(uprn).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text.lstrip("0")) <= 12 else -1


def _at(row: NDArray[np.float64], easting: Metres, northing: Metres) -> tuple[Metres, Metres]:
    known = np.isfinite(row)
    at = np.where(known, row, 0).astype(np.int64)
    if not len(easting):
        return np.full(len(row), np.nan), np.full(len(row), np.nan)
    return np.where(known, easting[at], np.nan), np.where(known, northing[at], np.nan)
