"""A user's open cases, with whom they are about and what changed since the user last looked.

Takes a gate and a user, gives a line for each case. Whom a case is about is told as far as its purpose may see it; that
it was told is a line of the audit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from insighthub.accounts.users import User
from insighthub.desk.cases import Case
from insighthub.desk.gate import Gate
from insighthub.desk.merged_ids import ids_of
from insighthub.desk.tables import remark
from insighthub.governance.actions import Action
from insighthub.governance.audit import ALLOWED
from insighthub.governance.tables import audit
from insighthub.residents.labels import Label
from insighthub.store.state_tables import identity_event

MY_CASES = "see_own_cases"


@dataclass(frozen=True)
class MyCase:
    """A case on its user's desk.

    Attributes:
        case: the case.
        title: of its purpose.
        label: whom it is about; None where that is nobody yet, or nobody whom the purpose may see.
        changes: what changed of them since the user last looked, in words.
    """

    case: Case
    title: str
    label: Label | None
    changes: tuple[str, ...]


def my_cases(gate: Gate, user: User, open_cases: tuple[Case, ...]) -> tuple[MyCase, ...]:
    """Return a user's cases with what changed in them.

    Args:
        gate: of the hub.
        user: whose cases they are.
        open_cases: the cases, each with the id that its resident has now.
    """
    policy = gate.hub.policy()
    titles = {p.name: p.title for p in policy.purpose}
    labels: dict[tuple[str, str], Label] = {}
    for purpose in sorted({c.purpose for c in open_cases}):
        wanted = [c.resident_id for c in open_cases if c.purpose == purpose and c.resident_id]
        if wanted and policy.decide(user.roles, Action.SEE_PICTURE, purpose).allowed:
            found = gate.hub.residents.labels(wanted, purpose)
            labels |= {(purpose, one): label for one, label in found.items()}
            with gate.noted(user, MY_CASES, purpose=purpose, detail={"found": sorted(found)}):
                pass
    out = []
    for case in open_cases:
        label = labels.get((case.purpose, case.resident_id or ""))
        changes = _changes(gate, user, case) if label is not None else ()
        out.append(MyCase(case, titles.get(case.purpose, case.purpose), label, changes))
    return tuple(out)


def _changes(gate: Gate, user: User, case: Case) -> tuple[str, ...]:
    about = str(case.resident_id)
    with gate.hub.state.read() as connection:
        ids = ids_of(connection, about)
        looked = _last_look(connection, user, ids)
        if looked is None:
            return ()
        events = _identity_events(connection, ids, looked)
        written = _remarks(connection, ids, case.purpose, user, looked)
    records = gate.hub.residents.changed_since(about, case.purpose, looked.date())
    said = [f"{source.replace('_', ' ')}: {what}" for source, what in records]
    if written:
        said.append("a note or a warning was added")
    if events:
        said.append("which records are this resident's was worked out anew")
    return tuple(said)


def _last_look(connection: Connection, user: User, ids: tuple[str, ...]) -> datetime | None:
    query = select(func.max(audit.c.at)).where(
        audit.c.who == user.email,
        audit.c.action == str(Action.SEE_PICTURE),
        audit.c.outcome == ALLOWED,
        audit.c.subject.in_(ids),
    )
    found = connection.execute(query).scalar()
    return None if found is None else datetime.fromisoformat(str(found).removesuffix("Z"))


def _identity_events(connection: Connection, ids: tuple[str, ...], since: datetime) -> int:
    query = select(func.count()).where(
        identity_event.c.at > since, identity_event.c.resident_id.in_(ids) | identity_event.c.other_id.in_(ids)
    )
    return int(connection.execute(query).scalar_one())


def _remarks(connection: Connection, ids: tuple[str, ...], purpose: str, user: User, since: datetime) -> int:
    query = select(func.count()).where(
        remark.c.resident_id.in_(ids),
        remark.c.at > since,
        remark.c.by != user.email,
        remark.c.ended_at.is_(None),
        remark.c.purposes.contains(f'"{purpose}"', autoescape=True),
    )
    return int(connection.execute(query).scalar_one())
