"""A small hub for tests that break it: three months of deliveries, and what must hold of it whatever happened.

The truth of what a run should find is that of a hub of the same model to which nothing happened: for each month, the
same records are together. Which id they have is chance, so of ids it is asked that they stay.
"""

import hashlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from insighthub.hub import Hub
from insighthub.residents.checks import broken_rules
from insighthub.runs.begin import Asked
from insighthub.sources.examples import example_text
from insighthub.store.tables import rows
from insighthub.synthetic.changing import generate_months

MONTHS = 3
SOURCES = ("benefits", "council_tax", "libraries")  # few, so that runs are short
GATEWAY = 'legal_gateway = "a test"'
SETTINGS = "[run]\nmost_churn = 1.0\nmost_shrinkage = 1.0\nnice = 0\n"  # what is killed and timed gives way to nobody
AS_OF = "2026-12-31"
UNDER_WAY = "a run is under way, as the state has it"

_MEMBERS = "SELECT source, record_id, person, resident_id FROM membership"
HOUSEHOLDS = (
    "SELECT m.resident_id, m.household_id FROM household_member m JOIN household h USING (household_id) "
    "WHERE m.is_current AND h.is_current"
)


def make_deliveries(folder, residents=500):
    """Make three months of deliveries; return the folder of each."""
    out = []
    for month in generate_months(folder, residents=residents, months=MONTHS, seed=3):
        out.append(folder / f"delivered_{month.number}")
        shutil.copytree(month.folder, out[-1])
    return out


def groups(ids):
    """Return the sets of records that are together, each with its id."""
    out = {}
    for key, resident_id in ids.items():
        out.setdefault(resident_id, set()).add(key)
    return {frozenset(members): resident_id for resident_id, members in out.items()}


@dataclass
class LivingHub:
    """A hub in a folder, and the deliveries that it may be given."""

    home: Path
    deliveries: list[Path]

    @classmethod
    def found(cls, home, deliveries):
        """Make a hub that has not run yet."""
        (home / "contracts").mkdir(parents=True)
        (home / "insighthub.toml").write_text(SETTINGS, encoding="utf-8")
        for name in SOURCES:
            contract = example_text(name).replace('# legal_gateway = ""', GATEWAY)
            contract = contract.replace('path = "', 'path = "../extracts/')
            (home / "contracts" / f"{name}.toml").write_text(contract, encoding="utf-8")
        hub = cls(home, deliveries)
        hub.deliver(0)
        return hub

    def copy(self, home):
        shutil.copytree(self.home, home)
        return LivingHub(home, self.deliveries)

    def deliver(self, month):
        shutil.rmtree(self.home / "extracts", ignore_errors=True)
        shutil.copytree(self.deliveries[month], self.home / "extracts")

    @property
    def words(self):
        """What starts a run of this hub on the command line."""
        return ("run", "--home", str(self.home), "--as-of", AS_OF)

    def run(self, **asked):
        from datetime import date

        with Hub(self.home) as hub:
            return hub.run(Asked(as_of=date.fromisoformat(AS_OF), **asked))

    def ids(self):
        """Return whose each record is, as the state has it."""
        return {
            key: resident_id
            for *key_, resident_id in self._state(f"{_MEMBERS} WHERE left_run IS NULL")
            for key in [tuple(key_)]
        }

    def all_ids(self):
        """Return every id ever issued, and whether it is closed."""
        return {i: closed is not None for i, closed in self._state("SELECT resident_id, closed_run FROM resident")}

    def decisions(self):
        return self._state("SELECT * FROM decision ORDER BY decision_id")

    def releases_on_disk(self):
        """Return the releases that are kept, each with its content, and which is published."""
        files = sorted((self.home / "releases").glob("*.duckdb"))
        named = (self.home / "current").read_text(encoding="ascii")
        return named, {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def published(self):
        """Return the run that is published, as the state has it."""
        return (self._state("SELECT run_id FROM published") or [(None,)])[0][0]

    def _state(self, query):
        with Hub(self.home) as hub, hub.state.read() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def faults(self):
        """Return what is wrong with the hub when its last run has ended well."""
        out = []
        with Hub(self.home) as hub:
            current = hub.releases.current()
            with hub.release() as db:
                out += broken_rules(db)
                last = rows(db, "SELECT max(run_id) FROM run")[0][0]
                there = {tuple(row[:3]): row[3] for row in rows(db, _MEMBERS)}
                households = dict(rows(db, HOUSEHOLDS))
            kept = set(hub.releases.kept())
            known = [row for row in hub.runs() if row.status == "building"]
        if not current == last == self.published():
            out.append(f"{current} is published, {last} was built last, {self.published()} is in the state")
        if there != self.ids():
            out.append("the release and the state have records of different residents")
        if {i for i, closed in self.all_ids().items() if not closed} != set(there.values()):
            out.append("the ids that are open are not those that have records")
        if households != dict(self._state("SELECT resident_id, household_id FROM household_member")):
            out.append("the release and the state have residents of different households")
        if known:
            out.append(UNDER_WAY)
        expected = {f"{run_id}.{kind}" for run_id in kept for kind in ("duckdb", "linkage")}
        left = {path.name for path in (self.home / "releases").iterdir()} - expected
        if left or (self.home / "work").exists() or (self.home / "run.lock").exists():
            out.append(f"something was left behind: {sorted(left)}")
        return out + self.faults_of_state()

    def faults_of_state(self):
        file = self.home / "state.db"
        with closing(sqlite3.connect(file)) as database:
            said = database.execute("PRAGMA integrity_check").fetchall()
        return [] if said == [("ok",)] else [f"the state's database has come to harm: {said}"]

    def faults_between(self, before, ids_before):
        """Return what is wrong with what became of ids since: no id is lost, and none changes without need.

        Args:
            before: whose each record was.
            ids_before: every id there was.
        """
        out, now, known = [], groups(self.ids()), self.all_ids()
        changed = [members for members, old in groups(before).items() if now.get(members, old) != old]
        if changed:
            out.append(f"{len(changed)} residents have another id, with the records that they had")
        if not set(ids_before) <= set(known):
            out.append("an id that was issued is not known any more")
        ended = sorted(i for i in ids_before if not ids_before[i] and known.get(i, True))
        with Hub(self.home) as hub:
            out += ["an id was closed, and nothing says why" for each in ended if not hub.resolve(each).events]
        return out


def unharmed(hub, home):
    """Return for each month the sets of records that are together in a hub to which nothing happens."""
    twin, out = hub.copy(home), []
    for month in range(MONTHS):
        twin.deliver(month)
        twin.run()
        assert twin.faults() == []
        out.append(set(groups(twin.ids())))
    return out
