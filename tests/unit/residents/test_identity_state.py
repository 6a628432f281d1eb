"""Identities in the state: whose each record is, and where an id leads, however much has happened to it."""

import pyarrow as pa
import pytest
from sqlalchemy import select

from insighthub.errors import RunError
from insighthub.residents import identity_state
from insighthub.residents.identify import CLOSED, REOPENED, Identified, IdentityChange
from insighthub.residents.identity import MERGED, MOVED, SPLIT
from insighthub.residents.identity_state import (
    closed_ids,
    gone_memberships,
    keep_identities,
    memberships,
    next_number,
    numbers,
    resolve,
)
from insighthub.store.state_tables import resident

CHANGED = pa.schema(
    [("source", pa.string()), ("record_id", pa.string()), ("person", pa.int32()), ("resident_id", pa.string())]
)


class Keeper:
    """Keeps what runs did to identities."""

    def __init__(self, state):
        self.state, self.run = state, 0

    def keep(self, *, issued=(), closed=(), reopened=(), events=(), now=(), left=()):
        """Keep a run: ``now`` are (record, id) that are new or another's, ``left`` records that went."""
        self.run += 1
        first = self.ask(next_number)
        found = Identified(
            tuple(zip(issued, range(first, first + len(issued)), strict=True)), tuple(closed), tuple(reopened),
            tuple(IdentityChange(kind, one, other, 1, "a reason") for kind, one, other in events), 0, 0,
        )  # fmt: skip
        changed = pa.Table.from_pylist(
            [{"source": "benefits", "record_id": record, "person": 1, "resident_id": i} for record, i in now], CHANGED
        )
        gone = pa.Table.from_pylist(
            [{"source": "benefits", "record_id": record, "person": 1, "resident_id": None} for record in left], CHANGED
        ).select(CHANGED.names[:3])
        with self.state.write() as connection:
            keep_identities(connection, f"r{self.run:06d}", found, changed=changed, left=gone)

    def ask(self, question, *values, **named):
        with self.state.read() as connection:
            return question(connection, *values, **named)

    def leads(self, resident_id):
        return self.ask(resolve, resident_id).resident_id

    def story(self, resident_id):
        return [(e.run_id, e.kind, e.resident_id, e.other_id) for e in self.ask(resolve, resident_id).events]

    def records(self):
        return self._of(self.ask(memberships))

    def gone(self, *records, source="benefits"):
        named = pa.table({"source": pa.array([source] * len(records), pa.string()), "record_id": list(records)})
        return self._of(self.ask(gone_memberships, named))

    def _of(self, table):
        return dict(zip(table["record_id"].to_pylist(), table["resident_id"].to_pylist(), strict=True))


@pytest.fixture
def keeper(state):
    keeper = Keeper(state)
    keeper.keep(issued=["R1", "R2", "R3", "R4"], now=[("a", "R1"), ("b", "R2"), ("c", "R3"), ("d", "R4")])
    return keeper


def test_ids_are_numbered_in_the_order_in_which_they_are_issued(keeper):
    keeper.keep(issued=["R0"])
    table = keeper.ask(numbers)
    assert dict(zip(*(table[name].to_pylist() for name in ("resident_id", "number")), strict=True)) == {
        "R1": 1, "R2": 2, "R3": 3, "R4": 4, "R0": 5,
    }  # fmt: skip
    assert keeper.ask(next_number) == 6


def test_a_state_without_ids_begins_with_the_first(state):
    keeper = Keeper(state)
    assert keeper.ask(next_number) == 1
    assert keeper.ask(numbers).num_rows == 0
    assert keeper.records() == {}
    with pytest.raises(RunError, match="no resident was ever given this id"):
        keeper.leads("R1")


def test_records_are_known_with_whose_they_are(keeper):
    assert keeper.records() == {"a": "R1", "b": "R2", "c": "R3", "d": "R4"}
    keeper.keep(events=[(MOVED, "R1", "R2")], now=[("a", "R2")])
    assert keeper.records() == {"a": "R2", "b": "R2", "c": "R3", "d": "R4"}


def test_a_record_that_went_is_known_with_whose_it_was_until_it_returns(keeper):
    keeper.keep(closed=["R1"], events=[(CLOSED, "R1", None)], left=["a"])
    assert "a" not in keeper.records()
    assert keeper.gone("a", "b", "a", "z") == {"a": "R1"}
    assert keeper.gone("b") == keeper.gone("a", source="libraries") == {}
    keeper.keep(reopened=["R1"], events=[(REOPENED, "R1", None)], now=[("a", "R1")])
    assert keeper.records()["a"] == "R1"
    assert keeper.gone("a") == {}


@pytest.mark.parametrize("all_from", [0, 3, 10_000])
def test_of_many_records_those_that_went_are_found_however_they_are_asked_for(keeper, monkeypatch, all_from):
    monkeypatch.setattr(identity_state, "_ALL_FROM", all_from)
    monkeypatch.setattr(identity_state, "_LOT", 2)
    keeper.keep(left=["a", "c", "d"])
    assert keeper.gone("a", "b", "c", "d", "e") == {"a": "R1", "c": "R3", "d": "R4"}


