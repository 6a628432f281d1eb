"""recordlinkage, as its guides "Data deduplication", "Link two datasets" and "Classification algorithms" have it.

Pairs come from blocking on two columns at a time, several times over, as its page on performance advises, on each
identifier alone, and from a sorted neighbourhood of family names among equal dates of birth. They are compared as the
guides compare FEBRL's: names by Jaro-Winkler, addresses and other words by edit distance, the rest exactly; what is
missing disagrees. Two classifiers: ECM, the guide's unsupervised one (``binarize=0.8`` as there), and logistic
regression, its first supervised one.

In its favour: dates are compared by edit distance too, where the guides want them equal (on RLdata10000 this took F1
from .72 to .92); every pair of name, date, postcode and place columns is a block; similarities are kept as numbers for
the regression, where the guide for deduplication cuts them at 0.85; the labelled pairs are spread over all degrees of
likeness, so that there are matches among them; and two lists are linked, not deduplicated. recordlinkage makes no
clusters: pairs called a match are joined, as connected components.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import recordlinkage as rl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks.peers.job import Job, Labels, Outcome
from benchmarks.peers.setups import LABELS

SEED = 1
DEFAULT = 0.5
#: Probabilities to cut at; ECM's crowd together near 1.
GRID = (0.01, 0.05, *(n / 10 for n in range(1, 10)), 0.95, 0.98, *(1 - 10.0**-n for n in range(2, 11)))
#: A block of more pairs than this in all is left out: it would be the whole run.
BLOCK_LIMIT = 1_000_000


def link_unsupervised(job: Job) -> Outcome:
    """Link by the ECM classifier, which is told nothing."""
    features, notes = _features(job)
    classifier = rl.ECMClassifier(binarize=0.8)
    classifier.fit(features)
    return _outcome(job, features, classifier.prob(features), 0, notes)


def link_supervised(job: Job) -> Outcome:
    """Link by logistic regression, told the truth of some pairs."""
    if job.entities is None:
        raise ValueError("this set-up learns from labels, and was given none")
    features, notes = _features(job)
    told = features.iloc[_to_label(features)]
    left, right = (job.entities[told.index.get_level_values(side)] for side in (0, 1))
    classifier = rl.LogisticRegressionClassifier()
    classifier.fit(told, told.index[left == right])
    return _outcome(job, features, classifier.prob(features), len(told), notes)


def _to_label(features: pd.DataFrame) -> Labels:
    """Return the positions of pairs to label: as many from each tenth of the range of summed similarity."""
    likeness = features.sum(axis=1).to_numpy()
    band = np.minimum((10 * (likeness - likeness.min()) / max(1e-9, np.ptp(likeness))).astype(int), 9)
    dice = np.random.default_rng(SEED)
    order = dice.permutation(len(features))
    # The n-th of each band comes before any band's next, so a thin band leaves its share to the others.
    turn = pd.Series(band[order]).groupby(band[order]).cumcount().to_numpy()
    return np.asarray(order[np.argsort(turn, kind="stable")][:LABELS], np.int64)


def _outcome(job: Job, features: pd.DataFrame, probability: Any, labels: int, notes: list[str]) -> Outcome:
    left, right = (features.index.get_level_values(side).to_numpy() for side in (0, 1))
    probability = np.asarray(probability, float)

    def at(threshold: float) -> Labels:
        keep = probability >= threshold
        count = job.records.num_rows
        graph = coo_array((np.ones(int(keep.sum()), np.int8), (left[keep], right[keep])), shape=(count, count))
        return np.asarray(connected_components(graph, directed=False)[1], np.int64)

    def swept() -> Iterable[tuple[float, Labels]]:
        for threshold in GRID:
            yield threshold, at(threshold)

    return Outcome(at(DEFAULT), DEFAULT, labels, tuple(notes), swept)


def _features(job: Job) -> tuple[pd.DataFrame, list[str]]:
    frame = job.data.to_pandas().apply(lambda column: column.str.lower().str.strip())
    sides = [frame]
    if job.two_lists:
        sides = [frame.iloc[places] for places in job.sources()]
    pairs, notes = _candidates(job, frame, sides)
    compare = rl.Compare()
    for column in job.columns:
        if column.kind in {"given", "middle", "family"}:
            compare.string(column.name, column.name, method="jarowinkler", label=column.name)
        elif column.kind in {"date", "street", "place", "text"}:
            compare.string(column.name, column.name, label=column.name)
        else:
            compare.exact(column.name, column.name, label=column.name)
    return compare.compute(pairs, *sides), [*notes, f"{len(pairs):,} pairs compared"]


def _candidates(job: Job, frame: pd.DataFrame, sides: Sequence[pd.DataFrame]) -> tuple[pd.MultiIndex, list[str]]:
    names, dates = job.of_kind("given", "family"), job.of_kind("date")
    blocks: list[list[str]] = [[c] for c in job.of_kind("identifier", "contact")]
    blocks += [list(two) for two in combinations([*names, *dates, *job.of_kind("postcode", "place", "street")], 2)]
    indexer, notes = rl.Index(), []
    for block in blocks:
        sizes = frame.dropna(subset=block).groupby(block).size().to_numpy()
        if (sizes * (sizes - 1) // 2).sum() > BLOCK_LIMIT:
            notes.append(f"no block on {' and '.join(block)}: over {BLOCK_LIMIT:,} pairs")
            continue
        indexer.block(block)
    family = job.of_kind("family")
    if family and dates:
        indexer.sortedneighbourhood(family[0], window=9, block_on=[dates[0]])
    return indexer.index(*sides), notes
