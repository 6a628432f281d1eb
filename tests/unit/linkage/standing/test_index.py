"""An index finds of every row all that a rule pairs it with, on disk, merged or split over segments."""

import numpy as np
import pytest

from insighthub.linkage.blocking.copies import first_identical
from insighthub.linkage.standing.candidates import left_out, pairs_under
from insighthub.linkage.standing.hashes import UNKNOWN
from insighthub.linkage.standing.index import Index, Table, all_keys, tables_of
from insighthub.linkage.standing.linking import ModelledRows
from insighthub.linkage.standing.lookup import look_up
from insighthub.linkage.standing.plan import ModelFolder
from insighthub.linkage.standing.segments import linkable
from insighthub.progress import Silent
from tests.made_people import made_people
from tests.standing_deliveries import SINGLE


@pytest.fixture(scope="module")
def folder(model):
    return ModelFolder.open(model)


@pytest.fixture(scope="module")
def rows(folder):
    return ModelledRows.of(linkable(made_people(3, 150, names=5)), folder, SINGLE, 1)


def split(keys, at):
    return [[key[:at] for key in keys], [key[at:] for key in keys]]


def content(index):
    return [(table.keys.tolist(), table.rows.tolist()) for table in index.tables], index.content.tolist()


def test_who_is_looked_up_is_who_each_rule_pairs(folder, rows):
    keys, plan = all_keys(rows.hashes, folder.plan), folder.plan
    halves = split(keys, 100)
    indexes = [Index.of(half) for half in halves]
    none = left_out(plan, [np.empty(0, np.uint64)] * len(plan.rules))
    candidates = pairs_under(plan, rows.hashes, [keys[:0] for keys in none], threads=1, progress=Silent())
    distinct = first_identical(rows.data) == np.arange(rows.data.n)
    across = 0
    for number, (found, without) in enumerate(zip(look_up(plan, keys, indexes, 1), none, strict=True)):
        asker, slot = found.partners(indexes, [0, 100], without)
        proper = distinct[asker] & distinct[slot] & (asker != slot)
        looked_up = {(min(p), max(p)) for p in zip(asker[proper].tolist(), slot[proper].tolist(), strict=True)}
        given = candidates.rules >> (number + 1) & 1 == 1
        pairs = candidates.pairs
        paired = set(zip(pairs.left[given].tolist(), pairs.right[given].tolist(), strict=True))
        assert looked_up == paired
        across += len(paired) if len(tables_of(plan)[number]) == 2 else 0
    assert across > 0


def test_indexes_of_parts_merge_to_the_index_of_the_whole(folder, rows):
    keys = all_keys(rows.hashes, folder.plan)
    numbers = np.split(np.arange(rows.data.n, dtype=np.int32), [100])
    assert content(Index.merged([Index.of(half) for half in split(keys, 100)], numbers)) == content(Index.of(keys))


def test_a_merged_index_leaves_out_rows_that_are_gone(folder, rows):
    keys = all_keys(rows.hashes, folder.plan)
    number = np.arange(rows.data.n, dtype=np.int32) - 1
    merged = Index.merged([Index.of(keys)], [number])
    assert content(merged) == content(Index.of([key[1:] for key in keys]))


def test_an_index_is_read_as_it_was_written(folder, rows, tmp_path):
    index = Index.of(all_keys(rows.hashes, folder.plan))
    sizes = index.write(tmp_path, "segment-0000")
    assert content(Index.read(tmp_path, "segment-0000", sizes)) == content(index)


def test_a_key_that_is_not_known_is_found_nowhere():
    table = Table.of(np.array([5, 0, 7, 5, 0], np.uint64))
    asker, found = table.rows_of(np.array([UNKNOWN, 5, 6], np.uint64))
    assert (asker.tolist(), found.tolist()) == ([1, 1], [0, 3])
    assert table.most() == 2
    assert Table.of(np.empty(0, np.uint64)).most() == 0
