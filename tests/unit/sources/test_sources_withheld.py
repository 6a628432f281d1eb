"""Records that are withheld never come into a landed file, and leave those that are there."""

import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insighthub.sources.contract import parse_contract
from insighthub.sources.landed_erasure import landed_files, quarantine_of, take_away, take_out
from insighthub.sources.landing import land
from insighthub.sources.withheld import Withheld, record_hash, row_hashes
from insighthub.standardise.records import record_ids

KEY = bytes(range(32))
TEXT = "ref,first,last\nA1,ANN,BEE\nA2,BEN,SEA\nA3,CAT,DEE\n"


@pytest.fixture
def source():
    text = '[[source]]\nname = "desk"\npath = "desk*.csv"\nrecord_id = "ref"\n[source.person]\ngiven_name = "first"\n'
    return parse_contract(text, "a contract").source[0]


@pytest.fixture
def delivered(tmp_path):
    (tmp_path / "desk.csv").write_text(TEXT, encoding="utf-8")
    return tmp_path


def withheld(*ids, people=None, as_they_are=()):
    records = frozenset(record_hash(KEY, "desk", each) for each in ids)
    named = {record_hash(KEY, "desk", each): frozenset(persons) for each, persons in (people or {}).items()}
    return Withheld("desk", KEY, records, named, frozenset(as_they_are))


def ids(delivery):
    return pq.read_table(delivery.path)["ref"].to_pylist()


def test_a_record_that_is_withheld_is_not_landed_and_counted_apart(source, delivered):
    delivery = land(source, delivered, delivered / "landing", withheld=withheld("A2", "gone"))
    assert ids(delivery) == ["A1", "A3"]
    assert (delivery.delivered, delivery.landed, delivery.quarantined, delivery.withheld) == (2, 2, 0, 1)
    assert "A2" not in repr(withheld("A2"))


def test_the_same_content_is_another_landed_file_where_others_are_withheld(source, delivered):
    landing = delivered / "landing"
    names = [land(source, delivered, landing, withheld=each).path for each in (None, withheld("A2"), withheld("A3"))]
    assert len(set(names)) == 3
    assert land(source, delivered, landing, withheld=withheld("A2")).path == names[1]


def test_a_row_put_aside_is_withheld_too_wherever_its_reference_stands(source, delivered):
    (delivered / "desk.csv").write_text(TEXT + "A1,ANN,BEE\nA2,one,too,many\n", encoding="utf-8")
    whole = land(source, delivered, delivered / "landing")
    assert whole.quarantined == 2
    delivery = land(source, delivered, delivered / "landing", withheld=withheld("A1", "A2"))
    assert (ids(delivery), delivery.quarantined, delivery.withheld) == (["A3"], 0, 4)


def test_rows_leave_a_landed_file_with_proof_and_it_can_be_landed_whole_again(source, delivered):
    (delivered / "desk.csv").write_text(TEXT + "A2,one,too,many\n", encoding="utf-8")
    landing = delivered / "landing"
    delivery = land(source, delivered, landing)
    gone = withheld("A2")
    os.utime(delivery.path, (1e9, 1e9))
    done = take_out(
        delivery.path,
        lambda table: gone.landed_rows(table, record_ids(table, source)),
        lambda aside, columns: gone.raw_rows(aside["raw"].to_pylist(), columns, source.record_id),
    )
    assert [(each.rows, each.gone) for each in done] == [(1, 1), (3, 1)]
    assert all(each.before != each.after for each in done)
    assert ids(delivery) == ["A1", "A3"]
    assert delivery.path.stat().st_mtime == 1e9
    assert b"BEN" not in delivery.path.read_bytes()
    facts = json.loads(pq.read_schema(delivery.path).metadata[b"insighthub.delivery"])
    assert (facts["delivered"], facts["landed"], facts["quarantined"], facts["erased"]) == (2, 2, 0, 2)
    assert pq.read_table(quarantine_of(delivery.path)).num_rows == 0
    assert ids(land(source, delivered, landing)) == ["A1", "A2", "A3"]


def test_a_row_withheld_as_it_is_comes_in_again_when_it_says_something_new(source, delivered):
    table = pq.read_table(land(source, delivered, delivered / "landing").path)
    over = list(row_hashes(KEY, "desk", table, record_ids(table, source)))[:1]
    one = withheld(as_they_are=over)
    assert ids(land(source, delivered, delivered / "landing", withheld=one)) == ["A2", "A3"]
    (delivered / "desk.csv").write_text(TEXT.replace("ANN", "ANNA"), encoding="utf-8")
    assert ids(land(source, delivered, delivered / "landing", withheld=one)) == ["A1", "A2", "A3"]


def test_people_of_joint_records_are_told_by_their_number():
    one = withheld(people={"A1": (2,)})
    assert one.people_of(pa.array(["A1", "A2"])) == ["2", None]
    assert one.person_rows(pa.array(["A1", "A1", "A2"]), pa.array([1, 2, 2])).tolist() == [False, True, False]
    assert not one.rows(pa.array(["A1"])).any()
    assert one.digest != withheld(people={"A1": (1,)}).digest


def test_a_landed_file_goes_with_its_quarantine(source, delivered):
    delivery = land(source, delivered, delivered / "landing")
    assert landed_files(delivered / "landing", "desk") == [delivery.path]
    assert [each.after for each in take_away(delivery.path)] == [None, None]
    assert landed_files(delivered / "landing", "desk") == []
