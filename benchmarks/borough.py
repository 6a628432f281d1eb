"""The fictional borough as a benchmark's input: its files, its truth, and its records as standardisation leaves them.

Takes a number of residents and a seed, gives a folder that later runs use again: ``extracts`` (with ``contract.toml``
and ``truth.parquet``) and ``person_records.parquet``, which is what the peer starts from. Each is made in a process of
its own, so that the benchmark's own memory stays small, and is moved into place when whole.

    python -m benchmarks.borough OUT RESIDENTS SEED [--mix NAME]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.datasets import PROJECT
from insighthub.pipeline import standardise_landed
from insighthub.sources.contract import load_contract
from insighthub.sources.landing import land
from insighthub.synthetic.borough import generate
from insighthub.synthetic.calibration import MIXES

MOST_RESIDENTS = 1_000_000
REGION = 10  # boroughs


@dataclass(frozen=True)
class Borough:
    """Where a made borough is, and how many person-records it has."""

    contract: Path
    truth: Path
    records: Path
    count: int


def borough(work: Path, residents: int, seed: int, mix: str = "usual") -> Borough:
    """Return the borough of this size, seed and mix of communities, made now unless ``work`` holds it.

    Raises:
        subprocess.CalledProcessError: it could not be made; the reason is on the error stream.
    """
    folder = work / "-".join(["borough", str(residents), str(seed), *([] if mix == "usual" else [mix])])
    if not folder.exists():
        making = folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        # More residents than a borough can hold are those of several boroughs side by side.
        kind, parts = ("borough", []) if residents <= MOST_RESIDENTS else ("region", [str(REGION)])
        each = residents // REGION if parts else residents
        command = [sys.executable, "-m", f"benchmarks.{kind}", str(making), *parts, str(each), str(seed)]
        command += ["--mix", mix] if mix != "usual" else []  # a region has the usual one alone
        subprocess.run(command, cwd=PROJECT, check=True)
        making.rename(folder)
    extracts, records = folder / "extracts", folder / "person_records.parquet"
    return Borough(extracts / "contract.toml", extracts / "truth.parquet", records, pq.read_metadata(records).num_rows)


def main(arguments: list[str] | None = None) -> int:
    """Make a borough and standardise it."""
    parser = argparse.ArgumentParser(description="Make the fictional borough and standardise it.")
    parser.add_argument("out", type=Path)
    parser.add_argument("residents", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--mix", choices=sorted(MIXES), default="usual", help="shares of communities")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True)
    made = generate(options.out / "extracts", residents=options.residents, seed=options.seed, mix=options.mix)
    contract = load_contract(made.contract)
    with tempfile.TemporaryDirectory(dir=options.out) as landing:
        deliveries = [land(source, made.folder, Path(landing)) for source in contract.source]
        pq.write_table(standardise_landed(contract, deliveries), options.out / "person_records.parquet")
    return 0


if __name__ == "__main__":
    sys.exit(main())
