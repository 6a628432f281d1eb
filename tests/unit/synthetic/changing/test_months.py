"""A hub's folder over two years: what did not change stays the same bytes, and the truth is that of the files."""

import datetime as dt
import itertools
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from insighthub.synthetic import generate
from insighthub.synthetic.borough import TRUTH
from insighthub.synthetic.changing import generate_months
from insighthub.synthetic.changing.rates import EVERY_MONTHS
from insighthub.synthetic.delivery import DELIVERIES
from insighthub.synthetic.estimates import FILE as ESTIMATES
from insighthub.synthetic.people_truth import PEOPLE
from tests.unit.synthetic.changing.conftest import file_bytes, hashes

#: Columns of amounts, dates and states that move of themselves, by source: all others say who somebody is, and where.
MOVING = {
    "council_tax": {"arrears", "balance_date", "vacation_date", "discount", "exemption"},
    "benefits": {"to_date"},
    "housing_rents": {"lpar_balance", "lpar_balance_date", "lpar_hop_end_date"},
    "adult_social_care": {"Date_of_Death"},
    "childrens_social_care": {"cine_status"},
    "homelessness": {"duty_end"},
    "electoral_register": {"elector_dob", "elector_marker"},
    "parking_permits": {"live_permit_flag"},
    "freedom_pass": {"issue_date", "expiry_date"},
    "blue_badge": {"issue_date", "expiry_date"},
    "libraries": {"expires"},
}


def steps(history):
    return list(itertools.pairwise(history))


def files_of(held, source):
    path = DELIVERIES[source].path
    return {name: data for name, data in held.files.items() if name == path or name.startswith(f"{path}/")}


def test_months_are_numbered_and_end_on_their_last_days(history):
    assert [h.month.number for h in history] == list(range(1, 25))
    assert history[0].month.as_of == dt.date(2026, 9, 30)
    assert history[5].month.as_of == dt.date(2027, 2, 28)
    assert history[-1].month.as_of == dt.date(2028, 8, 31)
    assert all((h.month.as_of + dt.timedelta(days=1)).day == 1 for h in history)


def test_the_first_month_is_the_borough_as_it_is_made_without_change(history, tmp_path):
    generate(tmp_path, residents=2_000, seed=3)
    made = file_bytes(tmp_path)
    assert made.pop(ESTIMATES)  # of the day it is made for, as the statistics office has it; months have none
    truths = {name: made.pop(name) for name in ("truth.parquet", "people.parquet")}
    assert made == history[0].files
    assert file_bytes(history[0].month.truth.parent) == truths
    assert set(history[0].month.delivered) == set(DELIVERIES)


def test_a_source_that_does_not_deliver_keeps_its_files_byte_for_byte(history):
    kept = 0
    for before, after in steps(history):
        for source in set(DELIVERIES) - set(after.month.delivered):
            assert files_of(before, source) == files_of(after, source)
            kept += 1
    assert kept > 24


def test_sources_deliver_as_often_as_they_do(history):
    times = Counter(source for h in history for source in h.month.delivered)
    for source, every in EVERY_MONTHS.items():
        assert 24 / every * 0.7 <= times[source] <= 24 / every * 1.1
    assert 5 <= times["school_pupils"] <= 7  # six terms, and the first delivery


def test_what_is_not_changed_is_the_same_text(history):
    """Few rows change in a month, and of those that do most cells stay: nothing is drawn anew."""
    for source, moving in MOVING.items():
        same = changed = 0
        for before, after in steps(history):
            if source not in after.month.delivered:
                continue
            for record_id, row in after.rows[source].items():
                old = before.rows[source].get(record_id)
                if old is None:
                    continue
                cells = {c for c in row if row[c] != old[c]} - moving
                changed += bool(cells)
                same += not cells
                assert len(cells) <= len(row) * 0.7
        assert same > 0, source
        assert changed < 0.05 * (same + changed), source


