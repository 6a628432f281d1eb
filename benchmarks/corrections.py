"""How right the corrections are that a hub proposes, and how long it takes to find them.

Takes a borough's hub, gives per kind the share of proposals that are right (see ``insighthub.correction_evaluation``).
Then the cases are built anew for all residents and for one in a hundred, in a copy that is thrown away.

    python -m benchmarks.corrections [--residents 20000] [--seed 1] [--home DIR]

``--home`` names a hub that was made before from the same borough; without it one is made and thrown away. Deaths are
counted with the values of special category sources let through, as only social care holds them in this borough.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
import time
from pathlib import Path

import duckdb

from insighthub.correction_evaluation import precision
from insighthub.corrections.cases import build_corrections
from insighthub.corrections.settings import CorrectionSettings
from insighthub.hub import Hub
from insighthub.runs.begin import Asked
from insighthub.sources.contract import Source
from insighthub.sources.home import load_home
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub

#: The share of proposals of a kind that must be right.
AIM = {"moved": 0.95, "died": 0.95, "birth_date": 0.95}
#: As the borough's settings have it, but for deaths: see above.
SETTINGS = CorrectionSettings(values_of_special_sources=("died",))

_BY_SOURCE = "SELECT source, kind, count(*) FROM correction_case GROUP BY ALL ORDER BY ALL"
_ONE_IN_A_HUNDRED = """
CREATE OR REPLACE TEMP TABLE touched AS SELECT resident_id FROM resident WHERE hash(resident_id) % 100 = 0 ORDER BY 1
"""


def make(home: Path, residents: int, seed: int) -> None:
    """Make a borough and its hub, and run it."""
    generate(home / "extracts", residents=residents, seed=seed)
    write_hub(home)
    with Hub(home) as hub:
        hub.run(Asked(as_of=DAY))


def build(db: duckdb.DuckDBPyConnection, sources: list[Source], as_of: dt.date) -> tuple[float, float]:
    """Build the cases of all residents, then of one in a hundred; return the seconds of each."""
    seconds = []
    for learn, touched in (
        (True, "CREATE OR REPLACE TEMP TABLE touched AS SELECT resident_id FROM resident ORDER BY 1"),
        (False, _ONE_IN_A_HUNDRED),
    ):
        db.execute(touched)
        start = time.perf_counter()
        build_corrections(db, SETTINGS, sources, as_of, learn=learn)
        seconds.append(time.perf_counter() - start)
    return seconds[0], seconds[1]


def main() -> None:
    """Make a hub where none is given, and print what it proposes, how right that is, and the time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--residents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = told.home or Path(folder) / "hub"
        if told.home is None:
            make(home, told.residents, told.seed)
        current = (home / "current").read_text(encoding="utf-8").strip()
        copy = shutil.copy(home / "releases" / f"{current}.duckdb", Path(folder) / "copy.duckdb")
        sources = [source for each in load_home(home) for source in each.contract.source]
        with duckdb.connect(str(copy)) as db:
            everybody, few = build(db, sources, DAY)
            print("cases by source and kind")
            for source, kind, cases in db.execute(_BY_SOURCE).fetchall():
                print(f"  {source:24s}{kind:20s}{cases:8,}")
            print("right, by kind")
            for each in precision(db, home, residents=told.residents, seed=told.seed):
                aim = f" (at least {AIM[each.kind]:.0%})" if each.kind in AIM else ""
                known = "" if each.known == each.cases else f"; the truth is known of {each.known:,}"
                print(f"  {each.kind:20s}{each.right:6,} of {each.known:6,}{each.share:9.1%}{aim}{known}")
            print(f"seconds: {everybody:.1f} for all residents, {few:.2f} for one in a hundred")


if __name__ == "__main__":
    main()
