"""What those who look after sources see: contracts, deliveries, rows that could not be used, and a try of a new file.

Takes a gate and a user, gives plain data. A contract and the counts of a delivery are about no one, and need no
purpose. Rows that were put aside are given as they were delivered, for the purpose ``data_quality``, and only as far as
it goes: where it does not see all that a row may hold, or the source has rows of hidden people, the sheet says where
each row stands and why it could not be used, and not what it says; of a row with the reference of a record that the
purpose may not be told of it says no more either. A file that is tried is checked in a folder of its
own, which is gone when the answer is given; nothing of it is kept, and no value of it is told.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from insighthub.accounts.users import User
from insighthub.corrections.sheet import safe
from insighthub.desk.contracts import contract_of, contracts, special_sources
from insighthub.desk.gate import Gate
from insighthub.errors import InsightHubError
from insighthub.governance.actions import Action
from insighthub.governance.purposes import EVERY, Purpose
from insighthub.runs.under_way import LANDING
from insighthub.sources.checking import SourceCheck, check_source
from insighthub.sources.contract import Exclusion, Source
from insighthub.sources.landing import landed_deliveries
from insighthub.sources.lawful import missing_entries
from insighthub.store.tables import rows

PURPOSE = "data_quality"
#: How many rows of one reason the try of a file names.
MOST_PLACES = 200

_DELIVERED = "SELECT source, landed_file, delivered_on, delivered, landed, quarantined FROM source ORDER BY source"
_ASIDE = """
SELECT file, "row", "column", reason, raw FROM quarantine WHERE source = $source ORDER BY reason, file, "row"
"""
_REASONS = """
SELECT reason, "column", count(*) FROM quarantine WHERE source = $source GROUP BY ALL ORDER BY 3 DESC, 1, 2
"""
_HEADER = ("file", "row", "column", "reason", "raw")


@dataclass(frozen=True)
class SourceLine:
    """A source in the list.

    Attributes:
        name, owner, special_category: of its contract.
        missing: entries that it lacks to be taken into a hub.
        closed: whether the policy lets nobody use it for now.
        delivered_on, landed, quarantined: of the delivery in the published release; None where it is not in it.
    """

    name: str
    owner: str | None
    special_category: bool
    missing: tuple[str, ...]
    closed: bool
    delivered_on: date | None
    landed: int | None
    quarantined: int | None


@dataclass(frozen=True)
class Mapped:
    """A field that the contract reads: whose it is (the record's own person, or another role), and from where."""

    role: str | None
    field: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ContractView:
    """What a contract says, for a page.

    Attributes:
        facts: name, kind and column of what the service knows.
        left_alone, hidden, deleted: for which rows, and why.
        missing: entries that it lacks to be taken into a hub.
    """

    name: str
    owner: str | None
    lawful_basis: str | None
    legal_gateway: str | None
    article_9_condition: str | None
    schedule_1_condition: str | None
    retention_months: int | None
    special_category: bool
    one_record_per_person: bool
    delivers: str
    record_id: tuple[str, ...]
    mapped: tuple[Mapped, ...]
    facts: tuple[tuple[str, str, str | None], ...]
    left_alone: tuple[str, ...]
    hidden: tuple[str, ...]
    deleted: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class DeliveryLine:
    """A delivery that is landed.

    Attributes:
        delivered_on: the day of the run that first landed it; None where no release that is kept rests on it.
        published: whether the published release rests on it.
        delivered, landed, quarantined: rows; the first is the sum of the others.
        files: their names.
        warnings: what the reader remarked.
    """

    delivered_on: date | None
    published: bool
    delivered: int
    landed: int
    quarantined: int
    files: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class SourcePage:
    """A source.

    Attributes:
        contract: what it says.
        deliveries: the newest first.
        reasons: why rows of the published delivery were put aside: reason, column and how many.
        may_download: whether the user may have the rows themselves.
        with_rows: whether they would get what the rows say, and not only where they stand.
        may_try: whether the user may try a file.
    """

    contract: ContractView
    deliveries: tuple[DeliveryLine, ...]
    reasons: tuple[tuple[str, str | None, int], ...]
    may_download: bool
    with_rows: bool
    may_try: bool


class SourceDesk:
    """What a user sees of sources.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
    """

    def __init__(self, gate: Gate, user: User) -> None:
        self._gate, self.user, self._hub = gate, user, gate.hub

    def sources(self) -> tuple[SourceLine, ...]:
        """Return every source, by name.

        Raises:
            Refused: the user may not see sources.
            ContractError: a contract is wrong.
        """
        self._gate.require(self.user, Action.SEE_SOURCES)
        closed, delivered = self._hub.policy().closed, self._delivered(self._hub.releases.current())
        out = []
        for name, source in contracts(self._hub).items():
            _, day, landed, quarantined = delivered.get(name, (None, None, None, None))
            out.append(
                SourceLine(
                    name,
                    source.owner,
                    source.special_category,
                    missing_entries(source),
                    name in closed,
                    day,
                    landed,
                    quarantined,
                )
            )
        return tuple(out)

    def source(self, name: str) -> SourcePage:
        """Return a source.

        Raises:
            Refused: the user may not see sources.
            RunError: there is no such source.
        """
        self._gate.require(self.user, Action.SEE_SOURCES)
        contract = contract_of(self._hub, name)
        reasons: tuple[tuple[str, str | None, int], ...] = ()
        if self._hub.releases.current() is not None:
            with self._hub.release() as db:
                reasons = tuple(rows(db, _REASONS, {"source": name}))
        purpose = self._purpose(name)
        may_try = self._hub.policy().decide(self._roles(), Action.TRY_SOURCE).allowed
        return SourcePage(
            _view(contract),
            self._deliveries(name),
            reasons,
            purpose is not None,
            purpose is not None and _sees_rows(purpose, contract),
            may_try,
        )

    def quarantine(self, name: str) -> bytes:
        """Return the rows of a source that were put aside, as CSV that no spreadsheet takes for formulas.

        Raises:
            Refused: the user may not have them.
            RunError: there is no such source, or no release.
        """
        contract = contract_of(self._hub, name)
        action, special = Action.SEE_SOURCES, name in special_sources(self._hub)
        detail: dict[str, Any] = {"quarantine": name}
        purpose = self._gate.require_source(self.user, action, name, purpose=PURPOSE, special=special, detail=detail)
        with self._hub.release() as db:
            found = rows(db, _ASIDE, {"source": name})
        whole, hidden = _sees_rows(purpose, contract), self._gate.hidden.for_purpose(purpose)
        detail |= {"rows": len(found), "whole": whole}
        with self._gate.noted(self.user, action, purpose=PURPOSE, detail=detail):
            pass
        width = len(_HEADER) if whole else len(_HEADER) - 1
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(_HEADER[:width])
        for file, row, column, reason, raw in found:
            said = "" if raw is None or hidden.says_of(name, raw) else raw
            cells = (Path(file).name, str(row), column or "", reason, said)
            writer.writerow([safe(text) for text in cells[:width]])
        return out.getvalue().encode("utf-8-sig")

    def try_file(self, name: str, data: bytes) -> SourceCheck:
        """Check a file by a source's contract, as landing would read it, and keep nothing of it.

        Args:
            name: the source.
            data: the file; what it is is told by its content.

        Returns:
            What would be landed and put aside, and why, by row and column. What the reader could not read at all is
            in ``fault``. No value stands in it.

        Raises:
            Refused: the user may not try files.
            RunError: there is no such source.
        """
        self._gate.require(self.user, Action.TRY_SOURCE, detail={"source": name})
        contract = contract_of(self._hub, name)
        detail: dict[str, Any] = {"source": name, "bytes": len(data)}
        with TemporaryDirectory(prefix="insighthub-try-") as folder:
            (Path(folder) / "file").write_bytes(data)
            # The file alone, whatever its name was: its content says what it is, unless the contract does.
            alone = contract.model_copy(update={"path": ("file",), "delivers": "all"})
            found = check_source(alone, Path(folder), examples=MOST_PLACES)
        detail |= {"landed": found.landed, "quarantined": found.quarantined, "read": found.fault is None}
        with self._gate.noted(self.user, Action.TRY_SOURCE, detail=detail):
            pass
        return replace(found, files=tuple(replace(file, name="the file") for file in found.files))

    def _purpose(self, source: str) -> Purpose | None:
        """Return the purpose of this desk if the user may have a source's rows for it; nothing is noted."""
        policy = self._hub.policy()
        special = source in special_sources(self._hub)
        ruling = policy.decide(self._roles(), Action.SEE_SOURCES, PURPOSE, source, special=special)
        return next((p for p in policy.purpose if p.name == PURPOSE), None) if ruling.allowed else None

    def _roles(self) -> tuple[str, ...]:
        return self.user.roles if self.user.active else ()

    def _delivered(self, run_id: str | None) -> dict[str, tuple[str, date, int, int]]:
        """Return the landed file of each source in a release, its day and its counts."""
        if run_id is None:
            return {}
        with self._hub.release(run_id) as db:
            return {name: (file, day, landed, aside) for name, file, day, _, landed, aside in rows(db, _DELIVERED)}

    def _deliveries(self, source: str) -> tuple[DeliveryLine, ...]:
        current = self._hub.releases.current()
        days: dict[str, date] = {}
        published = None
        for run_id in self._hub.releases.kept():
            try:
                found = self._delivered(run_id).get(source)
            except InsightHubError:
                continue  # it was taken away since, or cannot be opened: its day is not known
            if found is not None:
                days[found[0]] = min(found[1], days.get(found[0], found[1]))
                published = found[0] if run_id == current else published
        lines = [
            DeliveryLine(
                days.get(name),
                name == published,
                each.delivered,
                each.landed,
                each.quarantined,
                tuple(Path(file.name).name for file in each.files),
                each.warnings,
            )
            for name, each in landed_deliveries(source, self._hub.home / LANDING).items()
        ]
        lines.sort(key=lambda line: (line.published, line.delivered_on or date.min, line.files), reverse=True)
        return tuple(lines)


def _sees_rows(purpose: Purpose, source: Source) -> bool:
    """Say whether a purpose sees all that a row of a source may hold: a row has columns that no contract names, too."""
    whole = EVERY in purpose.fields and EVERY in purpose.facts and purpose.identifiers
    return whole and (purpose.hidden or not source.hidden)


def _view(source: Source) -> ContractView:
    maps: list[tuple[str | None, Any]] = [(None, source.person), *((p.role, p) for p in source.other_person)]
    return ContractView(
        name=source.name,
        owner=source.owner,
        lawful_basis=source.lawful_basis,
        legal_gateway=source.legal_gateway,
        article_9_condition=source.article_9_condition,
        schedule_1_condition=source.schedule_1_condition,
        retention_months=source.retention_months,
        special_category=source.special_category,
        one_record_per_person=source.one_record_per_person,
        delivers=source.delivers,
        record_id=source.record_id,
        mapped=tuple(
            Mapped(role, name.removeprefix("other_"), where.names())
            for role, each in maps
            for name, where in each.fields().items()
        ),
        facts=tuple((fact.name, fact.kind, fact.value) for fact in source.fact),
        left_alone=_said(source.exclude),
        hidden=_said(source.hidden),
        deleted=_said(source.deleted),
        missing=missing_entries(source),
    )


def _said(exclusions: tuple[Exclusion, ...]) -> tuple[str, ...]:
    counted = Counter(each.reason for each in exclusions)
    return tuple(counted)
