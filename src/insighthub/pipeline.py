"""The whole run, from files to clusters.

Takes a contract, gives an output folder: ``links.parquet``, ``pairs.parquet``, ``model.json``, ``quarantine.parquet``
and ``report.html``. The folder appears whole or not at all.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.linkage.engine import link_records
from insighthub.linkage.evaluate import evaluate_links
from insighthub.linkage.evaluation_result import Evaluation
from insighthub.linkage.exchange.read import model_text, read_model
from insighthub.linkage.result import LinkResult
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.truth import read_truth
from insighthub.progress import Progress, Silent
from insighthub.report.counts import SourceCounts
from insighthub.report.page import write_report
from insighthub.sources.contract import Contract, load_contract
from insighthub.sources.landing import Delivery, land_all
from insighthub.standardise.build import standardise_all
from insighthub.store.output_folder import output_folder


@dataclass(frozen=True)
class LinkRun:
    """What a run gave, beside the files it wrote."""

    result: LinkResult
    counts: tuple[SourceCounts, ...]
    evaluation: Evaluation | None


def run_link(
    contract_path: Path,
    out: Path,
    *,
    truth: Path | None = None,
    report: bool = True,
    title: str | None = None,
    settings: LinkSettings | None = None,
    model: Path | None = None,
    progress: Progress | None = None,
) -> LinkRun:
    """Link the files of a contract into an output folder.

    Args:
        contract_path: the contract; its paths are relative to it.
        out: the folder to write, new, empty, or the output of an earlier run.
        truth: a truth file, if the report is to say how good the links are.
        report: whether to write ``report.html``.
        title: the report's heading; named after the contract's folder where it is not given.
        settings: the run's few numbers.
        model: a model file to use as it is, ours or Splink's; learned from the files where it is not given.
        progress: told of each stage.

    Raises:
        ContractError: the contract cannot be used.
        DataError: a file, or the model, cannot be used.
        RunError: the output cannot be written, or another run writes it.
    """
    progress = progress or Silent()
    contract = load_contract(contract_path)
    true_links = read_truth(truth) if truth else None
    given = read_model(model) if model else None
    with output_folder(out) as folder:
        landing = folder / "landing"
        seconds: dict[str, float] = {}
        start = time.perf_counter()
        progress.stage("Landing the files")
        deliveries = land_all(contract, contract_path.resolve().parent, landing, progress)
        seconds["read and check files"] = time.perf_counter() - start
        progress.stage("Standardising")
        start = time.perf_counter()
        records = standardise_landed(contract, deliveries, progress)
        seconds["standardise"] = time.perf_counter() - start
        result = link_records(
            records,
            single_sources=[s.name for s in contract.source if s.one_record_per_person],
            other_kinds=other_kinds(contract),
            settings=settings,
            model=given,
            progress=progress,
        )
        result = replace(result, seconds=seconds | result.seconds)
        counts = source_counts(deliveries, records)
        evaluation = evaluate_links(result.links, true_links) if true_links is not None else None
        progress.stage("Writing what was found")
        _write(folder, result, deliveries)
        if report:
            heading = title or f"Linkage of {contract_path.resolve().parent.name}"
            write_report(folder / "report.html", result=result, deliveries=counts, evaluation=evaluation, title=heading)
        shutil.rmtree(landing)
    return LinkRun(result, counts, evaluation)


def link_files(contract_path: Path, out: Path) -> LinkResult:
    """Link the files of a contract at the default settings; see ``run_link``."""
    return run_link(contract_path, out).result


def standardised(contract_path: Path, *, progress: Progress | None = None) -> pa.Table:
    """Return the person records of a contract's files, landed in a folder that is then removed."""
    contract = load_contract(contract_path)
    with tempfile.TemporaryDirectory() as landing:
        base = contract_path.resolve().parent
        deliveries = land_all(contract, base, Path(landing), progress)
        return standardise_landed(contract, deliveries, progress)


def standardise_landed(
    contract: Contract, deliveries: Sequence[Delivery], progress: Progress | None = None
) -> pa.Table:
    """Return the person records of landed deliveries."""
    items = [(delivery.path, source) for delivery, source in zip(deliveries, contract.source, strict=True)]
    return standardise_all(items, progress=progress)


def other_kinds(contract: Contract) -> dict[str, str]:
    """Return how the contract's own fields are compared: ``other_<name>`` -> kind."""
    return {f"other_{name}": field.kind for s in contract.source for name, field in s.person.other.items()}


def source_counts(deliveries: Sequence[Delivery], records: pa.Table) -> tuple[SourceCounts, ...]:
    """Return what became of each source's rows and persons."""
    named: Counter[str] = Counter()
    apart: dict[str, Counter[str]] = {d.source: Counter() for d in deliveries}
    groups = records.group_by(["source", "not_linked_reason"]).aggregate([([], "count_all")])
    for row in groups.to_pylist():
        named[row["source"]] += row["count_all"]
        if row["not_linked_reason"] is not None:
            apart[row["source"]][row["not_linked_reason"]] = row["count_all"]
    return tuple(
        SourceCounts(
            source=d.source,
            delivered=d.delivered,
            landed=d.landed,
            quarantined=dict(d.reasons),
            persons_named=named[d.source],
            not_linked=dict(apart[d.source].most_common()),
        )
        for d in deliveries
    )


def _write(folder: Path, result: LinkResult, deliveries: Sequence[Delivery]) -> None:
    pq.write_table(result.links, folder / "links.parquet", compression="zstd")
    pq.write_table(result.pairs, folder / "pairs.parquet", compression="zstd")
    quarantine = pa.concat_tables([pq.read_table(d.quarantine) for d in deliveries])
    pq.write_table(quarantine, folder / "quarantine.parquet", compression="zstd")
    (folder / "model.json").write_text(model_text(result.model), encoding="utf-8", newline="\n")
