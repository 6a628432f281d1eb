"""The rules of a run: those that bring the most likely matches for each pair they cost.

Takes coded rows and a judge of pairs, gives rules. On a sample of rows, the pairs of every candidate rule are made and
each is given its chance of being one person. Rules are then taken one by one, always the one with the most likely
matches per pair among those that no rule before it gave, until the next one would cost more than a match is worth, or
the budget of pairs is spent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from insighthub.linkage.blocking.candidates import candidate_rules, needed_rules
from insighthub.linkage.blocking.copies import first_identical
from insighthub.linkage.blocking.pairing import MOST_RULES
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.blocking.sample import Sample, draw_sample, sampled_pairs
from insighthub.linkage.encode import Encoded
from insighthub.linkage.pairs import Pairs

#: Gives each pair the chance that it is one person, shape (pairs,).
Judge = Callable[[Pairs], npt.NDArray[np.float64]]

PRICE = 50.0  # pairs that are compared to find one more likely match
FREE = 4.0  # pairs a record that are compared whatever they bring: clusters know by them who is not whom
AGAIN = 0.02  # what a pair that another rule has given already costs: it is found and put aside, not compared
ANY = int(np.iinfo(np.int64).max)
LEAST = 2e-4  # a rule that adds a smaller share of the likely matches found is not worth its pass over the rows


def choose_rules(
    data: Encoded, judge: Judge, *, cap: int, pairs_per_record: float, threads: int = 1
) -> tuple[BlockingRule, ...]:
    """Choose the blocking rules.

    Args:
        data: coded rows.
        judge: gives each pair of a sample its chance of being one person.
        cap: most records in a block.
        pairs_per_record: the budget: about how many pairs there may be, for each record.
        threads: rules to look at at once.
    """
    needed, candidates = needed_rules(data), candidate_rules(data)
    if len(candidates) == len(needed):
        return candidates
    distinct = first_identical(data) == np.arange(data.n)
    sample = draw_sample(distinct)
    budget = pairs_per_record * data.n * sample.pairs_chance
    most = {rule: ANY if rule in needed else max(1, int(budget)) for rule in candidates}
    rules, found = _found(data, candidates, sample, cap=cap, most=most, threads=threads)
    number, pairs = _numbered(found, data.n)
    worth = judge(pairs)
    taken = [i for i, rule in enumerate(rules) if rule in needed]
    chosen = _greedy(number, worth, taken, free=FREE * data.n * sample.pairs_chance, budget=budget)
    # Needed rules that have no pair in the sample may have some outside it.
    left_out = [r for r in needed if r not in rules]
    return (*left_out, *(rules[i] for i in chosen))[:MOST_RULES]


def _found(
    data: Encoded,
    candidates: Sequence[BlockingRule],
    sample: Sample,
    *,
    cap: int,
    most: Mapping[BlockingRule, int],
    threads: int,
) -> tuple[list[BlockingRule], list[npt.NDArray[np.int64]]]:
    """Return the rules that have pairs, and not too many, and the sampled pairs of each as one integer a pair."""

    def sampled(rule: BlockingRule) -> npt.NDArray[np.int64] | None:
        pairs = sampled_pairs(rule, data.codes, sample, cap=rule.cap(cap), most=most[rule])
        return None if pairs is None or not len(pairs[0]) else pairs[0].astype(np.int64) * data.n + pairs[1]

    with ThreadPoolExecutor(threads) as pool:
        every = zip(candidates, pool.map(sampled, candidates), strict=True)
        kept = [(rule, pairs) for rule, pairs in every if pairs is not None]
    return [rule for rule, _ in kept], [pairs for _, pairs in kept]


def _numbered(found: Sequence[npt.NDArray[np.int64]], n: int) -> tuple[list[npt.NDArray[np.int32]], Pairs]:
    """Number the distinct pairs of all rules; return the numbers of each rule's, and the pairs."""
    distinct, inverse = np.unique(np.concatenate([*found, np.empty(0, np.int64)]), return_inverse=True)
    ends = np.cumsum([len(f) for f in found]).tolist()
    numbers = [inverse[end - len(f) : end].astype(np.int32) for f, end in zip(found, ends, strict=True)]
    return numbers, Pairs((distinct // n).astype(np.int32), (distinct % n).astype(np.int32))


def _greedy(
    numbers: Sequence[npt.NDArray[np.int32]],
    worth: npt.NDArray[np.float64],
    needed: Sequence[int],
    free: float,
    budget: float,
) -> list[int]:
    """Take the needed rules, then others by likely matches per pair; return their places in the order taken."""
    given = np.zeros(len(worth), bool)
    chosen = list(needed)
    for i in chosen:
        given[numbers[i]] = True
    open_rules = [i for i in range(len(numbers)) if i not in set(chosen)]
    while open_rules:
        best, best_rate, new_of_best = -1, 1.0 / PRICE if given.sum() > free else 0.0, None
        enough = LEAST * float(worth[given].sum())
        room = budget - float(given.sum())
        for i in list(open_rules):
            new = numbers[i][~given[numbers[i]]]
            gain = float(worth[new].sum())
            # What a rule adds only shrinks as others are taken.
            if gain <= enough:
                open_rules.remove(i)
                continue
            rate = gain / (len(new) + AGAIN * (len(numbers[i]) - len(new)))
            if rate > best_rate and len(new) <= room:
                best, best_rate, new_of_best = i, rate, new
        if new_of_best is None:
            break
        given[new_of_best] = True
        chosen.append(best)
        open_rules.remove(best)
    return chosen
