"""A hash is of what a row says, whatever other rows there are."""

import numpy as np
import pyarrow as pa
import pytest

from insighthub.linkage.blocking.rule import FULL_NAME, BlockingRule
from insighthub.linkage.prepare import prepare
from insighthub.linkage.standing.hashes import RowHashes, finished, looked_up, text_hashes
from tests.made_people import made_people

SALT = 123456789
WORDS = 2**64


def spelt_out(text, salt):
    """Work a hash out on Python's own integers."""

    def mixed(x):
        x ^= x >> 33
        x = x * 0xFF51AFD7ED558CCD % WORDS
        x ^= x >> 33
        x = x * 0xC4CEB9FE1A85EC53 % WORDS
        return x ^ x >> 33

    data = text.encode()
    out = mixed(salt ^ len(data))
    for start in range(0, len(data), 8):
        out = mixed((out ^ int.from_bytes(data[start : start + 8], "little")) * 0x100000001B3 % WORDS)
    return out or 1


@pytest.mark.parametrize("texts", [[], [""], ["A"], ["SMITH", "", "ŁÓDŹ", "A" * 8, "A" * 9, "X" * 100, "SMITH"]])
def test_text_hashes_are_those_that_are_spelt_out(texts):
    found = text_hashes(pa.array(texts, pa.string()), SALT)
    assert found.tolist() == [spelt_out(text, SALT) for text in texts]


def test_part_of_an_array_is_hashed_as_it_stands():
    texts = pa.array(["ONE", "TWO", "THREE", "FOUR"])
    assert text_hashes(texts.slice(1, 2), SALT).tolist() == text_hashes(texts, SALT)[1:3].tolist()


def test_another_salt_gives_other_hashes():
    texts = pa.array(["SMITH", "JONES"])
    assert not set(text_hashes(texts, 1).tolist()) & set(text_hashes(texts, 2).tolist())


def test_distinct_numbers_stay_distinct_when_finished():
    assert len(np.unique(finished(np.arange(100_000, dtype=np.uint64)))) == 100_000


RULES = (
    FULL_NAME,
    BlockingRule("home", ("dwelling", "given_initial")),
    BlockingRule("street", ("street_dwelling",)),
    BlockingRule("across", ("middle_name", "postcode"), ("given_name", "postcode")),
    BlockingRule("days", ("valid_from", "family_sound"), ("valid_to", "family_sound")),
)


def hashes_of(table):
    return RowHashes(prepare(table, single=["c"], infer_sex=False, shared_value_limit=10**6), SALT)


def by_record(hashes, values):
    return dict(zip(hashes.data.rows["record_id"].to_pylist(), values.tolist(), strict=True))


def test_keys_and_content_do_not_change_with_the_other_rows():
    people = made_people(3, 200)
    some = people.take(pa.array(np.random.default_rng(1).permutation(people.num_rows)[:90]))
    every, part = hashes_of(people), hashes_of(some)
    for of in (*(lambda h, r=rule: h.key(r) for rule in RULES), RowHashes.content, RowHashes.full_name):
        whole = by_record(every, of(every))
        assert by_record(part, of(part)).items() <= whole.items()


@pytest.mark.parametrize("rule", RULES)
def test_rows_share_a_hash_where_they_share_a_key(rule):
    hashes = hashes_of(made_people(4, 300, names=5))
    parts = np.stack(rule.parts(hashes.data.codes), axis=1)
    known = (parts >= 0).all(axis=1)
    key = hashes.key(rule)
    assert ((key > 0) == known).all()
    _, by_code = np.unique(parts[known], axis=0, return_inverse=True)
    _, by_hash = np.unique(key[known], return_inverse=True)
    assert len(set(zip(by_code.ravel().tolist(), by_hash.tolist(), strict=True))) == by_code.max() + 1
    assert by_hash.max() == by_code.max()


def test_one_rows_key_is_what_another_is_looked_up_by():
    hashes = hashes_of(made_people(5, 300, names=5))
    rule, codes = RULES[3], hashes.data.codes
    asks = [codes[name] for name in rule.fields]
    answers = [codes[name] for name in rule.other_fields]
    meet = np.ones((hashes.data.n, hashes.data.n), bool)
    for a, b in zip(asks, answers, strict=True):
        meet &= (a[:, None] == b[None, :]) & (a >= 0)[:, None]
    key, other = hashes.key(rule), hashes.other_key(rule)
    assert meet.any()
    assert (meet == ((key[:, None] == other[None, :]) & (key > 0)[:, None])).all()


def test_swapped_names_have_one_key_in_any_order():
    people = made_people(6, 40)
    swapped = people.rename_columns(
        [{"given_name": "family_name", "family_name": "given_name"}.get(n, n) for n in people.column_names]
    )
    one, other = hashes_of(people), hashes_of(swapped.select(people.column_names))
    assert by_record(one, one.key(FULL_NAME)) == by_record(other, other.key(FULL_NAME))


def test_a_field_that_no_row_has_a_value_of_changes_nothing():
    people = made_people(7, 60)
    nothing = people.append_column("other_more", pa.nulls(people.num_rows, pa.string()))
    one, other = hashes_of(people), hashes_of(nothing)
    assert one.content().tolist() == other.content().tolist()
    assert (one.key(BlockingRule("none", ("other_none",))) == 0).all()


def test_what_is_looked_up_is_found_where_it_is():
    place, held = looked_up(np.array([2, 5, 9]), np.array([9, 1, 5, 10]))
    assert held.tolist() == [True, False, True, False]
    assert place[held].tolist() == [2, 1]
    assert not looked_up(np.empty(0, np.int64), np.array([1, 2]))[1].any()
