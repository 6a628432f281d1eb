"""The public linkage data sets, prepared so that the matcher sees no trace of the truth.

Takes the data sets as they are published (``INSIGHTHUB_REAL_DATA``, or ``shared/data`` beside the project),
gives a folder for each: input files, ``contract.toml`` (a copy of the one in ``benchmarks/contracts``) and
``truth.parquet`` (source, record_id, person, entity_id).

Many of these files tell the answer in passing: FEBRL's record ids name the person, others list a person's records
one after the other, and the ids of the ONS files encode the address. So each prepared file has its rows shuffled
(by a fixed seed), its identifying columns taken out, and ``row`` put first as the record id. Nothing else is
changed: cells keep their stray spaces, odd cases and marks for missing values.
"""

from __future__ import annotations

import csv
import gzip
import os
import random
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

PROJECT = Path(__file__).resolve().parents[1]
CONTRACTS = Path(__file__).resolve().parent / "contracts"
SEED = 20_240_607

Truth = list[tuple[str, str, str]]  # source, record_id, entity_id


@dataclass(frozen=True)
class Prepared:
    """A data set ready to be linked: where its contract, its truth and its input files are."""

    name: str
    folder: Path
    contract: Path
    truth: Path


@dataclass(frozen=True)
class DataSet:
    """A public data set, what default settings must reach on it, and how it is prepared.

    ``target`` is the cluster-implied pairwise F1; None where there is none, or where the target is a share of the
    peer's error: ``error_of_peer`` is the most that 1 - F1 may be, as a share of the peer's at its best threshold.
    ``b_cubed_target`` is the B-cubed F1.
    """

    name: str
    title: str
    files: tuple[str, ...]
    target: float | None
    prepare: Callable[[Path, Path], Truth]
    b_cubed_target: float | None = None
    error_of_peer: float | None = None


def data_root() -> Path:
    """Return the folder that holds the public data sets; it may not exist."""
    given = os.environ.get("INSIGHTHUB_REAL_DATA")
    return Path(given) if given else PROJECT.parent / "shared" / "data"


def missing_files(data_set: DataSet, root: Path | None = None) -> list[str]:
    """Return the data set's files that are not there."""
    folder = (root or data_root()) / "linkage"
    return [f for f in data_set.files if not (folder / f).is_file()]


def absent_data(names: Iterable[str]) -> str | None:
    """Say of which data sets files are not there, and what to do; None where all are."""
    absent = [name for name in names if missing_files(DATA_SETS[name])]
    if not absent:
        return None
    return f"Data not found for {', '.join(absent)}. Set INSIGHTHUB_REAL_DATA to the folder that holds it."


def prepare(name: str, work: Path, root: Path | None = None) -> Prepared:
    """Write one data set's inputs, contract and truth into ``work/name``.

    Args:
        name: a key of ``DATA_SETS``.
        work: a folder for prepared data, outside the project.
        root: the folder of public data; ``data_root()`` if not given.

    Raises:
        FileNotFoundError: the public data is not there.
    """
    data_set = DATA_SETS[name]
    source_folder = (root or data_root()) / "linkage"
    absent = missing_files(data_set, root)
    if absent:
        raise FileNotFoundError(f"{name}: {', '.join(absent)} not found in {source_folder}")
    folder = work / name
    folder.mkdir(parents=True, exist_ok=True)
    truth = data_set.prepare(source_folder, folder)
    sources, record_ids, entities = zip(*truth, strict=True)
    table = pa.table(
        {
            "source": pa.array(sources, pa.string()),
            "record_id": pa.array(record_ids, pa.string()),
            "person": pa.array([1] * len(truth), pa.int32()),
            "entity_id": pa.array(entities, pa.string()),
        }
    )
    pq.write_table(table, folder / "truth.parquet")
    shutil.copyfile(CONTRACTS / f"{name}.toml", folder / "contract.toml")
    return Prepared(name, folder, folder / "contract.toml", folder / "truth.parquet")


def _shuffled(count: int) -> list[int]:
    order = list(range(count))
    random.Random(SEED).shuffle(order)
    return order


def _read_delimited(path: Path, delimiter: str = ",") -> tuple[list[str], list[list[str]]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file, delimiter=delimiter))
    return header, rows


def _write_delimited(
    path: Path, header: list[str], rows: list[list[str]], drop: Sequence[str], delimiter: str = ","
) -> list[int]:
    """Write the rows shuffled, without the dropped columns and with ``row`` first; return the order they went in."""
    keep = [i for i, name in enumerate(header) if name.strip() not in drop]
    order = _shuffled(len(rows))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["row", *(header[i] for i in keep)])
        writer.writerows([str(n), *(rows[at][i] for i in keep)] for n, at in enumerate(order, start=1))
    return order


def _truth(source: str, entities: Sequence[str], order: Sequence[int]) -> Truth:
    return [(source, str(n), entities[at]) for n, at in enumerate(order, start=1)]


