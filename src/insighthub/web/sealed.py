"""What a browser keeps for us and cannot change: values in a cookie, sealed with the app's secret, for some minutes.

Takes a secret, gives texts that are opened again with the same secret, for the same use, before their time is over.
They are signed and can be read: nothing stands in them that their own browser may not know.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime


class Seal:
    """Seals values for one use.

    Args:
        key: the web app's secret.
        use: what for; what was sealed for another does not open.
    """

    def __init__(self, key: bytes, use: str) -> None:
        self._key = hashlib.sha256(b"insighthub sealed\0" + use.encode() + b"\0" + key).digest()

    def closed(self, values: Mapping[str, str], until: datetime) -> str:
        """Return values as a text, good until a time."""
        plain = json.dumps({"until": until.timestamp(), "values": dict(values)}).encode()
        return f"{_text(plain)}.{_text(self._mark(plain))}"

    def opened(self, text: str | None, at: datetime) -> dict[str, str] | None:
        """Return the values of a text; None where it is not ours, or too old."""
        body, dot, mark = (text or "").partition(".")
        try:
            plain, given = _bytes(body), _bytes(mark)
        except ValueError:
            return None
        if not dot or not hmac.compare_digest(self._mark(plain), given):
            return None
        found = json.loads(plain)
        return found["values"] if at.timestamp() < found["until"] else None

    def _mark(self, plain: bytes) -> bytes:
        return hmac.digest(self._key, plain, "sha256")


def _text(plain: bytes) -> str:
    return urlsafe_b64encode(plain).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode((text + "=" * (-len(text) % 4)).encode("ascii"))
