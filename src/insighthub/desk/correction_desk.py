"""What those who tell sources see and do: tickets, sheets that go out and come back, and what officers suggest.

Takes a gate and a user, gives plain data. How many tickets there are, and what became of them, is about no one. Tickets
one by one name records, and what they are about is a person's: they are given for the purpose
``correction_of_records``, of sources and in fields that it may use, and never of hidden residents where it does not
see those. Of a ticket that may not be seen it is said what is said of one that there is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from insighthub.accounts.users import User
from insighthub.corrections.desk import Answers, Case, Ticket
from insighthub.corrections.figures import Figures
from insighthub.corrections.settings import KINDS
from insighthub.corrections.steps import ACCEPTED, PROPOSED, REFUSED, SENT, STATUSES, STEPS
from insighthub.desk import remarks
from insighthub.desk.contracts import contract_of, contracts, special_sources
from insighthub.desk.gate import Gate
from insighthub.desk.merged_ids import id_now
from insighthub.desk.refused import NotThere
from insighthub.desk.remarks import Suggestion
from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.governance.fields import heading
from insighthub.governance.purposes import Purpose

PURPOSE = "correction_of_records"
SHEETS = ("csv", "xlsx")
#: Fields of tickets that hold no fact about a person, but a reference of the source's own.
_REFERENCES = frozenset({"record_id"})
_ANSWERS = (SENT, ACCEPTED, REFUSED)

__all__ = ["KINDS", "PURPOSE", "SHEETS", "STATUSES", "CorrectionDesk"]


@dataclass(frozen=True)
class BoardLine:
    """What became of the tickets of a source.

    Attributes:
        figures: of its tickets; None where there never was one.
        suggestions: what officers suggested and nobody has answered yet.
        may_list: whether the user may see them one by one.
    """

    source: str
    figures: Figures | None
    suggestions: int
    may_list: bool


@dataclass(frozen=True)
class Board:
    """What became of all tickets, source by source, and kind by kind of all sources."""

    everything: Figures
    sources: tuple[BoardLine, ...]
    kinds: tuple[Figures, ...]


@dataclass(frozen=True)
class TicketLine:
    """A ticket, and what it is about: None where the release has its case no more, or the purpose does not see it.

    ``seen`` is whether the purpose sees the field that it is about; ``can_become``, which answers it can be given.
    """

    ticket: Ticket
    case: Case | None
    seen: bool
    can_become: tuple[str, ...]


@dataclass(frozen=True)
class SuggestionLine:
    """What an officer suggested; ``suggestion`` is without the texts where the purpose does not see the field."""

    suggestion: Suggestion
    seen: bool
    can_become: tuple[str, ...]


@dataclass(frozen=True)
class TicketPage:
    """Tickets of a source, and what officers suggested to it.

    Attributes:
        lines: a page of the tickets.
        total: how many there are in all.
        counts: how many of the source's are in each state, whatever was asked for.
        suggestions: those that are not answered, and the last that are.
    """

    source: str
    lines: tuple[TicketLine, ...]
    total: int
    counts: dict[str, int]
    suggestions: tuple[SuggestionLine, ...]


@dataclass(frozen=True)
class TicketView:
    """One ticket, with what became of it, oldest first: the state, who brought it there, and their note."""

    line: TicketLine
    history: tuple[tuple[str, str, str | None], ...]


class CorrectionDesk:
    """What a user sees and does of corrections.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
    """

    def __init__(self, gate: Gate, user: User) -> None:
        self._gate, self.user, self._hub = gate, user, gate.hub

    # Figures ----------------------------------------------------------------------------------------------------

    def board(self) -> Board:
        """Return what became of tickets.

        Raises:
            Refused: the user may not see corrections.
        """
        self._gate.require(self.user, Action.SEE_CORRECTIONS)
        found = self._hub.corrections.figures()
        by_source = {each.source: each for each in found if each.source is not None and each.kind is None}
        with self._hub.state.read() as connection:
            waiting = remarks.suggestions(connection, status=remarks.OPEN)
        names = sorted({*contracts(self._hub), *by_source, *(each.source for each in waiting)})
        special, policy = special_sources(self._hub), self._hub.policy()
        lines = []
        for name in names:
            ruling = policy.decide(self._roles(), Action.SEE_CORRECTIONS, PURPOSE, name, special=name in special)
            suggested = sum(each.source == name for each in waiting)
            lines.append(BoardLine(name, by_source.get(name), suggested, ruling.allowed))
        return Board(found[0], tuple(lines), _by_kind(found))

    # Lists ------------------------------------------------------------------------------------------------------

    def tickets(
        self,
        source: str,
        *,
        status: str | None = None,
        kind: str | None = None,
        offset: int = 0,
        limit: int = 25,
    ) -> TicketPage:
        """Return tickets of a source, oldest first.

        Raises:
            Refused: the user may not see them.
            RunError: there is no such source, state or kind.
        """
        purpose = self._allowed(Action.SEE_CORRECTIONS, source)
        every = self._visible(source, purpose)
        if status is not None and status not in STATUSES:
            raise RunError("no correction is ever in this state", remedy=f"Choose one of: {', '.join(STATUSES)}")
        wanted = [t for t in every if status in (None, t.status) and kind in (None, t.kind)]
        lines = self._lines(wanted[offset : offset + limit], purpose)
        suggestions = self._suggestions(source, purpose)
        about = {line.ticket.resident_id for line in lines} | {s.suggestion.resident_id for s in suggestions}
        detail: dict[str, Any] = {"source": source, "found": sorted(about)}
        with self._gate.noted(self.user, Action.SEE_CORRECTIONS, purpose=PURPOSE, detail=detail):
            pass
        counts = {name: sum(t.status == name for t in every) for name in STATUSES}
        return TicketPage(source, lines, len(wanted), counts, suggestions)

    def ticket(self, source: str, number: int) -> TicketView:
        """Return one ticket.

        Raises:
            Refused: the user may not see it.
            RunError: there is no such ticket of this source.
        """
        purpose = self._allowed(Action.SEE_CORRECTIONS, source)
        ticket = self._one(source, number, purpose)
        with self._hub.state.read() as connection:
            about = id_now(connection, ticket.resident_id)
        detail: dict[str, Any] = {"source": source, "ticket": number}
        with self._gate.noted(self.user, Action.SEE_CORRECTIONS, purpose=PURPOSE, subject=about, detail=detail):
            pass
        return TicketView(self._lines([ticket], purpose)[0], self._hub.corrections.history(number))

    def suggestion(self, source: str, number: int) -> SuggestionLine:
        """Return one correction that an officer suggested.

        Raises:
            Refused: the user may not see it.
            RunError: there is none of this number for this source.
        """
        purpose = self._allowed(Action.SEE_CORRECTIONS, source)
        line = self._one_suggestion(source, number, purpose)
        with self._hub.state.read() as connection:
            about = id_now(connection, line.suggestion.resident_id)
        detail: dict[str, Any] = {"source": source, "suggestion": number}
        with self._gate.noted(self.user, Action.SEE_CORRECTIONS, purpose=PURPOSE, subject=about, detail=detail):
            pass
        return line

    # Answers ----------------------------------------------------------------------------------------------------

    def answer(self, source: str, number: int, status: str, *, note: str = "") -> None:
        """Keep what became of a ticket: sent, accepted or refused.

        Raises:
            Refused: the user may not answer.
            RunError: there is no such ticket of this source, or it cannot become so.
        """
        purpose = self._allowed(Action.ANSWER_CORRECTIONS, source)
        ticket = self._one(source, number, purpose)
        with self._hub.state.read() as connection:
            about = id_now(connection, ticket.resident_id)
        detail: dict[str, Any] = {"source": source, "ticket": number, "status": _answer(status)}
        desk, by = self._hub.corrections, self.user.email
        action = Action.ANSWER_CORRECTIONS
        with self._gate.noted(self.user, action, purpose=PURPOSE, subject=about, detail=detail) as connection:
            if status == SENT:
                desk.mark_sent([number], by, connection=connection)
            elif status == ACCEPTED:
                desk.accept(number, by, note, connection=connection)
            else:
                desk.refuse(number, by, note, connection=connection)

    def answer_suggestion(self, source: str, number: int, status: str) -> None:
        """Keep what became of a correction that an officer suggested: sent, accepted or refused.

        Raises:
            Refused: the user may not answer.
            RunError: there is none of this number for this source, or it cannot become so.
        """
        purpose = self._allowed(Action.ANSWER_CORRECTIONS, source)
        line = self._one_suggestion(source, number, purpose)
        with self._hub.state.read() as connection:
            about = id_now(connection, line.suggestion.resident_id)
        detail: dict[str, Any] = {"source": source, "suggestion": number, "status": _answer(status)}
        action = Action.ANSWER_CORRECTIONS
        with self._gate.noted(self.user, action, purpose=PURPOSE, subject=about, detail=detail) as connection:
            at = self._gate.clock()
            remarks.decide_suggestion(connection, number, status, by=self.user.email, at=at)

    # Sheets -----------------------------------------------------------------------------------------------------

    def sheet(self, source: str, form: str, *, mark_sent: bool = False) -> bytes:
        """Return the sheet of a source: its tickets that are proposed or sent, in its own columns.

        Args:
            source: its name.
            form: csv or xlsx.
            mark_sent: whether those that are proposed are noted as sent.

        Raises:
            Refused: the user may not have it, or may not note tickets as sent.
            RunError: there is no such source or form, or its landed file is not kept any more.
        """
        if form not in SHEETS:
            raise RunError("a sheet is a CSV file or an Excel workbook", remedy="Choose one of the two")
        purpose = self._allowed(Action.ANSWER_CORRECTIONS if mark_sent else Action.SEE_CORRECTIONS, source)
        every = {t.correction_id: t for t in self._visible(source, purpose) if _sees(purpose, t.field)}
        with TemporaryDirectory(prefix="insighthub-sheet-") as folder:
            path = Path(folder) / f"sheet.{form}"
            tickets = self._hub.corrections.export(source, path, only=every.keys())
            data = path.read_bytes()
        detail: dict[str, Any] = {"source": source, "sheet": form, "corrections": len(tickets)}
        detail["found"] = sorted({every[number].resident_id for number in tickets})
        action = Action.ANSWER_CORRECTIONS if mark_sent else Action.SEE_CORRECTIONS
        with self._gate.noted(self.user, action, purpose=PURPOSE, detail=detail) as connection:
            if mark_sent:
                # What was sent before stands in the sheet again until it is answered.
                fresh = [number for number in tickets if every[number].status == PROPOSED]
                self._hub.corrections.mark_sent(fresh, self.user.email, connection=connection)
                detail["sent"] = len(fresh)
        return data

    def read_answers(self, source: str, data: bytes) -> Answers:
        """Take back a sheet of a source with its owner's answers: all of them, or none where one cannot be.

        Args:
            source: its name.
            data: the sheet; whether it is a CSV or a workbook is told by its content.

        Raises:
            Refused: the user may not answer.
            DataError: it has no columns for ticket and answer, names a ticket that is not of this source, or has a row
                that cannot be understood.
        """
        purpose = self._allowed(Action.ANSWER_CORRECTIONS, source)
        only = {t.correction_id for t in self._visible(source, purpose)}
        detail: dict[str, Any] = {"source": source}
        with TemporaryDirectory(prefix="insighthub-answers-") as folder:
            path = Path(folder) / f"answers.{'xlsx' if data.startswith(b'PK') else 'csv'}"
            path.write_bytes(data)
            action = Action.ANSWER_CORRECTIONS
            with self._gate.noted(self.user, action, purpose=PURPOSE, detail=detail) as connection:
                answers = self._hub.corrections.read_answers(path, self.user.email, only=only, connection=connection)
                detail |= {"accepted": len(answers.accepted), "refused": len(answers.refused)}
        return answers

    # ------------------------------------------------------------------------------------------------------------

    def require_answer(self, source: str) -> None:
        """Ask whether the user may answer tickets of a source: before a form for it is shown.

        Raises:
            Refused: they may not.
            RunError: there is no such source.
        """
        self._allowed(Action.ANSWER_CORRECTIONS, source)

    def may_answer(self, source: str) -> bool:
        """Say whether the user may answer tickets of a source; nothing is noted."""
        special = source in special_sources(self._hub)
        policy = self._hub.policy()
        return policy.decide(self._roles(), Action.ANSWER_CORRECTIONS, PURPOSE, source, special=special).allowed

    def _allowed(self, action: Action, source: str) -> Purpose:
        self._gate.require(self.user, action, detail={"source": source})
        if source not in {t.source for t in self._hub.corrections.list(source)}:
            contract_of(self._hub, source)
        special = source in special_sources(self._hub)
        return self._gate.require_source(self.user, action, source, purpose=PURPOSE, special=special)

    def _roles(self) -> tuple[str, ...]:
        return self.user.roles if self.user.active else ()

    def _visible(self, source: str, purpose: Purpose) -> list[Ticket]:
        every, hidden = self._hub.corrections.list(source), self._gate.hidden.for_purpose(purpose)
        return [t for t in every if not hidden.hides(t.source, t.record_id, t.resident_id)]

    def _one(self, source: str, number: int, purpose: Purpose) -> Ticket:
        found = next((t for t in self._visible(source, purpose) if t.correction_id == number), None)
        if found is None:
            raise NotThere(f"this source has no ticket {number}", remedy="Choose one from its list")
        return found

    def _lines(self, tickets: Sequence[Ticket], purpose: Purpose) -> tuple[TicketLine, ...]:
        cases = self._hub.corrections.cases([t.key for t in tickets]) if self._hub.releases.current() else {}
        out = []
        for ticket in tickets:
            seen = _sees(purpose, ticket.field)
            can = tuple(status for status in _ANSWERS if status in STEPS[ticket.status])
            out.append(TicketLine(ticket, cases.get(ticket.key) if seen else None, seen, can))
        return tuple(out)

    def _suggestions(self, source: str, purpose: Purpose) -> tuple[SuggestionLine, ...]:
        with self._hub.state.read() as connection:
            found = remarks.suggestions(connection, source=source)
        hidden = self._gate.hidden.for_purpose(purpose)
        out = []
        for each in reversed(found):
            if hidden.hides(each.source, each.record_id, each.resident_id):
                continue
            seen = _sees(purpose, each.field)
            shown = each if seen else replace(each, proposed="", why="")
            out.append(SuggestionLine(shown, seen, remarks.STEPS.get(each.status, ())))
        out.sort(key=lambda line: line.suggestion.status not in (remarks.OPEN, remarks.SENT))
        return tuple(out)

    def _one_suggestion(self, source: str, number: int, purpose: Purpose) -> SuggestionLine:
        every = self._suggestions(source, purpose)
        found = next((line for line in every if line.suggestion.suggestion_id == number), None)
        if found is None:
            raise NotThere(f"this source has no suggestion {number}", remedy="Choose one from its list")
        return found


def _sees(purpose: Purpose, field: str) -> bool:
    return field in _REFERENCES or purpose.sees(heading(field))


def _answer(status: str) -> str:
    if status not in _ANSWERS:
        raise RunError("this is no answer", remedy=f"Choose one of: {', '.join(_ANSWERS)}")
    return status


def _by_kind(found: Sequence[Figures]) -> tuple[Figures, ...]:
    """Add the figures of sources up by kind, in the order in which kinds are shown; days are not added up."""
    out = []
    for kind in KINDS:
        parts = [each for each in found if each.kind == kind]
        if parts:
            counts = {
                name: sum(getattr(each, name) for each in parts)
                for name in Figures.__dataclass_fields__
                if name not in ("source", "kind", "median_days_to_fix")
            }
            out.append(Figures(source=None, kind=kind, median_days_to_fix=None, **counts))
    return tuple(out)
