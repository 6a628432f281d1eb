"""Remarks: the notes and warnings that officers write on a resident, and the corrections that they suggest.

Takes connections of the state, gives plain data. A remark is seen for the purposes that it was written for; it stays
with the resident's id, and is found by every id that leads to the same resident. Nothing is deleted here: a remark
that is ended is shown no more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from insighthub.desk.tables import remark, suggestion
from insighthub.errors import RunError

NOTE, WARNING = "note", "warning"
LONGEST = 4_000  # characters
OPEN, SENT, ACCEPTED, REFUSED = "open", "sent", "accepted", "refused"
#: What a suggested correction can become from each state; who answered wrongly may answer again.
STEPS: dict[str, tuple[str, ...]] = {
    OPEN: (SENT, ACCEPTED, REFUSED),
    SENT: (ACCEPTED, REFUSED),
    ACCEPTED: (REFUSED,),
    REFUSED: (ACCEPTED,),
}


@dataclass(frozen=True)
class Remark:
    """A note or a warning; ``review_on`` is the day on which a warning is to be looked at again."""

    remark_id: int
    kind: str
    resident_id: str
    text: str
    by: str
    at: datetime
    review_on: date | None
    purposes: tuple[str, ...]
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True)
class Suggestion:
    """A correction that an officer suggests to a source: what field of which record should say what, and why."""

    suggestion_id: int
    source: str
    record_id: str
    person: int
    resident_id: str
    field: str
    proposed: str
    why: str
    by: str
    at: datetime
    status: str
    decided_by: str | None
    decided_at: datetime | None


def write_remark(
    connection: Connection,
    kind: str,
    *,
    resident_id: str,
    text: str,
    by: str,
    at: datetime,
    review_on: date | None,
    purposes: Sequence[str],
) -> Remark:
    """Keep a note or a warning.

    Raises:
        RunError: it says nothing, is too long, or is a warning without a day to review it that is still to come.
    """
    if kind == WARNING and (review_on is None or review_on <= at.date()):
        raise RunError("a warning has a day on which it is reviewed", remedy="Name a day that is still to come")
    values = {
        "kind": kind,
        "resident_id": resident_id,
        "text": tidy_text(text),
        "by": by,
        "at": at,
        "review_on": review_on,
        "purposes": json.dumps(sorted(set(purposes))),
    }
    number = connection.execute(insert(remark).values(**values).returning(remark.c.remark_id)).scalar_one()
    return _remark({"remark_id": number, "ended_at": None, "ended_by": None, **values})


def remarks(connection: Connection, ids: Sequence[str], purpose: str, *, kind: str | None = None) -> tuple[Remark, ...]:
    """Return the remarks on a resident that a purpose sees, newest first.

    Args:
        connection: of the state.
        ids: every id that leads to the resident.
        purpose: the purpose.
        kind: note or warning; both where it is not given.
    """
    query = select(remark).where(remark.c.resident_id.in_(ids), remark.c.ended_at.is_(None))
    if kind is not None:
        query = query.where(remark.c.kind == kind)
    found = map(_remark, connection.execute(query.order_by(remark.c.remark_id.desc())).mappings())
    return tuple(each for each in found if purpose in each.purposes)


def every_remark(connection: Connection, ids: Sequence[str]) -> tuple[Remark, ...]:
    """Return every remark on a resident, oldest first, whoever may see it and whether or not it was ended."""
    query = select(remark).where(remark.c.resident_id.in_(ids)).order_by(remark.c.remark_id)
    return tuple(map(_remark, connection.execute(query).mappings()))


def due_warnings(connection: Connection, by: str, day: date) -> tuple[Remark, ...]:
    """Return the warnings that somebody wrote and that are to be reviewed on a day, or were before."""
    query = select(remark).where(
        remark.c.by == by, remark.c.kind == WARNING, remark.c.ended_at.is_(None), remark.c.review_on <= day
    )
    return tuple(map(_remark, connection.execute(query.order_by(remark.c.review_on)).mappings()))


def find_remark(connection: Connection, remark_id: int) -> Remark | None:
    """Return a remark; None where there is none of this number, or it is ended."""
    query = select(remark).where(remark.c.remark_id == remark_id, remark.c.ended_at.is_(None))
    row = connection.execute(query).mappings().first()
    return None if row is None else _remark(row)


def end_remark(connection: Connection, remark_id: int, *, by: str, at: datetime) -> None:
    """Show a remark no more."""
    connection.execute(update(remark).where(remark.c.remark_id == remark_id).values(ended_at=at, ended_by=by))


def review_remark(connection: Connection, remark_id: int, *, review_on: date, at: datetime) -> None:
    """Let a warning stand until another day.

    Raises:
        RunError: the day is not still to come.
    """
    if review_on <= at.date():
        raise RunError("a warning has a day on which it is reviewed", remedy="Name a day that is still to come")
    connection.execute(update(remark).where(remark.c.remark_id == remark_id).values(review_on=review_on))


def suggest(
    connection: Connection,
    *,
    record: tuple[str, str, int],
    resident_id: str,
    field: str,
    proposed: str,
    why: str,
    by: str,
    at: datetime,
) -> Suggestion:
    """Keep a correction that an officer suggests.

    Raises:
        RunError: it says nothing, or is too long.
    """
    source, record_id, person = record
    values = {
        "source": source,
        "record_id": record_id,
        "person": person,
        "resident_id": resident_id,
        "field": field,
        "proposed": tidy_text(proposed),
        "why": tidy_text(why),
        "by": by,
        "at": at,
        "status": OPEN,
    }
    number = connection.execute(insert(suggestion).values(**values).returning(suggestion.c.suggestion_id)).scalar_one()
    return Suggestion(suggestion_id=int(number), decided_by=None, decided_at=None, **values)  # type: ignore[arg-type]


def suggestions(
    connection: Connection, *, source: str | None = None, ids: Sequence[str] | None = None, status: str | None = None
) -> tuple[Suggestion, ...]:
    """Return suggested corrections, oldest first: of a source, of a resident, of a status, where they are named."""
    query = select(suggestion).order_by(suggestion.c.suggestion_id)
    if source is not None:
        query = query.where(suggestion.c.source == source)
    if ids is not None:
        query = query.where(suggestion.c.resident_id.in_(ids))
    if status is not None:
        query = query.where(suggestion.c.status == status)
    return tuple(Suggestion(**row) for row in connection.execute(query).mappings())


def decide_suggestion(connection: Connection, suggestion_id: int, status: str, *, by: str, at: datetime) -> Suggestion:
    """Keep what became of a suggested correction.

    Raises:
        RunError: there is none of this number, or it cannot become so any more.
    """
    query = select(suggestion).where(suggestion.c.suggestion_id == suggestion_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise RunError(f"there is no suggestion {suggestion_id}", remedy="Check its number")
    if status not in STEPS.get(row["status"], ()):
        raise RunError(
            f"suggestion {suggestion_id} is {row['status']}, and cannot be {status} now",
            remedy="Look at what became of it",
        )
    change = {"status": status, "decided_by": by, "decided_at": at}
    connection.execute(update(suggestion).where(suggestion.c.suggestion_id == suggestion_id).values(**change))
    return Suggestion(**{**row, **change})


def tidy_text(text: str) -> str:
    """Return what somebody wrote, without what a screen cannot show.

    Raises:
        RunError: it says nothing, or is too long.
    """
    tidy = "".join(c for c in text if c in "\n\t" or c.isprintable()).strip()
    if not tidy:
        raise RunError("nothing is written", remedy="Write what you know, in a sentence")
    if len(tidy) > LONGEST:
        raise RunError(f"this is longer than {LONGEST:,} characters", remedy="Say it in fewer words")
    return tidy


def _remark(row: object) -> Remark:
    values: dict[str, object] = dict(row)  # type: ignore[call-overload]
    return Remark(**{**values, "purposes": tuple(json.loads(str(values["purposes"])))})  # type: ignore[arg-type]
