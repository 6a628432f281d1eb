"""How long a hub's runs take: a full one beside one of what changed, in one go, under one model.

Takes a number of residents, makes the fictional borough and its hub, and then, several times over: delivers the text
files anew with some records in a hundred changed, and runs; runs in full. What changes is what does in a month of the
borough's life, or all of it is people who move, a change that reaches further than any other. Prints seconds of each,
the medians and the ratios, by stage too, and seconds of the processors, which tell more where these are busy with other
work; of how many residents something changed; whether the index that runs of changes built is the one that a full run
builds; and the most memory that was held. Then the full picture and the search are timed on the release that came of
it. A home that is used again after moves is no longer the borough of which a month's life can be told.

    python -m benchmarks.index [--residents N] [--share PERCENT] [--rounds N] [--changes life|moves] [--home DIR]
        [--only-runs]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np

from benchmarks.redeliver import redeliver, redeliver_of
from insighthub.hub import Hub
from insighthub.run import RunOutcome
from insighthub.runs.begin import Asked
from insighthub.store.tables import number, rows
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub
from insighthub.synthetic.changing import generate_months

_KINDS = ("life", "moves")
#: Tables that say when something was done, or what was said in releases before, and so differ from run to run.
_OF_THE_RUN = {"run", "quality_trend", "measure_published", "measure_basis"}


def main(arguments: list[str] | None = None) -> int:
    """Time runs of a hub."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--residents", type=int, default=220_000)
    parser.add_argument("--share", type=float, default=1.0, help="percent of all records that change")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--changes", choices=_KINDS, help="what changes; one after the other, if it is not said")
    parser.add_argument("--home", type=Path, help="a folder to keep; what is there is used again")
    parser.add_argument("--only-runs", action="store_true", help="leave the picture and the search out")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        release = _runs(home, given.residents, given.share / 100, given.rounds, given.changes)
        if not given.only_runs:
            truth = str(home / "extracts" / "truth.parquet")
            _also("benchmarks.picture", str(home))
            _also("benchmarks.search", str(release), truth, str(given.residents), "1")
    return 0


def _runs(home: Path, residents: int, share: float, rounds: int, what: str | None) -> Path:
    """Time the runs; return the file of the last release."""
    extracts = home / "extracts"
    if not (extracts / "contract.toml").is_file():
        generate(extracts, residents=residents, seed=1)
    write_hub(home)
    with Hub(home) as hub:
        rng = np.random.default_rng(len(hub.runs()))  # deliveries of its own, also where the home is used again
        took = 0.0
        if hub.releases.current() is None:
            _, took, _ = _timed(hub, Asked(as_of=DAY))
        with hub.release() as db:
            records = number(db, "SELECT count(*) FROM source_record")
            people = number(db, "SELECT count(*) FROM resident")
        first = f"the first run, which learns: {took:.1f} s" if took else "from before"
        print(f"{records:,} records of {people:,} residents; {first}", flush=True)
        for kind in (what,) if what else _KINDS:
            with tempfile.TemporaryDirectory() as folder:
                later = _months(Path(folder), residents, rounds) if kind == "life" else [None] * rounds
                _side_by_side(hub, kind, round(records * share), later, rng)
        print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")
        return hub.releases.file(str(hub.releases.current()))


def _months(folder: Path, residents: int, months: int) -> list[Path]:
    """Return the extracts of the borough's next months; it is gone from memory by then."""
    out = []
    for month in generate_months(folder / "borough", residents=residents, months=months + 1, seed=1):
        out.append(folder / str(month.number))
        shutil.copytree(month.folder, out[-1])
    return out[1:]  # the first is the borough of today


