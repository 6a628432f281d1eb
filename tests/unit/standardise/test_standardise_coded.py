"""Coded records are the same records: sorted, each text a number, nothing kept of who is not linked but the key."""

import numpy as np
import pyarrow as pa
import pytest

from insighthub.standardise.coded import KEY, coded, codes_of, in_order_of_appearance, is_coded
from insighthub.standardise.schema import PERSON_RECORDS

ROWS = [
    {"source": "b", "record_id": "2", "person": 1, "family_name": "LEE", "sex": "F"},
    {"source": "a", "record_id": "10", "person": 2, "family_name": "KHAN"},
    {"source": "b", "record_id": "1", "person": 1, "family_name": "KHAN", "email": "x@mail.example"},
    {"source": "a", "record_id": "10", "person": 1, "family_name": "LEE", "not_linked_reason": "excluded"},
    {"source": "a", "record_id": "1", "person": 1, "family_name": None},
]


def table(rows=ROWS):
    return pa.Table.from_pylist(rows, schema=PERSON_RECORDS)


def texts(of):
    return [{k: v for k, v in row.items() if v is not None} for row in of.to_pylist()]


def test_rows_are_sorted_and_say_what_they_said():
    linked = [row for row in ROWS if "not_linked_reason" not in row]
    found = texts(coded(table()))
    assert [tuple(row[k] for k in KEY) for row in found] == sorted(tuple(row[k] for k in KEY) for row in ROWS)
    for row in linked:
        assert {k: v for k, v in row.items() if v is not None} in found


def test_a_row_that_is_not_linked_keeps_its_key_and_the_reason_alone():
    assert {"source": "a", "record_id": "10", "person": 1, "not_linked_reason": "excluded"} in texts(coded(table()))


def test_values_stand_in_the_order_in_which_linked_rows_show_them():
    assert coded(table())["family_name"].chunk(0).dictionary.to_pylist() == ["KHAN", "LEE"]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_and_chunks_of_the_rows_make_no_difference(seed):
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(ROWS))
    pieces = [table([ROWS[i]]) for i in order]
    assert coded(pa.concat_tables(pieces)).equals(coded(table()))


@pytest.mark.parametrize("seed", range(5))
def test_coded_rows_out_of_order_are_put_in_order(seed):
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(ROWS))
    assert coded(coded(table()).take(pa.array(order))).equals(coded(table()))


def test_what_is_coded_is_known_to_be_and_stays_as_it_is():
    once = coded(table())
    assert is_coded(once)
    assert coded(once).equals(once)
    assert is_coded(pa.concat_tables([coded(table(ROWS[1:2])), coded(table(ROWS[:1]))]))


def test_texts_rows_out_of_order_and_sources_out_of_order_are_not_coded():
    assert not is_coded(table(ROWS[:1]))
    assert not is_coded(coded(table()).take([1, 0, 2, 3, 4]))
    assert not is_coded(pa.concat_tables([coded(table(ROWS[:1])), coded(table(ROWS[1:2]))]))


def test_a_table_without_rows_is_coded():
    assert is_coded(coded(PERSON_RECORDS.empty_table()))


def test_chunks_with_lists_of_their_own_come_to_one_list():
    chunks = [pa.array(["x", "y", None]).dictionary_encode(), pa.array(["y", "z"]).dictionary_encode()]
    values, codes = codes_of(pa.chunked_array(chunks))
    assert values.to_pylist() == ["x", "y", "z"]
    assert codes.tolist() == [0, 1, -1, 1, 2]


def test_values_that_no_row_shows_are_left_out():
    values, codes = in_order_of_appearance(pa.array(["x", "y", "z"]), np.array([2, -1, 0, 2], np.int32))
    assert values.to_pylist() == ["z", "x"]
    assert codes.tolist() == [0, -1, 1, 0]
    values, codes = in_order_of_appearance(pa.array(["x"]), np.empty(0, np.int32))
    assert values.to_pylist() == []
