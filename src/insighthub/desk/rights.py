"""People's rights at the desk: the log of requests, and what is done about each.

Takes a gate, a user and the desk's long work; each call asks whether the user may, and is a line of the audit about
the resident of the request. Residents are looked for under the purpose ``subject_access``, or another that the policy
lets the user choose for requests. What is told to a resident is made by ``rights.access_export``, what is erased by
``rights.erase``; here it is said who asked for it, when, and how far it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from insighthub.accounts.users import User
from insighthub.desk import remarks
from insighthub.desk.apart import ERASE, apart
from insighthub.desk.gate import Gate
from insighthub.desk.long_work import Job, LongWork
from insighthub.desk.looked import looked
from insighthub.desk.merged_ids import id_now, ids_of
from insighthub.desk.refused import NotThere
from insighthub.desk.seat import FoundResident
from insighthub.errors import RunError
from insighthub.governance import audit_read
from insighthub.governance.actions import Action
from insighthub.governance.papers.set_page import page
from insighthub.governance.papers.set_pdf import pdf
from insighthub.governance.policy import NOBODY
from insighthub.governance.purposes import Purpose
from insighthub.governance.rights import requests as of_requests
from insighthub.governance.rights.flags import SUBJECT_ACCESS, Flag, flags_in_force, lift_flag, set_flag
from insighthub.governance.rights.requests import DONE, FOLLOWING, GRANTED, OPEN, WAITING, SubjectRequest
from insighthub.progress import Progress
from insighthub.residents.rectified import FIELDS
from insighthub.rights.access_export import AccessExport, Written, access_export
from insighthub.rights.access_paper import access_paper
from insighthub.rights.sar import note_access

EXPORTING, ERASING = "gathering what is held of a resident", "erasing a resident"
#: File of the answer -> its type; and what a person has to look at first, for the officer alone.
FILES = {"json": "application/json", "html": "text/html; charset=utf-8", "pdf": "application/pdf"}
CORRECTABLE = FIELDS
#: Who asks, in the log: said so, where a person's name is not to stand there.
LONGEST = 200


@dataclass(frozen=True)
class ToRead:
    """A place of an export that a person reads before it goes out.

    Attributes:
        place: as a redaction names it.
        why: why it waits.
        says: what it says.
        hidden: what was chosen; None where nothing was yet.
        can_be_told: whether it can be told at all; what cannot is only to be looked at.
    """

    place: str
    why: str
    says: str
    hidden: bool | None
    can_be_told: bool


class RightsDesk:
    """What a user does about residents' requests.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
        work: the desk's long work.
    """

    def __init__(self, gate: Gate, user: User, work: LongWork) -> None:
        self._gate, self.user, self._work = gate, user, work
        self._state = gate.hub.state

    # Whom it is about -------------------------------------------------------------------------------------------

    def purposes(self) -> tuple[Purpose, ...]:
        """Return the purposes under which the user may look for a resident who asks, the usual one first."""
        roles = self.user.roles if self.user.active else ()
        found = self._gate.hub.policy().purposes_of(roles, Action.SUBJECT_REQUESTS)
        return tuple(sorted(found, key=lambda purpose: purpose.name != SUBJECT_ACCESS))

    def find(self, query: str, purpose: str) -> tuple[FoundResident, ...]:
        """Return the residents whom a query fits, best first.

        Raises:
            Refused: the user may not look for residents for this purpose.
            QueryError: nobody could be found by this.
        """
        self._gate.require(self.user, Action.SUBJECT_REQUESTS, purpose=purpose)
        residents = self._gate.hub.residents
        found = residents.find(query, purpose)
        labels = residents.labels([one.resident_id for one in found], purpose)
        out = tuple(
            FoundResident(one.resident_id, labels[one.resident_id], one.score, one.why)
            for one in found
            if one.resident_id in labels
        )
        detail = {"found": [one.resident_id for one in out]}
        with self._gate.noted(self.user, Action.SUBJECT_REQUESTS, purpose=purpose, detail=detail):
            pass
        return out

    # The log ----------------------------------------------------------------------------------------------------

    def requests(self) -> list[SubjectRequest]:
        """Return all requests in order of when they are due.

        Raises:
            Refused: the user may not see them.
        """
        self._gate.require(self.user, Action.SUBJECT_REQUESTS)
        with self._state.read() as connection:
            return of_requests.requests(connection)

    def request(self, number: int) -> SubjectRequest:
        """Return a request; that it was opened is in the audit.

        Raises:
            Refused: the user may not see it.
            NotThere: there is none of this number.
        """
        found = self._request(number)
        with self._noted(found, {"opened": True}):
            pass
        return found

    def open_request(
        self, kind: str, resident_id: str, *, requester: str, received: date, note: str, purpose: str
    ) -> int:
        """Note a request that came; return its number.

        Raises:
            Refused: the user may not, or there is no such resident for this purpose.
            RunError: it came on a day that is still to come, or there is no such kind.
        """
        self._gate.require(self.user, Action.SUBJECT_REQUESTS, purpose=purpose)
        with self._state.read() as connection:
            now = id_now(connection, resident_id)
        if now is None or not self._gate.hub.residents.records_of(now, purpose):
            raise self._gate.refuse(self.user, Action.SUBJECT_REQUESTS, NOBODY, purpose=purpose, subject=now)
        if received > self._gate.clock().date():
            raise RunError("a request does not come on a day that is still to come", remedy="Enter the day it came")
        detail: dict[str, Any] = {"kind": kind}
        with self._gate.noted(
            self.user, Action.SUBJECT_REQUESTS, purpose=purpose, subject=now, detail=detail
        ) as connection:
            detail["request"] = of_requests.open_request(
                connection, kind, [now], requester=requester.strip(), received=received, by=self.user.email, note=note
            )
        return int(detail["request"])

    def check_identity(self, number: int, *, how: str) -> None:
        """Note that the requester is who they say they are, and how that was checked.

        Raises:
            Refused, NotThere: as ``request``.
            RunError: it is not said how.
        """
        found, today = self._request(number), self._gate.clock().date()
        with self._noted(found, {"step": "identity"}) as connection:
            of_requests.check_identity(connection, number, on=today, by=self.user.email, how=how)

    def extend(self, number: int, *, why: str) -> date:
        """Extend a request by two months; return when it is due then."""
        found = self._request(number)
        with self._noted(found, {"step": "extend"}) as connection:
            return of_requests.extend(connection, number, by=self.user.email, why=why)

    def go_to(self, number: int, status: str, *, note: str) -> None:
        """Bring a request to another status.

        Raises:
            Refused, NotThere: as ``request``.
            RunError: it cannot go there; see ``requests.go_to``.
        """
        found = self._request(number)
        if status == DONE and found.kind != "access":
            # The others are done by doing them, which leaves its own trace.
            raise RunError("this request is not done yet", remedy="Do what was asked for, or refuse it")
        with self._noted(found, {"step": status}) as connection:
            of_requests.go_to(connection, number, status, by=self.user.email, note=note)
        if status not in FOLLOWING:  # what was gathered is not kept for longer than it is needed
            self._work.forget(EXPORTING, number)

    # Access -----------------------------------------------------------------------------------------------------

    def make_export(self, number: int) -> Job:
        """Begin to gather all that is held of the resident of a request.

        Raises:
            Refused, NotThere: as ``request``.
            RunError: it is no request for access, the identity was not checked, or other long work is under way.
        """
        found = self._request(number)
        self._is(found, "access")
        of_requests.needs_identity(found)
        with self._noted(found, {"step": "export"}):
            return self._work.start(EXPORTING, number, by=self.user.email, work=self._exporting(found))

    def export_job(self, number: int) -> Job | None:
        """Return where the export stands; None where none was made lately."""
        self._request(number)
        return self._work.newest(EXPORTING, number)

    def to_read(self, number: int) -> tuple[ToRead, ...]:
        """Return what a person has to look at before the export goes out, and what was chosen already.

        Raises:
            Refused, NotThere: as ``request``.
            RunError: there is no export that is ready.
        """
        found, export = self._request(number), self._export(number)
        with self._noted(found, {"step": "read"}):
            pass
        with self._state.read() as connection:
            chosen = of_requests.redactions(connection, number)
        places = _places(export)
        out: dict[str, ToRead] = {}
        for each in export.to_check:
            place, says = each["place"], each["says"]
            before = out.get(place)
            if before is not None and says not in before.says.split("\n\n"):
                says = f"{before.says}\n\n{says}"
            out[place] = ToRead(place, each["why"], says, None, place in places)
        for place, hidden in chosen.items():
            if place in places:
                out[place] = ToRead(place, "", places[place], hidden, can_be_told=True)
        return tuple(out[place] for place in sorted(out))

    def choose(self, number: int, choices: dict[str, bool], *, why: str) -> None:
        """Keep which places of an export are hidden, and which are told, and begin to make the export anew.

        Args:
            number: of the request.
            choices: place -> whether it is hidden.
            why: the reason, for all of them.

        Raises:
            Refused, NotThere: as ``request``.
            RunError: there is no export, a place is none of it, or no reason is given.
        """
        found, places = self._request(number), _places(self._export(number))
        if not why.strip():
            raise RunError("no reason is given", remedy="Say how you judged what is told and what is not")
        unknown = sorted(set(choices) - set(places))
        if unknown:
            raise RunError("a choice is of nothing in the export", remedy="Open the page again")
        with self._noted(found, {"step": "redactions", "places": len(choices)}) as connection:
            for place, hide in choices.items():
                of_requests.redact(connection, number, place, hide=hide, by=self.user.email, why=why.strip())
            text = f"{sum(choices.values())} hidden, {len(choices) - sum(choices.values())} told: {why.strip()}"
            of_requests.note_step(connection, number, "redactions chosen", by=self.user.email, note=text)
        self._work.start(EXPORTING, number, by=self.user.email, work=self._exporting(found))

    def file(self, number: int, kind: str) -> bytes:
        """Return a file of the answer, one of ``FILES``; that it was taken out of the hub is in the audit.

        Raises:
            Refused, NotThere: as ``request``; or there is no file of this kind.
            RunError: there is no export that is ready.
        """
        found, export = self._request(number), self._export(number)
        if kind not in FILES:
            raise NotThere("there is no such file", remedy="Choose one that is listed")
        with self._noted(found, {"step": "download", "file": kind}):
            pass
        if kind == "json":
            return (json.dumps(export.as_json(), indent=1, ensure_ascii=False, default=str) + "\n").encode()
        paper = access_paper(export)
        return pdf(paper) if kind == "pdf" else page(paper).encode()

    # Rectify, restrict, object ----------------------------------------------------------------------------------

    def flag(
        self,
        number: int,
        *,
        purposes: Sequence[str] = (),
        counted: bool = True,
        field: str | None = None,
        value: str | None = None,
    ) -> None:
        """Do what a granted request asks for: put a value right, restrict, or note an objection. It is done then.

        Raises:
            Refused, NotThere: as ``request``.
            RunError: it is not granted, or a part is missing that this kind needs.
        """
        found = self._request(number)
        self._is(found, "rectify", "restrict", "object")
        if found.status != GRANTED:
            raise RunError(f"request {number} is not granted", remedy="Grant it first")
        known = {each.name for each in self._gate.hub.policy().purpose}
        if set(purposes) - known:
            raise RunError("there is no such purpose", remedy="Choose purposes that the policy has")
        if found.kind == "rectify" and field not in CORRECTABLE:
            raise RunError("no such field can be put right", remedy="Choose one that is listed")
        with self._noted(found, {"step": found.kind}) as connection:
            set_flag(
                connection,
                number,
                found.kind,
                found.residents,
                by=self.user.email,
                purposes=purposes,
                counted=counted,
                field=field,
                value=value,
                records=found.records,
            )
            of_requests.go_to(connection, number, DONE, by=self.user.email)

    def flags(self, number: int) -> tuple[Flag, ...]:
        """Return what holds since a request, as long as it does."""
        self._request(number)
        with self._state.read() as connection:
            return tuple(flag for flag in flags_in_force(connection) if flag.request_id == number)

    def lift(self, number: int, flag_id: int, *, why: str) -> None:
        """Note that what was granted no longer holds.

        Raises:
            Refused, NotThere: as ``request``.
            RunError: no such flag of this request is in force, or no reason is given.
        """
        found = self._request(number)
        if flag_id not in {flag.flag_id for flag in self.flags(number)}:
            raise NotThere("nothing of this number holds", remedy="Choose what is listed")
        if not why.strip():
            raise RunError("no reason is given", remedy="Say why it no longer holds")
        with self._noted(found, {"step": "lift", "flag": flag_id}) as connection:
            lift_flag(connection, flag_id, by=self.user.email, why=why.strip())
            of_requests.note_step(connection, number, "lifted", by=self.user.email, note=why.strip())

    # Erase ------------------------------------------------------------------------------------------------------

    def erase(self, number: int, *, accept: bool = False) -> Job:
        """Begin to erase the resident of a granted request.

        Raises:
            Refused, NotThere: as ``request``.
            RunError: it is no granted request to erase, or other long work is under way.
        """
        found = self._request(number)
        self._is(found, "erase")
        if found.status != GRANTED:
            raise RunError(f"request {number} is not granted", remedy="Grant it first")
        of_requests.needs_identity(found)
        home, on = self._gate.hub.home, self._gate.clock().date().isoformat()
        values = {"request_id": number, "by": self.user.email, "on": on, "accept": accept}
        with self._noted(found, {"step": "erase", "accept": accept}):
            return self._work.start(
                ERASING, number, by=self.user.email, work=lambda progress: apart(home, ERASE, values, progress)
            )

    def erasure_job(self, number: int) -> Job | None:
        """Return where an erasure stands; None where none was begun lately."""
        self._request(number)
        return self._work.newest(ERASING, number)

    def proof(self, number: int) -> dict[str, Any] | None:
        """Return the proof of an erasure as the log keeps it; None where it is not done."""
        found = self._request(number)
        step = next((step for step in reversed(found.steps) if step.step == DONE), None)
        if found.kind != "erase" or step is None:
            return None
        told: dict[str, Any] = json.loads(step.note)
        return told

    # ------------------------------------------------------------------------------------------------------------

    def _request(self, number: int) -> SubjectRequest:
        self._gate.require(self.user, Action.SUBJECT_REQUESTS, detail={"request": number})
        with self._state.read() as connection:
            found = of_requests.requests(connection, number)
        if not found:
            raise NotThere(f"there is no request {number}", remedy="Choose one that is listed")
        return found[0]

    @contextmanager
    def _noted(self, request: SubjectRequest, detail: dict[str, Any]) -> Iterator[Connection]:
        with self._state.read() as connection:
            about = id_now(connection, request.residents[0])
        told = {"request": request.request_id, **detail}
        with self._gate.noted(
            self.user, Action.SUBJECT_REQUESTS, purpose=SUBJECT_ACCESS, subject=about, detail=told
        ) as connection:
            yield connection

    def _is(self, request: SubjectRequest, *kinds: str) -> None:
        if request.kind not in kinds:
            raise RunError(f"request {request.request_id} is to {request.kind}", remedy="Open one that asks for this")

    def _export(self, number: int) -> AccessExport:
        job = self._work.newest(EXPORTING, number)
        if job is None or job.is_under_way or job.result is None:
            raise RunError("there is no answer that is ready", remedy="Have it made, or wait until it is")
        made: AccessExport = job.result
        return made

    def _exporting(self, request: SubjectRequest) -> Callable[[Progress], AccessExport]:
        hub, user, today = self._gate.hub, self.user, self._gate.clock().date()

        def work(progress: Progress) -> AccessExport:
            progress.stage("Looking up who looked, and what officers wrote")
            with hub.state.read() as connection:
                now = id_now(connection, request.residents[0])
                ids = () if now is None else ids_of(connection, now)
                lines = audit_read.who_saw(connection, ids) if ids else ()
                written = _written(connection, ids)
            of_others = [line for line in lines if line.action != Action.SEE_AUDIT]
            progress.stage("Reading every record that is linked, in every delivery that is kept")
            made = access_export(
                hub,
                request.residents[0],
                by=user.email,
                on=today,
                request_id=request.request_id,
                looked=looked(of_others, hub.policy()),
                written=written,
            )
            progress.stage("Noting the search in the log")
            note_access(hub.state, made)
            return made

        return work


def may_follow(request: SubjectRequest) -> tuple[str, ...]:
    """Return the statuses that a user may bring a request to by hand."""
    by_hand = FOLLOWING.get(request.status, set()) - ({DONE} if request.kind != "access" else set())
    order = (OPEN, WAITING, GRANTED, DONE, "refused", "withdrawn")
    return tuple(status for status in order if status in by_hand)


def _written(connection: Connection, ids: Sequence[str]) -> list[Written]:
    """Return what officers wrote of a resident under any of their ids: all of it, whoever may see it."""
    out = [
        Written(f"{one.kind} {one.remark_id}", one.kind, one.at.date(), one.text)
        for one in remarks.every_remark(connection, ids)
    ]
    out += [
        Written(
            f"suggestion {one.suggestion_id}",
            "suggested correction",
            one.at.date(),
            f"{one.source}, {one.field.replace('_', ' ')}: {one.proposed}. {one.why}",
        )
        for one in remarks.suggestions(connection, ids=ids)
    ]
    return out


def _places(export: AccessExport) -> dict[str, str]:
    """Return the places of an export that can be hidden or told by hand, with what they say."""
    out: dict[str, str] = {}
    for record in export.records:
        for cell in record.cells:
            if cell.told or cell.withheld:
                says = cell.told if cell.withheld is None else cell.withheld
                out[cell.place] = out.get(cell.place, says)
    out |= {each["place"]: each["text"] for each in export.read_by_officers}
    return out