def _side_by_side(hub: Hub, kind: str, records: int, later: Sequence[Path | None], rng: np.random.Generator) -> None:
    """Deliver and run, and run in full, several times; print what it took.

    Args:
        hub: with a release.
        kind: what changes.
        records: how many change each time.
        later: for each time, the extracts that changes are taken of; None where people move.
        rng: says which records change.
    """
    extracts = hub.home / "extracts"
    full: list[Timed] = []
    changes: list[Timed] = []
    for month in later:
        base = hub.releases.file(str(hub.releases.current()))
        changed = redeliver_of(extracts, month, records, rng) if month else redeliver(extracts, records, rng)
        changes.append(_timed(hub, Asked(as_of=DAY, accept=True)))
        print(f"{changed:,} records changed in all text files ({kind}): {_said(changes[-1])}", flush=True)
        print(_felt(changes[-1].outcome, base, hub.releases.file(changes[-1].outcome.run_id)), flush=True)
        full.append(_timed(hub, Asked(as_of=DAY, full=True)))
        print(f"a full run: {_said(full[-1])}", flush=True)
    print(f"changes: {kind}")
    _by_stage(full, changes)
    before, after = changes[-1].outcome.run_id, full[-1].outcome.run_id
    differing = different(hub.releases.file(before), hub.releases.file(after))
    print(f"tables that differ between the last two: {', '.join(differing) or 'none'}", flush=True)


def _felt(outcome: RunOutcome, base: Path, now: Path) -> str:
    """Say of how many residents something changed, and for how many other addresses were concluded."""
    with duckdb.connect() as db:
        db.execute(f"ATTACH '{base}' AS base (READ_ONLY)")
        db.execute(f"ATTACH '{now}' AS now (READ_ONLY)")
        sides = (f"(FROM {a}.address EXCEPT FROM {b}.address)" for a, b in (("base", "now"), ("now", "base")))
        others = number(db, f"SELECT count(DISTINCT resident_id) FROM ({' UNION ALL '.join(sides)})")
    touched, everybody = outcome.figures["residents_touched"], outcome.figures["residents"]
    return f"touched: {touched / everybody:.1%} of the residents; other addresses: {others / everybody:.1%}"


class Timed(NamedTuple):
    """What a run gave, how many seconds it took, and how many of the processors'."""

    outcome: RunOutcome
    seconds: float
    of_processors: float


def _timed(hub: Hub, asked: Asked) -> Timed:
    start, busy = time.perf_counter(), time.process_time()
    outcome = hub.run(asked)
    return Timed(outcome, time.perf_counter() - start, time.process_time() - busy)


def _said(run: Timed) -> str:
    return f"{run.seconds:.1f} s, {run.of_processors:.1f} s of processors"


def _by_stage(full: Sequence[Timed], changes: Sequence[Timed]) -> None:
    print(f"{'medians, seconds':40s}{'full':>9s}{'changes':>9s}{'ratio':>9s}")
    for stage in full[0].outcome.seconds:
        _line(stage, *([run.outcome.seconds.get(stage, 0.0) for run in runs] for runs in (full, changes)))
    _line("together", *([run.seconds for run in runs] for runs in (full, changes)))
    _line("together, of the processors", *([run.of_processors for run in runs] for runs in (full, changes)))


def _line(name: str, full: Sequence[float], changes: Sequence[float]) -> None:
    whole, part = statistics.median(full), statistics.median(changes)
    print(f"{name:40s}{whole:9.2f}{part:9.2f}{part / max(whole, 1e-9):9.1%}", flush=True)


def different(one: Path, other: Path) -> list[str]:
    """Return the tables of two releases that do not hold the same rows."""
    out = []
    with duckdb.connect() as db:
        db.execute(f"ATTACH '{one}' AS one (READ_ONLY)")
        db.execute(f"ATTACH '{other}' AS other (READ_ONLY)")
        names = rows(db, "SELECT table_name FROM duckdb_tables() WHERE database_name = 'one' ORDER BY 1")
        for (name,) in names:
            if name in _OF_THE_RUN:
                continue
            sides = [f"(FROM {a}.{name} EXCEPT ALL FROM {b}.{name})" for a, b in (("one", "other"), ("other", "one"))]
            apart = [number(db, f"SELECT count(*) FROM {side}") for side in sides]
            if any(apart):
                out.append(f"{name} ({apart[0]:,} and {apart[1]:,} rows)")
    return out


def _also(module: str, *arguments: str) -> None:
    print(f"\n{module}", flush=True)
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
