"""Two years of a hub: monthly deliveries of a changing borough, and what became of residents' ids.

Takes residents and months, runs a hub over each month's deliveries, and holds its ids against the borough's truth. A
person's id is the one that most of their records have. It changed wrongly, if it is another than the month before, and
neither were two ids of that person brought together, nor two people parted of whom the other kept the id.

    python -m benchmarks.index_life [--residents N] [--months N] [--seed N] [--home DIR]
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from insighthub.hub import Hub
from insighthub.residents.identify import CLOSED
from insighthub.runs.begin import Asked
from insighthub.store.tables import number
from insighthub.synthetic.borough_hub import write_hub
from insighthub.synthetic.changing import Month, generate_months

_NOW = """
CREATE OR REPLACE TABLE now AS
SELECT entity_id, resident_id, count(*) AS records
FROM release.membership JOIN read_parquet($truth) USING (source, record_id, person)
GROUP BY ALL
"""
#: The id of each person, and the person of each id: by most records, then by name.
_IDS = """
CREATE OR REPLACE TABLE {name}_id AS
SELECT entity_id, arg_max(resident_id, (records, resident_id)) AS resident_id FROM {name} GROUP BY entity_id
"""
_OWNERS = """
CREATE OR REPLACE TABLE {name}_owner AS
SELECT resident_id, arg_max(entity_id, (records, entity_id)) AS entity_id FROM {name} GROUP BY resident_id
"""
_CHANGES = """
SELECT
    count(*),
    count(*) FILTER (n.resident_id <> b.resident_id),
    count(*) FILTER (
        n.resident_id <> b.resident_id
        AND was.entity_id IS DISTINCT FROM n.entity_id   -- the new id was not theirs already
        AND (keeps.entity_id IS NULL OR keeps.entity_id = n.entity_id
             OR keeps.entity_id NOT IN (SELECT entity_id FROM before x WHERE x.resident_id = b.resident_id))
    )
FROM now_id n
JOIN before_id b USING (entity_id)
LEFT JOIN before_owner was ON was.resident_id = n.resident_id
LEFT JOIN now_owner keeps ON keeps.resident_id = b.resident_id
"""


@dataclass(frozen=True)
class MonthOfIds:
    """What became of ids in a month: people known in both months, changed ids, and wrongly changed ones."""

    month: Month
    people: int
    changed: int
    wrongly: int
    residents: int
    seconds: float


@dataclass(frozen=True)
class Life:
    """What became of ids over all months.

    Attributes:
        months: month by month, from the second on.
        untraceable: ids that were there once, and of which the state does not say where they lead: to an id that is
            there, or to the run in which their last record went.
        equal: whether a full run under the same model, after the last month, gives the same residents.
    """

    months: tuple[MonthOfIds, ...]
    untraceable: int
    equal: bool

    @property
    def wrongly_a_year(self) -> float:
        """The share of people's ids that wrongly changed, a year."""
        people = sum(m.people for m in self.months) / len(self.months)
        return sum(m.wrongly for m in self.months) / people / (len(self.months) / 12)


def live(home: Path, *, residents: int, months: int, seed: int = 1) -> Life:
    """Run a hub over the months."""
    write_hub(home)
    found: list[MonthOfIds] = []
    with Hub(home) as hub, duckdb.connect() as db:
        for month in generate_months(home, residents=residents, months=months, seed=seed):
            outcome = hub.run(Asked(as_of=month.as_of))
            _look(db, hub, outcome.run_id, month)
            db.execute("CREATE TABLE IF NOT EXISTS ever (resident_id VARCHAR PRIMARY KEY)")
            db.execute("INSERT OR IGNORE INTO ever SELECT DISTINCT resident_id FROM now")
            if month.number > 1:
                people, changed, wrongly = db.execute(_CHANGES).fetchall()[0]
                seconds = sum(outcome.seconds.values())
                found.append(MonthOfIds(month, people, changed, wrongly, outcome.figures["residents"], seconds))
            for name in ("", "_id", "_owner"):
                db.execute(f"CREATE OR REPLACE TABLE before{name} AS FROM now{name}")
        lost = sum(not _leads_somewhere(hub, db, each) for (each,) in db.execute("FROM ever").fetchall())
        return Life(tuple(found), lost, _same_when_full(hub, month))


def _look(db: duckdb.DuckDBPyConnection, hub: Hub, run_id: str, month: Month) -> None:
    db.execute(f"ATTACH '{hub.releases.file(run_id)}' AS release (READ_ONLY)")
    db.execute(_NOW, {"truth": str(month.truth)})
    db.execute("DETACH release")
    db.execute(_IDS.format(name="now"))
    db.execute(_OWNERS.format(name="now"))


def _leads_somewhere(hub: Hub, db: duckdb.DuckDBPyConnection, resident_id: str) -> bool:
    """Whether an id leads to one that is there now, or to an event that closed it or one it was merged into."""
    found = hub.resolve(resident_id)
    if found.resident_id is None:
        return any(event.kind == CLOSED for event in found.events)
    return bool(number(db, "SELECT count(*) FROM now WHERE resident_id = ?", [found.resident_id]))


def _same_when_full(hub: Hub, month: Month) -> bool:
    """Whether a full run under the same model gives the same memberships, ids and all."""
    before = hub.releases.current()
    after = hub.run(Asked(full=True, as_of=month.as_of)).run_id
    with duckdb.connect() as db:
        db.execute(f"ATTACH '{hub.releases.file(str(before))}' AS one (READ_ONLY)")
        db.execute(f"ATTACH '{hub.releases.file(after)}' AS other (READ_ONLY)")
        columns = "resident_id, source, record_id, person"
        different = f"(SELECT {columns} FROM {{}}.membership EXCEPT SELECT {columns} FROM {{}}.membership)"
        return not any(
            number(db, f"SELECT count(*) FROM {different.format(*sides)}")
            for sides in (("one", "other"), ("other", "one"))
        )


def main() -> None:
    """Run a hub over the months, and print what became of ids."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--residents", type=int, default=3_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        life = live(told.home or Path(folder), residents=told.residents, months=told.months, seed=told.seed)
    for m in life.months:
        print(
            f"month {m.month.number:2d}: {m.people:,} people in both, {m.changed} ids changed, {m.wrongly} wrongly; "
            f"{m.residents:,} residents; {m.seconds:.1f} s"
        )
    print(f"ids that wrongly changed: {life.wrongly_a_year:.2%} a year (at most 0.5%)")
    print(f"ids that lead nowhere: {life.untraceable} (none)")
    print(f"after the last month a full run gives the same residents: {'yes' if life.equal else 'no'}")


if __name__ == "__main__":
    main()
