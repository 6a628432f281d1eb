"""Groups of records: sex, age band and area, coarse enough to keep; and name origin, which is never kept.

Takes ``person_records``, gives the table ``groups``: what ``insighthub evaluate`` compares error rates by. It holds no
name, no date and no whole postcode: ten years of age or more in a band, some thousands of homes in an area. Name
origin is a guess at something that the law protects, so it is worked out from the names when rates are compared, and
no file ever holds it for a record.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from insighthub.groups.name_origin import name_origin
from insighthub.standardise.coded import codes_of

NOT_KNOWN = "not known"

GROUPS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("person", pa.int32(), nullable=False),
        pa.field("sex", pa.string()),
        pa.field("age_band", pa.string()),
        pa.field("area", pa.string()),
    ]
)

#: The first year of age of each band, and its name.
AGE_BANDS = ((0, "under 16"), (16, "16 to 24"), (25, "25 to 44"), (45, "45 to 64"), (65, "65 and over"))

_SEXES = {"F": "female", "M": "male"}
_DOUBTFUL = ("default", "future", "impossible", "unreadable")
_OUTWARD = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?) [0-9][A-Z]{2}")


def age_band(date_of_birth: str | None, flags: str | None, as_of: date) -> str | None:
    """Return the band of a person's age on a day, or None where it is not known.

    Args:
        date_of_birth: EDTF, as ``person_records`` holds it. A day that is not known counts as the 15th, a month as
            July.
        flags: what is doubtful about it, comma-separated.
        as_of: the day.
    """
    if not date_of_birth or any(flag in _DOUBTFUL for flag in (flags or "").split(",")):
        return None
    year, month, day = (*date_of_birth.split("-"), "XX", "XX")[:3]
    if "X" in year:
        return None
    known = (int(year), 7 if "X" in month else int(month), 15 if "X" in day else int(day))
    age = as_of.year - known[0] - ((as_of.month, as_of.day) < known[1:])
    if age < 0:
        return None
    return next(name for first, name in reversed(AGE_BANDS) if age >= first)


def outward_code(postcode: str | None) -> str | None:
    """Return the first half of a British postcode, which some thousands of homes share; None for any other."""
    found = _OUTWARD.fullmatch(postcode or "")
    return found[1] if found else None


def groups_table(records: pa.Table, as_of: date) -> pa.Table:
    """Return the groups of every row, in the rows' order.

    Args:
        records: ``person_records``, coded or not.
        as_of: the day on which ages are taken.
    """
    births = pc.binary_join_element_wise(
        *(records[name].cast(pa.string()).fill_null("") for name in ("date_of_birth", "date_of_birth_flags")), "|"
    )
    columns = {name: records[name].cast(GROUPS.field(name).type) for name in ("source", "record_id", "person")}
    columns["sex"] = _by_value(records["sex"], _SEXES.get)
    columns["age_band"] = _by_value(births, lambda text: _age_band(text, as_of))
    columns["area"] = _by_value(records["postcode"], outward_code)
    return pa.table(columns, schema=GROUPS)


def with_name_origin(groups: pa.Table, records: pa.Table) -> pa.Table:
    """Return the groups with a column ``name_origin``, for this one use; see ``insighthub.groups.name_origin``.

    Args:
        groups: the table of ``groups_table`` of the same rows in the same order.
        records: ``person_records``.
    """
    told = name_origin().tell(*(records[name].to_pylist() for name in ("given_name", "family_name")))
    return groups.append_column("name_origin", pa.array(told, pa.string()))


def _age_band(text: str, as_of: date) -> str | None:
    date_of_birth, flags = text.split("|")
    return age_band(date_of_birth, flags, as_of)


def _by_value(column: pa.ChunkedArray, turn: Callable[[str], str | None]) -> pa.Array:
    """Turn each different text once."""
    values, codes = codes_of(column)
    turned = pa.array([turn(text) for text in values.to_pylist()], pa.string())
    return turned.take(pa.array(codes, mask=codes < 0))
