"""Labels teach: where they are many and clear the links follow them; where none is, nothing gets worse."""

from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from insighthub.linkage.cluster import components
from insighthub.linkage.em import learn, log_likelihood
from insighthub.linkage.engine import link_records
from insighthub.linkage.labels.learning import Labelled, refine, with_labels
from insighthub.linkage.labels.pair_file import places_of
from insighthub.linkage.labels.shifts import find_shifts
from insighthub.linkage.labels.teach import A_LOOK, to_review
from insighthub.linkage.labels.threshold import Drawn, choose_threshold
from insighthub.linkage.patterns import Patterns
from insighthub.synthetic import generate
from tests.unit.linkage import test_linkage_learning as made
from tests.unit.linkage.borough_pairs import Trial, assert_labels_do_no_harm, labels_table


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    made = generate(tmp_path_factory.mktemp("borough"), residents=2000, seed=6)
    return Trial.of(made.contract, made.truth)


@pytest.mark.parametrize("wrong", [0.0, 0.05], ids=["all labels right", "one in twenty wrong"])
@pytest.mark.parametrize("number", [50, 200])
def test_labels_make_nothing_worse_in_a_borough(trial, number, wrong):
    assert_labels_do_no_harm(trial, number, wrong)


def test_pairs_that_look_like_no_labelled_one_keep_their_side_even_where_every_label_is_wrong(trial):
    right = trial.answered(to_review(trial.base.links, trial.base.pairs, 200))
    labels = labels_table(right, np.array(right["label"].to_pylist()) == "not")
    after = link_records(trial.records, labels=labels, **trial.options)
    before, now = trial.unlabelled_weights(trial.base, labels), trial.unlabelled_weights(after, labels)
    both = sorted(before.keys() & now.keys())
    assert len(both) > 1000
    turned = [key for key in both if (before[key] >= 0) != (now[key] >= 0)]
    assert len(turned) <= 0.003 * len(both)


def test_a_run_without_labels_is_not_touched(trial):
    none = labels_table(to_review(trial.base.links, trial.base.pairs, 1).slice(0, 0), np.empty(0, bool))
    after = link_records(trial.records, labels=none, **trial.options)
    assert after.links.equals(trial.base.links)
    assert after.pairs.equals(trial.base.pairs)


def test_the_order_of_labels_makes_no_difference(trial):
    labels = trial.answered(to_review(trial.base.links, trial.base.pairs, 60))
    turned = labels.take(pa.array(range(labels.num_rows - 1, -1, -1)))
    one, other = (link_records(trial.records, labels=x, **trial.options) for x in (labels, turned))
    assert one.links.equals(other.links)
    assert one.pairs.equals(other.pairs)


# What is asked next -------------------------------------------------------------------------------------------


def test_no_record_is_asked_about_twice_and_no_look_too_often(trial):
    asked = to_review(trial.base.links, trial.base.pairs, 100)
    ends = [
        tuple(row[f"{n}_{s}"] for n in ("source", "record_id", "person")) for row in asked.to_pylist() for s in "lr"
    ]
    assert len(ends) == 200 == len(set(ends))
    levels = [n for n in trial.base.pairs.column_names if n.startswith("level_")]
    joined = asked.append_column("n", pa.array(range(100))).join(trial.base.pairs, keys=asked.column_names)
    looks = list(zip(*(joined[n].to_pylist() for n in levels), strict=True))
    assert max(looks.count(look) for look in set(looks)) <= 2 * A_LOOK  # linked pairs of a look, and the others


def test_what_is_asked_next_is_what_the_model_is_unsure_of(trial):
    asked = to_review(trial.base.links, trial.base.pairs, 100)
    chosen = asked.join(trial.base.pairs, keys=asked.column_names)["match_probability"].to_numpy()
    every = trial.base.pairs["match_probability"].to_numpy()
    assert (chosen * (1 - chosen)).mean() > 2 * (every * (1 - every)).mean()


# The parts ----------------------------------------------------------------------------------------------------


