"""Projects of analysts, who work on pseudonyms; and going back from a pseudonym to a person.

Takes a gate and a user. A project is for one purpose, whose sources and fields bound what it gets, and ends on a day.
Who may ``use_pseudonyms`` for that purpose takes its tables and asks to be led back to a person, naming the purpose
that the person is then to be known for, and why. Somebody else, who may ``reidentify`` for that purpose, says yes or
no. Only then is the resident's id told, to the one who asked, and that is a line of the audit about the resident.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, insert, select, update

from insighthub.accounts.users import User
from insighthub.corrections.sheet import safe
from insighthub.desk.gate import Gate
from insighthub.desk.project_keys import ProjectKeys
from insighthub.desk.project_tables import going_back, project
from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.governance.purposes import Purpose
from insighthub.hub import Hub
from insighthub.residents.pseudonymised import Coarse
from insighthub.residents.pseudonyms import Pseudonyms, tidy_pseudonym

WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"
RESIDENTS, FACTS = "residents", "facts"
LONGEST = 2_000
_LONGEST_TITLE = 200


@dataclass(frozen=True)
class Project:
    """A project; ``open`` is whether it has neither ended nor passed its day."""

    project_id: int
    title: str
    question: str
    purpose: str
    coarse: str
    made_by: str
    made_at: datetime
    ends_on: date
    ended_at: datetime | None
    open: bool


@dataclass(frozen=True)
class GoingBack:
    """A request to be led back from a pseudonym to a person, and what became of it."""

    request_id: int
    project_id: int
    pseudonym: str
    purpose: str
    why: str
    asked_by: str
    asked_at: datetime
    status: str
    decided_by: str | None
    decided_at: datetime | None
    note: str | None


class ProjectsDesk:
    """Projects, for one user.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
    """

    def __init__(self, gate: Gate, user: User) -> None:
        self._gate, self.user, self._hub = gate, user, gate.hub
        self._keys = ProjectKeys(gate.hub.home)

    def projects(self) -> tuple[Project, ...]:
        """Return the projects that the user may use, or whose requests they may decide on, newest first.

        Raises:
            Refused: the user may neither use pseudonyms nor approve going back.
        """
        self._gate.require(self.user, self._either())
        with self._hub.state.read() as connection:
            found = connection.execute(select(project).order_by(project.c.project_id.desc())).mappings().all()
        mine = {p.name for p in self._purposes(Action.USE_PSEUDONYMS)}
        decides = bool(self._purposes(Action.REIDENTIFY))
        return tuple(self._project(dict(row)) for row in found if decides or row["purpose"] in mine)

    def purposes(self) -> tuple[Purpose, ...]:
        """Return the purposes that the user may make a project for."""
        return self._purposes(Action.USE_PSEUDONYMS)

    def project(self, number: int) -> Project:
        """Return a project.

        Raises:
            Refused: the user may not, for its purpose.
            RunError: there is no such project.
        """
        found, _ = self._found(number)
        return found

    def make(self, *, title: str, question: str, purpose: str, coarse: str, ends_on: date) -> Project:
        """Make a project, and its key.

        Raises:
            Refused: the user may not use pseudonyms for the purpose.
            RunError: it has no title or question, dates are neither by month nor by year, or its day is past.
        """
        self._gate.require(self.user, Action.USE_PSEUDONYMS, purpose=purpose)
        title, question = title.strip(), question.strip()
        if not 0 < len(title) <= _LONGEST_TITLE or not 0 < len(question) <= LONGEST:
            raise RunError(
                "a project has a title and a question", remedy="Say in a few sentences what it is to find out"
            )
        if coarse not in set(Coarse):
            raise RunError("dates are told by month or by year", remedy="Choose one of the two")
        at = self._gate.clock()
        if ends_on <= at.date():
            raise RunError("this day is past", remedy="Name the day to come on which the project ends")
        name = self._keys.make()
        detail: dict[str, Any] = {"coarse": coarse, "ends_on": ends_on.isoformat()}
        with self._gate.noted(self.user, Action.USE_PSEUDONYMS, purpose=purpose, detail=detail) as connection:
            number = connection.execute(
                insert(project)
                .values(
                    title=title, question=question, purpose=purpose, coarse=coarse, key_name=name,
                    made_by=self.user.email, made_at=at, ends_on=ends_on,
                )
                .returning(project.c.project_id)
            ).scalar_one()  # fmt: skip
            detail["project"] = int(number)
            return self._project(_row(connection, int(number)))

    def table(self, number: int, what: str) -> pa.Table:
        """Return a table of a project: RESIDENTS or FACTS; that it was taken is in the audit.

        Raises:
            Refused: the user may not use pseudonyms for the project's purpose.
            RunError: there is no such project, it has ended, or there is no release.
        """
        found, key = self._usable(number)
        table = project_table(self._hub, found, self._keys.pseudonyms(key), what)
        detail = {"project": number, "what": what, "rows": table.num_rows}
        with self._gate.noted(self.user, Action.USE_PSEUDONYMS, purpose=found.purpose, detail=detail):
            return table

    def csv(self, number: int, what: str) -> str:
        """Return a table of a project as CSV text, in which no formula runs; as ``table`` else."""
        table = self.table(number, what)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(table.column_names)
        writer.writerows([_cell(value) for value in row.values()] for row in table.to_pylist())
        return out.getvalue()

    def end(self, number: int) -> None:
        """End a project: its key is destroyed, and nobody is led back from its pseudonyms any more.

        Raises:
            Refused: the user may not use pseudonyms for its purpose.
            RunError: there is no such project, or it has ended already.
        """
        found, key = self._usable(number, also_late=True)
        detail = {"project": number, "ended": True}
        with self._gate.noted(self.user, Action.USE_PSEUDONYMS, purpose=found.purpose, detail=detail) as connection:
            ended = project.c.project_id == number
            connection.execute(update(project).where(ended).values(ended_at=self._gate.clock()))
            self._keys.destroy(key)

    # Going back -------------------------------------------------------------------------------------------------

    def ask_back(self, number: int, pseudonym: str, *, purpose: str, why: str) -> GoingBack:
        """Ask to be led back from a pseudonym to a person.

        Raises:
            Refused: the user may not use pseudonyms for the project's purpose.
            RunError: there is no such project or purpose, it has ended, or no reason is given.
        """
        found, _ = self._usable(number)
        asked, why = tidy_pseudonym(pseudonym), why.strip()
        if purpose not in {p.name for p in self._hub.policy().purpose}:
            raise RunError("the policy knows no such purpose", remedy="Choose one of the list")
        if not why or len(why) > LONGEST:
            raise RunError("no reason is given, or it is too long", remedy="Say in a few sentences why it is needed")
        if not 0 < len(asked) <= 32 or not asked.isalnum():
            raise RunError("this is no pseudonym", remedy="Copy it from the project's table")
        detail: dict[str, Any] = {"project": number, "back_for": purpose}
        with self._gate.noted(self.user, Action.USE_PSEUDONYMS, purpose=found.purpose, detail=detail) as connection:
            made = connection.execute(
                insert(going_back)
                .values(
                    project_id=number, pseudonym=asked, purpose=purpose, why=why, asked_by=self.user.email,
                    asked_at=self._gate.clock(), status=WAITING,
                )
                .returning(going_back.c.request_id)
            ).scalar_one()  # fmt: skip
            detail["request"] = int(made)
            return _request(connection, number, int(made))

    def requests(self, number: int) -> tuple[GoingBack, ...]:
        """Return what was asked to lead back from a project's pseudonyms, newest first; as ``project`` else."""
        self.project(number)
        query = select(going_back).where(going_back.c.project_id == number).order_by(going_back.c.request_id.desc())
        with self._hub.state.read() as connection:
            return tuple(GoingBack(**row) for row in connection.execute(query).mappings())

    def may_decide(self, request: GoingBack) -> bool:
        """Say whether the user is one who may decide on a request."""
        names = {p.name for p in self._purposes(Action.REIDENTIFY)}
        return request.status == WAITING and request.purpose in names and request.asked_by != self.user.email

    def decide(self, number: int, request_id: int, *, approve: bool, note: str) -> GoingBack:
        """Approve going back to a person, or not.

        Raises:
            Refused: the user may not approve it for the purpose, or asked for it themselves.
            RunError: there is no such request, or it is decided already.
        """
        with self._hub.state.read() as connection:
            asked = _find_request(connection, number, request_id)
        detail = {"project": number, "request": request_id, "approved": approve}
        self._gate.require(
            self.user, Action.REIDENTIFY, purpose=None if asked is None else asked.purpose, detail=detail
        )
        if asked is None:
            raise _no_request()
        if asked.asked_by == self.user.email:
            why = "going back to a person is approved by somebody else than who asked for it"
            raise self._gate.refuse(self.user, Action.REIDENTIFY, why, purpose=asked.purpose, detail=detail)
        with self._gate.noted(self.user, Action.REIDENTIFY, purpose=asked.purpose, detail=detail) as connection:
            changed = connection.execute(
                update(going_back)
                .where(going_back.c.request_id == request_id, going_back.c.status == WAITING)
                .values(
                    status=APPROVED if approve else REFUSED,
                    decided_by=self.user.email,
                    decided_at=self._gate.clock(),
                    note=note.strip()[:LONGEST] or None,
                )
            )
            if changed.rowcount != 1:
                raise RunError("this request is decided already", remedy="Load the page anew to see what was decided")
            return _request(connection, number, request_id)

    def person(self, number: int, request_id: int) -> str:
        """Return the id of the resident behind a pseudonym, once it was approved: to the one who asked for it.

        Raises:
            Refused: the user did not ask for it, it was not approved, or they may no longer use pseudonyms.
            RunError: there is no such project, it has ended, or nobody in this release has the pseudonym.
        """
        found, key = self._usable(number)
        with self._hub.state.read() as connection:
            asked = _find_request(connection, number, request_id)
        detail = {"project": number, "request": request_id}
        if asked is None or asked.asked_by != self.user.email or asked.status != APPROVED:
            why = "going back to this person was not approved, or somebody else asked for it"
            raise self._gate.refuse(self.user, Action.REIDENTIFY, why, purpose=found.purpose, detail=detail)
        resident = self._hub.residents.behind(asked.pseudonym, found.purpose, self._keys.pseudonyms(key))
        if resident is None:
            raise RunError("nobody in this release has this pseudonym", remedy="Check it against the project's table")
        with self._gate.noted(self.user, Action.REIDENTIFY, purpose=asked.purpose, subject=resident, detail=detail):
            return resident

    # ------------------------------------------------------------------------------------------------------------

    def _either(self) -> Action:
        return Action.REIDENTIFY if self._purposes(Action.REIDENTIFY) else Action.USE_PSEUDONYMS

    def _purposes(self, action: Action) -> tuple[Purpose, ...]:
        return self._hub.policy().purposes_of(self.user.roles, action) if self.user.active else ()

    def _found(self, number: int) -> tuple[Project, str]:
        """Return a project that the user may see, and the name of its key."""
        with self._hub.state.read() as connection:
            row = connection.execute(select(project).where(project.c.project_id == number)).mappings().first()
        detail = {"project": number}
        if row is None:
            self._gate.require(self.user, self._either(), detail=detail)
            raise RunError("there is no such project", remedy="Choose one of the list")
        if not self._purposes(Action.REIDENTIFY):
            self._gate.require(self.user, Action.USE_PSEUDONYMS, purpose=row["purpose"], detail=detail)
        return self._project(dict(row)), str(row["key_name"])

    def _usable(self, number: int, *, also_late: bool = False) -> tuple[Project, str]:
        """Return a project that the user may use and that is open, and the name of its key."""
        found, key = self._found(number)
        self._gate.require(self.user, Action.USE_PSEUDONYMS, purpose=found.purpose, detail={"project": number})
        if found.ended_at is not None or (not found.open and not also_late):
            raise RunError("this project has ended", remedy="Make a new one, which has other pseudonyms")
        return found, key

    def _project(self, row: Mapping[str, Any]) -> Project:
        return project_of(row, self._gate.clock().date())


