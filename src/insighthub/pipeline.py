"""The whole run, from files to clusters.

Takes a contract, gives an output folder: ``links.parquet``, ``pairs.parquet``, ``against.parquet``,
``identifiers.parquet``, ``groups.parquet``, ``model.json``, ``quarantine.parquet``, ``report.html`` and, where there is
a truth, ``evaluation.json``. The folder appears whole or
not at all.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.errors import RunError
from insighthub.groups.attributes import groups_table, with_name_origin
from insighthub.linkage.engine import link_records
from insighthub.linkage.evaluate_run import as_plain, evaluate_run
from insighthub.linkage.evaluation_result import Evaluation
from insighthub.linkage.exchange.read import model_text, read_model
from insighthub.linkage.labels.decisions import read_decisions
from insighthub.linkage.labels.labels_file import read_labels
from insighthub.linkage.limits import Rates
from insighthub.linkage.result import Least, LinkResult
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.tables import write_pairs
from insighthub.linkage.truth import read_truth
from insighthub.progress import Progress, Silent
from insighthub.report.counts import SourceCounts
from insighthub.sources.contract import Contract, load_contract
from insighthub.sources.landing import Delivery, land_all
from insighthub.standardise.build import standardise_all
from insighthub.standardise.coded import codes_of
from insighthub.standardise.intake import Intake, take_in
from insighthub.store.output_folder import check_whole, output_folder

PAIRS = "pairs.parquet"


class Engine(StrEnum):
    """Where pairs are compared: on this machine, or on Apache Spark."""

    DUCKDB = "duckdb"
    SPARK = "spark"


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
    decisions: Path | None = None,
    labels: Path | None = None,
    model: Path | None = None,
    progress: Progress | None = None,
    account: bool = False,
    engine: Engine = Engine.DUCKDB,
) -> LinkRun:
    """Link the files of a contract into an output folder.

    Args:
        contract_path: the contract; its paths are relative to it.
        out: the folder to write, new, empty, or the output of an earlier run.
        truth: a truth file, if the report is to say how good the links are.
        report: whether to write ``report.html``.
        title: the report's heading; named after the contract's folder where it is not given.
        settings: the run's few numbers.
        decisions: a file of pairs decided to be one person or two.
        labels: a file of what people say of some pairs, for the model to learn from.
        model: a model file to use as it is, ours or Splink's; learned from the files where it is not given.
        progress: told of each stage.
        account: whether to work out the least work of each stage as well; on Spark that of the files alone.
        engine: where pairs are compared.

    Raises:
        ContractError: the contract cannot be used.
        DataError: a file, or the model, cannot be used.
        RunError: the output cannot be written, another run writes it, the engine cannot be started, or what is asked
            for does not go together.
    """
    progress = progress or Silent()
    contract = load_contract(contract_path)
    true_links = read_truth(truth) if truth else None
    _check_together(engine, decisions=decisions, labels=labels, model=model)
    decided = read_decisions(decisions) if decisions else None
    said = read_labels(labels) if labels else None
    given = read_model(model) if model else None
    with _linker(engine, account=account) as link, output_folder(out) as folder:
        received = folder / "received"
        start = time.perf_counter()
        progress.stage("Reading and standardising the files")
        threads = settings.threads if settings else 0
        taken = take_in(contract, contract_path.resolve().parent, received, threads=threads, progress=progress)
        seconds = _shared_out(time.perf_counter() - start, taken.seconds)
        result = link(
            taken.records,
            single_sources=[s.name for s in contract.source if s.one_record_per_person],
            other_kinds=other_kinds(contract),
            settings=settings,
            **({} if engine is Engine.SPARK else {"decisions": decided, "labels": said, "model": given}),
            progress=progress,
            pairs_to=partial(write_pairs, path=folder / PAIRS),
        )
        start = time.perf_counter()
        counts = source_counts(taken.deliveries, taken.records)
        groups = groups_table(taken.records, date.today())
        evaluation = None
        if true_links is not None:
            progress.stage("Holding the links against the truth")
            named = with_name_origin(groups, taken.records)
            evaluation = evaluate_run(result.links, true_links, pairs=result.pairs, groups=named)
        progress.stage("Writing what was found")
        _write(folder, result, taken.deliveries, groups, evaluation)
        seconds |= result.seconds | {"write": time.perf_counter() - start}
        least = _with_files(result, taken, folder) if account else ()
        result = replace(result, seconds=seconds, least=least)
        if report:
            from insighthub.report.page import write_report  # charts take half a second to load

            heading = title or f"Linkage of {contract_path.resolve().parent.name}"
            write_report(folder / "report.html", result=result, deliveries=counts, evaluation=evaluation, title=heading)
        shutil.rmtree(received)
    return LinkRun(result, counts, evaluation)


def _check_together(engine: Engine, *, decisions: Path | None, labels: Path | None, model: Path | None) -> None:
    """Refuse what does not go together, before a file is read."""
    if engine is Engine.SPARK and (decisions or labels or model):
        raise RunError(
            "decisions, labels and a given model are for the default engine alone",
            remedy="Link without --engine spark, or without --decisions, --labels and --model",
        )
    if model and labels:
        raise RunError(
            "labels teach a model that is being learned, and a given model is used as it is",
            remedy="Link without --labels, or without --model",
        )


@contextmanager
def _linker(engine: Engine, *, account: bool) -> Iterator[Callable[..., LinkResult]]:
    """Give the function that links records; an engine that cannot be started says so before a file is read."""
    if engine is Engine.DUCKDB:
        yield partial(link_records, account=account)
        return
    from insighthub.linkage.spark.session import require_pyspark, spark_session

    require_pyspark()
    from insighthub.linkage.spark.engine import link_records_on_spark

    with spark_session() as session:
        yield partial(link_records_on_spark, session=session)


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
    items = [(d.path, source) for d, source in zip(deliveries, contract.source, strict=True) if d.path is not None]
    return standardise_all(items, progress=progress)


def other_kinds(contract: Contract) -> dict[str, str]:
    """Return how the contract's own fields are compared: ``other_<name>`` -> kind."""
    return {f"other_{name}": field.kind for s in contract.source for name, field in s.person.other.items()}


