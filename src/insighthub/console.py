"""What the command line shows: progress, tables and errors.

Progress goes to standard error, results to standard output, so that results can be piped. Where nobody watches (no
terminal), each stage is one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from insighthub.errors import InsightHubError
from insighthub.linkage.evaluation_result import Evaluation, Interval
from insighthub.linkage.labels.run_folder import LabelledEstimate, StratumCount
from insighthub.linkage.result import LinkResult, Taught
from insighthub.report.counts import SourceCounts

out = Console(soft_wrap=False)
err = Console(stderr=True)


class Bars:
    """Shows each stage as a bar with its time; without a terminal, as a line."""

    def __init__(self) -> None:
        self._watched = err.is_terminal
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TimeElapsedColumn(),
            console=err,
            disable=not self._watched,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._end()
        self._progress.stop()

    def stage(self, name: str) -> None:
        """Begin a stage; the one before it is done."""
        self._end()
        if not self._watched:
            err.print(f"{name} ...", highlight=False)
        self._task = self._progress.add_task(name, total=None)

    def advance(self, done: int, total: int) -> None:
        """Move the stage's bar."""
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=max(1, total))

    def _end(self) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=1, total=1)
            self._progress.stop_task(self._task)
        self._task = None


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn an error that the user can put right into its message and exit status 1."""
    try:
        yield
    except InsightHubError as error:
        err.print("[bold red]Error:[/]", end=" ")
        err.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(1) from None


def counts_table(counts: Sequence[SourceCounts]) -> Table:
    """Lay out what became of each source's rows."""
    table = Table(title="Rows delivered, landed and quarantined; persons named")
    table.add_column("Source", overflow="fold")
    for name in ("Delivered", "Landed", "Quarantined", "Persons named", "Not linked"):
        table.add_column(name, justify="right")
    for c in counts:
        row = (c.delivered, c.landed, c.quarantined_rows, c.persons_named, c.not_linked_persons)
        table.add_row(c.source, *(f"{v:,}" for v in row))
    sums = [sum(column) for column in zip(*_numbers(counts), strict=True)] if counts else [0] * 5
    table.add_section()
    table.add_row("all", *(f"{v:,}" for v in sums))
    return table


def _numbers(counts: Sequence[SourceCounts]) -> list[tuple[int, ...]]:
    return [(c.delivered, c.landed, c.quarantined_rows, c.persons_named, c.not_linked_persons) for c in counts]


def time_line(seconds: Mapping[str, float]) -> str:
    """Say in one line how long the run took, and the share of each stage, longest first."""
    total = sum(seconds.values())
    longest = sorted(seconds.items(), key=lambda item: -item[1])
    shares = ", ".join(f"{name} {took / total:.0%}" for name, took in longest) if total else ""
    return f"{total:,.1f} seconds" + (f": {shares}" if shares else "")


def timings_table(result: LinkResult) -> Table:
    """Lay out the time of each stage, its share, and the least that its work needs."""
    table = Table(title="Time by stage, and the least that the work needs on one processor")
    table.add_column("Stage")
    for name in ("Seconds", "Share", "Least", "Times over"):
        table.add_column(name, justify="right")
    table.add_column("Least work", overflow="fold")
    total = sum(result.seconds.values())
    least = {entry.stage: entry for entry in result.least}
    for stage, took in result.seconds.items():
        entry = least.get(stage)
        figures = ("", "") if entry is None else (f"{entry.seconds:.3f}", f"{took / max(entry.seconds, 1e-9):,.0f}")
        table.add_row(
            stage, f"{took:.2f}", f"{took / max(total, 1e-9):.1%}", *figures, "" if entry is None else entry.work
        )
    needed = sum(entry.seconds for entry in least.values())
    table.add_section()
    table.add_row("all", f"{total:.2f}", "100%", f"{needed:.3f}", f"{total / max(needed, 1e-9):,.0f}", "")
    return table


def scores_table(evaluation: Evaluation) -> Table:
    """Lay out precision, recall and F1 with their intervals."""
    table = Table(title="How good the links are, against the truth (95% interval)")
    table.add_column("Counted by")
    for name in ("Precision", "Recall", "F1"):
        table.add_column(name, justify="right")
    for name, scores in (("pairs of records", evaluation.pairwise), ("records (B-cubed)", evaluation.b_cubed)):
        table.add_row(name, *(_interval(i) for i in (scores.precision, scores.recall, scores.f1)))
    return table


def by_source_table(evaluation: Evaluation) -> Table:
    """Lay out the pairwise scores of each pair of sources."""
    table = Table(title="By pair of sources")
    for name in ("Source", "and source"):
        table.add_column(name)
    for name in ("True pairs", "Found pairs", "Precision", "Recall", "F1"):
        table.add_column(name, justify="right")
    for s in evaluation.by_source_pair:
        figures = (f"{s.true_pairs:,}", f"{s.found_pairs:,}", f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}")
        table.add_row(s.source_l, s.source_r, *figures)
    return table


def strata_table(strata: Sequence[StratumCount]) -> Table:
    """Lay out what a sample was drawn from."""
    table = Table(title="What the pairs were drawn from")
    table.add_column("Stratum")
    table.add_column("Pairs that are", overflow="fold")
    for name in ("Pairs", "To be judged"):
        table.add_column(name, justify="right")
    for s in strata:
        table.add_row(s.code, s.words, f"{s.pairs:,}", f"{s.labels:,}")
    return table


def labels_table(found: LabelledEstimate) -> Table:
    """Lay out what labels say of the links."""
    table = Table(title=f"How good the links are, estimated from {found.estimate.answered:,} labels (95% interval)")
    table.add_column("Counted by")
    for name in ("Precision", "Recall", "F1"):
        table.add_column(name, justify="right")
    scores = found.estimate.scores
    table.add_row("pairs of records", *(_interval(i) for i in (scores.precision, scores.recall, scores.f1)))
    return table


def labels_notes(found: LabelledEstimate) -> Iterator[str]:
    """Say what recall is relative to, and what became of labels that do not count."""
    yield (
        "Recall is among the pairs that were compared, that the links imply, or that lie between clusters which a "
        "likely pair connects: matches that no blocking rule brought near are not in it."
    )
    if found.estimate.unanswered:
        yield (
            f"{found.estimate.unanswered:,} drawn pairs have no answer, and are taken to be like the others of their "
            "stratum."
        )
    if found.gone:
        yield f"{found.gone:,} labelled pairs have a record that is no longer linked."
    if found.estimate.silent_strata:
        yield f"{found.estimate.silent_strata:,} strata have no answer; what the model expects stands for them."
    if found.unused:
        yield f"{found.unused:,} labels stand on pairs that were not drawn, and count for nothing here."


def taught_notes(taught: Taught | None, threshold: float) -> Iterator[str]:
    """Say what labels did to a run."""
    if taught is None:
        return
    yield f"{taught.labels:,} labels were learned from"
    if taught.unused:
        yield f"{taught.unused:,} labels stand on a record that is not linked, and were not used"
    if taught.labels and taught.reluctance is None:
        yield "The model stays as it was without them: following them would have made it worse where no label is"
    if taught.shifts:
        labels = sum(shift.labels for shift in taught.shifts)
        yield f"Pairs of {len(taught.shifts):,} looks weigh otherwise than the model says, by {labels:,} labels on such"
    if taught.threshold_before is not None:
        yield f"The threshold is {threshold:.3f} and not {taught.threshold_before:.3f}: labels tell that it is better"


def _interval(i: Interval) -> str:
    return f"{i.value:.4f} ({i.low:.4f} to {i.high:.4f})"
