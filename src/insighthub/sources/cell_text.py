"""Writes a typed value as the text that landing stores.

Takes a value of a spreadsheet, a Parquet file or JSON, gives text or nothing. Whole numbers have no decimal
point, so that an id that a spreadsheet took for a number is the id again; dates are ISO 8601. Bytes that are not text
become SUBSTITUTE, as in any other file.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

from insighthub.sources.encoding import SUBSTITUTE_HANDLER

#: Above this a float no longer holds every whole number, so it is left as a float.
_EXACT = 2**53


def cell_text(value: Any) -> str | None:
    """Return a value as text; None for no value."""
    match value:
        case None:
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return _float_text(value)
        case dt.datetime():
            whole_day = value.tzinfo is None and value.time() == dt.time()
            return value.date().isoformat() if whole_day else value.isoformat()
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return _float_text(value.total_seconds())
        case dict() | list() | tuple():
            return json.dumps(value, ensure_ascii=False, default=cell_text)
        case bytes():
            return value.decode("utf-8", SUBSTITUTE_HANDLER)
        case _:
            return str(value)


def _float_text(value: float) -> str | None:
    if math.isnan(value):
        return None
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return repr(value)
