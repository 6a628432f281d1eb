"""The log of subject requests: what people ask of the council, by when it must answer, and each step with who took it.

Takes connections of the state, gives and takes rows. A request is due one calendar month after it came (UK GDPR,
Article 12(3)), counted as the Information Commissioner's Office counts it: the same day of the next month, or the last
day of that month where it has no such day. It may be extended by two months where it is complex. Nothing is done before
it is noted that, and how, the requester's identity was checked.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, get_args

from sqlalchemy import Connection, insert, select, update

from insighthub.errors import RunError
from insighthub.governance.rights.tables import (
    redaction,
    subject_request,
    subject_request_record,
    subject_request_resident,
    subject_request_step,
)
from insighthub.store.run_log import now

Kind = Literal["access", "rectify", "restrict", "object", "erase"]
KINDS: tuple[str, ...] = get_args(Kind)
OPEN, WAITING, GRANTED, REFUSED, DONE, WITHDRAWN = "open", "waiting", "granted", "refused", "done", "withdrawn"
#: From a status to those that may follow; refused, done and withdrawn are the end.
FOLLOWING = {
    OPEN: {WAITING, GRANTED, REFUSED, WITHDRAWN},
    WAITING: {OPEN, GRANTED, REFUSED, WITHDRAWN},
    GRANTED: {DONE, REFUSED, WITHDRAWN},
}
MONTHS, EXTENDED_MONTHS = 1, 3


class RecordKey(NamedTuple):
    """A person whom a record names: source, reference, and which of its people, counted from 1."""

    source: str
    record_id: str
    person: int = 1


@dataclass(frozen=True)
class Step:
    """Something that was done about a request."""

    at: datetime
    by: str
    step: str
    note: str


@dataclass(frozen=True)
class SubjectRequest:
    """A request as the log has it; see the table ``subject_request``."""

    request_id: int
    kind: str
    requester: str
    received: date
    due: date
    extended: bool
    status: str
    identity_checked: date | None
    note: str
    residents: tuple[str, ...]
    records: tuple[RecordKey, ...]
    steps: tuple[Step, ...]

    def overdue(self, today: date) -> bool:
        """Say whether it should have been answered."""
        return self.status in FOLLOWING and today > self.due


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def open_request(
    connection: Connection,
    kind: str,
    residents: Sequence[str],
    *,
    requester: str,
    received: date,
    by: str,
    note: str = "",
    records: Iterable[RecordKey] = (),
) -> int:
    """Note a request that came; return its number.

    Args:
        connection: within a transaction that writes.
        kind: one of ``KINDS``.
        residents: ids of whom it is about.
        requester: who asked.
        received: the day on which it came.
        by: who notes it.
        note: what was asked, in their words.
        records: records that it is about, where it is not about all.

    Raises:
        RunError: there is no such kind, or it is about nobody.
    """
    if kind not in KINDS:
        raise RunError(f"no request is of a kind {kind!r}", remedy=f"Say one of: {', '.join(KINDS)}")
    if not residents:
        raise RunError("the request is about no resident", remedy="Name the resident whom it is about")
    values = {
        "kind": kind,
        "requester": requester,
        "received": received,
        "due": months_after(received, MONTHS),
        "extended": False,
        "status": OPEN,
        "note": note,
    }
    request_id = int(
        connection.execute(insert(subject_request).values(values).returning(subject_request.c.request_id)).scalar_one()
    )
    for resident_id in dict.fromkeys(residents):
        connection.execute(insert(subject_request_resident).values(request_id=request_id, resident_id=resident_id))
    for record in dict.fromkeys(records):
        connection.execute(insert(subject_request_record).values(request_id=request_id, **record._asdict()))
    note_step(connection, request_id, "received", by=by)
    return request_id


def note_step(connection: Connection, request_id: int, step: str, *, by: str, note: str = "") -> None:
    """Note that something was done about a request."""
    connection.execute(
        insert(subject_request_step).values(request_id=request_id, at=now(), by=by, step=step, note=note)
    )


def check_identity(connection: Connection, request_id: int, *, on: date, by: str, how: str) -> None:
    """Note that the requester is who they say they are, or may act for the person, and how that was checked.

    Raises:
        RunError: there is no such request, or it is not said how.
    """
    the_request(connection, request_id)
    if not how.strip():
        raise RunError("it is not said how the identity was checked", remedy="Say what was seen, and not its number")
    _set(connection, request_id, identity_checked=on)
    note_step(connection, request_id, "identity checked", by=by, note=how)


def extend(connection: Connection, request_id: int, *, by: str, why: str) -> date:
    """Extend a request by two months; return when it is due then.

    Raises:
        RunError: there is no such request, it was extended before, or no reason is given.
    """
    request = the_request(connection, request_id)
    if request.extended or request.status not in FOLLOWING:
        raise RunError("this request cannot be extended", remedy="A request is extended once, while it is open")
    if not why.strip():
        raise RunError("no reason is given", remedy="Say why it is complex; the requester is told within a month")
    due = months_after(request.received, EXTENDED_MONTHS)
    _set(connection, request_id, due=due, extended=True)
    note_step(connection, request_id, "extended", by=by, note=why)
    return due


def go_to(connection: Connection, request_id: int, status: str, *, by: str, note: str = "") -> None:
    """Bring a request to another status.

    Raises:
        RunError: there is no such request, it cannot go there, the identity was not checked before it is granted, or
            it is refused without a reason.
    """
    request = the_request(connection, request_id)
    if status not in FOLLOWING.get(request.status, set()):
        raise RunError(
            f"request {request_id} is {request.status}, and cannot be {status} now",
            remedy="Look at its steps; open another request where this one has ended",
        )
    if status in (GRANTED, DONE):
        needs_identity(request)
    if status == REFUSED and not note.strip():
        raise RunError("no reason is given", remedy="Say by which exemption or ground it is refused")
    _set(connection, request_id, status=status)
    note_step(connection, request_id, status, by=by, note=note)


def needs_identity(request: SubjectRequest) -> None:
    """Raise unless the requester's identity was checked.

    Raises:
        RunError: it was not.
    """
    if request.identity_checked is None:
        raise RunError(
            f"the identity of who made request {request.request_id} is not checked",
            remedy="Check it, and note how, before anything is told or changed",
        )


def the_request(connection: Connection, request_id: int) -> SubjectRequest:
    """Return a request.

    Raises:
        RunError: there is none of this number.
    """
    for request in requests(connection, request_id):
        return request
    raise RunError(f"there is no request {request_id}", remedy="Check its number")


def requests(connection: Connection, request_id: int | None = None) -> list[SubjectRequest]:
    """Return all requests in order of when they are due, or one of them."""
    query = select(subject_request).order_by(subject_request.c.due, subject_request.c.request_id)
    if request_id is not None:
        query = query.where(subject_request.c.request_id == request_id)
    out = []
    for row in connection.execute(query).mappings().all():
        number = row["request_id"]
        of = subject_request_resident
        who = connection.execute(
            select(of.c.resident_id).where(of.c.request_id == number).order_by(of.c.resident_id)
        ).scalars()
        what = subject_request_record
        records = connection.execute(
            select(what.c.source, what.c.record_id, what.c.person)
            .where(what.c.request_id == number)
            .order_by(what.c.source, what.c.record_id, what.c.person)
        ).all()
        done = subject_request_step
        steps = connection.execute(
            select(done.c.at, done.c.by, done.c.step, done.c.note)
            .where(done.c.request_id == number)
            .order_by(done.c.step_id)
        ).all()
        out.append(
            SubjectRequest(
                **row,
                residents=tuple(who),
                records=tuple(RecordKey(*r) for r in records),
                steps=tuple(Step(*s) for s in steps),
            )
        )
    return out


def redact(connection: Connection, request_id: int, place: str, *, hide: bool, by: str, why: str) -> None:
    """Keep a person's choice of what an export tells at a place; a later choice stands for an earlier one.

    Args:
        connection: within a transaction that writes.
        request_id: the request that is answered.
        place: source/record/column, as the export names it.
        hide: whether it is not told.
        by: who chose.
        why: the reason.
    """
    the_request(connection, request_id)
    chosen = (redaction.c.request_id == request_id) & (redaction.c.place == place)
    connection.execute(redaction.delete().where(chosen))
    connection.execute(
        insert(redaction).values(request_id=request_id, place=place, hide=hide, by=by, at=now(), why=why)
    )


def redactions(connection: Connection, request_id: int) -> dict[str, bool]:
    """Return what was chosen by hand: place -> whether it is hidden."""
    query = select(redaction.c.place, redaction.c.hide).where(redaction.c.request_id == request_id)
    return {place: bool(hide) for place, hide in connection.execute(query)}


def _set(connection: Connection, request_id: int, **values: object) -> None:
    connection.execute(update(subject_request).where(subject_request.c.request_id == request_id).values(**values))
