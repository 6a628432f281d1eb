"""The least work of a run is counted, not guessed, and a run takes at least as long."""

import numpy as np
import pyarrow as pa
import pytest

from insighthub import console
from insighthub.linkage.comparisons.choose import choose_comparisons
from insighthub.linkage.engine import link_records
from insighthub.linkage.frequencies import name_rarity
from insighthub.linkage.limits import Compared, Rates, value_pairs
from insighthub.linkage.patterns import compare
from insighthub.linkage.prepare import prepare
from insighthub.linkage.random_pairs import draw_pairs

NAMES = ("ANN", "ANNE", "BEN", None)


@pytest.fixture
def rows(records):
    return records(
        [
            {"record_id": f"{n:02}", "given_name": NAMES[n % 4], "family_name": "SMITH", "date_of_birth": "1980-03-17"}
            for n in range(40)
        ]
    )


def test_each_unequal_pair_of_known_values_counts_once(rows):
    data = prepare(rows)
    pairs = draw_pairs(data.n, 10**6)
    assert value_pairs(data, pairs, "given_name") == 3  # ANN-ANNE, ANN-BEN, ANNE-BEN
    assert value_pairs(data, pairs, "family_name") == 0
    comparisons = choose_comparisons(data)
    patterns = compare(data, comparisons, name_rarity(data, comparisons, np.ones(data.n, bool)), pairs)
    assert Compared(data, comparisons, pairs, patterns, 0).distinct_texts() == 3


def test_rates_are_those_of_a_machine():
    for texts in (np.array([], object), np.array(["ANN", "BEN", "CATHERINE"], object)):
        rates = Rates.measured(texts)
        assert 1e7 < rates.copied < 1e12
        assert 1e4 < rates.compared < 1e9
    assert rates.copy("encode", "values", int(rates.copied)).seconds == pytest.approx(1.0, rel=1e-6)


def test_the_account_names_the_stages_that_were_timed_and_is_made_when_asked_for(rows):
    assert link_records(rows).least == ()
    result = link_records(rows, account=True)
    assert {entry.stage for entry in result.least} <= set(result.seconds)
    compared = next(entry for entry in result.least if entry.stage == "compare")
    assert compared.comparisons <= 3
    assert compared.bytes > 0
    assert all(entry.seconds > 0 for entry in result.least if entry.bytes)


def test_pairs_are_handed_over_once_and_are_those_of_the_result(rows):
    handed: list[pa.Table] = []
    result = link_records(rows, pairs_to=handed.append)
    assert len(handed) == 1
    assert handed[0].equals(result.pairs)


def test_times_are_told_in_a_line_and_in_a_table(rows):
    assert console.time_line({"block": 1.0, "compare": 3.0}) == "4.0 seconds: compare 75%, block 25%"
    assert console.time_line({}) == "0.0 seconds"
    result = link_records(rows, account=True)
    table = console.timings_table(result)
    assert table.row_count == len(result.seconds) + 1
    assert list(table.columns[0].cells)[-1] == "all"