def test_an_address_changes_only_where_the_source_comes_to_hold_where_the_person_lives_now(history):
    right = looked_at = 0
    for before, after in steps(history):
        for record_id, row in after.rows["libraries"].items():
            old = before.rows["libraries"].get(record_id)
            if old is None or old["postcode"] == row["postcode"] or row["postcode"] == "":
                continue
            person = after.people[after.truth["libraries", record_id][1]]
            if person["lives_here"] and after.month.deliveries["libraries"] == "new":
                looked_at += 1
                right += person["postcode"].replace(" ", "") == row["postcode"].replace(" ", "").upper()
    assert looked_at > 15
    assert right > 0.75 * looked_at  # the rest are slips in the new postcode, or moved again since


def test_a_date_of_birth_changes_only_to_the_true_one(history):
    mended = 0
    for before, after in steps(history):
        for source, column in (("benefits", "birth_date"), ("housing_rents", "lpar_per_date_of_birth")):
            for record_id, row in after.rows[source].items():
                old = before.rows[source].get(record_id)
                if old is not None and old[column] != row[column]:
                    born = after.people[after.truth[source, record_id][1]]["date_of_birth"]
                    assert row[column] in {f"{born:%d/%m/%Y}", f"{born:%Y-%m-%d}"}
                    mended += 1
    assert mended > 3
    assert sum(h.month.happened.slips_mended for h in history) > 50


def test_record_ids_are_never_given_to_another_person(history):
    """A record's first person is the same for ever, but for council tax accounts, which pass on within a household."""
    whose = {}
    for held in history:
        for (source, record_id), people in held.truth.items():
            if source != "council_tax":
                assert whose.setdefault((source, record_id), people[1]) == people[1]


def test_the_truth_is_of_the_records_in_the_files_and_of_no_others(history):
    for held in history:
        ids = {(source, i) for source, rows in held.rows.items() for i in rows}
        assert set(held.truth) <= ids
        for source, record_id in ids - set(held.truth):
            assert nobody(source, held.rows[source][record_id]), (source, held.month.number)
        for source, record_id in held.truth:
            assert not nobody(source, held.rows[source][record_id]), (source, held.month.number)


def nobody(source, row):
    """Say whether a row names nobody who is to be found."""
    if source == "council_tax":
        marks = (" LTD", "LIMITED", "LLP", " PLC", "OCCUPIER", "EXECUTORS OF", "EXORS OF", "VACANT", "OWNER")
        marks += ("ASSOCIATION", " TRUST", "PROPERTY MANAGEMENT", "RESIDENTIAL LTD")
        return any(m in row["lead_liab_name"] for m in marks)
    if source == "childrens_social_care":
        return bool(row["pers_expected_dob"]) or row["pers_record_status"] != "Open"
    if source == "electoral_register":
        return row["elector_marker"] == "N"
    if source == "parking_permits":
        return row["permit_type"] == "Business" and row["forename_of_applicant"] == ""
    if source == "antisocial_behaviour":
        return row["name"] in {
            "Unknown male",
            "Unknown",
            "Not known",
            "Unknown female",
            "N/K",
            "Group of youths",
        }
    return source == "licensed_premises"


def test_everybody_behind_a_record_is_among_the_people(history):
    for held in history:
        assert {e for people in held.truth.values() for e in people.values()} <= set(held.people)


def test_the_truths_have_the_declared_columns(history):
    for held in history:
        assert pq.read_schema(held.month.truth).equals(TRUTH)
        assert pq.read_schema(held.month.people).equals(PEOPLE)


def test_the_household_of_a_record_is_where_its_person_lives_now(history):
    for row in pq.read_table(history[-1].month.truth).to_pylist():
        assert row["household_id"] == history[-1].people[row["entity_id"]]["household_id"]


def test_deliveries_come_late_again_and_in_another_order(history):
    how = Counter(h for held in history[1:] for h in held.month.deliveries.values())
    assert set(how) == {"new", "late", "repeated", "reordered"}
    missed = sum("council_tax" not in h.month.delivered or "benefits" not in h.month.delivered for h in history)
    assert missed > 0
    for before, after in steps(history):
        for source, delivery in after.month.deliveries.items():
            old, new = files_of(before, source), files_of(after, source)
            if delivery == "repeated":
                assert old == new
            elif delivery == "reordered":
                assert before.rows[source] == after.rows[source]
                assert list(before.rows[source]) != list(after.rows[source]) or source == "school_pupils"


