"""Premises and services as points: betting shops, schools, food banks, and when each was open.

Takes a CSV of a register with coordinates or postcodes, gives those that could be placed, and the rows that could not,
each with its reason: a shop that is left out of a count in silence makes an area look better than it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from insighthub.errors import DataError
from insighthub.places.csv_tables import FIRST_ROW, column, needed, read_texts, texts
from insighthub.places.grid import in_britain, to_grid
from insighthub.places.locate import Postcodes

#: The fields of a register, each with the names of columns that are understood for it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "premises_id", "licence_number", "licence_ref", "urn", "reference"),
    "name": ("name", "premises_name", "trading_name", "account_name", "establishmentname"),
    "kind": ("kind", "type", "premises_type", "licence_type", "category"),
    "postcode": ("postcode", "pcds", "pcd", "premises_postcode"),
    "easting": ("easting", "eastings", "x_coordinate"),
    "northing": ("northing", "northings", "y_coordinate"),
    "longitude": ("longitude", "long", "lon"),
    "latitude": ("latitude", "lat"),
    "opened": ("opened", "opened_on", "open_date", "opendate", "granted", "start_date"),
    "closed": ("closed", "closed_on", "close_date", "closedate", "surrendered", "end_date"),
    "capacity": ("capacity", "places", "machines", "schoolcapacity"),
}

QUARANTINED = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),  # in the file; the header is 1
        pa.field("id", pa.string()),
        pa.field("name", pa.string()),
        pa.field("postcode", pa.string()),
        pa.field("reason", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Premises:
    """One row a premises; every array has one length."""

    ids: NDArray[np.object_]
    names: NDArray[np.object_]
    kinds: NDArray[np.object_]
    easting: NDArray[np.float64]  # metres
    northing: NDArray[np.float64]
    opened: NDArray[np.datetime64]  # days; NaT: before all that is known
    closed: NDArray[np.datetime64]  # the first day on which it was shut; NaT: it is open
    capacity: NDArray[np.float64]  # pupils, machines, beds: what the register counts; NaN where it does not

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, which: NDArray[np.bool_] | NDArray[np.integer]) -> Premises:
        """Return some of the rows."""
        return Premises(**{field.name: getattr(self, field.name)[which] for field in fields(self)})

    def of_kind(self, *kinds: str) -> Premises:
        """Return those of some kinds."""
        return self.take(np.isin(self.kinds.astype(str), list(kinds)))

    def open_on(self, day: dt.date) -> Premises:
        """Return those that were open on a day."""
        when = np.datetime64(day, "D")
        return self.take(
            (np.isnat(self.opened) | (self.opened <= when)) & (np.isnat(self.closed) | (self.closed > when))
        )


class PremisesRead(NamedTuple):
    """What a register gave: premises with a place, and rows without, as ``QUARANTINED`` has them."""

    premises: Premises
    quarantined: pa.Table


def read_premises(
    path: Path, postcodes: Postcodes | None = None, *, kind: str | None = None, columns: Mapping[str, str] | None = None
) -> PremisesRead:
    """Read a register of premises.

    Coordinates are believed where a row has them, else its postcode's place is taken. Kinds are put in small letters.

    Args:
        path: a CSV.
        postcodes: where postcodes are; without it rows need coordinates.
        kind: what all of them are, where no column says so.
        columns: field = column, for columns of other names than ``COLUMNS`` has.

    Raises:
        DataError: the file cannot be read, or neither its columns nor ``kind`` say what kind they are.
    """
    table = read_texts(path)
    register = _Register(table, path, {k: v.strip().lower() for k, v in (columns or {}).items()})
    if kind is None and register.where["kind"] is None:
        needed(table, "kind of premises", COLUMNS["kind"], path)
    easting, northing, reasons = register.places(postcodes)
    n = table.num_rows
    opened, closed = (register.days(field, reasons) for field in ("opened", "closed"))
    for k in np.flatnonzero(closed < opened).tolist():
        reasons[k] = reasons[k] or "it closed before it opened"
    ids = register.texts("id") if register.where["id"] else [str(k + FIRST_ROW) for k in range(n)]
    seen: set[str] = set()
    for k, each in enumerate(ids):
        if not each:
            reasons[k] = reasons[k] or "it has no id"
        elif each in seen and not reasons[k]:
            reasons[k] = "its id is that of an earlier row"
        if not reasons[k]:
            seen.add(each)
    kinds = [kind or ""] * n if register.where["kind"] is None else register.texts("kind")
    for k, each in enumerate(kinds):
        if not each:
            reasons[k] = reasons[k] or "it does not say what kind it is"
    capacity = register.capacity(reasons)
    names = register.texts("name")
    every = Premises(
        _objects(ids),
        _objects(names),
        _objects([each.lower() for each in kinds]),
        easting,
        northing,
        opened,
        closed,
        capacity,
    )
    bad = np.array([reason is not None for reason in reasons], np.bool_)
    out = np.flatnonzero(bad).tolist()
    code = register.texts("postcode")
    quarantined = pa.table(
        {
            "row": [k + FIRST_ROW for k in out],
            "id": [ids[k] for k in out],
            "name": [names[k] for k in out],
            "postcode": [code[k] for k in out],
            "reason": [reasons[k] for k in out],
        },
        schema=QUARANTINED,
    )
    return PremisesRead(every.take(~bad), quarantined)


class _Register:
    """A register's columns by field."""

    def __init__(self, table: pa.Table, path: Path, told: Mapping[str, str]) -> None:
        for field, name in told.items():
            if field not in COLUMNS or name not in table.column_names:
                raise DataError(
                    f"there is no column {name!r} for {field}",
                    remedy=f"Fields are {', '.join(COLUMNS)}; columns are {', '.join(table.column_names)}",
                    file=path,
                    column=name,
                )
        self.table = table
        self.where = {f: told.get(f) or column(table, names) for f, names in COLUMNS.items()}

    def texts(self, field: str) -> list[str]:
        name = self.where[field]
        return [""] * self.table.num_rows if name is None else texts(self.table, name)

    def places(self, postcodes: Postcodes | None) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str | None]]:
        """Return points in metres, and why a row has none."""
        n = self.table.num_rows
        reasons: list[str | None] = [None] * n
        x, y = self._numbers("easting", reasons), self._numbers("northing", reasons)
        lon, lat = self._numbers("longitude", reasons), self._numbers("latitude", reasons)
        from_degrees = to_grid(lon, lat)
        lacking = ~(np.isfinite(x) & np.isfinite(y))
        easting, northing = np.where(lacking, from_degrees[0], x), np.where(lacking, from_degrees[1], y)
        placed = np.isfinite(easting) & np.isfinite(northing)
        for k in np.flatnonzero(placed & ~in_britain(easting, northing)).tolist():
            reasons[k] = reasons[k] or "its coordinates lie outside Great Britain"
        code = self.texts("postcode")
        if postcodes is not None:
            e, m = postcodes.find(code)
            easting, northing = np.where(placed, easting, e), np.where(placed, northing, m)
        for k in np.flatnonzero(~np.isfinite(easting)).tolist():
            why = "its postcode is not known" if code[k] else "it has neither coordinates nor a postcode"
            reasons[k] = reasons[k] or why
        return easting, northing, reasons

    def _numbers(self, field: str, reasons: list[str | None]) -> NDArray[np.float64]:
        out = np.full(self.table.num_rows, np.nan)
        for k, text in enumerate(self.texts(field)):
            if text:
                try:
                    out[k] = float(text)
                except ValueError:
                    reasons[k] = reasons[k] or f"its {field} is no number"
        return out

    def capacity(self, reasons: list[str | None]) -> NDArray[np.float64]:
        return self._numbers("capacity", reasons)

    def days(self, field: str, reasons: list[str | None]) -> NDArray[np.datetime64]:
        out = np.full(self.table.num_rows, np.datetime64("NaT"), "datetime64[D]")
        for k, text in enumerate(self.texts(field)):
            if text:
                day = _day(text)
                if day is None:
                    reasons[k] = reasons[k] or f"its day of being {field} is no date"
                else:
                    out[k] = day
        return out


def _day(text: str) -> dt.date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return dt.datetime.strptime(text[:10], form).date()
        except ValueError:
            continue
    return None


def _objects(values: list[str]) -> NDArray[np.object_]:
    out = np.empty(len(values), object)
    out[:] = values
    return out
