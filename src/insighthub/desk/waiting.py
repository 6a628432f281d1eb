"""What waits for somebody who answers for it all: counts, as far as their roles let them do something about it.

Takes a gate and a user, gives counts. Nothing of a person is read, so no line of the audit is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from insighthub.accounts.users import User
from insighthub.desk.gate import Gate
from insighthub.governance.actions import Action
from insighthub.governance.alerts import OPEN
from insighthub.governance.policy_versions import PROPOSED
from insighthub.governance.rights.requests import FOLLOWING
from insighthub.governance.rights.tables import retention_report, subject_request
from insighthub.governance.tables import alert, policy_version
from insighthub.rights.retention import APPLIED

SEE_GOVERNANCE = "see_governance"
#: Whoever has one of these answers for something here.
ANSWERS = frozenset(
    {
        Action.SEE_AUDIT,
        Action.REVIEW_ALERTS,
        Action.PROPOSE_POLICY,
        Action.APPROVE_POLICY,
        Action.SUBJECT_REQUESTS,
        Action.APPLY_RETENTION,
        Action.SEE_PAPERS,
    }
)


@dataclass(frozen=True)
class Waiting:
    """What waits; None where it is not for the user to do anything about it.

    Attributes:
        alerts: open alerts, but for those about the user.
        proposals: proposed policies, but for the user's own.
        requests: requests of residents that are under way; ``overdue`` of them should have been answered.
        reports: reports of retention to be signed off, but for the user's own.
    """

    alerts: int | None
    proposals: int | None
    requests: int | None
    overdue: int | None
    reports: int | None


def waiting(gate: Gate, user: User) -> Waiting:
    """Return what waits for a user.

    Raises:
        Refused: none of their roles answers for anything here.
    """
    may = gate.hub.policy().actions_of(user.roles) if user.active else frozenset()
    if may.isdisjoint(ANSWERS):
        raise gate.refuse(user, SEE_GOVERNANCE, "none of your roles answers for how the hub is governed")
    under_way = subject_request.c.status.in_(list(FOLLOWING))
    queries = {
        "alerts": (Action.REVIEW_ALERTS, alert, (alert.c.status == OPEN, alert.c.who != user.email)),
        "proposals": (
            Action.APPROVE_POLICY,
            policy_version,
            (policy_version.c.status == PROPOSED, policy_version.c.proposed_by != user.email),
        ),
        "requests": (Action.SUBJECT_REQUESTS, subject_request, (under_way,)),
        "overdue": (
            Action.SUBJECT_REQUESTS,
            subject_request,
            (under_way, subject_request.c.due < gate.clock().date()),
        ),
        "reports": (
            Action.APPLY_RETENTION,
            retention_report,
            (retention_report.c.status == APPLIED, retention_report.c.by != user.email),
        ),
    }
    counts: dict[str, int | None] = {}
    with gate.hub.state.read() as connection:
        for name, (action, table, where) in queries.items():
            query = select(func.count()).select_from(table).where(*where)
            counts[name] = int(connection.execute(query).scalar_one()) if action in may else None
    return Waiting(**counts)
