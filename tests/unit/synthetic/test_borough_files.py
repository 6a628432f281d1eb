"""The borough's files, contract and truth fit each other, and its counts add up."""

import hashlib
import itertools
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from insighthub.sources.examples import EXAMPLES, example_text
from insighthub.synthetic import generate
from insighthub.synthetic.borough import TRUTH
from insighthub.synthetic.calibration import HABITS
from insighthub.synthetic.extracts import EXTRACTS


def test_every_example_contract_is_a_source_of_the_borough(delivered):
    assert set(EXTRACTS) == set(EXAMPLES) == {s.name for s in delivered.contract.source}


def test_the_contract_is_the_example_contracts_word_for_word(delivered):
    text = delivered.borough.contract.read_text(encoding="utf-8")
    assert all(example_text(name) in text for name in EXAMPLES)


def test_ten_sources_or_more_name_people(delivered):
    assert sum(c.person_records > 0 for c in delivered.borough.sources.values()) >= 10


def test_every_column_that_a_contract_reads_is_in_the_file(delivered):
    for source in delivered.contract.source:
        found = set(delivered.rows[source.name][0])
        wanted = set(source.record_id) | {e.column for e in source.exclude}
        for people in (source.person, *source.other_person):
            wanted |= {c for field in people.fields().values() for c in field.names()}
        for fact in source.fact:
            wanted |= {c for field in (fact.date, fact.end_date) if field for c in field.names()}
            wanted |= {fact.value} if fact.value else set()
        assert wanted <= found, source.name


def test_counts_by_source_are_those_of_the_files(delivered):
    for source, count in delivered.borough.sources.items():
        ids = [delivered.record_id(source, row) for row in delivered.rows[source]]
        assert len(set(ids)) == count.records
        assert sum(len(delivered.truth.get((source, i), {})) for i in set(ids)) == count.person_records


def test_totals_are_the_sums_of_the_sources(delivered):
    borough = delivered.borough
    assert borough.records == sum(c.records for c in borough.sources.values())
    assert borough.person_records == sum(c.person_records for c in borough.sources.values())
    assert borough.people == len({e for people in delivered.truth.values() for e in people.values()})
    joint = sum(len(people) > 1 for people in delivered.truth.values())
    assert borough.joint_records == pytest.approx(joint / borough.records)


def test_every_row_of_truth_is_a_row_of_a_file(delivered):
    ids = {(s, delivered.record_id(s, row)) for s, rows in delivered.rows.items() for row in rows}
    assert set(delivered.truth) <= ids


def test_people_within_a_record_are_numbered_from_one(delivered):
    assert all(sorted(people) == list(range(1, len(people) + 1)) for people in delivered.truth.values())


def test_a_record_never_names_one_person_twice(delivered):
    assert all(len(set(people.values())) == len(people) for people in delivered.truth.values())


def test_nobody_is_behind_companies_occupiers_executors_and_excluded_rows(delivered):
    marks = (" LTD", "LIMITED", "LLP", " PLC", "OCCUPIER", "EXECUTORS OF", "EXORS OF", "VACANT", "THE OWNER")
    for row in delivered.rows["council_tax"]:
        if any(m in row["lead_liab_name"] for m in marks):
            assert ("council_tax", row["account_ref"]) not in delivered.truth
    for row in delivered.rows["childrens_social_care"]:
        if row["pers_expected_dob"] or row["pers_record_status"] != "Open":
            assert ("childrens_social_care", row["pers_person_id"]) not in delivered.truth


def test_every_other_row_is_somebody(delivered):
    for source, column, unnamed in (
        ("benefits", "member_id", ()),
        ("housing_rents", "lpar_refno", ()),
        ("libraries", "borrower_number", ()),
        (
            "antisocial_behaviour",
            "name",
            ("Unknown male", "Unknown", "Not known", "Unknown female", "N/K", "Group of youths"),
        ),
        ("electoral_register", "elector_surname", ("",)),
    ):
        for row in delivered.rows[source]:
            named = (source, delivered.record_id(source, row)) in delivered.truth
            assert named == (row[column] not in unnamed), source