def project_of(row: Mapping[str, Any], today: date) -> Project:
    """Return a project of its row."""
    is_open = row["ended_at"] is None and row["ends_on"] >= today
    return Project(**{name: row[name] for name in Project.__dataclass_fields__ if name != "open"}, open=is_open)


def project_table(hub: Hub, found: Project, names: Pseudonyms, what: str) -> pa.Table:
    """Return a table of a project: RESIDENTS or FACTS. Whoever calls it has asked whether it may be taken.

    Raises:
        RunError: the hub knows its purpose no more, or there is no release.
    """
    least = hub.settings.disclosure.threshold
    both = hub.residents.pseudonymised(found.purpose, names, coarse=Coarse(found.coarse), least=least)
    return both.residents if what == RESIDENTS else both.facts


def _cell(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return safe(text)


def _row(connection: Connection, number: int) -> Mapping[str, Any]:
    return dict(connection.execute(select(project).where(project.c.project_id == number)).mappings().one())


def _find_request(connection: Connection, number: int, request_id: int) -> GoingBack | None:
    query = select(going_back).where(going_back.c.request_id == request_id, going_back.c.project_id == number)
    row = connection.execute(query).mappings().first()
    return None if row is None else GoingBack(**row)


def _request(connection: Connection, number: int, request_id: int) -> GoingBack:
    found = _find_request(connection, number, request_id)
    if found is None:
        raise _no_request()
    return found


def _no_request() -> RunError:
    return RunError("there is no such request", remedy="Choose one of the project's page")
