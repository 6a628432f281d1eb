"""A sound key for names from many languages.

Takes a standardised name, gives a short key that spellings of one name share: MOHAMMED, MUHAMMAD and MOHAMED; YUSUF
and YOUSSEF; SMITH and SMYTH; KATHERINE and CATHERINE. It is a consonant skeleton, as in the Indic and Arabic-name
variants of Soundex, without Soundex's fixed length. English sound keys alone serve a mixed population badly.
"""

from __future__ import annotations

import re
from functools import cache

_RULES = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"[^A-Z]", ""),
        (r"^(KN|GN)", "N"),
        (r"^WR", "R"),
        (r"^PH|PH", "F"),
        (r"GH(?=[TNM]|$)", ""),
        (r"SCH|SH|CH(?=[AEIOUY])", "X"),
        (r"TH", "T"),
        (r"DJ|GJ|J", "Y"),
        (r"C(?=[EIY])", "S"),
        (r"CK|[CQK]", "K"),
        (r"[Z]", "S"),
        (r"[WV]", "V"),
        (r"(?<=.)H", ""),
    )
)
_VOWELS = re.compile(r"(?<=.)[AEIOUY]")
_DOUBLES = re.compile(r"(.)\1+")


@cache
def sound_key(name: str) -> str | None:
    """Return the sound key of a name, or None where there is nothing to sound (an initial, no letter)."""
    if len(name) < 2:
        return None
    key = name.upper()
    for pattern, to in _RULES:
        key = pattern.sub(to, key)
    if not key:
        return None
    if key[0] in "AEIOUY":
        key = "A" + key[1:]
    skeleton = _DOUBLES.sub(r"\1", _VOWELS.sub("", key))
    # One consonant alone is shared by names that sound nothing alike: LEE and LI do, LEE and LOUIE do not.
    return skeleton if len(skeleton) > 1 else None
