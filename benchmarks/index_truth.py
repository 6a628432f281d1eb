"""How right the index of residents is, and how long each part takes: a release held against the borough's truth.

    python -m benchmarks.index_truth RELEASE.duckdb BOROUGH [--people FILE] [--build] [--as-of 2026-09-30]

BOROUGH is the folder of a generated borough, with truth.parquet and people.parquet. With ``--build`` the golden
record, addresses, households and relations are built first, in a copy of the release that is thrown away, and the
seconds of each are printed; without it they are read from the release as they are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from insighthub.index_evaluation import evaluate_index, score_lines
from insighthub.residents.address_settings import AddressSettings
from insighthub.residents.addresses import build_addresses
from insighthub.residents.contacts import build_contacts
from insighthub.residents.golden import build_golden
from insighthub.residents.golden_dates import date_records
from insighthub.residents.golden_settings import GoldenSettings
from insighthub.residents.household_settings import HouseholdSettings
from insighthub.residents.households import build_households
from insighthub.residents.names import build_names
from insighthub.residents.relations import RelationSettings, build_relations


def build_all(db: duckdb.DuckDBPyConnection, as_of: dt.date, *, learn: bool) -> dict[str, float]:
    """Build every part for the residents in ``touched``; return the seconds that each took."""
    parts: dict[str, Callable[[], None]] = {
        "dates": lambda: date_records(db, as_of, learn=learn),
        "golden record": lambda: build_golden(db, GoldenSettings()),
        "names": lambda: build_names(db),
        "contacts": lambda: build_contacts(db),
        "addresses": lambda: build_addresses(db, AddressSettings(), as_of, learn=learn),
        "households": lambda: build_households(db, HouseholdSettings(), as_of),
        "relations": lambda: build_relations(db, RelationSettings(), as_of),
    }
    seconds = {}
    for name, build in parts.items():
        start = time.perf_counter()
        build()
        seconds[name] = time.perf_counter() - start
    return seconds


def main() -> None:
    """Read the command line, build where that is asked, and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("borough", type=Path)
    parser.add_argument("--people", type=Path, help="people.parquet, where it is not in the borough's folder")
    parser.add_argument("--build", action="store_true", help="build the index first, in a copy")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2026, 9, 30))
    given = parser.parse_args()
    truth, people = given.borough / "truth.parquet", given.people or given.borough / "people.parquet"
    with tempfile.TemporaryDirectory() as folder:
        release = given.release
        if given.build:
            release = Path(shutil.copy(given.release, folder))
            with duckdb.connect(str(release)) as db:
                db.execute("CREATE TEMP TABLE touched AS SELECT resident_id FROM resident ORDER BY 1")
                seconds = build_all(db, given.as_of, learn=True)
                # One resident in a hundred, as in a run of changes.
                db.execute(
                    "CREATE OR REPLACE TEMP TABLE touched AS "
                    "SELECT resident_id FROM resident WHERE hash(resident_id) % 100 = 0 ORDER BY 1"
                )
                again = build_all(db, given.as_of, learn=False)
            print("seconds, all residents and one in a hundred")
            for name in seconds:
                print(f"  {name:15s}{seconds[name]:8.2f}{again[name]:8.2f}")
            print(f"  {'together':15s}{sum(seconds.values()):8.2f}{sum(again.values()):8.2f}")
        with duckdb.connect(str(release), read_only=True) as db:
            print("\n".join(score_lines(evaluate_index(db, truth, people))))


if __name__ == "__main__":
    main()
