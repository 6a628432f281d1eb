"""Oversight: who saw whom, alerts, the policy and its versions, broken glass, and accounts.

Takes a gate and a user; each call asks whether the user may, and is itself a line of the audit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from insighthub.accounts import users as of_users
from insighthub.accounts.users import User
from insighthub.desk.gate import Gate
from insighthub.desk.looked import looked
from insighthub.desk.merged_ids import id_now, ids_of
from insighthub.desk.refused import NotThere, refused
from insighthub.governance import alerts as of_alerts
from insighthub.governance import audit_proof, audit_read, policy_versions
from insighthub.governance.actions import Action
from insighthub.governance.alerts import Alert, Finding
from insighthub.governance.audit_expiry import Anchor, anchor_now, anchors
from insighthub.governance.audit_proof import Broken, Heads
from insighthub.governance.audit_read import AuditFilter, AuditLine, AuditPage
from insighthub.governance.break_glass import Glass, glasses
from insighthub.governance.policy_text import with_purpose, with_role
from insighthub.governance.policy_versions import PolicyVersion
from insighthub.governance.purposes import Purpose
from insighthub.governance.roles import Role
from insighthub.governance.tables import audit as audit_lines
from insighthub.residents.ids import tidy_id
from insighthub.rights.access_export import Looked
from insighthub.sources.home import load_home

#: So many lines go into one file for a spreadsheet; all of them are exported on the command line.
MOST_LINES = 20_000


@dataclass(frozen=True)
class AuditProof:
    """Whether the audit is whole, and what that covers.

    Attributes:
        broken: what is broken first; None where it is whole.
        lines: how many lines were ever written.
        first: the number of the first line that is left.
        first_at: when it was written.
        hash: of the last line.
        anchor: where lines were let go, the line that says so.
        heads: how many heads the file in the hub's folder has.
        head_at, head_lines: the newest of them.
    """

    broken: Broken | None
    lines: int
    first: int
    first_at: datetime | None
    hash: str
    anchor: Anchor | None
    heads: int
    head_at: datetime | None
    head_lines: int


@dataclass(frozen=True)
class SourceLine:
    """A source as a form of the policy lists it: its name, and whether it holds special category data."""

    name: str
    special: bool


class Oversight:
    """What a user oversees.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
    """

    def __init__(self, gate: Gate, user: User) -> None:
        self._gate, self.user = gate, user
        self._state = gate.hub.state

    # The audit --------------------------------------------------------------------------------------------------

    def audit(self, wanted: AuditFilter | None = None, *, before: int | None = None, limit: int = 50) -> AuditPage:
        """Return a page of the audit, newest first; the page itself is noted in it."""
        wanted = self._of_ids(wanted or AuditFilter())
        said = {name: str(value) for name, value in asdict(wanted).items() if value not in (None, ())}
        self._note(Action.SEE_AUDIT, {"filter": said})
        with self._state.read() as connection:
            return audit_read.page(connection, wanted, before=before, limit=limit)

    def who_saw(self, resident_id: str) -> tuple[AuditLine, ...]:
        """Return every line about a resident, by any id that leads to them, newest first."""
        self._gate.require(self.user, Action.SEE_AUDIT)
        asked = tidy_id(resident_id) or resident_id
        with self._state.read() as connection:
            now = id_now(connection, asked)
            ids = (asked,) if now is None else ids_of(connection, now)
        self._note(Action.SEE_AUDIT, {"about": list(ids)})
        with self._state.read() as connection:
            return tuple(one for one in audit_read.who_saw(connection, ids) if one.action != Action.SEE_AUDIT)

    def all_lines(self, wanted: AuditFilter) -> tuple[AuditLine, ...]:
        """Return the lines that fit, newest first, ``MOST_LINES`` at most; that they were taken out is in the audit."""
        wanted = self._of_ids(wanted)
        said = {name: str(value) for name, value in asdict(wanted).items() if value not in (None, ())}
        self._note(Action.SEE_AUDIT, {"filter": said, "export": True})
        with self._state.read() as connection:
            return audit_read.page(connection, wanted, limit=MOST_LINES).lines

    def told_to(self, resident_id: str) -> tuple[Looked, ...]:
        """Return who looked at a resident, as the resident can be told: roles and purposes, and no officer's name."""
        return looked(self.who_saw(resident_id), self._gate.hub.policy())

    def verify(self) -> Broken | None:
        """Return what is broken first in the audit; None where it is whole."""
        return self.proof().broken

    def proof(self) -> AuditProof:
        """Return whether the audit is whole, and what that covers."""
        self._note(Action.SEE_AUDIT, {"verify": True})
        heads = Heads(self._gate.hub.home).read()
        with self._state.read() as connection:
            broken, last = audit_proof.verify(connection, heads), audit_proof.head(connection)
            first = connection.execute(select(func.min(audit_lines.c.id))).scalar() or 0
            at = connection.execute(select(audit_lines.c.at).where(audit_lines.c.id == first)).scalar()
            anchor = anchor_now(anchors(connection)[0]) if first > 1 else None
        newest = max(heads, key=lambda each: each.lines, default=None)
        return AuditProof(
            broken, last.id, int(first), _moment(at), last.hash, anchor, len(heads),
            _moment(None if newest is None else newest.at), 0 if newest is None else newest.lines,
        )  # fmt: skip

    def choices(self) -> dict[str, tuple[str, ...]]:
        """Return what the audit can be filtered by: who, action and purpose, each in the order of the alphabet."""
        self._gate.require(self.user, Action.SEE_AUDIT)
        with self._state.read() as connection:
            return {
                name: tuple(
                    connection.execute(
                        select(audit_lines.c[name])
                        .where(audit_lines.c[name].is_not(None))
                        .distinct()
                        .order_by(audit_lines.c[name])
                        .limit(500)
                    ).scalars()
                )
                for name in ("who", "action", "purpose")
            }

    def _of_ids(self, wanted: AuditFilter) -> AuditFilter:
        """Return a filter in which every id that leads to the residents stands."""
        found: set[str] = set()
        with self._state.read() as connection:
            for one in wanted.subjects:
                asked = tidy_id(one) or one
                now = id_now(connection, asked)
                found |= {asked, *(() if now is None else ids_of(connection, now))}
        return replace(wanted, subjects=tuple(sorted(found)))

    # Alerts -----------------------------------------------------------------------------------------------------

    def alerts(self, *, status: str | None = of_alerts.OPEN, kind: str | None = None) -> tuple[Alert, ...]:
        """Return alerts, newest first: the open ones, unless another status, or None for all, is asked for."""
        self._note(Action.REVIEW_ALERTS, {"status": status})
        with self._state.read() as connection:
            return of_alerts.alerts(connection, status=status, kind=kind)

    def alert(self, number: int) -> tuple[Alert, AuditLine | None]:
        """Return an alert, and the line of the audit that raised it; None where that was let go.

        Raises:
            NotThere: there is none of this number.
        """
        self._note(Action.REVIEW_ALERTS, {"alert": number})
        with self._state.read() as connection:
            found = of_alerts.find_alert(connection, number)
            if found is None:
                raise NotThere(f"there is no alert {number}", remedy="Choose one that is listed")
            return found, audit_read.line(connection, found.line)

    def review_alert(self, alert_id: int, finding: Finding, *, note: str) -> Alert:
        """Keep what was found of an alert.

        Raises:
            Refused: the user may not review alerts.
            RunError: it is reviewed already, or about the user themselves.
        """
        self._gate.require(self.user, Action.REVIEW_ALERTS)
        detail = {"alert": alert_id, "finding": str(finding)}
        with self._gate.noted(self.user, Action.REVIEW_ALERTS, detail=detail) as connection:
            at = self._gate.clock()
            return of_alerts.review(connection, alert_id, finding, by=self.user.email, note=note, at=at)

    def glasses(self) -> tuple[Glass, ...]:
        """Return every glass that was broken, newest first."""
        self._note(Action.REVIEW_ALERTS, {"glasses": True})
        with self._state.read() as connection:
            return glasses(connection)

    def seen_by_glass(self, glass: Glass) -> tuple[AuditLine, ...]:
        """Return what was done about a resident by who broke the glass, for its purpose, while it held, in order."""
        self._note(Action.REVIEW_ALERTS, {"glass": glass.glass_id})
        with self._state.read() as connection:
            now = id_now(connection, glass.resident_id)
            ids = (glass.resident_id,) if now is None else ids_of(connection, now)
            lines = audit_read.who_saw(connection, sorted({glass.resident_id, *ids}))
        mine = [one for one in lines if (one.who, one.purpose) == (glass.who, glass.purpose)]
        return tuple(one for one in reversed(mine) if glass.at <= one.at <= glass.expires_at)

    # The policy -------------------------------------------------------------------------------------------------

    def policy_versions(self) -> tuple[PolicyVersion, ...]:
        """Return the versions of the policy, newest first. Whoever may propose or approve one may see them."""
        may = self._gate.hub.policy().actions_of(self.user.roles if self.user.active else ())
        action = Action.APPROVE_POLICY if Action.APPROVE_POLICY in may else Action.PROPOSE_POLICY
        self._gate.require(self.user, action)
        with self._state.read() as connection:
            return policy_versions.versions(connection)

    def propose_policy(self, text: str) -> PolicyVersion:
        """Propose a policy, which holds once somebody else approves it.

        Raises:
            Refused: the user may not.
            ContractError, RunError: something in it is wrong, or nobody could change it ever after.
        """
        self._gate.require(self.user, Action.PROPOSE_POLICY)
        detail: dict[str, Any] = {}
        with self._gate.noted(self.user, Action.PROPOSE_POLICY, detail=detail) as connection:
            made = policy_versions.propose(connection, text, by=self.user.email, at=self._gate.clock())
            detail |= {"version": made.version, "fingerprint": made.fingerprint}
        return made

    def propose_purpose(self, purpose: Purpose) -> PolicyVersion:
        """Propose the policy that holds with a purpose as it is given here; as ``propose_policy``."""
        return self.propose_policy(with_purpose(self._live_text(), purpose))

    def propose_role(self, role: Role) -> PolicyVersion:
        """Propose the policy that holds with a role as it is given here; as ``propose_policy``."""
        return self.propose_policy(with_role(self._live_text(), role))

    def sources(self) -> tuple[SourceLine, ...]:
        """Return the sources of the hub, by name: what a purpose can list."""
        found = (source for each in load_home(self._gate.hub.home) for source in each.contract.source)
        return tuple(sorted((SourceLine(s.name, s.special_category) for s in found), key=lambda each: each.name))

    def _live_text(self) -> str:
        self._gate.require(self.user, Action.PROPOSE_POLICY)
        with self._state.read() as connection:
            live = policy_versions.live_version(connection)
        return "" if live is None else live.text

    def approve_policy(self, version: int, *, note: str = "") -> PolicyVersion:
        """Have a proposal hold from now on.

        Raises:
            Refused: the user may not.
            RunError: it is no open proposal, or their own.
        """
        self._gate.require(self.user, Action.APPROVE_POLICY)
        with self._gate.noted(self.user, Action.APPROVE_POLICY, detail={"version": version}) as connection:
            at = self._gate.clock()
            return policy_versions.approve(
                connection, version, by=self.user.email, roles=self.user.roles, at=at, note=note
            )

    def refuse_policy(self, version: int, *, note: str) -> PolicyVersion:
        """Turn a proposal down; who proposed it takes it back so."""
        with self._state.read() as connection:
            own = policy_versions.version(connection, version).proposed_by == self.user.email
        action = Action.PROPOSE_POLICY if own else Action.APPROVE_POLICY
        self._gate.require(self.user, action)
        detail = {"version": version, "refused": True}
        with self._gate.noted(self.user, action, detail=detail) as connection:
            at = self._gate.clock()
            return policy_versions.refuse(
                connection, version, by=self.user.email, roles=self.user.roles, at=at, note=note
            )

    # Accounts ---------------------------------------------------------------------------------------------------

    def users(self) -> tuple[User, ...]:
        """Return all users, by name."""
        self._gate.require(self.user, Action.MANAGE_USERS)
        with self._state.read() as connection:
            return of_users.users(connection)

    def add_user(
        self, *, name: str, email: str, roles: Sequence[str], resident_id: str | None = None
    ) -> tuple[User, str]:
        """Add a user; return them with a one-time password, which is kept nowhere."""
        self._gate.require(self.user, Action.MANAGE_USERS)
        detail: dict[str, Any] = {"roles": sorted(roles)}
        with self._gate.noted(self.user, Action.MANAGE_USERS, detail=detail) as connection:
            at = self._gate.clock()
            made = of_users.add_user(
                connection,
                name=name,
                email=email,
                roles=roles,
                known_roles=self._known_roles(),
                at=at,
                resident_id=tidy_id(resident_id) if resident_id else None,
            )
            password = of_users.invite(connection, made.user_id, at, self._gate.hub.settings.sign_in)
            detail["user"] = made.user_id
        return made, password

    def set_roles(self, user_id: int, roles: Sequence[str]) -> User:
        """Give a user these roles and no others; nobody gives themselves any.

        Raises:
            Refused: the user may not, or it is themselves.
        """
        self._manages(user_id)
        detail = {"user": user_id, "roles": sorted(roles)}
        with self._gate.noted(self.user, Action.MANAGE_USERS, detail=detail) as connection:
            return of_users.set_roles(connection, user_id, roles, self._known_roles())

    def disable_user(self, user_id: int) -> User:
        """Let a user come in no more."""
        self._manages(user_id)
        detail = {"user": user_id, "active": False}
        with self._gate.noted(self.user, Action.MANAGE_USERS, detail=detail) as connection:
            return of_users.disable(connection, user_id, self._gate.clock())

    def enable_user(self, user_id: int) -> User:
        """Let a user who was disabled come in again."""
        self._manages(user_id)
        detail = {"user": user_id, "active": True}
        with self._gate.noted(self.user, Action.MANAGE_USERS, detail=detail) as connection:
            return of_users.enable(connection, user_id)

    def reset_user(self, user_id: int) -> str:
        """Give a user a new one-time password, and return it; their second factor is to be set up again."""
        self._manages(user_id)
        with self._gate.noted(self.user, Action.MANAGE_USERS, detail={"user": user_id, "reset": True}) as connection:
            return of_users.invite(connection, user_id, self._gate.clock(), self._gate.hub.settings.sign_in)

    def _manages(self, user_id: int) -> None:
        self._gate.require(self.user, Action.MANAGE_USERS, detail={"user": user_id})
        if user_id == self.user.user_id:
            reason = "nobody manages their own account"
            self._gate.refuse(self.user, Action.MANAGE_USERS, reason, detail={"user": user_id})
            raise refused(reason)

    def _known_roles(self) -> set[str]:
        return {role.name for role in self._gate.hub.policy().role}

    def _note(self, action: Action, detail: dict[str, Any]) -> None:
        self._gate.require(self.user, action, detail=detail)
        with self._gate.noted(self.user, action, detail=detail):
            pass


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text.removesuffix("Z"))
