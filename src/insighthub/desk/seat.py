"""A seat at the desk: what one signed-in user does about residents, for one purpose.

Takes a gate, a user and a purpose, gives found residents, pictures, notes. Nothing is given before the policy was asked
and the line of the audit was written.

    seat = desk.seat(user, purpose="customer_services")
    found = seat.find("okafor 27/03/1985")
    shown = seat.picture(found[0].resident_id)
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from sqlalchemy import Connection, select

from insighthub.accounts.users import User
from insighthub.desk import remarks as of_remarks
from insighthub.desk.acts import Act, acts, records_of
from insighthub.desk.cases import Case
from insighthub.desk.gate import Gate
from insighthub.desk.merged_ids import ids_of
from insighthub.desk.remarks import NOTE, WARNING, Remark, Suggestion
from insighthub.errors import RunError
from insighthub.governance.actions import OF_A_PERSON, Action
from insighthub.governance.audit_proof import head
from insighthub.governance.break_glass import Glass, break_the_glass, check_reason, held
from insighthub.governance.fields import heading
from insighthub.governance.policy import NOBODY
from insighthub.governance.purposes import named
from insighthub.linkage.labels.decisions import MUST
from insighthub.residents import decisions
from insighthub.residents.decisions import Record
from insighthub.residents.ids import tidy_id
from insighthub.residents.labels import Label
from insighthub.residents.picture_parts import Picture
from insighthub.store.state_tables import membership

_LONGEST_ID = 16
OPEN_SOURCE = "open_source_system"


@dataclass(frozen=True)
class FoundResident:
    """A resident whom a search found: what tells them apart, how well they fit, from 0 to 1, and why."""

    resident_id: str
    label: Label
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """What a user sees of a resident.

    Attributes:
        picture: all that the purpose may see.
        warnings, notes: what officers wrote, for this purpose; newest first.
        suggestions: corrections that officers suggested and that are still open.
        ids: every id that leads to this resident.
        glass: the glass that was broken to see it, if one was.
        records: the records that the picture is made of.
        decisions: those in force that name one of the records, newest first.
    """

    picture: Picture
    warnings: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    suggestions: tuple[Suggestion, ...]
    ids: tuple[str, ...]
    glass: Glass | None
    records: tuple[Record, ...]
    decisions: tuple[Act, ...]


class Seat:
    """What a user does about residents.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
        purpose: what for; None until a case is opened.
        case: the case, if there is one.
    """

    def __init__(self, gate: Gate, user: User, purpose: str | None = None, case: Case | None = None) -> None:
        self._gate, self.user, self.purpose, self.case = gate, user, purpose, case

    def find(self, query: str, *, limit: int = 20) -> tuple[FoundResident, ...]:
        """Return the residents whom a query fits, best first, as far as the purpose may find them.

        Raises:
            Refused: the user may not look for residents for this purpose.
            QueryError: nobody could be found by this.
        """
        self._gate.require(self.user, Action.FIND_RESIDENTS, purpose=self.purpose)
        purpose, residents = str(self.purpose), self._gate.hub.residents
        found = residents.find(query, purpose, limit=limit)
        labels = residents.labels([one.resident_id for one in found], purpose)
        out = tuple(
            FoundResident(one.resident_id, labels[one.resident_id], one.score, one.why)
            for one in found
            if one.resident_id in labels
        )
        # What was typed is a person's data, and is not kept.
        detail = {"found": [one.resident_id for one in out], **self._of_case()}
        with self._gate.noted(self.user, Action.FIND_RESIDENTS, purpose=purpose, detail=detail):
            pass
        return out

    def picture(self, resident_id: str) -> Shown:
        """Return what the purpose may see of a resident, with the warnings and notes on them.

        Raises:
            Refused: the user may not, or there is no such resident for this purpose: one says no more than the other.
        """
        now = self._about(Action.SEE_PICTURE, resident_id, look=False)
        purpose = str(self.purpose)
        try:
            picture = self._gate.hub.residents.picture(resident_id, purpose)
        except RunError as error:
            if error.what != NOBODY:
                raise
            reason = self._gate.refuse(self.user, Action.SEE_PICTURE, NOBODY, purpose=purpose, subject=now)
            raise reason from None
        detail = {"release": picture.release, **self._of_case()}
        with self._gate.noted(self.user, Action.SEE_PICTURE, purpose=purpose, subject=now, detail=detail) as connection:
            ids = ids_of(connection, now)
            written = of_remarks.remarks(connection, ids, purpose)
            open_ones = of_remarks.suggestions(connection, ids=ids, status=of_remarks.OPEN)
            glass = self._glass(connection, ids)
            if glass is not None:
                detail["glass"] = glass.glass_id
        allowed = {source.source for source in picture.asked_sources}
        records = tuple(Record(*one) for one in self._gate.hub.residents.records_of(now, purpose))
        return Shown(
            picture,
            tuple(one for one in written if one.kind == WARNING),
            tuple(one for one in written if one.kind == NOTE),
            tuple(one for one in open_ones if one.source in allowed and self._sees(one.field)),
            ids,
            glass,
            records,
            self._decisions(records),
        )

    def may(self) -> frozenset[Action]:
        """Return what the user may do about a person for this purpose: what to offer on a page."""
        policy, roles = self._gate.hub.policy(), self.user.roles if self.user.active else ()
        broken = None if self.purpose is None else self._broken()
        return frozenset(
            action for action in OF_A_PERSON if policy.decide(roles, action, self.purpose, broken=broken).allowed
        )

    def ready(self, action: Action, resident_id: str) -> None:
        """Ask whether the user may do something about a resident: before a form for it is shown.

        Raises:
            Refused: the user may not, or there is no such resident for this purpose.
        """
        self._about(action, resident_id)

    def records(self, resident_id: str) -> tuple[Record, ...]:
        """Return a resident's records, as far as the purpose may see them; which they are is in the audit's picture.

        Raises:
            Refused: the user may not, or there is no such resident for this purpose.
        """
        now = self._about(Action.SEE_PICTURE, resident_id)
        return tuple(Record(*one) for one in self._gate.hub.residents.records_of(now, str(self.purpose)))

    def source_link(self, resident_id: str, record: Record) -> str:
        """Return the address of a record in its own system; that it was opened from here is in the audit.

        Raises:
            Refused: the record is none of this resident's that the purpose may see.
            RunError: no address is set up for that source.
        """
        now = self._about(Action.SEE_PICTURE, resident_id)
        purpose = str(self.purpose)
        if tuple(record) not in self._gate.hub.residents.records_of(now, purpose):
            raise self._gate.refuse(self.user, OPEN_SOURCE, NOBODY, purpose=purpose, subject=now)
        pattern = self._gate.hub.source_links.get(record.source)
        if pattern is None:
            raise RunError("no address is set up for records of this source", remedy="Add record_url to its contract")
        detail = {"record": list(record), **self._of_case()}
        with self._gate.noted(self.user, OPEN_SOURCE, purpose=purpose, subject=now, detail=detail):
            return pattern.replace("{record_id}", quote(record.record_id, safe=""))

    def write_note(self, resident_id: str, text: str, *, purposes: Sequence[str] = ()) -> Remark:
        """Write a note on a resident, seen for this purpose and others that are named.

        Raises:
            Refused: the user may not, or there is no such resident for this purpose.
            RunError: it says nothing, is too long, or names a purpose that there is not.
        """
        return self._remark(NOTE, resident_id, text, None, purposes)

    def write_warning(self, resident_id: str, text: str, *, review_on: date, purposes: Sequence[str] = ()) -> Remark:
        """Write a warning on a resident, to be reviewed on a day; as ``write_note`` else."""
        return self._remark(WARNING, resident_id, text, review_on, purposes)

    def end_remark(self, remark_id: int) -> None:
        """Show a note or a warning no more: who wrote it may, and whoever may write one such for this purpose.

        Raises:
            Refused: the user may not, or there is no such remark that this purpose sees.
        """
        found = self._remark_of(remark_id)
        detail = {"remark": remark_id, "ended": True}
        with self._gate.noted(
            self.user, _action_of(found.kind), purpose=self.purpose, subject=found.resident_id, detail=detail
        ) as connection:
            of_remarks.end_remark(connection, remark_id, by=self.user.email, at=self._gate.clock())

    def review_warning(self, remark_id: int, *, review_on: date) -> None:
        """Let a warning stand until another day; as ``end_remark`` else."""
        found = self._remark_of(remark_id)
        detail = {"remark": remark_id, "review_on": review_on.isoformat()}
        with self._gate.noted(
            self.user, _action_of(found.kind), purpose=self.purpose, subject=found.resident_id, detail=detail
        ) as connection:
            of_remarks.review_remark(connection, remark_id, review_on=review_on, at=self._gate.clock())

    def same_person(self, left: Record, right: Record, *, note: str) -> None:
        """Decide that two records are of one person, from the next run on.

        Raises:
            Refused: the user may not, or a record is of nobody whom this purpose may see.
            RunError, DataError: as ``Hub.same_person``.
        """
        detail = self._decides([left, right])
        with self._noted_decision(detail) as connection:
            decisions.decide(connection, MUST, [(left, right)], by=self.user.email, note=of_remarks.tidy_text(note))

    def not_same_person(self, some: Sequence[Record], others: Sequence[Record], *, note: str) -> None:
        """Decide that some records are of another person than others, from the next run on; as ``same_person``."""
        detail = self._decides([*some, *others])
        with self._noted_decision(detail) as connection:
            text = of_remarks.tidy_text(note)
            decisions.not_one_person(connection, some, others, by=self.user.email, note=text)

    def undo(self, decision_id: int, *, note: str) -> None:
        """Decide that an earlier decision no longer holds, with all that was decided in one go; as ``same_person``."""
        with self._gate.hub.state.read() as connection:
            held = {d.decision_id: d for d in decisions.decisions(connection)}
        found = held.get(decision_id)
        act = [] if found is None else [d for d in held.values() if d.act == found.act and d.in_force] or [found]
        detail = {**self._decides(records_of(act, held)), "undoes": [d.decision_id for d in act]}
        with self._noted_decision(detail) as connection:
            decisions.undo_act(connection, decision_id, by=self.user.email, note=of_remarks.tidy_text(note))

    def propose_correction(
        self, resident_id: str, record: Record, *, field: str, proposed: str, why: str
    ) -> Suggestion:
        """Suggest to a source that a field of its record should say something else.

        Raises:
            Refused: the user may not, the record is none of this resident's that the purpose may see, or the purpose
                does not see the field.
            RunError: it says nothing, or is too long.
        """
        now = self._about(Action.PROPOSE_CORRECTION, resident_id)
        purpose = str(self.purpose)
        if tuple(record) not in self._gate.hub.residents.records_of(now, purpose):
            raise self._gate.refuse(self.user, Action.PROPOSE_CORRECTION, NOBODY, purpose=purpose, subject=now)
        if not self._sees(field):
            reason = "this purpose does not see this field"
            raise self._gate.refuse(self.user, Action.PROPOSE_CORRECTION, reason, purpose=purpose, subject=now)
        detail = {"record": list(record), "field": field}
        with self._gate.noted(
            self.user, Action.PROPOSE_CORRECTION, purpose=purpose, subject=now, detail=detail
        ) as connection:
            return of_remarks.suggest(
                connection,
                record=(record.source, record.record_id, record.person),
                resident_id=now,
                field=field,
                proposed=proposed,
                why=why,
                by=self.user.email,
                at=self._gate.clock(),
            )

    def break_glass(self, resident_id: str, *, purpose: str, reason: str) -> Glass:
        """Get a purpose for one resident for some hours. Whether there is such a resident is not asked.

        Raises:
            Refused: the user may not break the glass, or the purpose is not given so.
            RunError: no reason is given, or this is no id.
        """
        self._gate.require(self.user, Action.BREAK_GLASS)
        check_reason(reason)
        asked = tidy_id(resident_id) or resident_id.strip()
        if not 0 < len(asked) <= _LONGEST_ID:
            raise RunError("this is no resident's id", remedy="Check it, or search by name")
        known = {p.name for p in self._gate.hub.policy().purpose if p.break_glass}
        if purpose not in known:
            why = "this purpose is not given by breaking the glass"
            raise self._gate.refuse(self.user, Action.BREAK_GLASS, why, purpose=purpose)
        hours = self._gate.hub.settings.alerts.break_glass_hours
        detail: dict[str, object] = {"hours": hours}
        with self._gate.noted(
            self.user, Action.BREAK_GLASS, purpose=purpose, subject=asked, detail=detail
        ) as connection:
            glass = break_the_glass(
                connection,
                who=self.user.email,
                resident_id=asked,
                purpose=purpose,
                reason=reason,
                at=self._gate.clock(),
                hours=hours,
                line=head(connection).id + 1,
            )
            detail["glass"] = glass.glass_id
        return glass

    def _decisions(self, records: tuple[Record, ...]) -> tuple[Act, ...]:
        """Return what was decided and holds that name one of some records which the purpose may see, newest first.

        A record on the other side that the purpose may not see is left out, and with it what was noted of the two.
        """
        mine = set(records)
        with self._gate.hub.state.read() as connection:
            every = decisions.decisions(connection)
            held = [one for one in every if one.in_force and one.undoes is None]
            about = [one for one in reversed(held) if one.left in mine or one.right in mine]
            of = {r: _resident_of(connection, r) for one in about for r in (one.left, one.right) if r is not None}
        purpose, residents = str(self.purpose), self._gate.hub.residents
        seen = {Record(*r) for known in set(of.values()) - {None} for r in residents.records_of(str(known), purpose)}
        return acts(about, seen)

    def _broken(self) -> str | None:
        """Return the purpose, where the user holds it by a glass that was broken."""
        with self._gate.hub.state.read() as connection:
            mine = held(connection, self.user.email, self._gate.clock())
        return next((glass.purpose for glass in mine if glass.purpose == self.purpose), None)

    def _about(self, action: Action, resident_id: str, *, look: bool = True) -> str:
        return self._gate.require_person(self.user, action, resident_id, purpose=self.purpose, look=look)

    def _sees(self, field: str) -> bool:
        return named(self._gate.hub.policy().purpose, str(self.purpose)).sees(heading(field))

    def _of_case(self) -> dict[str, int]:
        return {} if self.case is None else {"case": self.case.case_id}

    def _glass(self, connection: Connection, ids: Sequence[str]) -> Glass | None:
        mine = held(connection, self.user.email, self._gate.clock())
        return next((one for one in mine if one.resident_id in ids and one.purpose == self.purpose), None)

    def _remark(
        self, kind: str, resident_id: str, text: str, review_on: date | None, purposes: Sequence[str]
    ) -> Remark:
        action = _action_of(kind)
        now = self._about(action, resident_id)
        seen_for = {str(self.purpose), *purposes}
        unknown = sorted(seen_for - {p.name for p in self._gate.hub.policy().purpose})
        if unknown:
            raise RunError(f"there is no purpose {', '.join(unknown)}", remedy="Choose purposes that the policy has")
        detail: dict[str, object] = {"purposes": sorted(seen_for)}
        with self._gate.noted(self.user, action, purpose=self.purpose, subject=now, detail=detail) as connection:
            written = of_remarks.write_remark(
                connection,
                kind,
                resident_id=now,
                text=text,
                by=self.user.email,
                at=self._gate.clock(),
                review_on=review_on,
                purposes=sorted(seen_for),
            )
            detail["remark"] = written.remark_id
        return written

    def _remark_of(self, remark_id: int) -> Remark:
        with self._gate.hub.state.read() as connection:
            found = of_remarks.find_remark(connection, remark_id)
        if found is None or self.purpose not in found.purposes:
            raise self._gate.refuse(
                self.user, Action.WRITE_NOTE, NOBODY, purpose=self.purpose, detail={"remark": remark_id}
            )
        self._about(_action_of(found.kind), found.resident_id)
        return found

    def _decides(self, records: Sequence[Record]) -> dict[str, object]:
        """Ask whether the user may decide on some records; return what the audit notes of them."""
        self._gate.require(self.user, Action.DECIDE_IDENTITY, purpose=self.purpose)
        residents, purpose = set(), str(self.purpose)
        with self._gate.hub.state.read() as connection:
            of = {record: _resident_of(connection, record) for record in records}
        detail: dict[str, object] = {"records": [list(record) for record in records]}
        for record, resident_id in of.items():
            seen = resident_id is not None and self._about(Action.DECIDE_IDENTITY, resident_id)
            if not seen or tuple(record) not in self._gate.hub.residents.records_of(str(seen), purpose):
                raise self._gate.refuse(self.user, Action.DECIDE_IDENTITY, NOBODY, purpose=purpose, detail=detail)
            residents.add(str(seen))
        if not records:
            raise self._gate.refuse(self.user, Action.DECIDE_IDENTITY, NOBODY, purpose=purpose)
        return {**detail, "found": sorted(residents)}

    def _noted_decision(self, detail: dict[str, object]) -> AbstractContextManager[Connection]:
        return self._gate.noted(self.user, Action.DECIDE_IDENTITY, purpose=self.purpose, detail=detail)


def _action_of(kind: str) -> Action:
    return Action.WRITE_WARNING if kind == WARNING else Action.WRITE_NOTE


def _resident_of(connection: Connection, record: Record) -> str | None:
    query = select(membership.c.resident_id).where(
        membership.c.source == record.source,
        membership.c.record_id == record.record_id,
        membership.c.person == record.person,
        membership.c.left_run.is_(None),
    )
    return connection.execute(query).scalar()
