"""What the answers given so far say of a release: precision and recall with intervals, live.

Takes the items that were drawn to measure a release, and their answers, gives the estimates of ``linkage.labels``, for
all pairs and for each two sources; and how many more answers would halve an interval. The figures are of the release
from which the pairs were drawn: what was answered binds later runs, so that a later release is right on these very
pairs, and they say nothing of its others.

An answer counts as soon as it is given. Of an item on which two reviewers differ nobody can say as yet: it is taken to
be like the others of its stratum, as those are that nobody has answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select

from insighthub.linkage.evaluation_result import Interval
from insighthub.linkage.labels.estimate import Answers, Estimate, estimate
from insighthub.review.draw import MEASURE
from insighthub.review.items import SECOND, SETTLED
from insighthub.review.tables import review_answer, review_item

LEAST = 10  # answers on pairs of two sources from which they have figures of their own
_MOST_TIMES = 12.0
_VALUES = {"match": 1.0, "not": 0.0, "cannot_say": np.nan}


@dataclass(frozen=True)
class SourcePairEstimate:
    """What the answers say of the pairs of two sources; the intervals are wide where few pairs were drawn."""

    source_l: str
    source_r: str
    answered: int
    precision: Interval
    recall: Interval


@dataclass(frozen=True)
class LiveEstimate:
    """What the answers say of a release.

    Attributes:
        run_id: the release.
        drawn: pairs that were drawn to measure it.
        answered: those of them that are answered with match or not.
        cannot_say: those of which nobody could say.
        disagreed: those on which reviewers differ.
        estimate: precision, recall and F1; None where nothing is answered.
        by_sources: the same by the two sources, those with most answers first.
        more_for_precision: how many more answers would halve the interval of precision; None where not even twelve
            times as many as now would.
        more_for_recall: the same of recall.
    """

    run_id: str
    drawn: int
    answered: int
    cannot_say: int
    disagreed: int
    estimate: Estimate | None
    by_sources: tuple[SourcePairEstimate, ...]
    more_for_precision: int | None
    more_for_recall: int | None


def live_estimate(connection: Connection, run_id: str | None = None) -> LiveEstimate | None:
    """Estimate from the answers given so far.

    Args:
        connection: of the state.
        run_id: the release; the newest that was drawn from where not given.

    Returns:
        The estimate; None where nothing was drawn to measure that release.
    """
    run_id = run_id or connection.execute(
        select(func.max(review_item.c.run_id)).where(review_item.c.purpose == MEASURE)
    ).scalar()  # fmt: skip
    query = select(review_item).where(review_item.c.run_id == run_id, review_item.c.purpose == MEASURE)
    rows = list(connection.execute(query.order_by(review_item.c.item_id)).mappings())
    if not rows or run_id is None:
        return None
    first = _first_answers(connection, run_id)
    said = [_said(row, first) for row in rows]
    answers = Answers(
        match=np.array([_VALUES.get(word or "", np.nan) for word in said]),
        linked=np.array([row["linked"] for row in rows], bool),
        stratum=np.unique([row["stratum"] for row in rows], return_inverse=True)[1],
        stratum_pairs=np.array([row["stratum_pairs"] for row in rows], float),
        expected=np.array([row["expected"] for row in rows], float),
    )
    answered = int((~np.isnan(answers.match)).sum())
    disagreed = sum(row["status"] not in (SETTLED, SECOND, "open") for row in rows)
    counts = (run_id, len(rows), answered, said.count("cannot_say"), disagreed)
    if not answered:
        return LiveEstimate(*counts, None, (), None, None)
    sources = [(row["source_l"], row["source_r"]) for row in rows]
    precision, recall = answers_to_halve(answers)
    return LiveEstimate(*counts, estimate(answers), _by_sources(answers, sources), precision, recall)


def within(answers: Answers, domain: npt.NDArray[np.bool_]) -> Answers:
    """Return the answers as they are of some of the pairs: all others are neither linked nor a match.

    So a domain is estimated with the design of the whole sample: how many of a stratum's pairs lie in it is estimated
    too, and the interval knows it (Sarndal, Swensson and Wretman, 1992, chapter 10).
    """
    return replace(
        answers,
        match=np.where(domain | np.isnan(answers.match), answers.match, 0.0),
        linked=answers.linked & domain,
        expected=np.where(domain, answers.expected, 0.0),
    )


def answers_to_halve(answers: Answers) -> tuple[int | None, int | None]:
    """Return how many more answers would halve the intervals of precision and of recall, were they like those given.

    Args:
        answers: those given so far.
    """
    given = int((~np.isnan(answers.match)).sum())
    return _more(answers, given, "precision"), _more(answers, given, "recall")


def _more(answers: Answers, given: int, figure: str) -> int | None:
    def width(times: float) -> float:
        found: Interval = getattr(estimate(answers, times=times).scores, figure)
        return found.high - found.low

    wanted = width(1.0) / 2
    if not wanted:
        return 0
    low, high = 1.0, _MOST_TIMES
    if width(high) > wanted:
        return None
    while (high - low) * given > 0.5:
        middle = (low + high) / 2
        low, high = (middle, high) if width(middle) > wanted else (low, middle)
    return int(np.ceil(given * (high - 1)))


def _by_sources(answers: Answers, sources: list[tuple[str, str]]) -> tuple[SourcePairEstimate, ...]:
    known = ~np.isnan(answers.match)
    out = []
    for pair in sorted(set(sources)):
        domain = np.array([each == pair for each in sources])
        answered = int((domain & known).sum())
        if answered >= LEAST:
            scores = estimate(within(answers, domain)).scores
            out.append(SourcePairEstimate(*pair, answered, scores.precision, scores.recall))
    return tuple(sorted(out, key=lambda each: (-each.answered, each.source_l, each.source_r)))


def _first_answers(connection: Connection, run_id: str) -> dict[int, str]:
    """Return the one answer of each item that waits for a second."""
    found = connection.execute(
        select(review_answer.c.item_id, review_answer.c.answer)
        .join(review_item, review_item.c.item_id == review_answer.c.item_id)
        .where(review_item.c.run_id == run_id, review_item.c.status == SECOND, review_answer.c.undone_at.is_(None))
    )
    return {item_id: said for item_id, said in found.all()}  # noqa: C416


def _said(row: Any, first: dict[int, str]) -> str | None:
    said: str | None = row["outcome"] if row["status"] == SETTLED else first.get(row["item_id"])
    return said
