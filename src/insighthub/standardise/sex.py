"""Sex as the one letter that all sources can be brought to.

Takes the text of a source, gives F, M or nothing. 1 and 2 are male and female in NHS, DWP and school codes alike.
"""

import re

_WRITINGS = {
    "M": "M", "MALE": "M", "MAN": "M", "BOY": "M", "1": "M", "01": "M",
    "F": "F", "FEMALE": "F", "WOMAN": "F", "GIRL": "F", "2": "F", "02": "F",
}  # fmt: skip
_WORD = re.compile(r"[A-Z]+|\d+")


def standard_sex(text: str | None) -> str | None:
    """Return "F" or "M", or nothing where the text says neither, or both ("1 - Male" is "M")."""
    if text is None:
        return None
    upper = text.strip().upper()
    found = _WRITINGS.get(upper)
    if found is not None:
        return found
    said = [_WRITINGS.get(word) for word in _WORD.findall(upper.removesuffix(".0"))]
    return said[0] if said and len(set(said)) == 1 else None
