"""Whatever is delivered, a standing linkage gives the clusters and pairs of a full run on what is there then."""

import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.linkage import second_pass
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.standing import compact, hashes, learn, linking, touched
from insighthub.linkage.standing.linking import ModelledRows
from insighthub.linkage.standing.plan import ModelFolder
from insighthub.linkage.standing.segments import linkable
from tests.examples import examples
from tests.made_people import made_people
from tests.standing_deliveries import KEY, SETTINGS, SINGLE, Hub, made_records

CHANGING = ("given_name", "family_name", "postcode", "house_number", "date_of_birth", "mobile", "nhs_number")


@pytest.fixture(scope="module")
def learned():
    return learn(made_people(1, 500, names=12), single_sources=SINGLE, settings=SETTINGS)


@pytest.fixture(scope="module")
def models(learned, tmp_path_factory):
    """Return two model folders: one as it was learned, and one of few rules, whose blocks are soon over the limit."""
    root, plan = tmp_path_factory.mktemp("models"), learned.plan
    learned.save(root / "learned")
    # With few rules a pair is hardly ever given by two, so that a block that is left out is missed.
    few = replace(plan, rules=plan.rules[1::4], limits=tuple(2 for _ in plan.rules[1::4]), capped=plan.capped[1::4])
    replace(learned, plan=few).save(root / "few")
    return root / "learned", root / "few"


def delivery(dice, hub, pool):
    """Make a delivery at random: records removed, changed, copied, new, or back again; and decisions."""
    there = list(hub.records)
    removed = set(dice.sample(there, min(len(there), dice.randrange(6))))
    added = {}
    for record in dice.sample(there, min(len(there), dice.randrange(6))):
        other = dice.choice(pool)[0]
        fields = dice.sample(CHANGING, 2)
        added[record] = [{**row, **{name: other[name] for name in fields}} for row in hub.records[record]]
    for _ in range(dice.randrange(6)):
        rows = dice.choice(pool)
        added[rows[0]["source"], rows[0]["record_id"]] = rows
    for record in dice.sample(there, min(len(there), dice.randrange(4))):
        key = (dice.choice("ab"), f"q{dice.randrange(10**6):06}")
        copies = hub.records[record]
        added[key] = [{**row, "source": key[0], "record_id": key[1]} for row in copies]
    if dice.random() < 0.3:
        hub.decisions = [said for said in hub.decisions if dice.random() < 0.5]
    for _ in range(dice.randrange(4)):
        # Some are on records that are not there yet, or not any more.
        ends = [dice.choice(dice.choice(dice.choice((list(hub.records.values()) or pool, pool)))) for _ in "lr"]
        named = {f"{name}_{side}": row[name] for side, row in zip("lr", ends, strict=True) for name in KEY}
        # None can contradict another: those to hold apart are of records that nothing holds together.
        touched = {(row["source"], row["record_id"]) for row in ends}
        known = {(d[f"source_{s}"], d[f"record_id_{s}"]) for d in hub.decisions for s in "lr"}
        if len(touched) == 2 and not touched & known:
            hub.decisions = [*hub.decisions, named | {"decision": dice.choice(("must_link", "cannot_link"))}]
    removed |= {record for record in added if record in hub.records}
    return removed, list(added.values())


def ends_where_a_full_run_does(dice, model, pool, folder):
    started = pool[: dice.randrange(len(pool) + 1)]
    hub = Hub(folder, model, {(r[0]["source"], r[0]["record_id"]): r for r in started})
    hub.start()
    for _ in range(dice.randrange(1, 5)):
        result = hub.deliver(*delivery(dice, hub, pool))
        found, weighed, findings = hub.in_full()
        assert hub.clusters == found
        assert hub.pairs == weighed
        assert result.findings == findings


@settings(max_examples=examples(9), deadline=None)
@given(seed=st.integers(0, 10**9), people=st.integers(3, 120), soon_over=st.booleans(), eager=st.booleans())
def test_deliveries_end_where_a_full_run_does(models, seed, people, soon_over, eager):
    dice = Random(seed)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(compact, "MOST_SEGMENTS", dice.choice((1, 3, 16)))
        if eager:  # made-up people seldom need a second pass; one that joins what is far apart has more to get wrong
            patch.setattr(second_pass, "MARGIN_BITS", -25.0)
            for module in (second_pass, linking, touched):
                patch.setattr(module, "NEAR_BITS", -20.0)
        ends_where_a_full_run_does(dice, models[soon_over], made_records(seed, people), Path(folder))


@settings(max_examples=examples(3), deadline=None)
@given(st.integers(0, 10**9), st.integers(2, 7), st.booleans())
def test_values_whose_hashes_collide_cost_time_and_change_nothing(models, seed, bits, soon_over):
    spelt = hashes.text_hashes
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashes, "text_hashes", lambda texts, salt: 1 + spelt(texts, salt) % np.uint64(1 << bits))
        ends_where_a_full_run_does(Random(seed), models[soon_over], made_records(seed, 40), Path(folder))


@settings(max_examples=examples(7), deadline=None)
@given(seed=st.integers(0, 10**9), held=st.sampled_from((0.1, 0.25, 0.5)))
def test_a_pair_weighs_alone_what_it_weighs_beside_others(models, seed, held):
    """Also where hardly a field is known, and other rows hold fields of which the two hold none."""
    dice = Random(seed)
    people = made_people(seed, 40, names=4)
    sparse = [{n: v if n in KEY or dice.random() < held else None for n, v in r.items()} for r in people.to_pylist()]
    table = linkable(pa.Table.from_pylist(sparse, schema=people.schema))
    folder = ModelFolder.open(models[0])

    def weights(rows, left, right):
        on = ModelledRows.of(rows, folder, SINGLE, 1)
        return on.compared(Pairs(np.array(left, np.int32), np.array(right, np.int32)), 1)[1].tolist()

    pairs = [sorted(dice.sample(range(table.num_rows), 2)) for _ in range(20)]
    beside = weights(table, *zip(*pairs, strict=True))
    assert beside == [weights(table.take(pa.array(pair)), [0], [1])[0] for pair in pairs]
