"""Where people work on corrections: lists, sheets that go out and come back, answers, figures.

Takes a hub, gives ``Corrections``:

    desk = Corrections(hub)
    tickets = desk.export("council_tax", Path("council-tax.xlsx"))
    desk.mark_sent(tickets, by="data.team@council.example")
    desk.read_answers(Path("council-tax.xlsx"), by="revenues@council.example")
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, select, update

from insighthub.corrections.answers import read_answer_rows
from insighthub.corrections.export import sheet_of
from insighthub.corrections.figures import Figures, read_figures
from insighthub.corrections.notes import LEFT_OUT, without_values
from insighthub.corrections.settings import KINDS
from insighthub.corrections.sheet import write_sheet
from insighthub.corrections.steps import ACCEPTED, CLOSED, PROPOSED, REFUSED, SENT, STATUSES, may_go
from insighthub.corrections.tickets import note_events
from insighthub.errors import DataError, RunError
from insighthub.sources.contract import Source
from insighthub.sources.home import load_home
from insighthub.store.releases import Releases
from insighthub.store.state import State
from insighthub.store.state_tables import correction, correction_event
from insighthub.store.tables import rows

LANDING = "landing"
_LOT = 500
_CASES = "SELECT key, held, proposed, probability, evidence, why FROM correction_case WHERE list_contains($keys, key)"

# What the state must not hold: what a case is about, and what its record says of the person.
_VALUES = """
SELECT c.key, c.held, c.proposed, p.given_name, p.middle_names, p.family_name, p.previous_family_name, p.date_of_birth,
       p.date_of_death, p.address, p.postcode, p.uprn, p.phone, p.mobile, p.email, p.nhs_number, p.nino, p.upn
