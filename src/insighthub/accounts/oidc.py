"""Sign-in by the council's identity provider: from claims that were verified to a user and their roles.

Takes the claims of an ID token whose signature, issuer, audience, nonce and times have been checked, gives a session.
Roles come from the groups that the claims list, at every sign-in, so that who is moved to another team has its roles
that day. Who is in no group that the settings name does not come in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from insighthub.accounts.sessions import open_session
from insighthub.accounts.settings import SignInSettings
from insighthub.accounts.sign_in import SIGN_IN, SignedIn
from insighthub.accounts.tables import account
from insighthub.accounts.users import User, add_user, find_user, set_roles, tidy_email, user
from insighthub.errors import RunError
from insighthub.governance.audit import REFUSED, Line, append

NOT_FOR_YOU = "Your account is not in a group that may use Insight Hub. Ask your manager to have you added."


def roles_of(claims: Mapping[str, Any], settings: SignInSettings, known_roles: Collection[str]) -> tuple[str, ...]:
    """Return the roles that the groups of some claims give, of those that the policy has."""
    given = claims.get(settings.groups_claim)
    groups = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    roles = {role for group in groups if isinstance(group, str) for role in settings.groups.get(group, ())}
    return tuple(sorted(roles & set(known_roles)))


def sign_in_by_claims(
    connection: Connection,
    claims: Mapping[str, Any],
    *,
    at: datetime,
    settings: SignInSettings,
    known_roles: Collection[str],
) -> SignedIn:
    """Sign in whom some verified claims name, or not.

    A user is known by issuer and subject, which do not change. One whom an administrator added with this e-mail
    address before is theirs at their first sign-in, if the provider says that the address was verified.

    Args:
        connection: within a transaction that writes.
        claims: of a verified ID token.
        at: the time, UTC.
        settings: of the hub.
        known_roles: those that the policy has.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str) or not subject or issuer != settings.issuer:
        return _refused(connection, None, "the claims are not of this provider", at)
    key = f"{issuer} {subject}"[:300]
    known = connection.execute(select(account.c.user_id).where(account.c.subject == key)).scalar()
    found = user(connection, int(known)) if known is not None else None
    roles = roles_of(claims, settings, known_roles)
    if not roles:
        return _refused(connection, found, "no group gives a role", at)
    if found is None:
        found = _first_time(connection, claims, key, settings=settings, at=at)
        if found is None:
            return _refused(connection, None, "no address that can be used", at)
    if not found.active:
        return _refused(connection, found, "disabled", at)
    found = set_roles(connection, found.user_id, roles, known_roles)
    token = open_session(connection, found.user_id, method="oidc", at=at, settings=settings)
    append(connection, Line(found.email, SIGN_IN, found.roles, detail={"method": "oidc"}), at)
    return SignedIn(token, found, "")


def _first_time(
    connection: Connection, claims: Mapping[str, Any], key: str, *, settings: SignInSettings, at: datetime
) -> User | None:
    try:
        email = tidy_email(str(claims.get(settings.email_claim) or ""))
    except RunError:
        return None
    found = find_user(connection, email)
    if found is not None:
        other = connection.execute(select(account.c.subject).where(account.c.user_id == found.user_id)).scalar()
        # An address can be given to somebody else: who has an account is not replaced by it.
        if other is not None or claims.get("email_verified") is not True:
            return None
    else:
        name = str(claims.get("name") or email)[:200]
        found = add_user(connection, name=name, email=email, roles=(), known_roles=(), at=at)
    connection.execute(update(account).where(account.c.user_id == found.user_id).values(subject=key))
    return found


def _refused(connection: Connection, who: User | None, reason: str, at: datetime) -> SignedIn:
    name, roles = ("unknown user", ()) if who is None else (who.email, who.roles)
    append(connection, Line(name, SIGN_IN, roles, detail={"method": "oidc", "reason": reason}, outcome=REFUSED), at)
    return SignedIn(None, None, NOT_FOR_YOU)
