"""Passwords: hashed with argon2id, checked at the same pace whoever is asked for, and made for an invitation."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from insighthub.errors import RunError

LONGEST = 200
_hasher = PasswordHasher()  # argon2id, with the parameters of RFC 9106 for little memory
#: Parts that everybody tries first; a password that one of them makes up with a few digits is none.
_COMMON = (
    "password",
    "qwerty",
    "letmein",
    "welcome",
    "insighthub",
    "council",
    "123456",
    "abc123",
    "iloveyou",
    "monkey",
)
#: Letters and digits that cannot be taken for each other.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


@cache
def _nobody() -> str:
    """Return the hash of no password: checked where there is no such user, so that the answer takes as long."""
    return _hasher.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """Return the hash of a password."""
    return _hasher.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Say whether a password is the one of a hash; with no hash it never is, and takes as long to say."""
    nobody = _nobody()  # made before it is needed, so that its making tells nothing
    try:
        return _hasher.verify(kept or nobody, password[: LONGEST + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Say whether a hash was made with weaker parameters than are used now."""
    return _hasher.check_needs_rehash(kept)


def check_password(password: str, *, least: int, email: str, name: str) -> None:
    """Refuse a password that others would guess.

    Raises:
        RunError: it is short, long, much like the user's own name, or one that everybody tries.
    """
    said = password.casefold()
    own = [part for part in (*email.casefold().replace("@", ".").split("."), *name.casefold().split()) if len(part) > 3]
    rest = said
    for part in (*own, *_COMMON):
        rest = rest.replace(part, "")
    if not least <= len(password) <= LONGEST:
        raise RunError(
            f"a password has {least} to {LONGEST} characters", remedy="Choose another: three or four words will do"
        )
    too_little_else = rest != said and sum(c.isalpha() for c in rest) < least // 2
    if too_little_else or len(set(said)) < 5:
        raise RunError(
            "this password would be guessed",
            remedy="Choose another, without your name or a common word: three or four words at random will do",
        )


def one_time_password() -> str:
    """Return a new password that is used once: four groups of five, 99 bits, easy to read out."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(5)) for _ in range(4))