def test_truth_has_the_declared_columns(delivered):
    assert pq.read_schema(delivered.borough.truth).equals(TRUTH)


def test_the_borough_is_as_messy_as_it_must_be(delivered):
    borough = delivered.borough
    assert borough.without_birth_date >= 0.40
    assert borough.moved_with_stale_address >= 0.11  # 12 in 100 at the default size; small boroughs vary
    assert 4.0 <= borough.person_records / borough.residents <= 5.0


def test_the_default_size_leaves_stale_addresses_behind_for_twelve_in_a_hundred(tmp_path):
    assert generate(tmp_path).moved_with_stale_address >= 0.12


def test_references_do_not_give_the_answer_away(delivered):
    """Rows of one person do not follow each other in a source where references are drawn."""
    rows = delivered.rows["electoral_register"]
    entities = [delivered.truth.get(("electoral_register", r["elector_id"]), {}).get(1) for r in rows]
    same = sum(a == b for a, b in itertools.pairwise(entities) if a)
    assert same < len(rows) / 200


def test_every_source_of_people_has_habits_of_its_own():
    assert set(HABITS) == set(EXTRACTS) - {"licensed_premises"}
    assert len({repr(h) for h in HABITS.values()}) == len(HABITS)


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


_MAKE = "import sys; from pathlib import Path; from insighthub.synthetic import generate; "
_MAKE += "generate(Path(sys.argv[1]), residents=600, seed=int(sys.argv[2]))"


def _made(folder: Path, seed: int, hash_seed: str) -> dict[str, str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run([sys.executable, "-c", _MAKE, str(folder), str(seed)], check=True, env=environment)
    return _hashes(folder)


def test_one_seed_gives_the_same_bytes_in_another_process(tmp_path):
    first, second = _made(tmp_path / "a", 3, "1"), _made(tmp_path / "b", 3, "2")
    assert first == second
    assert len(first) >= 17


def test_another_seed_gives_another_borough(tmp_path):
    generate(tmp_path / "a", residents=500, seed=1)
    generate(tmp_path / "b", residents=500, seed=2)
    assert _hashes(tmp_path / "a")["truth.parquet"] != _hashes(tmp_path / "b")["truth.parquet"]


@pytest.mark.parametrize("residents", [0, 499, 1_000_001])
def test_a_size_out_of_range_is_refused(tmp_path, residents):
    with pytest.raises(ValueError, match="between 500 and"):
        generate(tmp_path, residents=residents)


def test_progress_hears_of_stages_and_extracts(tmp_path):
    heard = []

    class Watcher:
        def stage(self, name: str) -> None:
            heard.append(name)

        def advance(self, done: int, total: int) -> None:
            heard.append((done, total))

    generate(tmp_path, residents=500, progress=Watcher())
    assert heard[:2] == ["Residents, households and homes", "Extracts"]
    assert heard[-1] == (len(EXTRACTS), len(EXTRACTS))


def test_people_of_one_household_share_its_number_and_hostels_have_none(delivered):
    rows = pq.read_table(delivered.borough.truth).to_pylist()
    homes = {}
    for row in rows:
        homes.setdefault(row["entity_id"], set()).add(row["household_id"])
    assert all(len(found) == 1 for found in homes.values())
    people = Counter(next(iter(found)) for found in homes.values())
    nowhere = people.pop(None)
    assert 0 < nowhere < 0.02 * len(homes)  # a hostel and a care home for twelve thousand residents
    assert max(people.values()) < 20
    assert 1.5 < sum(people.values()) / len(people) < 3.5
    couples = [r for r in rows if r["source"] == "council_tax" and r["person"] == 2]
    first = {r["record_id"]: r["household_id"] for r in rows if r["source"] == "council_tax" and r["person"] == 1}
    together = [r["household_id"] == first[r["record_id"]] for r in couples]
    assert sum(together) > 0.95 * len(together)
