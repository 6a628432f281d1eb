"""The columns of the records that SQL conditions are about: the standard ones, and what is worked out from them.

Takes coded rows, gives a column by its name. Beside the columns of the person records there are the ones that our own
comparisons look at (how a name sounds, its short forms, the parts of a date), so that what they do can be said in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from insighthub.linkage.comparisons.dates import date_parts
from insighthub.linkage.comparisons.names import other_forms, short_forms
from insighthub.linkage.encode import MISSING, Encoded
from insighthub.standardise.schema import OTHER_PREFIX

#: Columns that are lists of texts, worked out from each distinct value of a field.
_LISTS: Mapping[str, tuple[str, Callable[[str], list[str]]]] = {
    "given_short_forms": ("given_name", lambda name: sorted(short_forms(name))),
    "family_short_forms": ("family_name", lambda name: sorted(short_forms(name))),
    "family_other_forms": ("family_name", other_forms),
}
_DATE_PARTS = ("birth_year_known", "birth_month_known", "birth_day_known")
_WORDS = "address_words"


def column_names(data: Encoded) -> tuple[str, ...]:
    """Return the names of all columns of these rows."""
    days = [f"{name}_day" for name in data.days]
    return (*data.rows.column_names, *sorted({*data.codes, *days, *_LISTS, *_DATE_PARTS, _WORDS} - {"person"}))


def resolve(data: Encoded, name: str) -> str | None:
    """Return the column that a name in SQL means: itself in any case, or a contract's own field; None if neither."""
    there = {n.lower(): n for n in column_names(data)}
    return there.get(name.lower()) or there.get(f"{OTHER_PREFIX}{name}".lower())


def column(data: Encoded, name: str) -> pa.Array:
    """Return a column over the rows, null where a value is not known.

    Args:
        data: coded rows.
        name: one of ``column_names``.
    """
    if name in data.rows.column_names:
        return data.rows[name].combine_chunks()
    if name.removesuffix("_day") in data.days and name.endswith("_day"):
        days = data.days[name.removesuffix("_day")]
        return pa.array(days, mask=days < 0)
    if name in _DATE_PARTS:
        return _of_codes(data, "date_of_birth", _numbers(data, _DATE_PARTS.index(name)))
    if name in _LISTS:
        field, forms = _LISTS[name]
        return _of_codes(
            data, field, pa.array([forms(str(v)) for v in data.pools[field].values], pa.list_(pa.string()))
        )
    if name == _WORDS:
        texts = [" ".join(sorted(str(v).split())) for v in data.pools["address"].values]
        return _of_codes(data, "address", pa.array(texts, pa.string()))
    if name in data.pools:
        return _of_codes(data, name, data.pools[name].text)
    return pa.array(data.codes[name], mask=data.codes[name] < 0)


def code_column(data: Encoded, name: str) -> str | None:
    """Return the field whose codes tell the values of a column apart, or None where no single one does."""
    if name in data.codes:
        return name
    field = _LISTS[name][0] if name in _LISTS else {_WORDS: "address"}.get(name)
    return "date_of_birth" if name in _DATE_PARTS else field


def _of_codes(data: Encoded, field: str, by_value: pa.Array) -> pa.Array:
    codes = data.codes[field]
    return by_value.take(pa.array(codes, mask=codes == MISSING))


def _numbers(data: Encoded, part: int) -> pa.Array:
    numbers = date_parts(data.pools["date_of_birth"].values)[:, part].astype(np.int32)
    return pa.array(numbers, mask=numbers < 0)
