"""What is withheld holds alike in runs of changes and in full ones, in whatever order it comes and goes."""

import datetime as dt
import tempfile
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.progress import Silent
from insighthub.residents.received import Placed, land_sources, take_in_changes
from insighthub.residents.record_tables import create
from insighthub.sources.contract import parse_contract
from insighthub.sources.withheld import Withheld, record_hash
from tests.examples import examples

KEY = bytes(32)
TEXT = """
[[source]]
name = "desk"
path = "desk.csv"
record_id = "ref"
[source.person]
full_name = "name"
[[source.other_person]]
role = "partner"
full_name = "partner"
[[source.fact]]
name = "balance"
kind = "amount"
value = "owed"
"""
IDS = ("A1", "A2", "A3", "A4")
TABLES = ("person_record", "source_record", "fact", "former_record")
SAID = {
    "person_record": "* EXCLUDE (first_seen, changed_on)",
    "source_record": "source, record_id, content",
    "fact": "*",
    "former_record": "source, record_id, person",
}
deliveries = st.dictionaries(st.sampled_from(IDS), st.sampled_from(["ANN BEE", "BEN SEA", "CAT DEE"]), min_size=1)
choices = st.tuples(
    st.frozensets(st.sampled_from(IDS)), st.dictionaries(st.sampled_from(IDS), st.sampled_from([{1}, {2}, {1, 2}]))
)


def withheld(choice):
    whole, people = choice
    hashes = frozenset(record_hash(KEY, "desk", each) for each in whole)
    return {
        "desk": Withheld("desk", KEY, hashes, {record_hash(KEY, "desk", i): frozenset(p) for i, p in people.items()})
    }


def take(db, folder, source, choice, day, *, full):
    placed = [Placed(source, folder)]
    kept = withheld(choice)
    landed = land_sources(placed, folder / "landing", Silent(), withheld=kept)
    with tempfile.TemporaryDirectory() as work:
        take_in_changes(db, placed, landed, Path(work), as_of=day, full=full, progress=Silent(), withheld=kept)


def content(db, tables=TABLES):
    return {t: sorted(map(repr, db.execute(f"SELECT {SAID[t]} FROM {t}").fetchall())) for t in tables}


@settings(max_examples=examples(20), deadline=None)
@given(months=st.lists(st.tuples(deliveries, choices), min_size=1, max_size=4))
def test_runs_of_changes_and_full_ones_say_the_same(months):
    (source,) = parse_contract(TEXT, "a contract").source
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        changes, each_full, at_once = duckdb.connect(), duckdb.connect(), duckdb.connect()
        for db in (changes, each_full, at_once):
            create(db)
        for number, (delivery, choice) in enumerate(months):
            lines = [f"{ref},{said},DAN {said.split()[1]},1" for ref, said in sorted(delivery.items())]
            (folder / "desk.csv").write_text("ref,name,partner,owed\n" + "\n".join(lines) + "\n", encoding="utf-8")
            day = dt.date(2026, 3, 1 + number)
            take(changes, folder, source, choice, day, full=number == 0)
            take(each_full, folder, source, choice, day, full=True)
            assert content(changes) == content(each_full)
            whole, people = choice
            seen = changes.execute(
                "SELECT record_id, person FROM person_record UNION ALL SELECT record_id, person FROM former_record"
            ).fetchall()
            assert not [ref for ref, person in seen if ref in whole or person in people.get(ref, ())]
        take(at_once, folder, source, months[-1][1], day, full=True)
        assert content(changes, TABLES[:3]) == content(at_once, TABLES[:3])
        for db in (changes, each_full, at_once):
            db.close()