FROM correction_case c
LEFT JOIN person_record p ON p.source = c.source AND p.record_id = c.record_id AND p.person = c.person
WHERE list_contains($keys, c.key)
"""


class OfHub(Protocol):
    """What is needed of a hub."""

    home: Path
    state: State
    releases: Releases


@dataclass(frozen=True)
class Ticket:
    """A ticket as the state has it: no value of a person."""

    correction_id: int
    key: str
    source: str
    record_id: str
    person: int
    resident_id: str
    kind: str
    field: str
    status: str
    probability: float
    proposed_on: date
    closed_on: date | None
    avoids_asking: bool


@dataclass(frozen=True)
class Case:
    """What a ticket is about, with the values: for those who may see them."""

    held: str | None
    proposed: str
    probability: float
    evidence: list[dict[str, Any]]
    why: str


@dataclass(frozen=True)
class Answers:
    """What a returned sheet said: tickets by answer, and those that say nothing or had been answered so before."""

    accepted: tuple[int, ...]
    refused: tuple[int, ...]
    unanswered: int
    unchanged: int


class Corrections:
    """The corrections of a hub.

    Args:
        hub: the hub.
    """

    def __init__(self, hub: OfHub) -> None:
        self._hub = hub

    def list(self, source: str | None = None, status: str | None = None, kind: str | None = None) -> tuple[Ticket, ...]:
        """Return tickets, oldest first; of one source, in one state, of one kind, where they are named.

        Raises:
            RunError: there is no such state or kind.
        """
        if status is not None and status not in STATUSES:
            raise RunError(f"no correction is ever {status!r}", remedy=f"Say one of: {', '.join(STATUSES)}")
        query = select(*(correction.c[name] for name in Ticket.__dataclass_fields__)).order_by(
            correction.c.correction_id
        )
        if kind is not None:
            if kind not in KINDS:
                raise RunError(f"no correction is of a kind {kind!r}", remedy=f"Say one of: {', '.join(KINDS)}")
            query = query.where(correction.c.kind == kind)
        if source is not None:
            query = query.where(correction.c.source == source)
        if status is not None:
            query = query.where(correction.c.status == status)
        with self._hub.state.read() as connection:
            return tuple(Ticket(*row) for row in connection.execute(query))

    def case(self, correction_id: int) -> Case | None:
        """Return what a ticket is about; None where the published release has its case no more.

        Raises:
            RunError: there is no such ticket.
        """
        with self._hub.state.read() as connection:
            key = _tickets(connection, [correction_id])[correction_id].key
        db = self._hub.releases.open()
        try:
            query = "SELECT held, proposed, probability, evidence, why FROM correction_case WHERE key = ?"
            found = rows(db, query, [key])
        finally:
            db.close()
        if not found:
            return None
        held, proposed, probability, evidence, why = found[0]
        return Case(held, proposed, probability, json.loads(evidence), why)

    def cases(self, keys: Sequence[str]) -> dict[str, Case]:
        """Return by key what tickets are about, of those whose case the published release has."""
        db = self._hub.releases.open()
        try:
            found = rows(db, _CASES, {"keys": list(keys)})
        finally:
            db.close()
        return {
            key: Case(held, proposed, probability, json.loads(evidence), why)
            for key, held, proposed, probability, evidence, why in found
        }

    def history(self, correction_id: int) -> tuple[tuple[str, str, str | None], ...]:
        """Return what became of a ticket, oldest first: the state it came to, who did it, and their note."""
        query = (
            select(correction_event.c.status, correction_event.c.by, correction_event.c.note)
            .where(correction_event.c.correction_id == correction_id)
            .order_by(correction_event.c.event_id)
        )
        with self._hub.state.read() as connection:
            return tuple((status, by, note) for status, by, note in connection.execute(query))

    def mark_sent(self, ids: Sequence[int], by: str, *, connection: Connection | None = None) -> None:
        """Note that tickets were sent to their source.

        Args:
            ids: the tickets.
            by: who sent them.
            connection: the transaction to do it in; one of its own where none is given.

        Raises:
            RunError: there is no such ticket, or it is not one that is proposed.
        """
        with self._writing(connection) as state:
            _go(state, [(correction_id, SENT, None) for correction_id in ids], by)

    def accept(self, correction_id: int, by: str, note: str = "", *, connection: Connection | None = None) -> None:
        """Note that the source takes what was proposed; it is fixed when a delivery says so.

        Raises:
            RunError: there is no such ticket, or it is closed.
        """
        self._answer(correction_id, ACCEPTED, by, note, connection)

    def refuse(self, correction_id: int, by: str, note: str = "", *, connection: Connection | None = None) -> None:
        """Note that the source keeps what it holds; the same is not proposed to it again.

        Raises:
            RunError: there is no such ticket, or it is closed.
        """
        self._answer(correction_id, REFUSED, by, note, connection)

    def export(self, source: str, path: Path, *, only: Collection[int] | None = None) -> tuple[int, ...]:
        """Write the sheet of a source's tickets that are proposed or sent; return them.

        Args:
            source: its name.
            path: the file, .csv or .xlsx.
            only: the tickets that may be in it; all where it is not given.

        Raises:
            RunError: there is no such source, or the file cannot be written.
        """
        contract = self._source(source)
        tickets = {t.key: t.correction_id for t in self.list(source) if t.status in (PROPOSED, SENT)}
        if only is not None:
            tickets = {key: number for key, number in tickets.items() if number in only}
        db = self._hub.releases.open()
        try:
            sheet = sheet_of(db, self._hub.home / LANDING, contract, tickets)
        finally:
            db.close()
        write_sheet(path, sheet.header, sheet.rows)
        return sheet.tickets

    def read_answers(
        self, path: Path, by: str, *, only: Collection[int] | None = None, connection: Connection | None = None
    ) -> Answers:
        """Take back a sheet with the owner's answers: all of them, or none where one cannot be.

        Args:
            path: the sheet.
            by: who answers.
            only: the tickets that may be in it, where not every one may; any other is taken for one that there is not.
            connection: the transaction to do it in; one of its own where none is given.

        Raises:
            DataError: it has no columns for ticket and answer, or a row that cannot be understood.
        """
        answers = read_answer_rows(path)
        given = [(row, correction_id, answer, note) for row, correction_id, answer, note in answers if answer]
        unchanged, changes = 0, []
        with self._writing(connection) as state:
            known = _tickets(state, [correction_id for _, correction_id, _, _ in given], missing=True)
            if only is not None:
                known = {number: ticket for number, ticket in known.items() if number in only}
            for row, correction_id, answer, note in given:
                ticket = known.get(correction_id)
                if ticket is not None and ticket.status == answer:
                    unchanged += 1
                    continue
                try:
                    _check(correction_id, ticket, answer)
                except RunError as error:
                    raise DataError(error.what, remedy=error.remedy, file=path, row=row) from None
                changes.append((correction_id, answer, note))
            notes = self._clean({known[number].key: note for number, _, note in changes})
            _go(state, [(number, answer, notes[known[number].key]) for number, answer, _ in changes], by)
        accepted, refused = (tuple(n for n, answer, _ in changes if answer == said) for said in (ACCEPTED, REFUSED))
        return Answers(accepted, refused, len(answers) - len(given), unchanged)

    def figures(self) -> tuple[Figures, ...]:
        """Return the figures of everything, then of each source, then of each source and kind."""
        with self._hub.state.read() as connection:
            return tuple(read_figures(connection))

    def _answer(self, correction_id: int, status: str, by: str, note: str, connection: Connection | None) -> None:
        with self._writing(connection) as state:
            key = _tickets(state, [correction_id])[correction_id].key
            _go(state, [(correction_id, status, self._clean({key: note})[key])], by)

    @contextmanager
    def _writing(self, connection: Connection | None) -> Iterator[Connection]:
        if connection is not None:
            yield connection
            return
        with self._hub.state.write() as own:
            yield own

    def _clean(self, notes: dict[str, str]) -> dict[str, str | None]:
        """Return notes, by key of their case, without the values that the cases are about: the state holds none."""
        written = {key: note.strip() for key, note in notes.items() if note.strip()}
        values: dict[str, list[str]] = {}
        if written and self._hub.releases.current() is not None:
            db = self._hub.releases.open()
            try:
                for key, *said in rows(db, _VALUES, {"keys": list(written)}):
                    values[key] = [value for value in said if value]
            finally:
                db.close()
        out: dict[str, str | None] = dict.fromkeys(notes)
        for key, note in written.items():
            # Of a case that is gone nobody can say any more which values it was about.
            out[key] = without_values(note, values[key]) if key in values else LEFT_OUT
        return out

    def _source(self, name: str) -> Source:
        for each in load_home(self._hub.home):
            for source in each.contract.source:
                if source.name == name:
                    return source
        raise RunError(f"this hub has no source {name!r}", remedy="Name one that has a contract", file=self._hub.home)


def _tickets(connection: Connection, ids: Sequence[int], *, missing: bool = False) -> dict[int, Ticket]:
    """Return tickets by number; ``missing`` lets some be unknown."""
    query = select(*(correction.c[name] for name in Ticket.__dataclass_fields__))
    found = {}
    for start in range(0, len(ids), _LOT):
        for row in connection.execute(query.where(correction.c.correction_id.in_(ids[start : start + _LOT]))):
            ticket = Ticket(*row)
            found[ticket.correction_id] = ticket
    for correction_id in () if missing else ids:
        _known(correction_id, found.get(correction_id))
    return found


def _known(correction_id: int, ticket: Ticket | None) -> Ticket:
    if ticket is None:
        raise RunError(f"there is no ticket {correction_id}", remedy="Check its number")
    return ticket


def _check(correction_id: int, ticket: Ticket | None, status: str) -> None:
    """Raise unless a ticket can go to a state."""
    before = _known(correction_id, ticket).status
    if not may_go(before, status):
        raise RunError(
            f"ticket {correction_id} is {before}, and cannot be {status} now",
            remedy="Look at what became of it; a case that comes back is proposed again by itself",
        )


def _go(connection: Connection, changes: Sequence[tuple[int, str, str | None]], by: str) -> None:
    """Have tickets go to a state each, with a note."""
    known = _tickets(connection, [correction_id for correction_id, _, _ in changes])
    for correction_id, status, _ in changes:
        _check(correction_id, known[correction_id], status)
    if changes:
        query = update(correction).where(correction.c.correction_id == bindparam("number"))
        connection.execute(
            query.values(status=bindparam("to"), closed_on=bindparam("day")),
            [
                {"number": n, "to": status, "day": date.today() if status in CLOSED else None}
                for n, status, _ in changes
            ],
        )
    note_events(connection, by, changes)


__all__ = ["KINDS", "Answers", "Case", "Corrections", "Ticket"]
