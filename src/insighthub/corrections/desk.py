"""Where people work on corrections: lists, sheets that go out and come back, answers, figures.

Takes a hub, gives ``Corrections``:

    desk = Corrections(hub)
    tickets = desk.export("council_tax", Path("council-tax.xlsx"))
    desk.mark_sent(tickets, by="data.team@council.example")
    desk.read_answers(Path("council-tax.xlsx"), by="revenues@council.example")
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, select, update

from insighthub.corrections.export import ANSWER, NOTE, TICKET, sheet_of
from insighthub.corrections.figures import Figures, read_figures
from insighthub.corrections.notes import without_values
from insighthub.corrections.settings import KINDS
from insighthub.corrections.sheet import read_sheet, write_sheet
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
#: What an owner may write as an answer, in any case.
ANSWERS = {
    "accepted": ACCEPTED, "accept": ACCEPTED, "yes": ACCEPTED, "y": ACCEPTED,
    "refused": REFUSED, "refuse": REFUSED, "no": REFUSED, "n": REFUSED,
}  # fmt: skip
_LOT = 500


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

    def list(self, source: str | None = None, status: str | None = None) -> tuple[Ticket, ...]:
        """Return tickets, oldest first; of one source, or in one state, where they are named.

        Raises:
            RunError: there is no such state.
        """
        if status is not None and status not in STATUSES:
            raise RunError(f"no correction is ever {status!r}", remedy=f"Say one of: {', '.join(STATUSES)}")
        query = select(*(correction.c[name] for name in Ticket.__dataclass_fields__)).order_by(
            correction.c.correction_id
        )
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

    def history(self, correction_id: int) -> tuple[tuple[str, str, str | None], ...]:
        """Return what became of a ticket, oldest first: the state it came to, who did it, and their note."""
        query = (
            select(correction_event.c.status, correction_event.c.by, correction_event.c.note)
            .where(correction_event.c.correction_id == correction_id)
            .order_by(correction_event.c.event_id)
        )
        with self._hub.state.read() as connection:
            return tuple((status, by, note) for status, by, note in connection.execute(query))

    def mark_sent(self, ids: Sequence[int], by: str) -> None:
        """Note that tickets were sent to their source.

        Raises:
            RunError: there is no such ticket, or it is not one that is proposed.
        """
        with self._hub.state.write() as connection:
            for correction_id in ids:
                _go(connection, correction_id, SENT, by, None)

    def accept(self, correction_id: int, by: str, note: str = "") -> None:
        """Note that the source takes what was proposed; it is fixed when a delivery says so.

        Raises:
            RunError: there is no such ticket, or it is closed.
        """
        self._answer(correction_id, ACCEPTED, by, note)

    def refuse(self, correction_id: int, by: str, note: str = "") -> None:
        """Note that the source keeps what it holds; the same is not proposed to it again.

        Raises:
            RunError: there is no such ticket, or it is closed.
        """
        self._answer(correction_id, REFUSED, by, note)

    def export(self, source: str, path: Path) -> tuple[int, ...]:
        """Write the sheet of a source's tickets that are proposed or sent; return them.

        Args:
            source: its name.
            path: the file, .csv or .xlsx.

        Raises:
            RunError: there is no such source, or the file cannot be written.
        """
        contract = self._source(source)
        tickets = {t.key: t.correction_id for t in self.list(source) if t.status in (PROPOSED, SENT)}
        db = self._hub.releases.open()
        try:
            sheet = sheet_of(db, self._hub.home / LANDING, contract, tickets)
        finally:
            db.close()
        write_sheet(path, sheet.header, sheet.rows)
        return sheet.tickets

    def read_answers(self, path: Path, by: str) -> Answers:
        """Take back a sheet with the owner's answers: all of them, or none where one cannot be.

        Raises:
            DataError: it has no columns for ticket and answer, or a row that cannot be understood.
        """
        answers = _answers(path)
        unanswered = sum(answer is None for _, _, answer, _ in answers)
        done: dict[str, list[int]] = {ACCEPTED: [], REFUSED: []}
        unchanged = 0
        with self._hub.state.write() as connection:
            for row, correction_id, answer, note in answers:
                if answer is None:
                    continue
                try:
                    before = _tickets(connection, [correction_id])[correction_id].status
                    if before == answer:
                        unchanged += 1
                        continue
                    _go(connection, correction_id, answer, by, self._clean(connection, correction_id, note))
                except RunError as error:
                    raise DataError(error.what, remedy=error.remedy, file=path, row=row) from None
                done[answer].append(correction_id)
        return Answers(tuple(done[ACCEPTED]), tuple(done[REFUSED]), unanswered, unchanged)

    def figures(self) -> tuple[Figures, ...]:
        """Return the figures of everything, then of each source, then of each source and kind."""
        with self._hub.state.read() as connection:
            return tuple(read_figures(connection))

    def _answer(self, correction_id: int, status: str, by: str, note: str) -> None:
        with self._hub.state.write() as connection:
            _go(connection, correction_id, status, by, self._clean(connection, correction_id, note))

    def _clean(self, connection: Connection, correction_id: int, note: str) -> str | None:
        """Return a note without the values that its case is about: the state holds none."""
        if not note.strip():
            return None
        ticket = _tickets(connection, [correction_id])[correction_id]
        if self._hub.releases.current() is None:
            return note
        db = self._hub.releases.open()
        try:
            query = "SELECT held, proposed FROM correction_case WHERE key = ?"
            values = [value for row in rows(db, query, [ticket.key]) for value in row if value]
        finally:
            db.close()
        return without_values(note.strip(), values)

    def _source(self, name: str) -> Source:
        for each in load_home(self._hub.home):
            for source in each.contract.source:
                if source.name == name:
                    return source
        raise RunError(f"this hub has no source {name!r}", remedy="Name one that has a contract", file=self._hub.home)


def _tickets(connection: Connection, ids: Sequence[int]) -> dict[int, Ticket]:
    query = select(*(correction.c[name] for name in Ticket.__dataclass_fields__))
    found = {
        t.correction_id: t
        for t in (Ticket(*r) for r in connection.execute(query.where(correction.c.correction_id.in_(ids))))
    }
    for correction_id in ids:
        if correction_id not in found:
            raise RunError(f"there is no ticket {correction_id}", remedy="Check its number")
    return found


def _go(connection: Connection, correction_id: int, status: str, by: str, note: str | None) -> None:
    ticket = _tickets(connection, [correction_id])[correction_id]
    if not may_go(ticket.status, status):
        raise RunError(
            f"ticket {correction_id} is {ticket.status}, and cannot be {status} now",
            remedy="Look at what became of it; a case that comes back is proposed again by itself",
        )
    values = {"status": status, "closed_on": date.today() if status in CLOSED else None}
    connection.execute(update(correction).where(correction.c.correction_id == correction_id).values(**values))
    note_events(connection, by, [(correction_id, status, note)])


def _answers(path: Path) -> list[tuple[int, int, str | None, str]]:
    """Return row, ticket, answer and note of each row of a sheet that names a ticket."""
    sheet = read_sheet(path)
    header = [text.strip().lower() for text in sheet[0]] if sheet else []
    places = {name: header.index(name) for name in (TICKET, ANSWER, NOTE) if name in header}
    for name in (TICKET, ANSWER):
        if name not in places:
            raise DataError(
                f"the sheet has no column {name!r}",
                remedy="Answer in the sheet that was sent, and keep its header",
                file=path,
            )
    out = []
    for row, cells in enumerate(sheet[1:], start=2):
        said = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
        if not any(said.values()):
            continue
        number = said[TICKET].removesuffix(".0")
        if not (number.isascii() and number.isdigit()):
            raise DataError("this row names no ticket", remedy="Put its number back", file=path, row=row, column=TICKET)
        answer = said[ANSWER].lower()
        if answer and answer not in ANSWERS:
            raise DataError(
                "this is no answer", remedy="Write accepted or refused, or nothing", file=path, row=row, column=ANSWER
            )
        out.append((row, int(number), ANSWERS.get(answer), said.get(NOTE, "")))
    return out


__all__ = ["KINDS", "Answers", "Case", "Corrections", "Ticket"]
