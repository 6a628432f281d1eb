"""A hub lives with a changing borough: ids stay, all of them lead somewhere, and changes give what a full run gives."""

import re
import shutil
from collections import Counter

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.index import different
from benchmarks.index_life import live
from benchmarks.redeliver import redeliver, redeliver_of
from insighthub.cli import app
from insighthub.hub import Hub
from insighthub.population import build as population
from insighthub.residents.decisions import Record
from insighthub.residents.listing import record_list, resident_list
from insighthub.residents.possible_matches import expected_people
from insighthub.runs.begin import Asked
from insighthub.store.tables import number, rows
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub
from insighthub.synthetic.changing import generate_months
from scripts.reference_hub import release_tables


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    return live(tmp_path_factory.mktemp("life"), residents=800, months=5, seed=4)


def test_few_ids_change_wrongly(life):
    people = sum(month.people for month in life.months)
    assert people > 3_000
    assert sum(month.wrongly for month in life.months) <= 0.002 * people


def test_every_id_leads_to_one_that_is_there_or_to_the_run_in_which_it_ended(life):
    assert life.untraceable == 0


def test_after_the_last_month_a_full_run_gives_the_same_residents(life):
    assert life.equal


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """Return a hub after a full run, three of changes, and a full one again."""
    home, rng = tmp_path_factory.mktemp("hub"), np.random.default_rng(1)
    months = generate_months(tmp_path_factory.mktemp("months"), residents=800, months=2, seed=5)
    shutil.copytree(next(months).folder, home / "extracts")
    write_hub(home)
    later = next(months).folder
    with Hub(home) as hub:
        hub.run(Asked(as_of=DAY))
        for deliver in (
            lambda: redeliver_of(home / "extracts", later, 80, rng),
            lambda: redeliver(home / "extracts", 60, rng),
            lambda: redeliver_of(home / "extracts", later, 80, rng),
        ):
            assert deliver() > 40
            assert not hub.run(Asked(as_of=DAY)).full
        assert hub.run(Asked(as_of=DAY, full=True)).full
        yield hub


def test_every_table_is_the_same_after_changes_as_after_a_full_run(hub):
    changes, full = (hub.releases.file(run.run_id) for run in hub.runs()[-2:])
    assert different(changes, full) == []


def test_what_is_different_is_found(hub, tmp_path):
    other = tmp_path / "other.duckdb"
    other.write_bytes(hub.releases.file(hub.releases.current()).read_bytes())
    with duckdb.connect(str(other)) as db:
        db.execute("DELETE FROM relation WHERE rowid = (SELECT min(rowid) FROM relation)")
    found = different(hub.releases.file(hub.releases.current()), other)
    assert found == ["relation (1 and 0 rows)"]


def test_the_reference_names_every_table_and_column_of_a_release(hub):
    parts = release_tables()
    assert set(parts.pop("Figures of residents")) == set(
        re.findall(r"EXISTS (\w+)", population.CREATE)
    )  # not asked for
    told = {name: [c.name for c in columns] for tables in parts.values() for name, columns in tables.items()}
    with hub.release() as db:
        query = "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() GROUP BY 1"
        held = dict(rows(db, f"{query.replace('GROUP', 'WHERE NOT internal GROUP')}"))
    assert told == held


def test_lists_hold_what_the_purpose_may_see(hub):
    with hub.release() as db:
        held = set(rows(db, "SELECT resident_id, source, record_id FROM membership"))
    purposes = {purpose.name: set(purpose.sources) for purpose in hub.policy().purpose}
    everything = {source for _, source, _ in held} - {"electoral_register"}
    for purpose, sources in (("policy", everything), ("customer_services", purposes["customer_services"])):
        expected = {row for row in held if row[1] in sources}
        records = hub.residents.records(purpose).to_pylist()
        assert {(r["resident_id"], r["source"], r["record_id"]) for r in records} == expected
        people = hub.residents.everybody(purpose).to_pylist()
        assert [p["resident_id"] for p in people] == sorted({resident for resident, _, _ in expected})
        assert {source for p in people for source in p["sources"]} == {source for _, source, _ in expected}


