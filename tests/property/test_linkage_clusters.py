"""Clusters are those of average linkage done slowly, and never hold what a person cannot have."""

from fractions import Fraction
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from insighthub.linkage.cluster import Exclusive, cluster
from insighthub.linkage.pairs import Pairs
from tests.examples import examples

WHOLE_BITS = 1024  # weights here are whole 1/1024 bits, as clustering counts them


@st.composite
def graphs(draw, most=9):
    """Rows, weights by pair, and what a person can have one of."""
    n = draw(st.integers(1, most))
    every = list(combinations(range(n), 2))
    compared = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    random = Random(draw(st.integers(0, 2**32)))
    likely = draw(st.sampled_from([0.2, 0.5, 0.8]))  # how many pairs agree
    weights = {
        pair: random.randint(1, 19 * WHOLE_BITS) * (1 if random.random() < likely else -1) for pair in sorted(compared)
    }
    single = draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n))
    identifier = draw(st.lists(st.sampled_from([-1, -1, -1, 0, 1]), min_size=n, max_size=n))
    apart = set(draw(st.lists(st.sampled_from(every), unique=True, max_size=2))) if every else set()
    return n, weights, single, identifier, apart


def as_pairs(pairs):
    pairs = list(pairs)
    left, right = zip(*pairs, strict=True) if pairs else ((), ())
    return Pairs(np.array(left, np.int32), np.array(right, np.int32))


def clustered(n, weights, single, identifier, apart, *, together=(), telling=None, threshold=0.0):
    bits = np.array([w / WHOLE_BITS for w in weights.values()], np.float32) + np.float32(threshold)
    exclusive = Exclusive(
        np.array(single, np.int32),
        np.array(identifier, np.int32),
        as_pairs(sorted(apart)),
        as_pairs(together),
        telling=None if telling is None else np.array(telling, bool),
    )
    return cluster(n, as_pairs(weights), bits, exclusive, threshold_bits=threshold).tolist()


def fits(rows, single, identifier, apart):
    """Whether these rows could be one person."""
    sources = [single[r] for r in rows if single[r] >= 0]
    known = {identifier[r] for r in rows if identifier[r] >= 0}
    return len(set(sources)) == len(sources) and len(known) <= 1 and not apart & set(combinations(sorted(rows), 2))


def slowly(n, weights, single, identifier, apart, together=()):
    """Join the two clusters with the highest mean of compared pairs, over and over; None where two means tie."""
    clusters = decided_persons(n, together)
    while True:
        open_to_join = []
        for a, b in combinations(clusters, 2):
            between = [w for (x, y), w in weights.items() if (x in a and y in b) or (x in b and y in a)]
            if between and fits(a | b, single, identifier, apart):
                mean = Fraction(sum(between), len(between))
                if mean > 0:
                    open_to_join.append((mean, a, b))
        if not open_to_join:
            return {frozenset(c) for c in clusters}
        best = max(mean for mean, _, _ in open_to_join)
        chosen = [(a, b) for mean, a, b in open_to_join if mean == best]
        if len(chosen) > 1:
            return None
        ((a, b),) = chosen
        clusters = [c for c in clusters if c not in (a, b)] + [a | b]


def decided_persons(n, together):
    """Rows joined by what was decided, and by nothing else."""
    persons = {r: frozenset([r]) for r in range(n)}
    for a, b in together:
        both = persons[a] | persons[b]
        persons |= dict.fromkeys(both, both)
    return sorted(set(persons.values()), key=min)


def sets_of(labels):
    return {frozenset(r for r, label in enumerate(labels) if label == one) for one in labels}


@settings(max_examples=examples(200), deadline=None)
@given(graphs())
def test_clusters_are_those_of_average_linkage_done_slowly(graph):
    expected = slowly(*graph)
    assume(expected is not None)
    assert sets_of(clustered(*graph)) == expected


@settings(max_examples=examples(50), deadline=None)
@given(graphs(), st.sampled_from([-3.0, 2.0, 7.5]))
def test_another_threshold_moves_every_weight(graph, threshold):
    assert clustered(*graph, threshold=threshold) == clustered(*graph)


@settings(max_examples=examples(100), deadline=None)
@given(graphs(most=25))
def test_no_cluster_holds_what_a_person_cannot_have(graph):
    _, weights, single, identifier, apart = graph
    for rows in sets_of(clustered(*graph)):
        assert fits(rows, single, identifier, apart)
        assert len(rows) == 1 or all(any(r in p and set(p) <= rows for p in weights) for r in rows)


