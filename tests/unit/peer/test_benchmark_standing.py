"""The benchmark of a standing linkage makes the delivery that it says, and sees where two linkages end apart."""

from dataclasses import replace

import pyarrow as pa
import pytest

from benchmarks.standing import MOVING, apart, delivery_of
from insighthub.linkage.standing import learn, link_all, relink
from insighthub.standardise.coded import coded
from tests.made_people import made_people
from tests.standing_deliveries import SETTINGS, SINGLE, keys

RECORDS = coded(made_people(5, 150, names=8))


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """Return a delivery, and what was before it, what it gave, and what a full run gives."""
    home = tmp_path_factory.mktemp("standing")
    learn(RECORDS, single_sources=SINGLE, settings=SETTINGS).save(home / "model")
    delivery = delivery_of(RECORDS, 0.1, seed=1)
    told = {"single_sources": SINGLE, "settings": SETTINGS}
    before = link_all(delivery.before, home / "model", home / "base", **told)
    changes = {"removed": delivery.removed, "added": delivery.added}
    again = relink(home / "base", home / "model", home / "next", **changes, **told)
    return before, delivery, again, link_all(delivery.after, home / "model", home / "full", **told)


def test_a_third_goes_a_third_comes_and_a_third_takes_another_address():
    delivery = delivery_of(RECORDS, 0.1, seed=1)
    before, after, added = (set(keys(t)) for t in (delivery.before, delivery.after, delivery.added))
    third = round(0.1 * RECORDS.num_rows / 3)
    assert len(before - after) == len(after - before) == third
    assert len(added) == delivery.removed.num_rows == 2 * third
    rest = [name for name in RECORDS.column_names if name not in MOVING]
    assert delivery.after.select(rest).num_rows == len(after)
    assert {tuple(r.values()) for r in delivery.after.select(rest).to_pylist()} <= {
        tuple(r.values()) for r in RECORDS.select(rest).to_pylist()
    }


def test_a_delivery_ends_where_a_full_run_does(linked):
    assert apart(*linked) == (0, 0)


def test_a_row_in_another_cluster_is_seen(linked):
    before, delivery, again, full = linked
    other = full.rows["cluster"].to_pylist()
    other[0] = 10**6
    rows = full.rows.set_column(3, "cluster", pa.array(other))
    assert apart(before, delivery, again, replace(full, rows=rows))[0] > 0


def test_a_pair_that_weighs_otherwise_is_seen(linked):
    before, delivery, again, full = linked
    weights = [weight + (i == 3) * 1e-6 for i, weight in enumerate(full.pairs["match_weight"].to_pylist())]
    place = full.pairs.column_names.index("match_weight")
    pairs = full.pairs.set_column(place, "match_weight", pa.array(weights, full.pairs["match_weight"].type))
    assert apart(before, delivery, again, replace(full, pairs=pairs))[1] > 0
