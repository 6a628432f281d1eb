"""What retention takes away beside records: sessions that have ended, the audit's oldest lines, and alerts with them.

Takes who applies it, gives what ``apply_retention`` calls, each with the day before which things go.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, delete

from insighthub.accounts.sessions import forget_sessions
from insighthub.config import HubSettings
from insighthub.governance.alerts import REVIEWED
from insighthub.governance.audit_expiry import anchor_now, anchors, least_age, let_go
from insighthub.governance.audit_proof import Heads, head
from insighthub.governance.rights.requests import months_after
from insighthub.governance.tables import alert, broken_glass
from insighthub.rights.retention import Expiring
from insighthub.store.state import State


def expiring(by: str, roles: Sequence[str] = (), *, at: datetime | None = None) -> tuple[Expiring, ...]:
    """Return what else is kept for a time.

    Args:
        by: who applies retention, as the audit is to name them.
        roles: theirs.
        at: the time, UTC; that of the clock where it is not given.
    """
    moment = at or datetime.now(UTC).replace(tzinfo=None)

    def audit(connection: Connection, before: date) -> int:
        # A rehearsal of a day to come counts no line that could not go today.
        return let_go(connection, min(before, least_age(moment.date())), who=by, roles=roles, at=moment)

    return (
        Expiring("sessions that have ended", _sessions, _of_sessions),
        Expiring("alerts that were reviewed", _alerts, _of_audit),
        Expiring("glasses that were broken", _glasses, _of_audit),
        Expiring("lines of the audit", audit, _of_audit),
    )


def note_anchor(state: State, heads: Heads, at: datetime) -> None:
    """Write into ``audit.head`` how far the audit has been let go; call it after retention was applied."""
    with state.read() as connection:
        found, last = anchor_now(anchors(connection)[0]), head(connection)
    if found is not None:
        heads.note(last, at, now=True, anchor=found)


def _sessions(connection: Connection, before: date) -> int:
    return forget_sessions(connection, datetime.combine(before, time()))


def _alerts(connection: Connection, before: date) -> int:
    over = (alert.c.status == REVIEWED, alert.c.at < datetime.combine(before, time()))
    return connection.execute(delete(alert).where(*over)).rowcount


def _glasses(connection: Connection, before: date) -> int:
    return connection.execute(
        delete(broken_glass).where(broken_glass.c.expires_at < datetime.combine(before, time()))
    ).rowcount


def _of_sessions(settings: HubSettings, on: date) -> date:
    return on - timedelta(days=settings.retention.session_days)


def _of_audit(settings: HubSettings, on: date) -> date:
    return months_after(on, -settings.retention.audit_months)
