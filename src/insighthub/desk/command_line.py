"""The command line at the desk: whoever may open the hub's folder reads through here, and it is in the audit.

Takes a hub, gives what its residents give. The command line has no roles: it is for those who run the hub on its own
machine, who could read the release's file as well. Who it was is the name that the operating system has for them.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from insighthub.desk.merged_ids import id_now
from insighthub.desk.project_keys import ProjectKeys
from insighthub.desk.project_tables import project
from insighthub.desk.projects import project_of, project_table
from insighthub.errors import InsightHubError, RunError
from insighthub.governance.actions import Action
from insighthub.governance.audit import ALLOWED, REFUSED, Line, append
from insighthub.governance.audit_proof import Heads
from insighthub.hub import Hub
from insighthub.residents.labels import Label
from insighthub.residents.picture_parts import Picture
from insighthub.residents.search import Found
from insighthub.store.run_log import now

EXPORT, EXPORT_CORRECTIONS = "export", "export_corrections"


class CommandLine:
    """Reads of persons from the command line.

    Args:
        hub: the hub.
        clock: gives the time, UTC without a zone.
    """

    def __init__(self, hub: Hub, clock: Callable[[], datetime] = now) -> None:
        self._hub, self._clock, self._heads = hub, clock, Heads(hub.home)

    def find(self, query: str, purpose: str, *, limit: int) -> tuple[list[Found], dict[str, Label]]:
        """Return the residents whom a query fits, and their labels by id; as ``Residents.find``."""
        found = self._hub.residents.find(query, purpose, limit=limit)
        labels = self._hub.residents.labels([each.resident_id for each in found], purpose)
        self.note(Action.FIND_RESIDENTS, purpose, detail={"found": list(labels)})
        return [each for each in found if each.resident_id in labels], labels

    def picture(self, resident_id: str, purpose: str) -> Picture:
        """Return the full picture of a resident; as ``Residents.picture``."""
        with self._hub.state.read() as connection:
            subject = id_now(connection, resident_id)
        try:
            shown = self._hub.residents.picture(resident_id, purpose)
        except InsightHubError as error:
            self.note(Action.SEE_PICTURE, purpose, subject, {"reason": error.what}, outcome=REFUSED)
            raise
        self.note(Action.SEE_PICTURE, purpose, shown.resident_id, {"release": shown.release})
        return shown

    def everybody(self, purpose: str) -> pa.Table:
        """Return all residents that a purpose may see; as ``Residents.everybody``."""
        table = self._hub.residents.everybody(purpose)
        self.note(EXPORT, purpose, detail={"what": "residents", "rows": table.num_rows})
        return table

    def records(self, purpose: str) -> pa.Table:
        """Return which record is of which resident; as ``Residents.records``."""
        table = self._hub.residents.records(purpose)
        self.note(EXPORT, purpose, detail={"what": "links", "rows": table.num_rows})
        return table

    def project(self, number: int, what: str) -> pa.Table:
        """Return a table of a project that works on pseudonyms; as ``ProjectsDesk.table``."""
        with self._hub.state.read() as connection:
            row = connection.execute(select(project).where(project.c.project_id == number)).mappings().first()
        if row is None or not project_of(dict(row), self._clock().date()).open:
            raise RunError("there is no such project, or it has ended", remedy="The page Projects lists them")
        found = project_of(dict(row), self._clock().date())
        table = project_table(self._hub, found, ProjectKeys(self._hub.home).pseudonyms(row["key_name"]), what)
        self.note(EXPORT, found.purpose, detail={"what": what, "project": number, "rows": table.num_rows})
        return table

    def note(
        self,
        action: str,
        purpose: str | None = None,
        subject: str | None = None,
        detail: dict[str, Any] | None = None,
        *,
        outcome: str = ALLOWED,
    ) -> None:
        """Write a line of the audit: before what was asked for is given."""
        at = self._clock()
        known = {each.name for each in self._hub.policy().purpose}
        named = purpose if purpose in known else None  # what was typed in place of one may be anything
        with self._hub.state.write() as connection:
            written = append(connection, Line(operator(), str(action), (), named, subject, detail, outcome), at)
        self._heads.note(written, at, now=True)


def operator() -> str:
    """Return who works at the command line, as the audit names them."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = "not known"
    return f"command line: {name}"