def source_counts(deliveries: Sequence[Delivery], records: pa.Table) -> tuple[SourceCounts, ...]:
    """Return what became of each source's rows and persons."""
    named: Counter[str] = Counter()
    apart: dict[str, Counter[str]] = {d.source: Counter() for d in deliveries}
    source, reason = codes_of(records["source"]), codes_of(records["not_linked_reason"])
    span = len(reason.values) + 1
    kinds, counts = np.unique(source.codes.astype(np.int64) * span + reason.codes + 1, return_counts=True)
    for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True):
        name = source.values[kind // span].as_py()
        named[name] += count
        if kind % span:
            apart[name][reason.values[kind % span - 1].as_py()] = count
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


def _shared_out(wall: float, work: dict[str, float]) -> dict[str, float]:
    """Share wall time out among kinds of work that went on side by side, by the processor time of each."""
    whole = sum(work.values())
    return {name: wall * seconds / whole if whole else 0.0 for name, seconds in work.items()}


def _with_files(result: LinkResult, taken: Intake, folder: Path) -> tuple[Least, ...]:
    """Add the least work on files: what is delivered is read once, what is found is written once."""
    rates = Rates.measured(np.empty(0, object))
    standardised = taken.records.nbytes
    written = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return (
        rates.copy("read and check files", f"{taken.bytes_read:,} bytes of files read", taken.bytes_read),
        rates.copy("standardise", f"{taken.records.num_rows:,} person records written", standardised),
        *result.least,
        rates.copy("write", f"{written:,} bytes of files written", written),
    )


def evaluate_folder(directory: Path, truth: Path, *, contract: Path | None = None) -> Evaluation:
    """Hold what an earlier run wrote against a truth.

    Args:
        directory: the output folder of the run. One of a version that kept no groups does too: rates are by source.
        truth: the truth file.
        contract: the contract that was linked, to compare by name origin too: its files are read again for the
            names, since no output holds them.

    Raises:
        DataError: the folder is not whole, or the truth or a file of the contract cannot be used.
        ContractError: the contract cannot be used.
    """
    check_whole(directory)
    kept = directory / "groups.parquet"
    groups = pq.read_table(kept) if kept.is_file() else None
    if contract is not None:
        records = standardised(contract)
        groups = with_name_origin(groups_table(records, date.today()), records)
    links, pairs = (pq.read_table(directory / f"{name}.parquet") for name in ("links", "pairs"))
    return evaluate_run(links, read_truth(truth), pairs=pairs, groups=groups)


def _write(
    folder: Path,
    result: LinkResult,
    deliveries: Sequence[Delivery],
    groups: pa.Table,
    evaluation: Evaluation | None,
) -> None:
    def written(table: pa.Table, name: str) -> None:
        pq.write_table(table, folder / name, compression="zstd")

    def groups_in_order() -> None:
        written(groups.sort_by([(name, "ascending") for name in ("source", "record_id", "person")]), "groups.parquet")

    with ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(groups_in_order)]
        if result.against is not None and result.identifiers is not None:
            writing.append(pool.submit(write_pairs, result.against, folder / "against.parquet"))
            writing.append(pool.submit(written, result.identifiers, "identifiers.parquet"))
        writing.append(pool.submit(written, result.links, "links.parquet"))
        writing.append(pool.submit(written, result.unlikely, "unlikely_pairs.parquet"))
        quarantine = pa.concat_tables([pq.read_table(d.quarantine) for d in deliveries])
        writing.append(pool.submit(written, quarantine, "quarantine.parquet"))
        for each in writing:
            each.result()
    (folder / "model.json").write_text(model_text(result.model), encoding="utf-8", newline="\n")
    if evaluation is not None:
        write_evaluation(folder / "evaluation.json", evaluation)


def write_evaluation(path: Path, evaluation: Evaluation) -> None:
    """Write an evaluation as JSON.

    Raises:
        RunError: the file cannot be written.
    """
    try:
        text = json.dumps(as_plain(evaluation), indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunError(
            f"the evaluation cannot be written ({(error.strerror or type(error).__name__).lower()})",
            remedy="Check the folder, its permissions and the free space",
            file=path,
        ) from error
