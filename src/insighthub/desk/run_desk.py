"""What of runs people see: the history, one run, what drifted between two, and the model that records are linked with.

Takes a gate and a user, gives plain data. A run is told in counts, sources and stages, a model in weights and rules:
nothing of it is about anyone, so it needs no purpose.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import func, select

from insighthub.accounts.users import User
from insighthub.desk.gate import Gate
from insighthub.desk.refused import NotThere
from insighthub.drift.compare import drift_sections, summary
from insighthub.drift.finding import ACT
from insighthub.drift.of_releases import compare_releases
from insighthub.errors import InsightHubError
from insighthub.governance.actions import Action
from insighthub.linkage.result import LevelWeight
from insighthub.linkage.standing.found import LearningFound
from insighthub.report.model_section import blocking_section, comparison_section
from insighthub.report.section import Section
from insighthub.runs.under_way import MODELS
from insighthub.store.run_log import RunRow
from insighthub.store.state_tables import identity_event
from insighthub.store.tables import rows

_SOURCES = "SELECT source, delivered, landed, quarantined FROM source ORDER BY source"
_MODEL = re.compile(r"m\d+")


@dataclass(frozen=True)
class RunLine:
    """A run in the history.

    Attributes:
        kind: full, or of changes; status: building, published, stopped or failed.
        seconds: from its start to its end; None where it has not ended.
        records, residents: of its release; None where there was none.
        churn: share of the records known before that changed resident.
        tickets: corrections newly proposed.
        reason: why it was stopped, or failed.
        is_published: whether its release is the one that is shown now; kept: whether its release is there still.
    """

    run_id: str
    kind: str
    status: str
    as_of: date
    started_at: datetime
    finished_at: datetime | None
    seconds: float | None
    records: int | None
    residents: int | None
    churn: float | None
    tickets: int | None
    reason: str | None
    is_published: bool
    kept: bool


@dataclass(frozen=True)
class SourceOfRun:
    """What a run took in of a source, in rows and records; None where the run did not keep it."""

    source: str
    delivered: int
    landed: int
    quarantined: int
    added: int | None = None
    changed: int | None = None
    removed: int | None = None


@dataclass(frozen=True)
class RunPage:
    """A run.

    Attributes:
        line: as in the history.
        base: the run whose release it began from; model: what it linked with.
        stages: seconds by stage, in order.
        sources: what it took in.
        events: what happened to residents' ids: how many of each kind.
        figures: further counts, by name.
        corrections: cases by kind; tickets: what the run did to tickets.
        findings: what the run remarked.
        others: other runs whose releases are kept, to compare with: those before it, the last first, then those after.
        model_kept: whether the model is there to be looked at.
    """

    line: RunLine
    base: str | None
    model: str | None
    stages: tuple[tuple[str, float], ...]
    sources: tuple[SourceOfRun, ...]
    events: tuple[tuple[str, int], ...]
    figures: Mapping[str, Any]
    corrections: tuple[tuple[str, int], ...]
    tickets: tuple[tuple[str, int], ...]
    findings: tuple[str, ...]
    others: tuple[str, ...]
    model_kept: bool


@dataclass(frozen=True)
class DriftPage:
    """What changed between two runs.

    Attributes:
        summary: how many changes passed a threshold, in words.
        acts: whether one calls for action.
        sections: figures, as the report of a drift has them.
    """

    before: str
    after: str
    summary: str
    acts: bool
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Rarity:
    """How rare the values of a field are.

    Attributes:
        records, values: that hold one, and how many different ones there are.
        commonest: the share of records that hold the commonest value; None where no value is common enough to be told.
        rare: the share of records that hold one of the rare values, on average.
    """

    field: str
    records: int
    values: int
    commonest: float | None
    rare: float


@dataclass(frozen=True)
class ModelPage:
    """A model.

    Attributes:
        name: its name. runs: that linked with it and are in the history.
        rows, sources: that it was learned from.
        threshold: the match probability from which records may be joined.
        converged, iterations: how learning ended.
        labels: how many answers of reviewers it learned from; None where none.
        rarity: of the fields of which a rare value says more.
        rules: blocking rules in words, where ``sections`` does not count their pairs.
        sections: figures on comparisons and blocking.
    """

    name: str
    runs: tuple[str, ...]
    rows: int
    sources: tuple[str, ...]
    threshold: float
    converged: bool
    iterations: int
    labels: int | None
    rarity: tuple[Rarity, ...]
    rules: tuple[str, ...]
    sections: tuple[Section, ...]


class RunDesk:
    """What a user sees of runs.

    Args:
        gate: the gate of the hub.
        user: who is signed in.
    """

    def __init__(self, gate: Gate, user: User) -> None:
        self._gate, self.user, self._hub = gate, user, gate.hub

    def history(self) -> tuple[RunLine, ...]:
        """Return all runs, the newest first.

        Raises:
            Refused: the user may not see runs.
        """
        self._gate.require(self.user, Action.SEE_RUNS)
        current, kept = self._hub.releases.current(), set(self._hub.releases.kept())
        return tuple(_line(row, current, kept) for row in reversed(self._hub.runs()))

    def run(self, run_id: str) -> RunPage:
        """Return a run.

        Raises:
            Refused: the user may not see runs.
            NotThere: there is no such run.
        """
        self._gate.require(self.user, Action.SEE_RUNS)
        row = self._row(run_id)
        current, kept = self._hub.releases.current(), self._hub.releases.kept()
        figures = row.figures
        with self._hub.state.read() as connection:
            query = (
                select(identity_event.c.kind, func.count())
                .where(identity_event.c.run_id == run_id)
                .group_by(identity_event.c.kind)
                .order_by(identity_event.c.kind)
            )
            events = tuple((str(kind), int(count)) for kind, count in connection.execute(query))
        return RunPage(
            line=_line(row, current, set(kept)),
            base=row.base,
            model=row.model,
            stages=tuple((name, float(took)) for name, took in figures.get("seconds", {}).items()),
            sources=self._sources(row, run_id in kept),
            events=events,
            figures=figures,
            corrections=tuple(figures.get("corrections", {}).items()),
            tickets=tuple(figures.get("tickets", {}).items()),
            findings=tuple(figures.get("findings", ())),
            others=_others(run_id, kept),
            model_kept=row.model is not None and (self._models / row.model / "model.json").is_file(),
        )

    def drift(self, before: str, after: str) -> DriftPage:
        """Return what changed between two runs whose releases are kept.

        Raises:
            Refused: the user may not see runs.
            NotThere: one of them is not kept.
            DataError: the model of one is not kept.
        """
        self._gate.require(self.user, Action.SEE_RUNS)
        kept = self._hub.releases.kept()
        for run_id in (before, after):
            if run_id not in kept:
                raise NotThere("the release of this run is not kept", remedy="Choose one that is")
        files = [self._hub.releases.file(run_id) for run_id in (before, after)]
        return _drift(files[0], files[1], self._models, tuple(file.stat().st_mtime_ns for file in files))

    def model(self, name: str) -> ModelPage:
        """Return a model.

        Raises:
            Refused: the user may not see models.
            NotThere: there is none of this name, or it is not kept any more.
        """
        self._gate.require(self.user, Action.SEE_RUNS)
        missing = NotThere("there is no model of this name, or it is not kept any more", remedy="Choose a newer run")
        if not _MODEL.fullmatch(name):
            raise missing
        try:
            file = json.loads((self._models / name / "model.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise missing from None
        found = LearningFound.load(self._models / name)
        runs = tuple(row.run_id for row in reversed(self._hub.runs()) if row.model == name)
        return _model_page(name, runs, file, found, self._rules(name))

    @property
    def _models(self) -> Path:
        return self._hub.home / MODELS

    def _row(self, run_id: str) -> RunRow:
        found = next((row for row in self._hub.runs() if row.run_id == run_id), None)
        if found is None:
            raise NotThere("there is no such run", remedy="Choose one from the list of runs")
        return found

    def _sources(self, row: RunRow, kept: bool) -> tuple[SourceOfRun, ...]:
        told = row.figures.get("sources")
        if told:
            names = ("delivered", "landed", "quarantined", "added", "changed", "removed")
            return tuple(SourceOfRun(source, **{n: said[n] for n in names}) for source, said in sorted(told.items()))
        if not kept:
            return ()
        try:
            with self._hub.release(row.run_id) as db:
                return tuple(SourceOfRun(*found) for found in rows(db, _SOURCES))
        except InsightHubError:
            return ()

    def _rules(self, name: str) -> tuple[str, ...]:
        try:
            plan = json.loads((self._models / name / "plan.json").read_text(encoding="utf-8"))
            return tuple(str(rule["label"]) for rule in plan["rules"])
        except (OSError, ValueError, KeyError, TypeError):
            return ()


@lru_cache(maxsize=16)
def _drift(before: Path, after: Path, models: Path, _times: tuple[int, ...]) -> DriftPage:
    """Compare two releases; of a borough it takes seconds, and a release does not change, so what is found is kept."""
    try:
        with (
            duckdb.connect(str(before), read_only=True) as earlier,
            duckdb.connect(str(after), read_only=True) as later,
        ):
            drift = compare_releases(earlier, later, models)
    except duckdb.IOException:  # a run has taken it away since
        raise NotThere("the release of this run is not kept", remedy="Choose one that is") from None
    acts = any(each.severity == ACT for each in drift.findings)
    return DriftPage(before.stem, after.stem, summary(drift.findings), acts, tuple(drift_sections(drift)))


def _line(row: RunRow, current: str | None, kept: set[str]) -> RunLine:
    figures = row.figures
    seconds = None if row.finished_at is None else (row.finished_at - row.started_at).total_seconds()
    return RunLine(
        run_id=row.run_id,
        kind=row.kind,
        status=row.status,
        as_of=row.as_of,
        started_at=row.started_at,
        finished_at=row.finished_at,
        seconds=seconds,
        records=figures.get("records"),
        residents=figures.get("residents"),
        churn=figures.get("churn"),
        tickets=figures.get("tickets", {}).get("new"),
        reason=row.reason,
        is_published=row.run_id == current,
        kept=row.run_id in kept,
    )


def _others(run_id: str, kept: Sequence[str]) -> tuple[str, ...]:
    if run_id not in kept:
        return ()
    place = kept.index(run_id)
    return (*reversed(kept[:place]), *kept[place + 1 :])


def _model_page(
    name: str, runs: tuple[str, ...], file: Mapping[str, Any], found: LearningFound | None, rules: tuple[str, ...]
) -> ModelPage:
    data = file.get("data") or {}
    levels = found.levels if found is not None else tuple(_levels(file))
    sections = [comparison_section(levels)] if levels else []
    if found is not None:
        sections.append(blocking_section(found.blocking, found.missed))
    return ModelPage(
        name=name,
        runs=runs,
        rows=int(data.get("rows", 0)),
        sources=tuple(data.get("sources", ())),
        threshold=float(file.get("settings", {}).get("threshold", 0.5)),
        converged=bool(file.get("converged", True)),
        iterations=int(file.get("iterations", 0)),
        labels=(file.get("labels") or {}).get("labels"),
        rarity=tuple(_rarity(file)),
        rules=() if found is not None else rules,
        sections=tuple(sections),
    )


def _levels(file: Mapping[str, Any]) -> list[LevelWeight]:
    """Return the levels of a model of which is not kept how many pairs fell in each: none is said then."""
    return [
        LevelWeight(each["name"], place, label, m, u, math.log2(m / u) if m > 0 and u > 0 else 0.0, 0)
        for each in file.get("comparisons", ())
        for place, (label, m, u) in enumerate(zip(each["levels"], each["m"], each["u"], strict=True))
    ]


def _rarity(file: Mapping[str, Any]) -> list[Rarity]:
    told = [each["term_frequencies"] for each in file.get("comparisons", ()) if each.get("term_frequencies")]
    return [
        Rarity(
            str(each["field"]),
            int(each["records"]),
            int(each["distinct_values"]),
            max(each.get("shares", {}).values(), default=None),
            float(each["other_share"]),
        )
        for each in told
    ]
