"""What it takes to link all records again, and to link only what changed: time, memory, and whether both end alike.

Takes a borough (a folder with its contract, its extracts and ``truth.parquet``; made here where none is named). A
model and its plan are learned from all records. Then some are held back, the rest are linked, and a delivery is linked
from there: of the share of records that is asked for, a third goes, a third comes from what was held back, and a third
takes over the address of another. What stands afterwards is held against a full run on the records that are then
there: cluster by cluster, and pair by pair with all that is said of each.

Gives wall seconds in a warm process, medians over the runs; peak memory of a process that does nothing else, which
reads its records from disk; and F1 of the run that learned, under the plan, and under the model without its plan.

    python -m benchmarks.standing [--borough FOLDER | --residents N] [--share S] [--runs N]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import measure
from insighthub.linkage.engine import link_records
from insighthub.linkage.evaluate_run import evaluate_run
from insighthub.linkage.exchange.read import read_model
from insighthub.linkage.standing import Relinked, learn, link_all, relink
from insighthub.pipeline import standardised
from insighthub.sources.contract import load_contract
from insighthub.standardise.coded import coded, codes_of
from insighthub.synthetic.borough import generate

Ints = npt.NDArray[np.int64]
MOVING = ("address", "flat", "house_number", "street", "postcode", "uprn")
MIB = 1 << 20
_PARTS = ("base", "removed", "added")

#: The pairs and clusters after a delivery: those of before that it did not look at, and those that it gave.
_BROUGHT_IN = """
CREATE OR REPLACE TABLE again AS SELECT source, record_id, person FROM new_rows;
CREATE OR REPLACE TABLE all_rows AS
    SELECT o.source, o.record_id, o.person, 'before ' || o.cluster AS cluster FROM old_rows o
    ANTI JOIN removed r ON r.source = o.source AND r.record_id = o.record_id
    ANTI JOIN again a ON a.source = o.source AND a.record_id = o.record_id AND a.person = o.person
    UNION ALL SELECT source, record_id, person, 'now ' || cluster FROM new_rows;
CREATE OR REPLACE TABLE all_pairs AS
    SELECT o.* FROM old_pairs o
    ANTI JOIN removed r ON r.source = o.source_l AND r.record_id = o.record_id_l
    ANTI JOIN removed s ON s.source = o.source_r AND s.record_id = o.record_id_r
    LEFT JOIN again l ON l.source = source_l AND l.record_id = record_id_l AND l.person = person_l
    LEFT JOIN again r ON r.source = source_r AND r.record_id = record_id_r AND r.person = person_r
    WHERE l.source IS NULL OR r.source IS NULL
    UNION ALL BY NAME SELECT * FROM new_pairs;
