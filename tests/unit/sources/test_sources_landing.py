"""Landing: for good, under the content's hash, whole or not at all; and one row a record id."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insighthub.errors import DataError, RunError
from insighthub.progress import Silent
from insighthub.sources import landing as landing_module
from insighthub.sources import reading
from insighthub.sources.contract import Contract
from insighthub.sources.landing import Delivery, land, land_all

CSV = "id,name,postcode\n1,Ann,A\n2,Bob,B\n3,Cy\n"


def test_a_landed_file_holds_nullable_text_and_where_each_row_is_from(desk):
    delivery = desk.land_csv(CSV)
    schema = pq.read_schema(delivery.path)
    assert schema.names == ["id", "name", "postcode", "_file", "_row"]
    assert [f.type for f in schema] == [pa.string()] * 4 + [pa.int64()]
    assert delivery.path.parent == desk.landing / "tenants"


def test_the_quarantine_says_where_and_why(desk):
    table = pq.read_table(desk.land_csv(CSV).quarantine)
    assert table.to_pylist() == [
        {
            "source": "tenants",
            "file": "tenants.csv",
            "row": 4,
            "column": None,
            "reason": "too few fields",
            "raw": "3,Cy",
        }
    ]


def test_delivered_is_landed_and_quarantined_by_file_and_in_all(desk):
    desk.put("d/1.csv", CSV)
    desk.put("d/2.csv", "id,name,postcode\n2,Bob,C\n4,Di,D\n\nTotal,2,\n")
    delivery = desk.land(path="d")
    assert (delivery.delivered, delivery.landed, delivery.quarantined) == (6, 3, 3)
    assert [(f.delivered, f.landed, f.quarantined) for f in delivery.files] == [(3, 1, 2), (3, 2, 1)]
    assert dict(delivery.reasons) == {"replaced by a later delivery": 1, "too few fields": 1, "totals row": 1}


def test_a_delivery_whose_rows_do_not_add_up_cannot_be_made(desk):
    with pytest.raises(AssertionError, match="add up"):
        Delivery("a", desk.base, desk.base, 3, 1, 1, (), (), (), ())


def test_landing_the_same_content_again_does_nothing_and_gives_the_same_delivery(desk, monkeypatch):
    first = desk.land_csv(CSV)
    stamp = first.path.stat().st_mtime_ns

    def never(*_args, **_settings):
        raise AssertionError("the files were read again")

    monkeypatch.setattr(landing_module, "read_source", never)
    assert desk.land() == first
    assert first.path.stat().st_mtime_ns == stamp


def test_other_content_or_other_settings_land_beside_and_change_nothing(desk, rows):
    first = desk.land_csv(CSV)
    again = desk.land_csv(CSV, record_id=["id", "name"])
    other = desk.land_csv(CSV.replace("Ann", "Anna"))
    assert len({first.path, again.path, other.path}) == 3
    assert rows(first.path, "name") == [("Ann",), ("Bob",)]


def test_a_landed_file_that_was_damaged_is_landed_anew(desk, rows):
    first = desk.land_csv(CSV)
    first.path.write_bytes(first.path.read_bytes()[:-30])
    assert desk.land() == first
    assert rows(first.path, "id") == [("1",), ("2",)]
    first.quarantine.unlink()
    assert desk.land() == first
    assert first.quarantine.is_file()


@pytest.mark.parametrize("dies_at", ["write_table", "fsync", "replace"])
def test_a_run_that_dies_leaves_nothing_that_looks_whole(desk, monkeypatch, dies_at):
    desk.put("tenants.csv", CSV)
    calls = []

    def die_on_the_second(*_args, **_settings):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*_args, **_settings)

    owner = {"write_table": landing_module.pq, "fsync": os, "replace": Path}[dies_at]
    real = getattr(owner, dies_at)
    with monkeypatch.context() as patch:
        patch.setattr(owner, dies_at, die_on_the_second)
        with pytest.raises(KeyboardInterrupt):
            desk.land()
    seen = {p.name for p in (desk.landing / "tenants").iterdir()}
    assert not {n for n in seen if n.endswith(".parquet") and not n.endswith(".quarantine.parquet")}
    assert desk.land().landed == 2


def test_what_a_killed_run_left_is_removed_once_it_is_a_day_old(desk):
    folder = desk.landing / "tenants"
    folder.mkdir(parents=True)
    old, new = folder / ".x.parquet.1.tmp", folder / ".y.parquet.1.tmp"
    old.write_bytes(b"")
    new.write_bytes(b"")
    os.utime(old, (0, 0))
    desk.land_csv(CSV)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_landing_folder_that_cannot_be_written_is_told(desk):
    desk.landing.write_text("a file, not a folder")
    with pytest.raises(RunError) as caught:
        desk.land_csv(CSV)
    assert str(desk.landing) in caught.value.file


def test_a_file_that_changes_while_it_is_read_is_refused(desk, monkeypatch):
    desk.put("tenants.csv", CSV)
    read = reading.read_bytes
    monkeypatch.setattr(reading, "read_bytes", lambda file: read(file) + b"4,Di,D\n")
    with pytest.raises(DataError, match="changed while"):
        desk.land()


def test_the_watcher_hears_of_each_file(desk):
    desk.put("d/1.csv", CSV)
    desk.put("d/2.csv", CSV)
    heard = []

    class Watcher(Silent):
        def advance(self, done, total):
            heard.append((done, total))

    land(desk.source(path="d"), desk.base, desk.landing, Watcher())
    assert heard == [(1, 2), (2, 2)]


def test_all_sources_are_landed_in_the_contracts_order(desk):
    desk.put("a.csv", CSV)
    desk.put("b.csv", CSV)
    contract = Contract(source=(desk.source(name="b", path="b.csv"), desk.source(name="a", path="a.csv")))
    deliveries = land_all(contract, desk.base, desk.landing)
    assert [d.source for d in deliveries] == ["b", "a"]
    assert deliveries[1] == land(contract.source[1], desk.base, desk.landing)


def test_the_first_source_at_fault_is_the_one_told(desk):
    desk.put("b.csv", CSV)
    sources = [desk.source(name=n, path=f"{n}.csv") for n in ("a", "b", "c")]
    with pytest.raises(DataError) as caught:
        land_all(Contract(source=tuple(sources)), desk.base, desk.landing)
    assert caught.value.file == "a.csv"


def test_a_repeated_row_is_put_aside_but_once(desk, aside, rows):
    delivery = desk.land_csv("id,name,postcode\n1,Ann,A\n2,Bob,\n1,Ann,A\n2,Bob,\n1,Ann,A\n")
    assert aside(delivery) == [(2, "id", "repeated row"), (3, "id", "repeated row"), (4, "id", "repeated row")]
    assert rows(delivery.path, "id", "_row") == [("2", 5), ("1", 6)]


def test_of_rows_with_one_id_the_last_stays_and_the_contract_is_shown_what_would_tell_them_apart(desk, aside, rows):
    delivery = desk.land_csv("id,name,postcode,member\n1,Ann,A,1\n1,Bob,A,2\n2,Cy,B,1\n1,Di,A,3\n")
    assert aside(delivery) == [(2, "id", "same record id as a later row"), (3, "id", "same record id as a later row")]
    assert rows(delivery.path, "name") == [("Cy",), ("Di",)]
    assert "2 rows have the record id of a later row" in delivery.warnings[0]
    assert "with 'member' added to it" in delivery.warnings[0]


def test_a_record_id_of_several_columns_tells_joint_tenants_apart(desk, aside):
    delivery = desk.land_csv(
        "id,name,postcode,member\n1,Ann,A,1\n1,Bob,A,2\n,Cy,B,1\n3,Di,B,\n", record_id=["id", "member"]
    )
    assert aside(delivery) == [(4, "id", "record id missing"), (5, "member", "record id missing")]
    assert delivery.landed == 2


def test_a_later_delivery_replaces_a_record_and_repeats_are_dropped(desk, rows):
    desk.put("d/2024-01.csv", "id,name,postcode\n1,Ann,A\n2,Bob,B\n3,Cy,C\n")
    desk.put("d/2024-02.csv", "id,name,postcode,extra\n2,Bob,B2,\n3,Cy,C,\n4,Di,D,x\n")
    delivery = desk.land(path="d")
    assert rows(delivery.path, "id", "postcode", "extra", "_file") == [
        ("1", "A", None, "d/2024-01.csv"),
        ("2", "B2", None, "d/2024-02.csv"),
        ("3", "C", None, "d/2024-02.csv"),
        ("4", "D", "x", "d/2024-02.csv"),
    ]
    assert rows(delivery.quarantine, "file", "row", "reason") == [
        ("d/2024-01.csv", 3, "replaced by a later delivery"),
        ("d/2024-01.csv", 4, "repeated row"),
    ]


def test_an_empty_delivery_among_others_is_told_and_no_fault(desk):
    desk.put("d/1.csv", CSV)
    desk.put("d/2.csv", "id,name,postcode\n")
    assert "d/2.csv: There is a header but no row below it." in desk.land(path="d").warnings


def test_a_source_of_which_nothing_could_be_landed_says_so(desk):
    delivery = desk.land_csv("id,name,postcode\n,Ann,A\n")
    assert (delivery.landed, delivery.quarantined) == (0, 1)
    assert "No row could be landed" in delivery.warnings[-1]
