"""Pseudonyms: names that tell residents of a project apart, and lead back to nobody without the project's key.

Takes a key, gives a pseudonym for each id: the beginning of an HMAC-SHA256 of it. One project's pseudonyms say nothing
of another's, and the same resident keeps theirs through every release. No list of them is kept: whoever has the key
and the index works one out again, and nobody else does. Once the key is destroyed, nobody does at all.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from hashlib import sha256

#: What pseudonyms are of; each kind has its own, so that a place and a resident are not taken for one another.
RESIDENT, HOME = "resident", "home"
#: Bytes of a key.
KEY_BYTES = 32
_FIRST = {RESIDENT: "P", HOME: "H"}
_DIGITS = 16  # of five bits each: of a million residents no two share one but once in 10^12 projects


class Pseudonyms:
    """The pseudonyms of a project.

    Args:
        key: the project's key.

    Raises:
        ValueError: it is too short to keep anything.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes or more")
        self._key = key

    def of(self, kind: str, text: str) -> str:
        """Return the pseudonym of an id.

        Args:
            kind: RESIDENT or HOME.
            text: the id.
        """
        digest = hmac.digest(self._key, f"{kind}\0{text}".encode(), sha256)
        return _FIRST[kind] + b32encode(digest).decode()[:_DIGITS]


def tidy_pseudonym(typed: str) -> str:
    """Return a pseudonym as it is written, of what somebody typed: without spaces and hyphens, in capitals."""
    return typed.replace(" ", "").replace("-", "").upper()
