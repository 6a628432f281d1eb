"""Ids of residents and households: drawn by chance, so that they say nothing of anybody.

Takes how many are wanted, gives texts such as ``R7K2M9QX4TF``: a letter for the kind, nine letters and digits drawn by
the system's source of chance, and a check character that catches any one wrong character, and any two neighbours that
changed places. Letters that are easily misread (I, L, O, U) are not used. An id is issued once and never given to
anybody else.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RESIDENT, HOUSEHOLD = "R", "H"
LENGTH = 9
_PRIME = 37  # over the size of the alphabet, so that no two characters count the same
_MISREAD = str.maketrans("ILO", "110")

#: Gives so many bytes by chance.
Chance = Callable[[int], bytes]


def issue(kind: str, count: int, *, but: Collection[str] = (), chance: Chance = secrets.token_bytes) -> list[str]:
    """Return new ids, all different.

    Args:
        kind: ``RESIDENT`` or ``HOUSEHOLD``.
        count: how many.
        but: ids that are taken.
        chance: where bytes come from.
    """
    taken = set(but)
    out: list[str] = []
    while len(out) < count:
        drawn = chance((count - len(out)) * LENGTH)
        for at in range(0, len(drawn), LENGTH):
            body = "".join([ALPHABET[byte & 31] for byte in drawn[at : at + LENGTH]])
            check = _check(kind + body)
            made = f"{kind}{body}{check}"
            if check is not None and made not in taken:
                taken.add(made)
                out.append(made)
    return out


def tidy_id(text: str) -> str | None:
    """Return an id as it was issued from how somebody typed it, or None where it is none."""
    typed = text.strip().upper().replace("-", "").replace(" ", "")
    if len(typed) != LENGTH + 2 or typed[0] not in (RESIDENT, HOUSEHOLD):
        return None
    body = typed[1:].translate(_MISREAD)
    if any(c not in ALPHABET for c in body) or _check(typed[0] + body[:-1]) != body[-1]:
        return None
    return typed[0] + body


def _check(text: str) -> str | None:
    """Return the check character: weights 1, 2, ... times the value of each character, modulo a prime.

    One text in seven has none, as its remainder has no character; it is not issued.
    """
    remainder = sum((at + 1) * ALPHABET.index(c) for at, c in enumerate(text)) % _PRIME
    return ALPHABET[remainder] if remainder < len(ALPHABET) else None
