"""A first look at pairs: about how likely each is to be one person, before the model of the run is learned.

Takes coded rows and the comparisons of the run, gives a judge for ``choose``. It compares the pairs as the run will,
and learns from them alone in a few rounds: enough to tell likely matches from pairs that merely share what they were
found by.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insighthub.linkage.blocking.choose import Judge
from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.em import learn_with_random_pairs
from insighthub.linkage.encode import Encoded
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.frequencies import NameRarity, log_frequencies
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import compare
from insighthub.linkage.random_pairs import draw_pairs
from insighthub.linkage.score import probability_of, score

ROUNDS = 12
RANDOM_PAIRS = 50_000


def first_look(data: Encoded, comparisons: tuple[Comparison, ...], rarity: NameRarity, threads: int = 1) -> Judge:
    """Return a judge of pairs of these rows."""

    def judge(pairs: Pairs) -> npt.NDArray[np.float64]:
        if not len(pairs) or not comparisons:
            return np.zeros(len(pairs))
        patterns = compare(data, comparisons, rarity, pairs, threads=threads)
        random = compare(data, comparisons, rarity, draw_pairs(data.n, RANDOM_PAIRS), threads=threads)
        rows = len(np.unique(np.concatenate([pairs.left, pairs.right])))
        parameters = learn_with_random_pairs(
            patterns, random, comparisons, rows=max(2, rows), iterations=ROUNDS, tolerance=1e-2, threads=threads
        )
        fitted = Fitted(data, comparisons, parameters, log_frequencies(data, comparisons), rarity.namesakes)
        return probability_of(score(fitted, patterns, pairs.left))

    return judge
