"""The command ``make bench-ablation``: what each part of the linkage gives on each data set.

Takes the data sets of ``benchmarks.datasets`` and a fictional borough, links each as it is and then with one part left
out at a time (``benchmarks.ablation_parts``), and gives pairwise F1 and the difference: on the screen, with ``--json``
in a file, with ``--docs`` in a page of the documentation. Each data set is standardised once. What the file holds
already, measured by the same version, is not measured again, so that a run that was broken off goes on.

    python -m benchmarks.ablation [--only NAME ...] [--parts NAME ...] [--json FILE] [--docs PAGE] [--work DIR] ...
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from benchmarks.ablation_page import MARKERS, WHOLE, Figures, print_table, write_page
from benchmarks.ablation_parts import PARTS, left_out
from benchmarks.borough import borough
from benchmarks.datasets import DATA_SETS, absent_data, prepare
from insighthub.linkage.engine import link_records
from insighthub.linkage.evaluate import evaluate_links
from insighthub.linkage.result import LinkResult
from insighthub.linkage.truth import read_truth
from insighthub.pipeline import other_kinds, standardised
from insighthub.sources.contract import Contract, load_contract

BOROUGH = "borough"
SEED = 1


@dataclass(frozen=True)
class Input:
    """A data set, standardised once."""

    title: str
    contract: Contract
    records: pa.Table
    truth: pa.Table

    def link(self) -> LinkResult:
        """Link the records at the default settings."""
        single = [s.name for s in self.contract.source if s.one_record_per_person]
        return link_records(self.records, single_sources=single, other_kinds=other_kinds(self.contract))


def prepare_input(name: str, work: Path, residents: int) -> Input:
    """Prepare a data set by its name; ``borough`` is the fictional one."""
    if name == BOROUGH:
        made = borough(work, residents, SEED)
        title, records = f"Fictional borough, {residents:,} residents", pq.read_table(made.records)
        return Input(title, load_contract(made.contract), records, read_truth(made.truth))
    data = prepare(name, work)
    contract = load_contract(data.contract)
    return Input(DATA_SETS[name].title, contract, standardised(data.contract), read_truth(data.truth))


def measure(data: Input, part: str) -> dict[str, Any]:
    """Link a data set with one part left out, or with none, and score it.

    Returns:
        f1, precision and recall (pairwise), processor seconds, and a digest by which equal clusters are known.
    """
    started = time.process_time()
    with left_out(PARTS.get(part)):
        result = data.link()
    seconds = time.process_time() - started
    scores = evaluate_links(result.links, data.truth).pairwise
    digest = hashlib.sha256("\n".join(map(str, result.links["cluster_id"].to_pylist())).encode()).hexdigest()
    return {
        "f1": scores.f1.value,
        "precision": scores.precision.value,
        "recall": scores.recall.value,
        "cpu_seconds": seconds,
        "clusters": digest,
    }


def run(
    names: list[str],
    parts: list[str],
    figures: Figures,
    *,
    work: Path,
    residents: int,
    after: Callable[[str, str], None],
) -> None:
    """Measure what is not in ``figures`` yet, and put it there; ``after`` is told of each row."""
    for name in names:
        wanted = [part for part in (WHOLE, *parts) if part not in figures["data_sets"].get(name, {}).get("rows", {})]
        if not wanted:
            continue
        data = prepare_input(name, work, residents)
        entry = figures["data_sets"].setdefault(name, {"rows": {}})
        entry |= {"title": data.title, "records": data.records.num_rows}
        for part in wanted:
            entry["rows"][part] = measure(data, part)
            after(name, part)


def earlier(path: Path | None, residents: int) -> Figures:
    """Return the figures of a file, or none where there is no file or another version or borough was measured."""
    figures: Figures = {"insighthub": version("insighthub"), "residents": residents, "data_sets": {}}
    if path is not None and path.is_file():
        kept: Figures = json.loads(path.read_text(encoding="utf-8"))
        if all(kept.get(key) == figures[key] for key in ("insighthub", "residents")):
            return kept
    return figures


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; return 0, or 2 where data is absent or the page cannot be written."""
    parser = argparse.ArgumentParser(description="What each part of the linkage gives on each data set.")
    parser.add_argument("--only", nargs="+", choices=[*DATA_SETS, BOROUGH], help="data sets to run; all if not given")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), help="parts to leave out; each if not given")
    parser.add_argument("--residents", type=int, default=20_000, help="residents of the fictional borough")
    parser.add_argument("--json", type=Path, help="keep every figure in this file, and go on from what it holds")
    parser.add_argument("--docs", type=Path, help="write the tables into this page, between its two markers")
    parser.add_argument("--work", type=Path, help="folder for prepared data, used again; a temporary one if not given")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    names = options.only or [*DATA_SETS, BOROUGH]
    if absent := absent_data(name for name in names if name != BOROUGH):
        console.print(absent)
        return 2
    figures = earlier(options.json, options.residents)

    def after(name: str, part: str) -> None:
        row = figures["data_sets"][name]["rows"][part]
        console.print(f"{name}, {part}: F1 {row['f1']:.4f}, {row['cpu_seconds']:.1f} processor seconds")
        if options.json:
            options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")

    try:
        if options.docs:
            # Said before an hour of work, not after it.
            MARKERS.around(options.docs)
        with tempfile.TemporaryDirectory(prefix="insighthub-ablation-") as temporary:
            work = options.work or Path(temporary)
            chosen = options.parts or list(PARTS)
            run(names, chosen, figures, work=work, residents=options.residents, after=after)
    except ValueError as error:
        console.print(str(error))
        return 2
    print_table(figures, console)
    if options.docs:
        write_page(options.docs, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