def shifts(odds, match, linked):
    n = len(match)
    return find_shifts(np.full(n, float(odds)), np.array(match, bool), np.array(linked, bool), np.zeros(n, np.int64))


def test_labels_that_contradict_model_and_clusters_shift_the_weight():
    assert shifts(-2, [1] * 8, [0] * 8)[0] > 1
    assert shifts(3, [0] * 8, [1] * 8)[0] < -1


def test_labels_that_agree_with_the_model_shift_nothing():
    assert shifts(3, [1] * 20, [0] * 20) == {}
    assert shifts(0, [1, 0] * 10, [0] * 20) == {}


def test_pairs_that_are_linked_as_they_should_be_are_left_as_they_are():
    assert shifts(-2, [1] * 8, [1] * 8) == {}


@pytest.mark.parametrize("slips", [1, 2])
def test_a_slip_or_two_among_labels_do_not_shift_what_is_plain(slips):
    assert shifts(9, [0] * slips + [1] * (10 - slips), [1] * 10) == {}


def test_few_labels_shift_nothing():
    assert shifts(-3, [1] * 4, [0] * 4) == {}


def drawn(match):
    """Pairs (0, 1), (2, 3), ... each standing for ten."""
    n = len(match)
    rows = np.arange(2 * n)
    return Drawn(rows[::2], rows[1::2], np.array(match, bool), np.zeros(n, np.int64), np.full(n, 10.0 * n))


def clusters_at(weights):
    """Cluster pairs that have these weights and share no record."""
    rows = np.arange(2 * len(weights), dtype=np.int32)

    def at(bits):
        out = rows.copy()
        out[1::2] = np.where(np.array(weights) >= bits, rows[::2], rows[1::2])
        return out

    return at


def test_the_threshold_moves_where_labels_tell_that_another_is_better():
    weights = [5.0] * 100 + [-0.5] * 30 + [-5.0] * 100
    assert choose_threshold(drawn([1] * 130 + [0] * 100), clusters_at(weights), 0.0) == -1.0
    weights = [5.0] * 100 + [1.5] * 30 + [-5.0] * 100
    assert choose_threshold(drawn([1] * 100 + [0] * 130), clusters_at(weights), 0.0) == 2.0


@pytest.mark.parametrize("match", [[1] * 5, [1] * 15 + [0] * 15], ids=["few", "half and half"])
def test_the_threshold_stays_where_labels_do_not_tell(match):
    weights = [5.0] * 100 + [-0.5] * len(match) + [-5.0] * 100
    assert choose_threshold(drawn([1] * 100 + match + [0] * 100), clusters_at(weights), 0.0) == 0.0


# The model ----------------------------------------------------------------------------------------------------


COMPARISONS = made.COMPARISONS[:3]


def truth_of(m=None):
    """A made-up model of names and homes: most people have moved between their records, or few have."""
    truth = made.known()
    truth.m = [np.array(m) if m and k == 2 else truth.m[k].copy() for k in range(3)]
    truth.u, truth.free = truth.u[:3], {}
    return truth


def patterns_of(truth):
    """Return all patterns, with as many pairs of each as the model expects."""
    levels = np.array(list(product(*(range(len(c.labels)) for c in COMPARISONS))), np.int8)
    shares = np.exp(log_likelihood(truth, COMPARISONS, levels)) @ truth.sizes
    n = len(levels)
    return Patterns(
        levels=levels,
        source_pair=np.zeros(n, np.int32),
        barred=np.zeros(n, bool),
        rarity=np.full((n, 3), -1, np.int8),
        counts=np.rint(shares * made.PAIRS).astype(np.int64),
        of_pair=np.empty(0, np.int32),
    )


def learned(patterns):
    return learn(patterns, COMPARISONS, made.U_SHARES[:3], rows=made.ROWS, iterations=300, tolerance=1e-5)