def test_the_numbers_of_closed_ids_alone(keeper):
    keeper.keep(closed=["R2", "R4"])
    assert keeper.ask(numbers, closed=True).to_pydict() == {"resident_id": ["R2", "R4"], "number": [2, 4]}


def test_an_id_to_which_nothing_happened_leads_to_itself(keeper):
    assert (keeper.leads("R3"), keeper.story("R3")) == ("R3", [])


def test_an_id_that_was_never_issued_is_told_without_repeating_it(keeper):
    with pytest.raises(RunError, match=r"no resident was ever given this id\. Check it, or search by name") as told:
        keeper.leads("R9 Jane Smith")
    assert "Jane" not in str(told.value)


def test_a_chain_of_merges_leads_to_its_end_and_tells_every_link(keeper):
    keeper.keep(closed=["R4"], events=[(MERGED, "R4", "R3")], now=[("d", "R3")])
    keeper.keep(closed=["R3"], events=[(MERGED, "R3", "R2")], now=[("c", "R2"), ("d", "R2")])
    keeper.keep(closed=["R2"], events=[(MERGED, "R2", "R1")], now=[(r, "R1") for r in "bcd"])
    assert {keeper.leads(each) for each in ("R1", "R2", "R3", "R4")} == {"R1"}
    assert keeper.story("R4") == [
        ("r000002", MERGED, "R4", "R3"),
        ("r000003", MERGED, "R3", "R2"),
        ("r000004", MERGED, "R2", "R1"),
    ]
    assert keeper.ask(closed_ids) == {"R2", "R3", "R4"}


def test_an_id_that_lost_some_records_leads_to_itself(keeper):
    keeper.keep(issued=["R5"], events=[(SPLIT, "R1", "R5"), (MOVED, "R1", "R2")])
    assert keeper.leads("R1") == "R1"
    assert keeper.story("R5") == [("r000002", SPLIT, "R1", "R5")]
    assert keeper.story("R2") == [("r000002", MOVED, "R1", "R2")]


def test_an_id_of_which_no_record_is_left_leads_nowhere_and_says_since_when(keeper):
    keeper.keep(closed=["R1"], events=[(CLOSED, "R1", None)], left=["a"])
    assert keeper.leads("R1") is None
    assert keeper.story("R1") == [("r000002", CLOSED, "R1", None)]


def test_what_was_merged_into_an_id_that_was_closed_leads_nowhere_too(keeper):
    keeper.keep(closed=["R2"], events=[(MERGED, "R2", "R1")], now=[("b", "R1")])
    keeper.keep(closed=["R1"], events=[(CLOSED, "R1", None)], left=["a", "b"])
    assert keeper.leads("R2") is None
    assert [kind for _, kind, _, _ in keeper.story("R2")] == [MERGED, CLOSED]


def test_an_id_that_was_opened_again_leads_to_itself(keeper):
    keeper.keep(closed=["R1"], events=[(CLOSED, "R1", None)], left=["a"])
    keeper.keep(reopened=["R1"], events=[(REOPENED, "R1", None)], now=[("a", "R1")])
    assert keeper.leads("R1") == "R1"
    assert [kind for _, kind, _, _ in keeper.story("R1")] == [CLOSED, REOPENED]


def test_an_id_that_was_merged_opened_again_and_closed_does_not_follow_the_old_merge(keeper):
    keeper.keep(closed=["R1"], events=[(MERGED, "R1", "R2")], now=[("a", "R2")])
    keeper.keep(reopened=["R1"], events=[(REOPENED, "R1", None)])
    assert keeper.leads("R1") == "R1"
    keeper.keep(closed=["R1"], events=[(CLOSED, "R1", None)])
    assert keeper.leads("R1") is None


def test_an_id_that_was_merged_twice_leads_to_where_it_was_merged_last(keeper):
    keeper.keep(closed=["R1"], events=[(MERGED, "R1", "R2")])
    keeper.keep(reopened=["R1"], events=[(REOPENED, "R1", None)])
    keeper.keep(closed=["R1"], events=[(MERGED, "R1", "R3")])
    assert keeper.leads("R1") == "R3"


def test_two_ids_that_were_merged_into_each_other_by_turns_lead_to_the_one_that_is_open(keeper):
    keeper.keep(closed=["R1"], events=[(MERGED, "R1", "R2")])
    keeper.keep(closed=["R2"], reopened=["R1"], events=[(REOPENED, "R1", None), (MERGED, "R2", "R1")])
    assert keeper.leads("R1") == keeper.leads("R2") == "R1"


def test_many_ids_are_closed_and_opened_again_in_one_run(keeper):
    many = [f"R{number}" for number in range(100, 1_100)]
    keeper.keep(issued=many)
    keeper.keep(closed=many)
    assert keeper.ask(closed_ids) == set(many)
    keeper.keep(reopened=many)
    assert keeper.ask(closed_ids) == set()
    issued = keeper.ask(
        lambda c: c.execute(select(resident.c.issued_run).where(resident.c.resident_id == "R100")).scalar()
    )
    assert issued == "r000002"