def test_lists_leave_out_hidden_residents_unless_these_may_be_seen(hub, tmp_path):
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(hub.releases.file(hub.releases.current()).read_bytes())
    with duckdb.connect(str(copy)) as db:
        ((hidden,),) = rows(db, "SELECT min(resident_id) FROM membership WHERE source = 'benefits'")
        db.execute("UPDATE resident SET hidden = 'in a refuge' WHERE resident_id = ?", [hidden])
        for listing in (resident_list, record_list):
            assert hidden in listing(db, ["benefits"], hidden=True)["resident_id"].to_pylist()
            assert hidden not in listing(db, ["benefits"], hidden=False)["resident_id"].to_pylist()


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx", "out.parquet"])
def test_a_list_is_exported_for_a_purpose(hub, tmp_path, name):
    words = ["export", "residents", "--home", str(hub.home), "--out", str(tmp_path / name)]
    assert CliRunner().invoke(app, words).exit_code == 2
    outcome = CliRunner().invoke(app, [*words, "--purpose", "policy"])
    assert f"{hub.residents.everybody('policy').num_rows:,} rows" in outcome.output
    assert (tmp_path / name).stat().st_size > 1000


def test_possible_matches_are_pairs_of_residents_under_no_decision(hub):
    with hub.release() as db:
        found = rows(db, "SELECT resident_a, resident_b, match_probability FROM possible_match")
        residents = {each for (each,) in rows(db, "SELECT resident_id FROM resident")}
        expected = expected_people(db, threshold=0.5)
        likeliest: dict[str, tuple] = {}
        for a, b, probability in found:
            assert a < b
            assert {a, b} <= residents
            if probability < 0.5:
                for each in (a, b):
                    likeliest[each] = max(likeliest.get(each, (0.0, "", "")), (probability, a, b))
        pairs = {(a, b): probability for probability, a, b in likeliest.values()}
    assert len(found) == len({(a, b) for a, b, _ in found}) > 0
    assert expected == pytest.approx(len(residents) - sum(pairs.values()), abs=0.51)


def test_what_an_officer_decided_apart_is_no_possible_match(tmp_path):
    generate(tmp_path / "extracts", residents=500, seed=6)
    write_hub(tmp_path)
    with Hub(tmp_path) as hub:
        hub.run(Asked(as_of=DAY))
        with hub.release() as db:
            a, b = rows(db, "SELECT resident_a, resident_b FROM possible_match ORDER BY match_probability DESC")[0]
            records = [
                [Record(*row) for row in rows(db, f"SELECT source, record_id, person FROM membership WHERE {where}")]
                for where in (f"resident_id = '{a}'", f"resident_id = '{b}'")
            ]
        hub.not_same_person(*records, by="A. Officer", note="twins")
        hub.run(Asked(as_of=DAY))
        with hub.release() as db:
            left = number(db, "SELECT count(*) FROM possible_match WHERE (resident_a, resident_b) = (?, ?)", [a, b])
            both = Counter(each for (each,) in rows(db, "SELECT resident_id FROM resident"))
    assert left == 0
    assert both[a] == both[b] == 1


def test_another_version_builds_the_index_anew_and_every_id_stays(tmp_path):
    generate(tmp_path / "extracts", residents=500, seed=7)
    write_hub(tmp_path)
    ids = "SELECT source, record_id, person, resident_id FROM membership ORDER BY ALL"
    homes = "SELECT resident_id, household_id FROM household_member WHERE is_current ORDER BY ALL"
    with Hub(tmp_path) as hub:
        first = hub.run(Asked(as_of=DAY))
        with hub.release() as db:
            before = [rows(db, ids), rows(db, homes), rows(db, "FROM quality_trend")]
        with duckdb.connect(str(hub.releases.file(first.run_id))) as db:
            db.execute("UPDATE run SET version = '0.0.1'")
            db.execute("DROP TABLE golden")
            db.execute("CREATE TABLE golden AS SELECT 'of another form' AS something")
        second = hub.run(Asked(as_of=DAY))
        with hub.release() as db:
            after = [rows(db, ids), rows(db, homes)]
            trend = rows(db, "FROM quality_trend")
    assert second.full
    assert after == before[:2]
    assert set(before[2]) <= set(trend)
