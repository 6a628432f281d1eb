"""How many pairs of one person blocking has missed: capture and recapture between groups of rules.

Takes the candidates with the rules that gave each, and their match probabilities; gives how many matches no rule gave,
with an interval. Rules fall into four groups by what they look at: contacts and identifiers, dates of birth, places,
and names alone. A group is judged by the others: of the matches that other groups gave, what share did it give too?
If groups miss independently of each other, a match that all of them could have given was missed by all with the
product of what each misses; so for those found, so many were not (Darroch, "The multiple-recapture census", 1958).

Groups are judged apart for pairs of which different things are known, since a group cannot give a pair whose fields
it does not know; and names alone are judged apart where one or both of the given names are an initial. That is where
most of what makes one group miss with another comes from. What remains (people who move and whose name is misspelt in
the same breath, records that hold little) makes the figure too low rather than too high; so does a model that thinks
too little of matches which one group alone found.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from insighthub.linkage.blocking.candidates import HOMES, STRONG
from insighthub.linkage.blocking.pairing import Candidates
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.encode import Encoded
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.result import GroupOfRules, MissedByBlocking

Array = npt.NDArray[np.float64]
GROUPS = ("contacts and identifiers", "dates of birth", "places", "names alone")
CONTACT, DATE, PLACE, NAME = range(4)
DATES = ("birth_date", "birth_year", "birth_day")
PLACES = (*HOMES, "postcode", "sector")
LEAST_PROBABILITY = 0.01  # pairs under it are many, and hardly matches
FOLDS = 20  # parts of the people, each left out in turn for the interval
Z = 1.96  # for an interval that holds 95 times in a hundred
KINDS = 3  # neither, one or both of the given names an initial


def group_of(rule: BlockingRule) -> int:
    """Return the group that a rule is of."""
    fields = rule.all_fields()
    if all(f in STRONG for f in fields):
        return CONTACT
    if any(f in DATES for f in fields):
        return DATE
    return PLACE if any(f in PLACES for f in fields) else NAME


def missed_by_blocking(
    data: Encoded,
    candidates: Candidates,
    rules: Sequence[BlockingRule],
    probability: npt.NDArray[np.floating],
    person: npt.NDArray[np.integer],
) -> MissedByBlocking:
    """Estimate the matches that no rule gave.

    Args:
        data: coded rows.
        candidates: the pairs that the rules gave.
        rules: the rules, in the order in which they made the candidates.
        probability: that each candidate pair is a match, shape (pairs,).
        person: number of the person that each row was put to, shape (n,); the interval leaves out people, not pairs,
            since one person's pairs are found and missed together.
    """
    at = np.flatnonzero((probability >= LEAST_PROBABILITY) & (candidates.rules & 1 == 0))
    pairs = Pairs(candidates.pairs.left[at], candidates.pairs.right[at])
    given = _given(candidates.rules[at], rules)
    known, kind = _known(data, pairs)
    # A group that gave a pair could give it, whatever was thought to be known.
    cell = ((known | given) * KINDS + kind) * 16 + given
    fold = person[pairs.left] % FOLDS
    shape = (FOLDS, 16, KINDS, 16)
    counts = np.bincount(
        fold * (16 * KINDS * 16) + cell, weights=probability[at], minlength=int(np.prod(shape))
    ).reshape(shape)
    total = counts.sum(axis=0)
    missed = _missed(total)
    without = np.array([_missed(total - part) * FOLDS / (FOLDS - 1) for part in counts])
    told = (FOLDS - 1) / FOLDS * ((without - without.mean()) ** 2).sum()
    # What is told is how many would be missed on average; how many were is a count about it.
    spread = float(np.sqrt(told + missed))
    # On the scale of logs, so that the interval does not reach below nought.
    # Nor beyond the matches that were found: where next to none are missed, the scale of logs says nothing of how many.
    most = float(np.log(max(float(total.sum()), missed) / missed)) if missed > 0 else 0.0
    factor = float(np.exp(min(Z * spread / missed, most))) if missed > 0 else 1.0
    every = _by_given_of(total.sum(axis=(0, 1)))
    return MissedByBlocking(
        found=float(total.sum()),
        missed=missed,
        low=missed / factor,
        high=missed * factor,
        groups=tuple(
            GroupOfRules(
                name, sum(group_of(r) == g for r in rules), float(every[g][0]), *(float(x) for x in _seen(total, g))
            )
            for g, name in enumerate(GROUPS)
            if any(group_of(r) == g for r in rules)
        ),
    )


def _given(bits: npt.NDArray[np.int64], rules: Sequence[BlockingRule]) -> npt.NDArray[np.int64]:
    """Return the groups that gave each pair, a bit each."""
    out = np.zeros(len(bits), np.int64)
    for g in range(len(GROUPS)):
        mask = sum(1 << (i + 1) for i, rule in enumerate(rules) if group_of(rule) == g)
        out |= ((bits & np.int64(mask)) != 0).astype(np.int64) << g
    return out


def _known(data: Encoded, pairs: Pairs) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the groups whose fields both rows of each pair know, a bit each; and how many given names are initials."""
    out = np.zeros(len(pairs), np.int64)
    for g, names in (
        (CONTACT, STRONG),
        (DATE, ("birth_year",)),
        (PLACE, (*HOMES, "postcode")),
    ):
        both = np.zeros(len(pairs), bool)
        for name in names:
            code = data.codes[name]
            both |= (code[pairs.left] >= 0) & (code[pairs.right] >= 0)
        out |= both.astype(np.int64) << g
    named = (data.codes["given_name"] >= 0) & (data.codes["family_name"] >= 0)
    out |= (named[pairs.left] & named[pairs.right]).astype(np.int64) << NAME
    initial = data.flags["given_is_initial"]
    return out, initial[pairs.left].astype(np.int64) + initial[pairs.right]


def _by_given_of(counts: Array) -> list[tuple[float, float, float]]:
    """Return for each group: pairs it gave, pairs that others gave, and pairs that both gave.

    Args:
        counts: pairs by the groups that gave them, shape (16,).
    """
    patterns = np.arange(16)
    out = []
    for g in range(len(GROUPS)):
        own = (patterns >> g) & 1 == 1
        others = patterns & ~(1 << g) != 0
        out.append((counts[own].sum(), counts[others].sum(), counts[own & others].sum()))
    return out


def _seen(total: Array, g: int) -> tuple[float, float]:
    """Return the pairs that others gave and group ``g`` could have given, and how many of them it gave."""
    could = [known for known in range(16) if known >> g & 1]
    _, others, both = _by_given_of(total[could].sum(axis=(0, 1)))[g]
    return others, both


def _missed(total: Array) -> float:
    """Return how many matches no group gave, from those found by what was known and what gave them.

    Args:
        total: shape (known, kinds of given names, given).
    """
    missed = 0.0
    for known in range(16):
        pooled = _by_given_of(total[known].sum(axis=0))
        for kind in range(KINDS):
            found = float(total[known, kind].sum())
            if not found:
                continue
            all_miss = 1.0
            own = _by_given_of(total[known, kind])
            for g in range(len(GROUPS)):
                if not known >> g & 1:
                    continue
                # A name written as an initial hinders names alone, and nothing else: the rest is told from all.
                _, others, both = own[g] if g == NAME else pooled[g]
                # Of sums in another order, which may differ in the last place.
                all_miss *= 1.0 - min(both / others if others else 0.0, 1.0)
            if all_miss < 1.0:
                missed += found * all_miss / (1.0 - all_miss)
    return missed
