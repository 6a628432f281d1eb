"""The state's tables of accounts: users, their recovery codes, sessions, tokens of programs, and failed attempts.

Passwords, recovery codes and tokens stand here as hashes only. The secret of a second factor has to be read to
be checked, and stands as it is: who may read the state's database is a matter of the council's own servers.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, String, Table, Text

from insighthub.store.state_tables import metadata

_NUMBER = BigInteger().with_variant(Integer, "sqlite")

account = Table(
    "account",
    metadata,
    Column("user_id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False),
    Column("email", String(200), nullable=False, unique=True),  # in lower case
    Column("roles", Text, nullable=False),  # JSON
    Column("resident_id", String(16)),  # whom they are in the index, if they say so
    Column("active", Boolean, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("password", String(200)),  # argon2id; null: they sign in by the identity provider, or not yet
    Column("password_until", DateTime),  # of a one-time password
    Column("must_change", Boolean, nullable=False),
    Column("totp_secret", String(64)),
    Column("totp_on", Boolean, nullable=False),  # whether a code of it was shown to be right once
    Column("totp_last", _NUMBER),  # the last step of which a code was used: none is used twice
    Column("failures", Integer, nullable=False),
    Column("locked_until", DateTime),
    Column("subject", String(300), unique=True),  # issuer and subject, as the identity provider names them
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("code_id", _NUMBER, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("code", String(64), nullable=False),  # SHA-256
    Column("used_at", DateTime),
    Index("recovery_code_user", "user_id"),
)

session = Table(
    "session",
    metadata,
    Column("token", String(64), primary_key=True),  # SHA-256
    Column("user_id", Integer, nullable=False),
    Column("method", String(12), nullable=False),  # password, oidc
    Column("created_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    Index("session_user", "user_id"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("token_id", _NUMBER, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("name", String(100), nullable=False),  # what it is for, in its user's words
    Column("token", String(64), nullable=False, unique=True),  # SHA-256
    Column("roles", Text, nullable=False),  # JSON: those of its user's roles that it has
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("used_at", DateTime),
    Column("ended_at", DateTime),
    Index("api_token_user", "user_id"),
)

#: Failures under addresses that nobody has, so that an answer to them is as to one that somebody has.
sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("address", String(64), primary_key=True),  # SHA-256 of what was typed
    Column("failures", Integer, nullable=False),
    Column("failed_at", DateTime, nullable=False),
    Column("locked_until", DateTime),
)
