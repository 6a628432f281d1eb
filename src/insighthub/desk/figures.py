"""Figures about people: seen inside the council, and let out when a second person has checked them.

Takes a gate and a user; gives measures as disclosure control published them, and requests to let them out. What goes
out is what was asked for, as it was then: a later release changes nothing of it. The Five Safes are kept with it: who
will have it, for which project, where it will be, what was done to the data, and what was done to the outputs.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
from sqlalchemy import Connection, insert, select, update

from insighthub.accounts.users import User
from insighthub.corrections.sheet import safe
from insighthub.desk.figure_tables import figure_request
from insighthub.desk.gate import Gate
from insighthub.errors import MeasureError, RunError
from insighthub.governance.actions import Action
from insighthub.governance.purposes import Purpose, allowed_sources
from insighthub.measures.publish import declared_measures, measure_sources, published_measure

SEE_FIGURES, ASK_FIGURES = "see_figures", "ask_figures"
WAITING, RELEASED, REFUSED = "waiting", "released", "refused"
#: The Five Safes, and what is asked of each.
FIVE_SAFES = {
    "people": "Who will have the figures?",
    "project": "What are they for, and is that a proper use?",
    "setting": "Where will they be kept and shown?",
    "data": "What could still be found out about a person?",
    "outputs": "What was done so that nobody can be told from them?",
}
LONGEST = 2_000


@dataclass(frozen=True)
class MeasureLine:
    """A measure in a list: what it is called, what it counts, and for which purpose it is seen."""

    name: str
    title: str
    unit: str
    purpose: str


@dataclass(frozen=True)
class PublishedRow:
    """A published figure; None where it is hidden, or is no share."""

    by: str
    group: str
    month: date | None
    numerator: int | None
    denominator: int | None
    share: float | None
    per_thousand: float | None
    told: str


@dataclass(frozen=True)
class MeasureShown:
    """A measure with its published figures, what it rests on, and the release that it is of."""

    line: MeasureLine
    rows: tuple[PublishedRow, ...]
    sources: tuple[tuple[str, date | None], ...]
    run_id: str


@dataclass(frozen=True)
class FigureRequest:
    """A request to let figures out."""

    request_id: int
    measure: str
    title: str
    purpose: str
    run_id: str
    rows: tuple[PublishedRow, ...]
    five_safes: Mapping[str, str]
    asked_by: str
    asked_at: datetime
    status: str
    decided_by: str | None
    decided_at: datetime | None
    note: str | None

    def csv(self) -> str:
        """Return the figures as CSV text, safe to open in a spreadsheet: hidden ones are empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(["by", "group", "month", "numerator", "denominator", "share", "per_thousand"])
        for row in self.rows:
            month = row.month.isoformat() if row.month else None
            writer.writerow(
                [row.by, safe(row.group), month, row.numerator, row.denominator, row.share, row.per_thousand]
            )
        return out.getvalue()


