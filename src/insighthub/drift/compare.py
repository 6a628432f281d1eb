"""The drift report: what changed between two runs, worst first, on one page that stands alone.

Takes two output folders, gives findings and, where it is asked for, an HTML page. It names sources, fields, levels and
groups of ten people and more, and neither a record nor a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from insighthub.charts import Column, Figure
from insighthub.charts.table import table
from insighthub.drift.churn import Churn, churn
from insighthub.drift.errors import error_findings, errors_section
from insighthub.drift.finding import ACT, WORDS, Finding, worst_first
from insighthub.drift.learned import learned_findings, learned_section
from insighthub.drift.outcome import links_section, outcome_findings, spread_section
from insighthub.drift.snapshot import Snapshot, read_snapshot
from insighthub.drift.sources import source_findings, sources_section
from insighthub.report.page import write_page
from insighthub.report.section import Section, of

_MOST_IN_SHORT = 8


@dataclass(frozen=True)
class Drift:
    """Two runs and what changed between them past a threshold, worst first."""

    before: Snapshot
    after: Snapshot
    links: Churn
    findings: tuple[Finding, ...]

    @property
    def calls_for_action(self) -> bool:
        """Whether something passed its threshold for action."""
        return any(f.severity == ACT for f in self.findings)


def compare_runs(before: Path, after: Path) -> Drift:
    """Compare two output folders of ``insighthub link``.

    Raises:
        DataError: one of them is not the output of a finished run.
    """
    return compared(read_snapshot(before), read_snapshot(after))


def compared(earlier: Snapshot, later: Snapshot) -> Drift:
    """Compare two runs by what they say of themselves."""
    links = churn(earlier.links, later.links)
    findings = worst_first(
        [
            *error_findings(earlier, later),
            *outcome_findings(earlier, later, links),
            *source_findings(earlier, later),
            *learned_findings(earlier, later),
        ]
    )
    return Drift(earlier, later, links, tuple(findings))


def summary(findings: Sequence[Finding]) -> str:
    """Say how many findings there are."""
    act = sum(f.severity == ACT for f in findings)
    if not findings:
        return "Nothing changed past a threshold"
    look = len(findings) - act
    return f"{of(act, 'change calls', 'changes call')} for action, {of(look, 'deserves', 'deserve')} a look"


def write_drift(path: Path, drift: Drift, *, made_on: date | None = None) -> None:
    """Write the drift report as one self-contained HTML page.

    Raises:
        RunError: the page cannot be written.
    """
    found, sections = list(drift.findings), drift_sections(drift)
    shown = {figure.key for section in sections for figure in section.figures}
    in_short = [
        (f.figure if f.figure in shown else "changes", f"{WORDS[f.severity]}: {f.sentence}")
        for f in found[:_MOST_IN_SHORT]
    ]
    if len(found) > _MOST_IN_SHORT:
        in_short.append(("changes", f"And {of(len(found) - _MOST_IN_SHORT, 'change')} more"))
    if not found:
        in_short = [(sections[0].key, summary(found))]
    write_page(path, sections, in_short, title="What changed between two runs", made_on=made_on)


def drift_sections(drift: Drift) -> list[Section]:
    """Return what the report of a drift shows, in order."""
    found, before, after = list(drift.findings), drift.before, drift.after
    errors = errors_section(before, after, found)
    return [
        *([_all_findings(found)] if found else []),
        *([errors] if errors is not None else []),
        links_section(drift.links, found),
        sources_section(before, after),
        spread_section(before, after, found),
        learned_section(before, after),
    ]


def _all_findings(found: Sequence[Finding]) -> Section:
    listed = Figure(
        "changes-listed",
        summary(found),
        "Worst first. What calls for action should be looked at before the links are used.",
        table(
            "What changed past a threshold",
            [Column("grade", "Act or look"), Column("change", "What changed")],
            [(WORDS[f.severity], f.sentence) for f in found],
        ),
    )
    return Section("changes", "All changes, worst first", "", (listed,))