def _febrl_file(source: str, path: Path, out: Path) -> Truth:
    header, rows = _read_delimited(path)
    order = _write_delimited(out, header, rows, drop=["rec_id"])
    return _truth(source, ["-".join(row[0].split("-")[:2]) for row in rows], order)


def _febrl3(root: Path, out: Path) -> Truth:
    return _febrl_file("febrl3", root / "febrl3.csv", out / "febrl3.csv")


def _febrl4(root: Path, out: Path) -> Truth:
    return [
        *_febrl_file("febrl4a", root / "febrl4a.csv", out / "febrl4a.csv"),
        *_febrl_file("febrl4b", root / "febrl4b.csv", out / "febrl4b.csv"),
    ]


def _fake_1000(root: Path, out: Path) -> Truth:
    header, rows = _read_delimited(root / "fake_1000.csv")
    order = _write_delimited(out / "fake_1000.csv", header, rows, drop=["unique_id", "cluster"])
    return _truth("fake_1000", [row[header.index("cluster")] for row in rows], order)


def _rldata10000(root: Path, out: Path) -> Truth:
    header, rows = _read_delimited(root / "RLdata10000.tsv", "\t")
    _, identity = _read_delimited(root / "identity.RLdata10000.tsv", "\t")
    order = _write_delimited(out / "RLdata10000.tsv", header, rows, drop=[], delimiter="\t")
    return _truth("rldata10000", [row[0] for row in identity], order)


def _ons(root: Path, out: Path) -> Truth:
    truth: Truth = []
    for source in ("census", "cis"):
        header, rows = _read_delimited(root / f"ons_essnet_{source}.csv.gz")
        drop = ["person_id", "census_id", "cis_id"]
        order = _write_delimited(out / f"{source}.csv", header, rows, drop=drop)
        truth += _truth(source, [row[header.index("person_id")] for row in rows], order)
    return truth


def _historical_50k(root: Path, out: Path) -> Truth:
    table = pq.read_table(root / "historical_50k.parquet")
    return _parquet_file("historical_50k", table, "cluster", ["unique_id", "cluster"], out)


def _pseudopeople(root: Path, out: Path) -> Truth:
    """Keep only what an agency would hold: no simulant, household or guardian ids, no copies, no row index."""
    files = {
        "acs": "american_community_survey",
        "cps": "current_population_survey",
        "decennial": "decennial_census",
        "ssn": "social_security",
    }
    truth: Truth = []
    for source, file in files.items():
        table = pq.read_table(root / "pseudopeople" / f"{file}.parquet")
        drop = [
            n
            for n in table.column_names
            if n.startswith(("copy_", "guardian_", "__")) or n in {"simulant_id", "household_id"}
        ]
        truth += _parquet_file(source, table, "simulant_id", drop, out)
    return truth


def _parquet_file(source: str, table: pa.Table, entity: str, drop: Sequence[str], out: Path) -> Truth:
    order = _shuffled(table.num_rows)
    entities = pc.cast(table.column(entity), pa.string()).to_pylist()
    kept = table.drop_columns(list(drop)).take(order)
    for i, field in enumerate(kept.schema):
        if pa.types.is_timestamp(field.type):  # a date that a data frame library could only write as a moment
            dates = pc.strftime(kept.column(i), "%Y-%m-%d")
            kept = kept.set_column(i, field.name, dates)
    rows = pa.array([str(n) for n in range(1, table.num_rows + 1)])
    pq.write_table(kept.add_column(0, "row", rows).replace_schema_metadata(None), out / f"{source}.parquet")
    return _truth(source, entities, order)


DATA_SETS: dict[str, DataSet] = {
    d.name: d
    for d in (
        DataSet("febrl3", "FEBRL3", ("febrl3.csv",), 0.998, _febrl3),
        DataSet("febrl4", "FEBRL4", ("febrl4a.csv", "febrl4b.csv"), 0.999, _febrl4),
        DataSet("fake_1000", "fake_1000", ("fake_1000.csv",), None, _fake_1000),
        DataSet(
            "historical_50k",
            "historical_50k",
            ("historical_50k.parquet",),
            0.87,
            _historical_50k,
            b_cubed_target=0.89,
        ),
        DataSet("rldata10000", "RLdata10000", ("RLdata10000.tsv", "identity.RLdata10000.tsv"), 0.965, _rldata10000),
        DataSet(
            "ons_essnet",
            "ONS census and CIS",
            ("ons_essnet_census.csv.gz", "ons_essnet_cis.csv.gz"),
            0.98,
            _ons,
        ),
        DataSet(
            "pseudopeople",
            "pseudopeople, four files",
            tuple(
                f"pseudopeople/{f}.parquet"
                for f in (
                    "american_community_survey",
                    "current_population_survey",
                    "decennial_census",
                    "social_security",
                )
            ),
            None,
            _pseudopeople,
            error_of_peer=4 / 5,
        ),
    )
}