class FiguresDesk:
    """Figures, for one user.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
    """

    def __init__(self, gate: Gate, user: User) -> None:
        self._gate, self.user = gate, user
        self._hub = gate.hub

    def measures(self) -> tuple[MeasureLine, ...]:
        """Return the measures of the published release that the user may see, by title.

        Raises:
            Refused: the user may see no figures.
            RunError: there is no release.
        """
        self._gate.require(self.user, Action.SEE_LEADERS)
        with self._hub.release() as db:
            found = [line for line, _ in self._seen(db)]
        return tuple(sorted(found, key=lambda line: line.title))

    def measure(self, name: str) -> MeasureShown:
        """Return a measure's published figures; that they were seen is in the audit.

        Raises:
            Refused: the user may see no figures.
            MeasureError: there is no such measure, or no purpose of the user's may see it.
        """
        self._gate.require(self.user, Action.SEE_LEADERS)
        with self._hub.release() as db:
            shown = self._shown(db, name)
        detail = {"measure": name, "release": shown.run_id}
        with self._gate.noted(self.user, SEE_FIGURES, purpose=shown.line.purpose, detail=detail):
            return shown

    def ask(self, name: str, five_safes: Mapping[str, str]) -> FigureRequest:
        """Ask to let a measure's figures out, as they are published now.

        Raises:
            Refused: the user may see no figures.
            MeasureError: there is no such measure for them.
            RunError: a part of the Five Safes is not answered.
        """
        self._gate.require(self.user, Action.SEE_LEADERS)
        said = {safe: five_safes.get(safe, "").strip() for safe in FIVE_SAFES}
        if empty := [safe for safe, text in said.items() if not text or len(text) > LONGEST]:
            raise RunError(
                f"these parts of the Five Safes are not answered, or too long: {', '.join(empty)}",
                remedy="Answer each in a few sentences",
            )
        with self._hub.release() as db:
            shown = self._shown(db, name)
        detail: dict[str, Any] = {"measure": name, "release": shown.run_id}
        with self._gate.noted(self.user, ASK_FIGURES, purpose=shown.line.purpose, detail=detail) as connection:
            number = connection.execute(
                insert(figure_request)
                .values(
                    measure=name,
                    title=shown.line.title,
                    purpose=shown.line.purpose,
                    run_id=shown.run_id,
                    figures=json.dumps([_kept(row) for row in shown.rows]),
                    five_safes=json.dumps(said),
                    asked_by=self.user.email,
                    asked_at=self._gate.clock(),
                    status=WAITING,
                )
                .returning(figure_request.c.request_id)
            ).scalar_one()
            detail["request"] = int(number)
            return _request(connection, int(number))

    def requests(self, status: str | None = None) -> tuple[FigureRequest, ...]:
        """Return requests, newest first: of one status, or all.

        Raises:
            Refused: the user may see no figures.
        """
        self._gate.require(self.user, self._either())
        query = select(figure_request).order_by(figure_request.c.request_id.desc())
        if status is not None:
            query = query.where(figure_request.c.status == status)
        with self._hub.state.read() as connection:
            return tuple(_of(dict(row)) for row in connection.execute(query).mappings())

    def request(self, number: int) -> FigureRequest:
        """Return one request.

        Raises:
            Refused: the user may see no figures.
            RunError: there is no such request.
        """
        self._gate.require(self.user, self._either())
        with self._hub.state.read() as connection:
            return _request(connection, number)

    def decide(self, number: int, *, release: bool, note: str) -> FigureRequest:
        """Let figures out, or not.

        Raises:
            Refused: the user may not, or asked for it themselves.
            RunError: there is no such request, or it is decided already.
        """
        self._gate.require(self.user, Action.RELEASE_FIGURES, detail={"request": number})
        with self._hub.state.read() as connection:
            found = _request(connection, number)
        if found.asked_by == self.user.email:
            why = "figures are checked by somebody else than who asked for them"
            raise self._gate.refuse(self.user, Action.RELEASE_FIGURES, why, detail={"request": number})
        detail = {"request": number, "measure": found.measure, "released": release}
        with self._gate.noted(self.user, Action.RELEASE_FIGURES, detail=detail) as connection:
            changed = connection.execute(
                update(figure_request)
                .where(figure_request.c.request_id == number, figure_request.c.status == WAITING)
                .values(
                    status=RELEASED if release else REFUSED,
                    decided_by=self.user.email,
                    decided_at=self._gate.clock(),
                    note=note.strip()[:LONGEST] or None,
                )
            )
            if changed.rowcount != 1:
                raise RunError("this request is decided already", remedy="Load the page anew to see what was decided")
            return _request(connection, number)

    def download(self, number: int) -> str:
        """Return released figures as CSV text; that they were taken is in the audit.

        Raises:
            Refused: the user may see no figures.
            RunError: there is no such request, or it was not released.
        """
        found = self.request(number)
        if found.status != RELEASED:
            raise RunError("these figures were not released", remedy="Wait until somebody has checked them")
        with self._gate.noted(self.user, SEE_FIGURES, purpose=found.purpose, detail={"request": number, "taken": True}):
            return found.csv()

    def _either(self) -> Action:
        may = self._hub.policy().actions_of(self.user.roles if self.user.active else ())
        return Action.RELEASE_FIGURES if Action.RELEASE_FIGURES in may else Action.SEE_LEADERS

    def _purposes(self) -> tuple[Purpose, ...]:
        return self._hub.policy().purposes_of(self.user.roles, Action.SEE_LEADERS)

    def _seen(self, db: duckdb.DuckDBPyConnection) -> list[tuple[MeasureLine, Purpose]]:
        special = db.execute("SELECT source, special_category FROM source").fetchall()
        purposes = [(purpose, allowed_sources(purpose, special)) for purpose in self._purposes()]
        out = []
        for measure in declared_measures(db):
            rests_on = {*measure.sources, *measure.denominator.known_to}
            for purpose, allowed in purposes:
                if purpose.name in measure.purposes and rests_on <= allowed:
                    out.append((MeasureLine(measure.name, measure.title, measure.unit, purpose.name), purpose))
                    break
        return out

    def _shown(self, db: duckdb.DuckDBPyConnection, name: str) -> MeasureShown:
        found = next(((line, purpose) for line, purpose in self._seen(db) if line.name == name), None)
        if found is None:
            raise MeasureError(
                "there is no such measure that your roles may see", remedy="Choose one of the list of figures"
            )
        line, purpose = found
        table = published_measure(db, name, purpose)
        measure = next(m for m in declared_measures(db) if m.name == name)
        run_id = str(db.execute("SELECT run_id FROM run ORDER BY run_id DESC LIMIT 1").fetchall()[0][0])
        rows = tuple(_row(row) for row in table.to_pylist())
        return MeasureShown(line, rows, tuple(measure_sources(db, measure)), run_id)


def _row(row: Mapping[str, Any]) -> PublishedRow:
    return PublishedRow(
        by=row["by"],
        group=row["group_value"],
        month=row["month"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        share=row["share"],
        per_thousand=row["per_thousand"],
        told=row["numerator_is"],
    )


def _kept(row: PublishedRow) -> dict[str, Any]:
    return {**row.__dict__, "month": row.month.isoformat() if row.month else None}


def _request(connection: Connection, number: int) -> FigureRequest:
    query = select(figure_request).where(figure_request.c.request_id == number)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise RunError("there is no such request", remedy="Choose one of the list")
    return _of(dict(row))


def _of(row: Mapping[str, Any]) -> FigureRequest:
    kept = json.loads(row["figures"])
    rows = tuple(PublishedRow(**{**one, "month": one["month"] and date.fromisoformat(one["month"])}) for one in kept)
    values = {name: row[name] for name in FigureRequest.__dataclass_fields__ if name not in ("rows", "five_safes")}
    return FigureRequest(rows=rows, five_safes=json.loads(row["five_safes"]), **values)
