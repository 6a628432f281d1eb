"""Knows a totals row, or the other words that systems print under an extract, from a record.

Takes the start of a row, says whether it counts rows rather than being one. Only the last rows of a file are asked.
"""

from __future__ import annotations

import re

#: How many rows from the end may be totals.
TAIL = 10

_TOTALS = re.compile(
    r"""^[\W_]*(?:
        (?:grand|sub|report|overall|page)?[\s-]*totals?\s*
            (?:$|[^\w\s]|\d|(?:of|for|number|records?|rows?|count|amount|due|balance|accounts?|cases?)\b)
      | (?:number|no\.?|count)\s+of\s+(?:records?|rows?|accounts?|cases?|entries|people)\b
      | (?:record|row)s?\s*(?:count|total|read|written|selected|affected|returned)?\s*[:=]
      | count\s*[:=(]
      | end\s+of\s+(?:report|file|extract|data|list)\b
      | [\d,]+\s+(?:rows?|records?)(?:\s+(?:selected|affected|returned|found))?\s*[\W_]*$
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def is_totals(start: str, declared: str | None) -> bool:
    """Say whether a row is a totals row.

    Args:
        start: the row's first text that is not empty, or the row's text from its first word on.
        declared: what the contract says such a row begins with; it is then the only sign.
    """
    if declared is not None:
        return start.lstrip(" \t\"',;|*-=").casefold().startswith(declared.casefold())
    return _TOTALS.match(start) is not None
