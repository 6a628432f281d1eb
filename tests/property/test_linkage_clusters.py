"""Clusters are those of average linkage done slowly, and never hold what a person cannot have."""

from fractions import Fraction
from itertools import combinations
from random import Random

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from insighthub.linkage.cluster import Exclusive, cluster
from insighthub.linkage.pairs import Pairs

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


def clustered(n, weights, single, identifier, apart, *, threshold=0.0):
    bits = np.array([w / WHOLE_BITS for w in weights.values()], np.float32) + np.float32(threshold)
    exclusive = Exclusive(np.array(single, np.int32), np.array(identifier, np.int32), as_pairs(sorted(apart)))
    return cluster(n, as_pairs(weights), bits, exclusive, threshold_bits=threshold).tolist()


def fits(rows, single, identifier, apart):
    """Whether these rows could be one person."""
    sources = [single[r] for r in rows if single[r] >= 0]
    known = {identifier[r] for r in rows if identifier[r] >= 0}
    return len(set(sources)) == len(sources) and len(known) <= 1 and not apart & set(combinations(sorted(rows), 2))


def slowly(n, weights, single, identifier, apart):
    """Join the two clusters with the highest mean of compared pairs, over and over; None where two means tie."""
    clusters = [frozenset([r]) for r in range(n)]
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


def sets_of(labels):
    return {frozenset(r for r, label in enumerate(labels) if label == one) for one in labels}


@settings(max_examples=400, deadline=None)
@given(graphs())
def test_clusters_are_those_of_average_linkage_done_slowly(graph):
    expected = slowly(*graph)
    assume(expected is not None)
    assert sets_of(clustered(*graph)) == expected


@settings(max_examples=100, deadline=None)
@given(graphs(), st.sampled_from([-3.0, 2.0, 7.5]))
def test_another_threshold_moves_every_weight(graph, threshold):
    assert clustered(*graph, threshold=threshold) == clustered(*graph)


@settings(max_examples=200, deadline=None)
@given(graphs(most=25))
def test_no_cluster_holds_what_a_person_cannot_have(graph):
    _, weights, single, identifier, apart = graph
    for rows in sets_of(clustered(*graph)):
        assert fits(rows, single, identifier, apart)
        assert len(rows) == 1 or all(any(r in p and set(p) <= rows for p in weights) for r in rows)


@settings(max_examples=100, deadline=None)
@given(graphs(most=20), st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_makes_no_difference(graph, random):
    n, weights, *rest = graph
    shuffled = list(weights.items())
    random.shuffle(shuffled)
    assert clustered(n, dict(shuffled), *rest) == clustered(*graph)


@settings(max_examples=100, deadline=None)
@given(graphs(most=20))
def test_labels_count_clusters_in_the_order_in_which_rows_show_them(graph):
    labels = clustered(*graph)
    assert list(dict.fromkeys(labels)) == list(range(len(set(labels))))