def labelled_pairs(truth, patterns, number, *, wrong=0.0):
    """Label pairs drawn at random, more of those that could go either way."""
    random = np.random.Generator(np.random.PCG64(7))
    joint = np.exp(log_likelihood(truth, COMPARISONS, patterns.levels)) * truth.sizes
    share = joint[:, 0] / joint.sum(axis=1)
    need = patterns.counts * share * (1 - share)
    at = random.choice(len(need), number, p=need / need.sum())
    match = (random.random(number) < share[at]) ^ (random.random(number) < wrong)
    seen, of_pair = np.unique(at, return_inverse=True)
    own = Patterns(
        levels=patterns.levels[seen],
        source_pair=patterns.source_pair[seen],
        barred=patterns.barred[seen],
        rarity=patterns.rarity[seen],
        counts=np.bincount(of_pair),
        of_pair=of_pair.astype(np.int32),
    )
    return Labelled.of(match, own, patterns)


def test_labels_neither_add_pairs_nor_lose_any():
    truth = truth_of()
    patterns = patterns_of(truth)
    labelled = labelled_pairs(truth, patterns, 200)
    for reluctance in (1.0, 20.0, 2000.0):
        more = with_labels(patterns, labelled, reluctance)
        assert more.counts.sum() == patterns.counts.sum()
        assert more.counts.min() >= 0
        assert set(np.sign(more.said)) == {-1, 0, 1}


@pytest.mark.parametrize("wrong", [0.0, 0.05], ids=["all labels right", "one in twenty wrong"])
def test_labels_find_the_m_that_the_data_alone_cannot_tell(wrong):
    """Where most people have moved, matches without labels look like namesakes."""
    truth = truth_of([0.35, 0.05, 0.6])
    patterns = patterns_of(truth)
    base = learned(patterns)
    labelled = labelled_pairs(truth, patterns, 200, wrong=wrong)
    refined = refine(base, learned, patterns, labelled, comparisons=COMPARISONS, threshold_bits=0.0)

    def distance(model):
        return sum(np.abs(a - b).sum() for a, b in zip(model.m, truth.m, strict=True))

    assert distance(base) > 1
    assert distance(refined.parameters) < distance(base) / 2


def test_labels_that_would_turn_what_was_not_labelled_are_not_followed():
    """A learner that any label throws off: the model without labels stays."""
    truth = truth_of()
    patterns = patterns_of(truth)
    base = learned(patterns)

    def thrown_off(what):
        model = learned(what)
        model.sizes = model.sizes[[4, 1, 2, 3, 0]]
        return model

    labelled = labelled_pairs(truth, patterns, 5)
    refined = refine(base, thrown_off, patterns, labelled, comparisons=COMPARISONS, threshold_bits=0.0)
    assert refined.parameters is base
    assert refined.reluctance is None
    assert refined.regret > 0.001


# Decisions, through every stage -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_decisions_drawn_at_random_hold_after_every_pass(trial, seed):
    """Two hundred decisions on records that have nothing to do with each other, and on likely pairs."""
    random = np.random.Generator(np.random.PCG64(seed))
    rows = trial.rows()
    likely = trial.base.pairs.take(pa.array(random.choice(trial.base.pairs.num_rows, 100, replace=False)))
    anything = random.integers(0, rows.num_rows, (2, 100))
    left, right = (np.concatenate(ends) for ends in zip(places_of(likely, rows), anything, strict=True))
    must = random.random(200) < 0.5
    person = components(rows.num_rows, left[must], right[must])
    keep = must | (person[left] != person[right])
    ends = {}
    for side, at in (("l", left), ("r", right)):
        ends |= {f"{name}_{side}": rows[name].take(pa.array(at[keep])) for name in rows.column_names}
    words = np.where(must[keep], "must_link", "cannot_link")
    after = link_records(trial.records, decisions=pa.table({**ends, "decision": pa.array(words)}), **trial.options)
    links = after.links.filter(pc.is_valid(after.links["cluster_id"]))
    cluster = np.array(links["cluster_id"].to_pylist())
    assert ((cluster[left] == cluster[right]) == must)[keep].all()
