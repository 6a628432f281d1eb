"""E-mail addresses: lower case, of a form that can exist, and somebody's own.

Takes the text of a source, gives an address or nothing. Misspelt domains are left alone: a repair would be a guess.
"""

import re

from insighthub.standardise.text import word_set

_SPACED_AT = re.compile(r"\s*@\s*")
_FORM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
_PLAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_BETWEEN = re.compile(r"[\s,;<>()\[\]\"]+")
#: What clerks type where a form insists on an address; dots, hyphens and digits are left out before looking.
_DUMMIES = word_set(
    "NO NONE NULL NIL NA N UNKNOWN NOT NOTKNOWN NOTGIVEN NOTPROVIDED NOTAPPLICABLE NOTAVAILABLE NOMAIL NOEMAIL NOREPLY",
    "NOADDRESS NOONE NOEMAILADDRESS NOEMAILPROVIDED NOEMAILGIVEN DONOTREPLY DONOTUSE DONOTEMAIL TEST TESTING TESTER",
    "TESTUSER TESTEMAIL TESTMAIL X XX XXX XXXX XXXXX A ABC ABCD NONEGIVEN DECLINED REFUSED EMAIL EXAMPLE DUMMY ANON",
    "ANONYMOUS CUSTOMER BLANK TBC",
)
_NOT_LETTER = re.compile(r"[\W\d_]+")


def standard_email(text: str | None) -> str | None:
    """Return the first address in the text that could be a person's own, in lower case."""
    if text is None:
        return None
    lower = text.strip().lower()
    found = lower if _PLAIN.fullmatch(lower) else _first(lower)
    if found is None:
        return None
    name = found[: found.index("@")]
    if not name.isalpha():
        name = _NOT_LETTER.sub("", name)
    return None if name.upper() in _DUMMIES or not name else found


def _first(lower: str) -> str | None:
    for piece in _BETWEEN.split(_SPACED_AT.sub("@", lower)):
        piece = piece.removeprefix("mailto:").strip(".:'`")  # noqa: PLW2901
        if _FORM.fullmatch(piece) and piece == piece.lower():
            return piece
    return None
