"""Precision, recall and F1 without a truth, estimated from clerical labels.

Takes labels with the strata they were drawn in, gives estimates with 95% intervals. A pair stands for as many as its
stratum has pairs for each answer (Horvitz and Thompson, 1952), and the three figures are ratios of such totals (Hajek).
Their variance follows by linearisation within strata (Cochran, "Sampling Techniques", 1977, sections 5A and 6.10;
Sarndal, Swensson and Wretman, "Model Assisted Survey Sampling", 1992, section 5.6).

Two things keep intervals honest where labels are few. In a stratum whose answers are all alike the sample shows no
spread, though there is some: for the variance, and for nothing else, each stratum gets further answers, as many as
``DOUBT``, as the model expects them. And an interval near one must not be symmetric: each is Wilson's (1927), at the
number of labels of a simple random sample that would be as exact (Franco, Little, Louis and Slud, "Comparative study of
confidence intervals for proportions in complex sample surveys", 2019).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from insighthub.linkage.evaluation_result import Interval, Scores
from insighthub.linkage.labels.frame import doubtful

Array = npt.NDArray[np.float64]
Z = 1.959963984540054  # 95%
DOUBT = 1.0


@dataclass(frozen=True)
class Answers:
    """Labelled pairs as drawn.

    Attributes:
        match: 1.0 one person, 0.0 two, NaN where nobody could say; shape (labels,).
        linked: whether the links say one person; shape (labels,).
        stratum: number of the stratum, shape (labels,).
        stratum_pairs: how many pairs that stratum stands for, shape (labels,).
        expected: what share of such pairs the model expects to be matches, shape (labels,).
    """

    match: Array
    linked: npt.NDArray[np.bool_]
    stratum: npt.NDArray[np.int64]
    stratum_pairs: Array
    expected: Array


@dataclass(frozen=True)
class Estimate:
    """What labels say of the links.

    Attributes:
        scores: precision of the links, recall among the pairs that labels were drawn from, and F1.
        answered: labels that say match or not.
        unanswered: pairs drawn that have no such label; taken to be like the others of their stratum.
        silent_strata: strata of which no pair was answered; for those the model's own expectation stands.
        linked_pairs, matches: how many there are, as estimated.
    """

    scores: Scores
    answered: int
    unanswered: int
    silent_strata: int
    linked_pairs: float
    matches: float


@dataclass(frozen=True)
class _Cells:
    """Answers by stratum (rows) and whether linked (two columns): share of the stratum that is so and so.

    Attributes:
        size: pairs of the stratum, shape (strata,).
        answered: labels, shape (strata,).
        cell: share of linked matches, linked others, matches not linked, and the rest; shape (strata, 4).
    """

    size: Array
    answered: Array
    cell: Array


# The four kinds of pair in a stratum: linked match, linked and no match, match not linked, neither.
_MATCH = np.array([1.0, 0.0, 1.0, 0.0])
_LINK = np.array([1.0, 1.0, 0.0, 0.0])


def estimate(answers: Answers, *, times: float = 1.0) -> Estimate:
    """Estimate precision, recall and F1 from labels.

    Args:
        answers: the labels, with what they were drawn with.
        times: give the intervals that so many times the labels would give, were all the others as those are.
    """
    seen, doubted = _counted(answers, 0.0), _counted(answers, DOUBT)
    doubted = replace(doubted, answered=np.minimum(doubted.answered * times, doubted.size))
    found = [_ratios(seen.size @ seen.cell), _ratios(doubted.size @ doubted.cell)]
    variances = _variances(doubted)
    intervals = [
        _wilson(value, near, variance) for value, near, variance in zip(found[0], found[1], variances, strict=True)
    ]
    known = ~np.isnan(answers.match)
    totals = seen.size @ seen.cell
    return Estimate(
        scores=Scores(*intervals),
        answered=int(known.sum()),
        unanswered=int((~known).sum()),
        silent_strata=int((seen.answered == 0).sum()),
        linked_pairs=float(totals @ _LINK),
        matches=float(totals @ _MATCH),
    )


def _counted(answers: Answers, doubt: float) -> _Cells:
    """Count each stratum's answers, with so many more as the model expects them; a silent one has those alone."""
    strata, place = np.unique(answers.stratum, return_inverse=True)
    known = ~np.isnan(answers.match)
    size = np.zeros(len(strata))
    size[place] = answers.stratum_pairs
    answered = np.bincount(place, weights=known.astype(float), minlength=len(strata))
    kind = np.where(answers.linked, 0, 2) + np.where(known & (answers.match > 0), 0, 1)
    counts = np.zeros((len(strata), 4))
    np.add.at(counts, (place[known], kind[known]), 1.0)
    more = np.where(answered > 0, doubt, max(doubt, DOUBT))
    expected = doubtful(answers.expected, answers.linked)
    prior = np.zeros((len(strata), 4))
    for offset, share in ((0, expected), (1, 1 - expected)):
        np.add.at(prior, (place, np.where(answers.linked, 0, 2) + offset), share)
    prior /= prior.sum(axis=1, keepdims=True)
    counts += prior * more[:, None]
    return _Cells(size, np.asarray(answered, np.float64), counts / counts.sum(axis=1, keepdims=True))


def _ratios(total: Array) -> tuple[float, float, float]:
    """Precision, recall and F1 of the four totals; 1 where there is nothing to get wrong."""
    both, links, matches = float(total[0]), float(total @ _LINK), float(total @ _MATCH)
    return (
        both / links if links else 1.0,
        both / matches if matches else 1.0,
        2 * both / (links + matches) if links + matches else 1.0,
    )


def _variances(cells: _Cells) -> list[float]:
    """Return the variance of each of the three ratios."""
    total = cells.size @ cells.cell
    links, matches = float(total @ _LINK), float(total @ _MATCH)
    both = _LINK * _MATCH
    p, r, f = _ratios(total)
    linear = (
        ((both - p * _LINK), links),
        ((both - r * _MATCH), matches),
        ((2 * both - f * (_LINK + _MATCH)), links + matches),
    )
    labels = np.maximum(cells.answered, 1.0)
    # Not more labels than pairs: where all were asked there is nothing left to chance.
    unseen = np.where(cells.answered > 0, np.maximum(0.0, 1 - cells.answered / cells.size), 1.0)
    out = []
    for values, below in linear:
        mean = cells.cell @ values
        spread = np.maximum(0.0, cells.cell @ values**2 - mean**2)
        out.append(float((cells.size**2 * unseen * spread / labels).sum()) / below**2 if below else 0.0)
    return out


def _wilson(value: float, near: float, variance: float) -> Interval:
    """Return Wilson's interval at the effective number of labels.

    Args:
        value: the estimate.
        near: a value near it that is neither 0 nor 1, with whose variance the labels are counted.
        variance: of the estimate.
    """
    if variance <= 0.0 or not 0.0 < near < 1.0:
        return Interval(value, value, value)
    labels = near * (1 - near) / variance
    centre = (value + Z**2 / (2 * labels)) / (1 + Z**2 / labels)
    half = Z / (1 + Z**2 / labels) * float(np.sqrt(value * (1 - value) / labels + Z**2 / (4 * labels**2)))
    return Interval(value, max(0.0, min(value, centre - half)), min(1.0, max(value, centre + half)))