def test_a_late_delivery_is_as_old_as_the_month_before(history):
    opened = {
        "homelessness": "application_date",
        "antisocial_behaviour": "date",
        "school_admissions": "application_date",
        "parking_permits": "start_date",
        "libraries": "joined",
        "freedom_pass": "issue_date",
        "housing_rents": "lpar_hop_start_date",
        "council_tax": "occupation_date",
    }
    late = [
        (before, after, source)
        for before, after in steps(history)
        for source, how in after.month.deliveries.items()
        if how == "late" and source in opened
    ]
    assert late
    for before, after, source in late:
        days = [as_date(row[opened[source]]) for row in after.rows[source].values()]
        assert max(days) <= before.month.as_of


def as_date(text):
    day, month, year = text.split("/") if "/" in text else reversed(text.split("-"))
    return dt.date(int(year), int(month), int(day))


def test_records_are_deleted_for_good_and_others_come_back_as_they_were(history):
    gone = returned = 0
    for source in ("electoral_register", "council_tax", "libraries", "housing_rents", "parking_permits"):
        last_seen = {}
        for before, after in steps(history):
            for record_id in set(before.rows[source]) - set(after.rows[source]):
                last_seen[record_id] = before.rows[source][record_id]
            for record_id in set(after.rows[source]) & set(last_seen):
                old, new = last_seen.pop(record_id), after.rows[source][record_id]
                returned += all(old[c] == new[c] for c in set(new) - MOVING[source])
        gone += len(last_seen)
    assert gone > 50
    assert returned > 30


def test_school_censuses_are_added_and_those_there_are_left_alone(history):
    names = [sorted(n for n in h.files if n.startswith("school_pupils/")) for h in history]
    assert names[0] == [f"school_pupils/{c}.csv" for c in ("2025_autumn", "2026_spring", "2026_summer")]
    assert "school_pupils/2026_autumn.csv" in names[3]
    assert "school_pupils/2028_summer.csv" in names[-1]
    assert "school_pupils/2025_autumn.csv" not in names[-1]  # six are kept
    for before, after in steps(history):
        for name in set(before.files) & set(after.files):
            if name.startswith("school_pupils/") and after.month.deliveries.get("school_pupils") != "reordered":
                assert before.files[name] == after.files[name]


_MAKE = "import sys; from pathlib import Path; from insighthub.synthetic.changing import generate_months; "
_MAKE += "list(generate_months(Path(sys.argv[1]), residents=600, months=5, seed=int(sys.argv[2])))"


def made(folder: Path, seed: int, hash_seed: str) -> dict[str, str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run([sys.executable, "-c", _MAKE, str(folder), str(seed)], check=True, env=environment)
    return hashes(folder)


def test_one_seed_gives_the_same_bytes_in_another_process_and_another_seed_does_not(tmp_path):
    first, second = made(tmp_path / "a", 3, "1"), made(tmp_path / "b", 3, "2")
    assert first == second
    assert len(first) >= 16 + 2 * 5
    assert made(tmp_path / "c", 4, "1") != first


@pytest.mark.parametrize(("residents", "months"), [(499, 3), (1_000_001, 3), (600, 0), (600, 121)])
def test_a_size_out_of_range_is_refused_at_once(tmp_path, residents, months):
    with pytest.raises(ValueError, match="must be between"):
        generate_months(tmp_path, residents=residents, months=months)


def test_progress_hears_of_months(tmp_path):
    heard = []

    class Watcher:
        def stage(self, name: str) -> None:
            heard.append(name)

        def advance(self, done: int, total: int) -> None:
            heard.append((done, total))

    list(generate_months(tmp_path, residents=500, months=3, progress=Watcher()))
    assert heard == ["Residents, households and homes", "Months", (1, 3), (2, 3), (3, 3)]
