"""What ``insighthub check`` shows: for each source how it was read, what would be put aside, and what is not used."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from insighthub.sources.checking import CheckReport, SourceCheck


def lay_out(report: CheckReport) -> Iterator[RenderableType]:
    """Lay out a check: counts by source, how files were read, reasons for quarantine, and remarks."""
    yield _counts(report)
    yield _files(report)
    if any(s.reasons for s in report.sources):
        yield _reasons(report)
    for source in report.sources:
        yield from _remarks(source)


def _counts(report: CheckReport) -> Table:
    table = Table(title="What would be landed")
    table.add_column("Source", overflow="fold")
    for name in ("Delivered", "Landed", "Quarantined"):
        table.add_column(name, justify="right")
    table.add_column("Lawful basis")
    for s in report.sources:
        numbers = ("-", "-", "-") if s.fault else tuple(f"{v:,}" for v in (s.delivered, s.landed, s.quarantined))
        table.add_row(s.source, *numbers, "recorded" if s.lawful_basis else "not recorded")
    return table


def _files(report: CheckReport) -> Table:
    table = Table(title="How each file was read")
    for name in ("Source", "File", "Encoding", "Delimiter", "Header row"):
        table.add_column(name, overflow="fold")
    for s in report.sources:
        for file in s.files:
            delimiter = {"\t": "tab"}.get(file.delimiter or "", file.delimiter or "-")
            table.add_row(s.source, escape(file.name), file.encoding or "-", delimiter, str(file.header_row or "-"))
    return table


def _reasons(report: CheckReport) -> Table:
    table = Table(title="Why rows would be quarantined")
    for name in ("Source", "Reason", "Column"):
        table.add_column(name, overflow="fold")
    table.add_column("Rows", justify="right")
    table.add_column("For example", overflow="fold")
    for s in report.sources:
        for r in s.reasons:
            places = "; ".join(f"{file} row {row}" for file, row in r.examples)
            table.add_row(s.source, escape(r.reason), escape(r.column or "-"), f"{r.rows:,}", escape(places))
    return table


def _remarks(source: SourceCheck) -> Iterator[str]:
    if source.fault is not None:
        yield f"[bold red]Error:[/] {source.source}: {escape(str(source.fault))}"
    for warning in source.warnings:
        yield f"{source.source}: {escape(warning)}"
    for column, setting in source.empty:
        yield f"{source.source}: column {escape(column)!r}, read as {escape(setting)}, holds nothing"
    if source.unmapped:
        yield f"{source.source}: not mapped: {escape(', '.join(source.unmapped))}"
