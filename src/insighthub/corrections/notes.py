"""Notes that people write beside an answer, without what the answer is about.

Takes a note, and the values of its case and record; gives the note with those values left out, however they are
written: the state keeps notes for good, and no value of a person belongs there. It cannot know of other values; the
how-to asks people not to write any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from insighthub.standardise.dates import standard_date

LEFT_OUT = "[left out]"
_DATES = re.compile(r"\b(?:\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|\d{1,2}(?:st|nd|rd|th)?\s+[A-Za-z]{3,9}\.?,?\s+\d{4})\b")
_LEAST = 3  # shorter parts are words of any sentence


def without_values(note: str, values: Iterable[str]) -> str:
    """Return a note in which no value stands, nor a date that is the same day, nor a line of an address."""
    parts: list[str] = []
    days = set()
    for value in values:
        parts += [value, *(part.strip() for part in value.split(","))]
        days.add(standard_date(value).edtf)
    days.discard(None)
    for part in sorted({p for p in parts if len(p) >= _LEAST}, key=len, reverse=True):
        written = r"[\s,.]+".join(re.escape(word) for word in part.split())
        note = re.sub(rf"(?<!\w){written}(?!\w)", LEFT_OUT, note, flags=re.IGNORECASE)
    return _DATES.sub(lambda found: LEFT_OUT if standard_date(found[0]).edtf in days else found[0], note)
