"""A run of changes counts on from the release before, and finds what counting everything finds."""

import shutil
from datetime import date, timedelta
from random import Random

import pyarrow as pa
import pytest

from insighthub.linkage.standing.relinked import RECORD
from insighthub.quality.build import Since
from tests.unit.quality.conftest import DAY, Release

TABLES = ("quality", "quality_source", "quality_linkage", "quality_said", "quality_quarantine")
FIELDS = {
    "given_name": ("ANN", "A", "BOB", "CAT"),
    "family_name": ("LEE", "RAY"),
    "date_of_birth": ("1990-02-01", "1990-XX-XX", "1980-05-05"),
    "sex": ("F", "M"),
    "postcode": ("IG11 1AA", "RM8 2BB"),
    "mobile": ("+447700900001", "+447700900002"),
}
GOLDEN = ("given_name", "family_name", "date_of_birth", "sex", "mobile")
RAW = {"tax": ("name", "dob", "post"), "school": ("first", "sex")}
WRITTEN = ("Ann Lee", "N/A", "", "?", "01/01/1900", "x", None)


class Borough:
    """Records, whose they are, and what was put right: all by chance, and changed by chance."""

    def __init__(self, seed):
        self.chance = Random(seed)
        self.residents = [f"R{n}" for n in range(12)]
        self.records = {}
        self.put_right = {}
        self.contracts = {"tax": "c", "school": "c"}
        for n in range(40):
            self.record(self.chance.choice(("tax", "school")), str(n))

    def record(self, source, ref):
        """Say something of a record, of one person or of two; some persons are not linked."""
        pick = self.chance.choice
        people = []
        for _ in range(pick((1, 1, 1, 2))):
            resident = pick((*self.residents, None))
            fields = {name: pick((*values, None)) for name, values in FIELDS.items()}
            fields |= {"valid_from": pick((None, "2020-04-01", "2026-10-05")), "valid_to": pick((None, "2026-10-20"))}
            people.append((resident, pick((0.999, 0.7, 1 / 3)), fields))
        row = {name: pick(WRITTEN) for name in RAW[source]}
        fact = pick((None, date(2025, 9, 25), date(2025, 10, 12), date(2026, 9, 29)))
        self.records[source, ref] = (tuple(people), row, fact, pick((DAY, date(2025, 10, 3))))

    def change(self):
        """Change some records, take some away, bring some; put something right; take in a source anew."""
        pick = self.chance.choice
        for key in self.chance.sample(sorted(self.records), 6):
            if pick((True, False, False)):
                del self.records[key]
            else:
                self.record(*key)
        for n in range(pick((0, 1, 4))):
            self.record(pick(("tax", "school")), f"new{n}")
        self.put_right = {(pick(self.residents), "given_name"): pick(("DEE", "BOB")) for _ in range(2)}
        self.contracts["school"] = pick(("c", "c", "other"))

    def of_residents(self):
        """Return for each resident all that a release says of them."""
        said = {}
        for key, (people, _, _, _) in self.records.items():
            for number, (resident, probability, fields) in enumerate(people, 1):
                if resident:
                    said.setdefault(resident, []).append((*key, number, probability, fields))
        return {
            resident: (sorted(rows, key=lambda row: row[:3]), self.put_right.get((resident, "given_name")))
            for resident, rows in said.items()
        }


def write(borough, release, file):
    """Write all that there is into a release in place of what it has, and land it under the name of a file."""
    release.db.execute("BEGIN")
    tables = ("source_record", "person_record", "fact", "membership", "golden", "golden_value", "quarantine")
    for table in tables:
        release.db.execute(f"DELETE FROM {table}")
    said = borough.of_residents()
    for (source, ref), (people, _, fact, on) in borough.records.items():
        for number, (resident, probability, fields) in enumerate(people, 1):
            alone = resident is None or len(said[resident][0]) == 1
            role = {"role": "guardian"} if number > 1 else {}
            given = None if alone else probability
            release.record(resident, source, ref, on=on, seen=DAY, probability=given, person=number, **role, **fields)
        if fact:
            release.db.execute("INSERT INTO fact VALUES (?, ?, 1, 'x', 'event', '1', 1, ?, NULL)", [source, ref, fact])
    for resident, (rows, right) in said.items():
        for field in GOLDEN:
            values = [(source, ref, fields[field]) for source, ref, _, _, fields in rows if fields[field]]
            if not values:
                continue
            order = sorted({value for _, _, value in values})
            best = right if right and field == "given_name" else order[0]
            records = sum(value == best for _, _, value in values)
            row = [resident, field, best, records]
            release.db.execute("INSERT INTO golden VALUES (?, ?, ?, '', ?, 1, 1, NULL, FALSE, '')", row)
            for source, ref, value in values:
                rank = 1 if value == best else 2 + order.index(value)
                row = [resident, field, value, rank, source, ref]
                release.db.execute("INSERT INTO golden_value VALUES (?, ?, ?, ?, ?, ?, 1, NULL, NULL, NULL)", row)
    for source, columns in RAW.items():
        mine = {ref: row for (of, ref), (_, row, _, _) in borough.records.items() if of == source}
        raw = {name: [row[name] for row in mine.values()] for name in columns}
        release.land(source, file, borough.contracts[source], ref=list(mine), **raw)
    release.db.execute("INSERT INTO quarantine SELECT 'tax', 'tax.csv', unnest(range(3)), NULL, 'no reference', NULL")
    release.db.execute("COMMIT")


