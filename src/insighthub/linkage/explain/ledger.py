"""The account of one pair: from the prior to its match weight, step by step.

Takes levels and the rarity of what the pair agrees on, gives steps that add up to the match weight exactly, and what
each kind of pair did. First the match is weighed against two unrelated people alone: there each comparison weighs what
the table of level weights says, whatever the order. Then the kinds that share things by their nature (a family,
co-residents, namesakes) are let in, the likeliest first, and each takes off what it explains as well as a match does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Rule
from insighthub.linkage.em import CLASSES, M, N, U, rule_of
from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.nouns import title_of
from insighthub.linkage.score import FAR_BITS, MOST_BITS, match_bits

Array = npt.NDArray[np.float64]
LN2 = float(np.log(2.0))
TELLING = 1e-3  # bits under which a difference comes from rounding alone

#: What two records are, by kind of pair.
KINDS = {
    "match": "one person",
    "family": "two people of one family",
    "coresident": "two people at one address",
    "namesake": "two people of one name",
    "unrelated": "two unrelated people",
}


@dataclass(frozen=True)
class Evidence:
    """What is known of a pair.

    Attributes:
        levels: level of each comparison, -1 where not known.
        rarity: comparison -> bits that the rarity of the value agreed on speaks for a match; see ``pairs.parquet``.
        full_name: the same of given and family name together, which tells namesakes alone.
        sources: of the two records.
    """

    levels: tuple[int, ...]
    rarity: Mapping[str, float]
    full_name: float = 0.0
    sources: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Step:
    """One step from the prior to the match weight of a pair."""

    label: str  # "Before any evidence", "Given name: same", "Family name: how rare the value is"
    weight: float  # bits that this step adds
    comparison: str | None = None  # of what comparison
    level: int | None = None  # the level, where the step is one; -1 where not known
    kind: str | None = None  # the kind of pair that this step lets in


@dataclass(frozen=True)
class Kind:
    """What one kind of pair did."""

    name: str  # "match", "family", "coresident", "namesake", "unrelated"
    label: str  # in words, as in ``KINDS``
    probability: float  # that the pair is of this kind
    takes: float  # bits that letting this kind in took off the match weight


@dataclass(frozen=True)
class Ledger:
    """The steps, what each kind did, and the sum in bits."""

    steps: tuple[Step, ...]
    kinds: tuple[Kind, ...]
    weight: float


def joint_likelihood(learned: Learned, evidence: Sequence[Evidence]) -> Array:
    """Return log P(evidence, kind) for each pair and kind of pair, shape (pairs, kinds)."""
    levels = np.array([e.levels for e in evidence], np.int8)
    joint = learned.log_joint(levels, [e.sources for e in evidence])
    for k, comparison in enumerate(learned.comparisons):
        bits = [e.rarity.get(comparison.name, 0.0) if e.levels[k] == 0 else 0.0 for e in evidence]
        if any(bits):
            joint -= np.outer(bits, LN2 * _follows_u(learned, k))
    joint[:, N] -= np.array([e.full_name for e in evidence]) * LN2
    return joint


def weights_of(learned: Learned, evidence: Sequence[Evidence]) -> Array:
    """Return the match weight of each pair in bits, within 60 bits either way; shape (pairs,)."""
    return np.asarray(np.clip(match_bits(joint_likelihood(learned, evidence)), -MOST_BITS, MOST_BITS))


def _growing(learned: Learned, evidence: Evidence) -> Array:
    """Return log P(levels, kind) as each comparison in turn becomes known, shape (comparisons + 1, kinds)."""
    count = len(evidence.levels)
    known = np.tile(np.array(evidence.levels, np.int8), (count + 1, 1))
    known[np.triu_indices(count + 1, 0, count)] = -1
    return learned.log_joint(known, [evidence.sources] * (count + 1))


def account(learned: Learned, evidence: Evidence, *, barred: str | None = None, weight: float | None = None) -> Ledger:
    """Return the steps of a pair, and what each kind of pair did.

    Args:
        learned: the model.
        evidence: of the pair.
        barred: why the two cannot be one person, whatever they share, in words.
        weight: the match weight that the run gave. A last step says what sets it apart from the sum: the two are
            barred, weights end at 60 bits, or names' rarity is rounded far under any threshold.
    """
    growing = _growing(learned, evidence)
    against_unrelated = (growing[:, M] - growing[:, U]) / LN2
    steps = [Step("Before any evidence", float(against_unrelated[0]))]
    for k, comparison in enumerate(learned.comparisons):
        level = evidence.levels[k]
        title = title_of(comparison.name)
        if level < 0:
            steps.append(Step(f"{title}: not known", 0.0, comparison.name, level))
            continue
        label = f"{title}: {comparison.labels[level]}"
        gain = float(against_unrelated[k + 1] - against_unrelated[k])
        steps.append(Step(label, gain, comparison.name, level))
        if level == 0 and comparison.name in evidence.rarity:
            bits = evidence.rarity[comparison.name]
            steps.append(Step(f"{title}: how rare the value is", bits, comparison.name))
    joint = joint_likelihood(learned, [evidence])[0]
    steps += _kinds_let_in(joint, evidence)
    total = float(match_bits(joint[None, :])[0])
    final = total if weight is None else weight
    if barred is not None or abs(final - total) > TELLING:
        steps.append(Step(_closing(barred, final), final - total))
    return Ledger(tuple(steps), _kinds(joint, steps, barred=barred is not None), final)


def _follows_u(learned: Learned, k: int) -> Array:
    return np.array([rule_of(learned.comparisons[k], c) is Rule.U for c in range(len(CLASSES))], float)


def _kinds_let_in(joint: Array, evidence: Evidence) -> list[Step]:
    """Let the competing kinds in, the likeliest first; namesakes first as of any name, and then as of this one."""
    steps = []
    rivals = sorted((c for c in range(len(CLASSES)) if c not in (M, U)), key=lambda c: (-joint[c], c))
    known = np.full(len(CLASSES), -np.inf)
    known[[M, U]] = joint[[M, U]]
    at = float(match_bits(known[None, :])[0])

    def let_in(label: str, c: int, likelihood: float) -> None:
        nonlocal at
        known[c] = likelihood
        now = float(match_bits(known[None, :])[0])
        steps.append(Step(label, now - at, kind=CLASSES[c]))
        at = now

    for c in rivals:
        label = f"They could be {KINDS[CLASSES[c]]}"
        average = float(joint[c]) + (evidence.full_name * LN2 if c == N else 0.0)
        let_in(label, c, average)
        if c == N and evidence.full_name:
            let_in(f"{label}: how many share it", c, float(joint[c]))
    return steps


def _kinds(joint: Array, steps: Sequence[Step], *, barred: bool) -> tuple[Kind, ...]:
    whole = joint.copy()
    if barred:
        whole[M] = -np.inf
    shares = np.exp(whole - whole.max())
    shares /= shares.sum()
    taken = {name: sum(-step.weight for step in steps if step.kind == name) for name in CLASSES}
    return tuple(Kind(name, KINDS[name], float(shares[c]), taken[name]) for c, name in enumerate(CLASSES))


def _closing(barred: str | None, weight: float) -> str:
    if barred is not None:
        return barred
    if abs(weight) >= MOST_BITS:
        return f"Weights end at {MOST_BITS:.0f} bits"
    if weight <= FAR_BITS:
        return "So far from any threshold, names' rarity is rounded"
    return "What else the model weighs"