"""
#: Rows whose cluster has not the same members in both, each cluster being named by its first member.
_ROWS_APART = """
WITH named AS (
    SELECT source, record_id, person, min((source, record_id, person)) OVER (PARTITION BY cluster) AS first FROM {}
), other AS (
    SELECT source, record_id, person, min((source, record_id, person)) OVER (PARTITION BY cluster) AS first FROM {}
)
SELECT count(*) FROM (FROM named EXCEPT ALL FROM other)
"""
_PAIRS_APART = "SELECT count(*) FROM (FROM {} EXCEPT ALL SELECT COLUMNS(*) FROM {})"


@dataclass(frozen=True)
class Delivery:
    """Records that are there at first, and what a delivery makes of them.

    Attributes:
        before: person-records.
        removed: source and record_id of the records that go or change.
        added: person-records that come or changed.
        after: person-records that are there afterwards.
    """

    before: pa.Table
    removed: pa.Table
    added: pa.Table
    after: pa.Table


def delivery_of(records: pa.Table, share: float, seed: int) -> Delivery:
    """Make a delivery at random: a third of the share of records goes, a third comes, a third takes another address."""
    dice = np.random.Generator(np.random.PCG64(seed))
    source = codes_of(records["source"]).codes
    ids = records["record_id"].combine_chunks()
    new = np.ones(records.num_rows, bool)
    new[1:] = (ids[1:].to_numpy(zero_copy_only=False) != ids[:-1].to_numpy(zero_copy_only=False)) | (
        source[1:] != source[:-1]
    )
    record = np.cumsum(new) - 1
    third = max(1, round(share * (record[-1] + 1) / 3))
    kind = np.zeros(record[-1] + 1, np.int8)  # 1 goes, 2 comes, 3 changes
    kind[dice.choice(len(kind), 3 * third, replace=False)] = np.repeat([1, 2, 3], third)
    of_row = kind[record]
    taken = np.where(of_row == 3, dice.integers(0, records.num_rows, records.num_rows), np.arange(records.num_rows))
    moved = records
    for name in MOVING:
        moved = moved.set_column(records.column_names.index(name), name, records[name].take(pa.array(taken)))

    def some(table: pa.Table, *kinds: int) -> pa.Table:
        return table.take(pa.array(np.flatnonzero(np.isin(of_row, kinds))))

    gone = some(records, 1, 3).select(["source", "record_id"])
    return Delivery(some(records, 0, 1, 3), gone, some(moved, 2, 3), some(moved, 0, 2, 3))


def apart(before: Relinked, delivery: Delivery, again: Relinked, full: Relinked) -> tuple[int, int]:
    """Return how many rows have other clusters, and how many pairs other evidence, than a full run gives."""
    with duckdb.connect() as db:
        tables = {
            "old_rows": before.rows,
            "old_pairs": before.pairs,
            "new_rows": again.rows,
            "new_pairs": again.pairs,
            "full_rows": full.rows,
            "full_pairs": full.pairs.select(before.pairs.column_names),
            "removed": delivery.removed,
        }
        for name, table in tables.items():
            db.register(name, table)
        db.execute(_BROUGHT_IN)
        rows, pairs = (
            sum(db.execute(sql.format(*names)).fetchall()[0][0] for names in (both, both[::-1]))
            for sql, both in ((_ROWS_APART, ("all_rows", "full_rows")), (_PAIRS_APART, ("all_pairs", "full_pairs")))
        )
    return rows, pairs


def timed(work: Callable[[], Relinked]) -> tuple[float, Relinked]:
    """Return wall seconds, and what was made."""
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def accuracy(records: pa.Table, truth: pa.Table, single: tuple[str, ...], model: Path, home: Path) -> None:
    """Print F1 of the run that learned, under the plan, and without it."""

    def said(what: str, links: pa.Table, pairs: pa.Table) -> None:
        found = evaluate_run(links, truth, pairs=pairs, groups=None).pairwise
        print(
            f"{what}: F1 {found.f1.value:.4f}, precision {found.precision.value:.4f}, recall {found.recall.value:.4f}",
            flush=True,
        )

    learned = link_records(records, single_sources=single)
    said("as learned", learned.links, learned.pairs)
    del learned
    under = link_all(records, model, home / "all", single_sources=single)
    cluster = under.rows["cluster"].cast(pa.string())
    said("under the plan", under.rows.drop_columns(["cluster"]).append_column("cluster_id", cluster), under.pairs)
    del under
    without = link_records(records, single_sources=single, model=read_model(model / "model.json"))
    said("without the plan", without.links, without.pairs)


def speed(records: pa.Table, single: tuple[str, ...], model: Path, home: Path, *, share: float, runs: int) -> None:
    """Print seconds and memory of both, and whether they end alike."""
    whole, part, looked, ends = [], [], [], []
    for run in range(runs):
        folder = home / f"run-{run}"
        delivery = delivery_of(records, share, seed=run + 1)
        tables = dict(zip(_PARTS, (delivery.before, delivery.removed, delivery.added), strict=True))
        if not run:  # the first time of all is that of a process that has just begun
            link_all(delivery.before, model, folder / "first", single_sources=single)
        base, following = folder / "base", folder / "next"
        seconds, before = timed(partial(link_all, delivery.before, model, base, single_sources=single))
        whole.append(seconds)
        changes = {"removed": delivery.removed, "added": delivery.added}
        seconds, again = timed(partial(relink, base, model, following, **changes))
        part.append(seconds)
        looked.append(again.figures["rows looked at"])
        full = link_all(delivery.after, model, folder / "full", single_sources=single)
        ends.append(apart(before, delivery, again, full))
        stages = ", ".join(f"{name} {took:.2f}" for name, took in again.seconds.items())
        print(f"run {run + 1}: link_all {whole[-1]:.2f} s, relink {part[-1]:.2f} s ({stages})", flush=True)
    for name, table in tables.items():
        with pa.ipc.new_file(str(home / f"{name}.arrow"), table.schema) as file:
            file.write_table(table)
    print(f"link_all: {statistics.median(whole):.2f} s, {_peak('all', model, home, single):,.0f} MiB at most")
    print(f"relink: {statistics.median(part):.2f} s, {_peak('changed', model, home, single):,.0f} MiB at most")
    print(f"rows looked at: {statistics.median(looked):,.0f} of {again.figures['rows in all']:,}")
    rows, pairs = map(sum, zip(*ends, strict=True))
    print(f"rows in other clusters than a full run gives: {rows}; pairs that differ: {pairs}")


def _peak(what: str, model: Path, home: Path, single: tuple[str, ...]) -> float:
    """Return the peak memory of a process that does one thing, in mebibytes."""
    command = [sys.executable, "-m", "benchmarks.standing", "--only", what, str(home), str(model), *single]
    return measure(command, cwd=Path.cwd()).peak_bytes / MIB


def _only(what: str, home: Path, model: Path, single: list[str]) -> None:
    def table(name: str) -> pa.Table:
        with pa.memory_map(str(home / f"{name}.arrow")) as source:
            return pa.ipc.open_file(source).read_all()

    if what == "all":
        link_all(table("base"), model, home / "alone", single_sources=single)
    else:
        relink(home / "alone", model, home / "alone-next", removed=table("removed"), added=table("added"))


def main() -> None:
    """Measure a full and a partial linkage, and print what was found."""
    if sys.argv[1:2] == ["--only"]:
        _, what, home, model, *single = sys.argv[1:]
        _only(what, Path(home), Path(model), single)
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--borough", type=Path, help="folder with contract.toml and truth.parquet")
    parser.add_argument("--residents", type=int, default=20_000, help="of a borough that is made where none is named")
    parser.add_argument("--share", type=float, default=0.01, help="of the records, that a delivery touches")
    parser.add_argument("--runs", type=int, default=3)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        borough = told.borough or home / "borough"
        if told.borough is None:
            generate(borough, residents=told.residents, seed=1)
        contract = borough / "contract.toml"
        single = tuple(s.name for s in load_contract(contract).source if s.one_record_per_person)
        records = coded(standardised(contract))
        print(f"{records.num_rows:,} person records", flush=True)
        learn(records, single_sources=single).save(home / "model")
        accuracy(records, pq.read_table(borough / "truth.parquet"), single, home / "model", home)
        speed(records, single, home / "model", home, share=told.share, runs=told.runs)


if __name__ == "__main__":
    main()