def tables_of(release):
    return {table: release.rows(f"FROM {table} ORDER BY ALL") for table in TABLES}


def differing(before, now):
    return sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))


def go_on(borough, folder, n, as_of):
    """Change the borough, and return what is found by counting on and by counting all."""
    before = folder / f"{n}.duckdb"
    records, residents = dict(borough.records), borough.of_residents()
    borough.change()
    found = []
    for name in (f"{n + 1}.duckdb", "whole.duckdb"):
        shutil.copyfile(before, folder / name)
        release = Release(folder, folder / name)
        write(borough, release, f"file{n + 1}")
        touched = differing(residents, borough.of_residents())
        release.db.execute(
            "CREATE TEMP TABLE touched AS SELECT unnest($ids::VARCHAR[]) AS resident_id", {"ids": touched}
        )
        changed = pa.Table.from_pylist(
            [{"source": source, "record_id": ref} for source, ref in differing(records, borough.records)], schema=RECORD
        )
        whole = name == "whole.duckdb"
        release.build(as_of, anew=whole, since=None if whole else Since(before, changed))
        found.append(tables_of(release))
        release.db.close()
    return found


@pytest.mark.parametrize("seed", range(5))
def test_counting_on_finds_what_counting_all_finds_run_after_run(tmp_path, seed):
    borough = Borough(seed)
    release = Release(tmp_path, tmp_path / "0.duckdb")
    write(borough, release, "file0")
    release.build(DAY)
    release.db.close()
    for n in range(3):
        counted_on, whole = go_on(borough, tmp_path, n, DAY + timedelta(days=7 * (n + 1)))
        assert counted_on == whole
    assert {rule for _, _, rule, *_ in whole["quality"]} == {"complete", "valid", "consistent", "timely", "unique"}


def fill(release, file):
    release.land("tax", file, ref=["1", "2"], name=["Ann Lee", None], dob=[None, None], post=["x", "y"])
    release.record("R1", "tax", "1", family_name="LEE")
    release.record("R2", "tax", "2")


def built_on(tmp_path, *changed):
    """Build a release, and begin one after it as its copy, in which some records are said to have changed."""
    first = Release(tmp_path, tmp_path / "first.duckdb")
    fill(first, "first")
    first.build(DAY)
    first.db.close()
    shutil.copyfile(tmp_path / "first.duckdb", tmp_path / "second.duckdb")
    release = Release(tmp_path, tmp_path / "second.duckdb")
    release.landed["tax"] = tmp_path / "tax" / "first.parquet"
    release.db.execute("CREATE TEMP TABLE touched (resident_id VARCHAR)")
    records = pa.Table.from_pylist([{"source": "tax", "record_id": ref} for ref in changed], schema=RECORD)
    return release, Since(tmp_path / "first.duckdb", records)


def test_of_a_file_only_the_records_that_changed_are_looked_at_again(tmp_path):
    release, since = built_on(tmp_path, "2")
    # The first record is another one too, which nobody told: it stays as it was counted.
    release.land("tax", "second", ref=["1", "2"], name=[None, "Bob Ray"], dob=[None, None], post=["x", "y"])
    release.build(since=since)
    assert release.quality("tax", "complete")["full_name"] == (2, 0, 1.0)


def test_a_file_with_more_or_fewer_rows_than_the_changes_tell_of_is_read_as_a_whole(tmp_path):
    release, since = built_on(tmp_path, "2")
    names = [None, "Bob Ray", "Cat Fox"]
    release.land("tax", "second", ref=["1", "2", "3"], name=names, dob=[None] * 3, post=["x", "y", "z"])
    release.build(since=since)
    assert release.quality("tax", "complete")["full_name"] == (3, 1, pytest.approx(2 / 3))


def test_a_file_whose_file_before_is_gone_is_read_as_a_whole(tmp_path):
    release, since = built_on(tmp_path, "2")
    release.landed["tax"].unlink()
    release.land("tax", "second", ref=["1", "2"], name=[None, None], dob=[None, None], post=["x", "y"])
    release.build(since=since)
    assert release.quality("tax", "complete")["full_name"] == (2, 2, 0.0)
