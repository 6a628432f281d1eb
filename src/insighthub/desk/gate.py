"""The gate: asks the policy, writes the audit, raises alerts. Whatever a user does passes through it.

Takes a hub and a clock. ``require`` asks before anything is done, and a refusal is kept before it is told; ``noted``
is the transaction in which something is done and its line is written, or, for a read, the line is written before the
data is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from insighthub.accounts.users import User, colleagues
from insighthub.desk.hidden_records import HiddenOnes
from insighthub.desk.merged_ids import id_now, ids_of
from insighthub.desk.refused import Refused, refused
from insighthub.governance import audit, break_glass
from insighthub.governance.actions import Action
from insighthub.governance.alerts import Watched, raise_alerts
from insighthub.governance.audit_proof import Heads
from insighthub.governance.policy import NOBODY, Ruling
from insighthub.governance.purposes import Purpose, named
from insighthub.hub import Hub


class Gate:
    """The gate of a hub.

    Args:
        hub: the hub.
        clock: gives the time, UTC without a zone.
    """

    def __init__(self, hub: Hub, clock: Callable[[], datetime]) -> None:
        self.hub, self.clock = hub, clock
        self.hidden = HiddenOnes(hub)
        self._heads = Heads(hub.home)
        self._near: tuple[str | None, dict[str, frozenset[str]]] = (None, {})

    def require(
        self,
        user: User,
        action: Action,
        *,
        purpose: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Ask whether a user may do something that is not about one resident; a refusal is in the audit.

        Raises:
            Refused: they may not.
        """
        ruling = self.hub.policy().decide(user.roles if user.active else (), action, purpose)
        if not ruling.allowed:
            raise self.refuse(user, str(action), ruling.reason, purpose=purpose, detail=detail)

    def require_source(
        self,
        user: User,
        action: Action,
        source: str,
        *,
        purpose: str,
        special: bool,
        detail: Mapping[str, Any] | None = None,
    ) -> Purpose:
        """Ask whether a user may see values of a source's records for a purpose, and return the purpose.

        Args:
            user: who asks.
            action: what they would do.
            source: the source.
            purpose: the purpose that this is done for.
            special: whether the source holds special category data.
            detail: what the audit is to say of a refusal.

        Raises:
            Refused: they may not.
        """
        policy = self.hub.policy()
        roles = user.roles if user.active else ()
        ruling = policy.decide(roles, action, purpose, source, special=special)
        if not ruling.allowed:
            said = {"source": source, **(detail or {})}
            raise self.refuse(user, str(action), ruling.reason, purpose=purpose, detail=said)
        return named(policy.purpose, purpose)

    def require_person(
        self, user: User, action: Action, resident_id: str, *, purpose: str | None, look: bool = True
    ) -> str:
        """Ask whether a user may do something about a resident; return the resident's id now.

        What is not there, is hidden, or is known to other sources only is refused in the same words. ``look`` is false
        where what follows finds out by itself whether the purpose's sources know the resident, as a picture does.

        Raises:
            Refused: they may not, or there is no such resident for this purpose.
        """
        with self.hub.state.read() as connection:
            now = id_now(connection, resident_id)
            held = break_glass.held(connection, user.email, self.clock())
            broken = next(
                (
                    glass.purpose
                    for glass in held
                    if glass.purpose == purpose
                    and (glass.resident_id == resident_id or (now and id_now(connection, glass.resident_id) == now))
                ),
                None,
            )
        hidden = now is not None and self.hub.residents.is_hidden(now)
        roles = user.roles if user.active else ()
        ruling = self.hub.policy().decide(roles, action, purpose, hidden=hidden, broken=broken)
        if ruling.allowed and purpose is not None:
            known = now is not None and (not look or bool(self.hub.residents.records_of(now, purpose)))
            ruling = ruling if known else Ruling(False, NOBODY)
        if not ruling.allowed:
            raise self.refuse(user, str(action), ruling.reason, purpose=purpose, subject=now)
        return str(now)

    def refuse(
        self,
        user: User,
        action: str,
        reason: str,
        *,
        purpose: str | None = None,
        subject: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> Refused:
        """Keep a refusal, and return what to raise."""
        line = audit.Line(
            user.email, action, user.roles, purpose, subject, {**(detail or {}), "reason": reason}, audit.REFUSED
        )
        at = self.clock()
        with self.hub.state.write() as connection:
            written = self._write(connection, line, user, at)
        self._heads.note(written, at)
        return refused(reason)

    @contextmanager
    def noted(
        self,
        user: User,
        action: str,
        *,
        purpose: str | None = None,
        subject: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> Iterator[Connection]:
        """Give a transaction of the state, whose line of the audit is written at its end, with what it raises.

        Args:
            user: who does it.
            action: what they do.
            purpose: what for.
            subject: the resident whom it is about.
            detail: what else matters; it may be filled in within the block. Never a person's data.
        """
        at = self.clock()
        detail = {} if detail is None else detail
        with self.hub.state.write() as connection:
            yield connection
            line = audit.Line(user.email, action, user.roles, purpose, subject, detail)
            written = self._write(connection, line, user, at)
        self._heads.note(written, at)

    def _write(self, connection: Connection, line: audit.Line, user: User, at: datetime) -> audit.Written:
        written = audit.append(connection, line, at)
        if line.subject is not None or line.purpose is not None:
            watched = self._watched(connection, user, line.subject)
            raise_alerts(connection, line, written, watched, at=at, settings=self.hub.settings.alerts)
        return written

    def near_to(self, user: User) -> frozenset[str]:
        """Return the residents whom a user is too near to: themselves, who lives with or beside them, colleagues."""
        with self.hub.state.read() as connection:
            own = None if user.resident_id is None else id_now(connection, user.resident_id)
            theirs = {id_now(connection, one) for one in colleagues(connection, but=user.user_id)}
        found = {one for one in (own, *theirs) if one is not None}
        return frozenset(found | (self._neighbours(own) if own is not None else frozenset()))

    def _watched(self, connection: Connection, user: User, subject: str | None) -> Watched:
        if subject is None:
            return Watched()
        own = None if user.resident_id is None else id_now(connection, user.resident_id)
        others = colleagues(connection, but=user.user_id).keys()
        is_colleague = not others.isdisjoint(ids_of(connection, subject)) if others else False
        return Watched(
            own=own,
            neighbours=frozenset() if own is None else self._neighbours(own),
            colleagues=frozenset({subject}) if is_colleague else frozenset(),
            hidden=self.hub.residents.is_hidden(subject),
        )

    def _neighbours(self, own: str) -> frozenset[str]:
        release = self.hub.releases.current()
        if self._near[0] != release:
            self._near = (release, {})
        known = self._near[1]
        if own not in known:
            known[own] = self.hub.residents.nearby(own)
        return known[own]