@settings(max_examples=examples(100), deadline=None)
@given(graphs(most=12), st.integers(0, 2**32))
def test_in_the_end_nothing_is_left_that_pairs_and_those_that_tell_would_join(graph, seed):
    n, weights, single, identifier, apart = graph
    random = Random(seed)
    telling = [[random.random() < 0.6, random.random() < 0.3] for _ in range(n)]
    found = sorted(sets_of(clustered(*graph, telling=telling)), key=min)
    for rows in found:
        assert fits(rows, single, identifier, apart)
    conflicts = {frozenset(p) for p, w in weights.items() if w <= 0}
    for a, b in combinations(found, 2):
        between = {p: w for p, w in weights.items() if len(a & set(p)) == 1 and len(b & set(p)) == 1}
        if not between or not fits(a | b, single, identifier, apart):
            continue
        told = [sum(w for p, w in between.items() if telling[p[0]][f] and telling[p[1]][f]) for f in (0, 1)]
        assert sum(between.values()) <= 0 or min(told) < 0
        assert conflicts  # what nothing speaks against is joined


@settings(max_examples=examples(50), deadline=None)
@given(graphs(most=20), st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_makes_no_difference(graph, random):
    n, weights, *rest = graph
    shuffled = list(weights.items())
    random.shuffle(shuffled)
    assert clustered(n, dict(shuffled), *rest) == clustered(*graph)


@settings(max_examples=examples(50), deadline=None)
@given(graphs(most=20))
def test_labels_count_clusters_in_the_order_in_which_rows_show_them(graph):
    labels = clustered(*graph)
    assert list(dict.fromkeys(labels)) == list(range(len(set(labels))))


@st.composite
def decided(draw, most=9):
    """A graph, and pairs decided to be one person or two that do not contradict each other."""
    n, weights, single, identifier, apart = draw(graphs(most))
    every = list(combinations(range(n), 2))
    together = draw(st.lists(st.sampled_from(every), unique=True, max_size=n)) if every else []
    persons = decided_persons(n, together)
    two = draw(st.lists(st.sampled_from(every), unique=True, max_size=n)) if every else []
    cannot = {pair for pair in two if not any(set(pair) <= person for person in persons)}
    return n, weights, single, identifier, apart, together, cannot


@settings(max_examples=examples(200), deadline=None)
@given(decided(most=20))
def test_what_was_decided_holds_whatever_the_weights(graph):
    n, weights, single, identifier, apart, together, cannot = graph
    labels = clustered(n, weights, single, identifier, apart | cannot, together=together)
    assert all(labels[a] == labels[b] for a, b in together)
    assert all(labels[a] != labels[b] for a, b in cannot)


@settings(max_examples=examples(200), deadline=None)
@given(decided(most=12))
def test_decisions_break_no_rule_beyond_what_they_say(graph):
    """Two persons as decided are never joined where one of them would lend the other what a person cannot have."""
    n, weights, single, identifier, apart, together, cannot = graph
    persons = decided_persons(n, together)
    labels = clustered(n, weights, single, identifier, apart | cannot, together=together)
    for rows in sets_of(labels):
        parts = [p for p in persons if p <= rows]
        for a, b in combinations(parts, 2):
            sources = [{single[r] for r in part if single[r] >= 0} for part in (a, b)]
            known = [{identifier[r] for r in part if identifier[r] >= 0} for part in (a, b)]
            assert not sources[0] & sources[1]
            assert not (known[0] and known[1]) or (known[0] == known[1] and len(known[0]) == 1)
            assert not (apart | cannot) & {(min(x, y), max(x, y)) for x in a for y in b}


@settings(max_examples=examples(200), deadline=None)
@given(decided())
def test_clusters_that_a_decision_names_become_one_and_others_stay(graph):
    n, weights, _, _, _, together, cannot = graph
    free = [-1] * n
    before = sets_of(clustered(n, weights, free, free, cannot))
    expected = united(before, together)
    assume(not any({a, b} <= cluster for a, b in cannot for cluster in expected))
    assert sets_of(clustered(n, weights, free, free, cannot, together=together)) == expected


@settings(max_examples=examples(200), deadline=None)
@given(decided(), st.data())
def test_to_confirm_what_linkage_has_found_changes_nothing(graph, data):
    n, weights, single, identifier, apart, _, _ = graph
    labels = clustered(n, weights, single, identifier, apart)
    found = [(a, b) for a, b in combinations(range(n), 2) if labels[a] == labels[b]]
    confirmed = data.draw(st.lists(st.sampled_from(found), unique=True)) if found else []
    after = clustered(n, weights, single, identifier, apart, together=confirmed)
    assert sets_of(after) == sets_of(labels)


@pytest.mark.parametrize("between", [-900, -100, 300])
def test_where_a_decision_would_break_another_clusters_form_around_them(between):
    weights = {(0, 1): 500, (2, 3): 400, (1, 2): between, (0, 3): -200}
    free, cannot, together = [-1] * 4, {(1, 3)}, [(0, 2)]
    expected = slowly(4, weights, free, free, cannot, together)
    assert sets_of(clustered(4, weights, free, free, cannot, together=together)) == expected


def united(sets, pairs):
    """Return sets of rows with those that a pair reaches across made one."""
    out = [set(each) for each in sets]
    for a, b in pairs:
        one, other = (next(each for each in out if row in each) for row in (a, b))
        if one is not other:
            one |= other
            out.remove(other)
    return type(sets)(frozenset(each) for each in out)
