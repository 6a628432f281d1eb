"""Retention at the desk: what would go, applying it, the reports, and signing them off.

Takes a gate, a user and the desk's long work; each call asks whether the user may, and is itself a line of the audit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from insighthub.accounts.users import User
from insighthub.desk.apart import RETENTION, apart
from insighthub.desk.gate import Gate
from insighthub.desk.long_work import Job, LongWork
from insighthub.desk.refused import NotThere
from insighthub.governance.actions import Action
from insighthub.governance.rights.tables import retention_report
from insighthub.rights.expiring import expiring
from insighthub.rights.retention import APPLIED, RetentionReport, apply_retention, sign_off

APPLYING = "applying retention"


@dataclass(frozen=True)
class KeptReport:
    """A report of retention as the log has it."""

    report_id: int
    at: datetime
    by: str
    status: str
    content: dict[str, Any]
    hash: str
    signed_by: str | None
    signed_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether somebody has to sign it off."""
        return self.status == APPLIED


class Keeping:
    """What a user does so that nothing is kept for too long.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
        work: the desk's long work.
    """

    def __init__(self, gate: Gate, user: User, work: LongWork) -> None:
        self._gate, self.user, self._work = gate, user, work

    def would_go(self, on: date) -> RetentionReport:
        """Return what would go on a day; nothing goes.

        Raises:
            Refused: the user may not.
            RunError: there is no release.
        """
        self._note({"rehearsal": on.isoformat()})
        others = expiring(self.user.email, self.user.roles, at=self._gate.clock())
        return apply_retention(self._gate.hub, on=on, by=self.user.email, dry_run=True, expiring=others)

    def apply(self, on: date, *, accept: bool = False) -> Job:
        """Begin to take away what has been kept for as long as it may be.

        Raises:
            Refused: the user may not.
            RunError: other long work is under way.
        """
        self._gate.require(self.user, Action.APPLY_RETENTION)
        at = self._gate.clock().isoformat()
        values = {
            "by": self.user.email, "roles": list(self.user.roles), "on": on.isoformat(), "at": at, "accept": accept,
        }  # fmt: skip
        home = self._gate.hub.home
        with self._gate.noted(self.user, Action.APPLY_RETENTION, detail={"on": on.isoformat(), "accept": accept}):
            return self._work.start(
                APPLYING, 0, by=self.user.email, work=lambda progress: apart(home, RETENTION, values, progress)
            )

    def job(self) -> Job | None:
        """Return where it stands; None where nothing was begun lately."""
        self._gate.require(self.user, Action.APPLY_RETENTION)
        return self._work.newest(APPLYING, 0)

    def reports(self) -> tuple[KeptReport, ...]:
        """Return all reports, newest first."""
        self._gate.require(self.user, Action.APPLY_RETENTION)
        with self._gate.hub.state.read() as connection:
            found = connection.execute(select(retention_report).order_by(retention_report.c.report_id.desc()))
            return tuple(KeptReport(**{**row, "content": json.loads(row["content"])}) for row in found.mappings())

    def report(self, number: int) -> KeptReport:
        """Return a report.

        Raises:
            NotThere: there is none of this number.
        """
        for each in self.reports():
            if each.report_id == number:
                return each
        raise NotThere(f"there is no report {number}", remedy="Choose one that is listed")

    def sign_off(self, number: int) -> None:
        """Sign a report off, which who applied it does not.

        Raises:
            Refused: the user may not.
            RunError: no such report waits for it, or it is their own.
        """
        self._gate.require(self.user, Action.APPLY_RETENTION)
        sign_off(self._gate.hub, number, by=self.user.email)
        self._note({"report": number, "signed off": True})

    def _note(self, detail: dict[str, Any]) -> None:
        self._gate.require(self.user, Action.APPLY_RETENTION, detail=detail)
        with self._gate.noted(self.user, Action.APPLY_RETENTION, detail=detail):
            pass
