"""How far reviewers agree: Cohen's kappa, with an interval.

Takes the first two answers to the items that two were asked about, gives kappa for each two reviewers and for all.
Kappa is the agreement over what chance would give (Cohen, "A coefficient of agreement for nominal scales", 1960), its
variance that of Fleiss, Cohen and Everitt ("Large sample standard errors of kappa", 1969). The interval is Wilson's
(1927) for the share agreed on, at the number of items that has that variance, with chance as it was found: so it lies
within what kappa can be, and is no point where all agreed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, select

from insighthub.linkage.evaluation_result import Interval
from insighthub.review.tables import review_answer, review_item

ANSWERS = ("match", "not", "cannot_say")
_Z = 1.959963984540054  # 95%


@dataclass(frozen=True)
class Agreement:
    """How far two reviewers, or all, agree.

    Attributes:
        reviewers: the two; empty for all.
        items: how many items two of them answered.
        agreed: on how many they said the same.
        kappa: Cohen's, with its 95% interval; None where there are no such items, or chance alone agrees on all.
    """

    reviewers: tuple[str, ...]
    items: int
    agreed: int
    kappa: Interval | None


def agreement(connection: Connection) -> list[Agreement]:
    """Return the agreement of all reviewers, and then of each two who answered the same items, by name."""
    columns = (review_answer.c.item_id, review_answer.c.reviewer, review_answer.c.answer)
    found = connection.execute(
        select(*columns)
        .join(review_item, review_item.c.item_id == review_answer.c.item_id)
        .where(review_item.c.twice, review_answer.c.undone_at.is_(None), review_answer.c.agreed.is_(False))
        .order_by(review_answer.c.item_id, review_answer.c.answer_id)
    ).all()
    by_item: dict[int, list[tuple[str, str]]] = {}
    for item_id, reviewer, said in found:
        by_item.setdefault(item_id, []).append((reviewer, said))
    # The third comes only where two differ, and would say that people agree less than they do.
    both = [sorted(given[:2]) for given in by_item.values() if len(given) > 1]
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for (one, said), (other, said_other) in both:
        pairs.setdefault((one, other), []).append((said, said_other))
    every = [said for pair in pairs.values() for said in pair]
    return [_of((), every), *(_of(names, pairs[names]) for names in sorted(pairs))]


def cohens_kappa(said: Sequence[tuple[str, str]]) -> Interval | None:
    """Return kappa of two raters with its 95% interval; None where it is not defined.

    Args:
        said: of each item what the one and the other said.
    """
    count = Counter(said)
    table = np.array([[count[a, b] for b in ANSWERS] for a in ANSWERS], float)
    n = table.sum()
    if not n:
        return None
    share = table / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, chance = float(np.trace(share)), float(rows @ columns)
    if chance >= 1.0:
        return None
    kappa = (observed - chance) / (1 - chance)
    # Fleiss, Cohen and Everitt, formula 13.
    diagonal = float((np.diag(share) * ((1 - chance) - (rows + columns) * (1 - observed)) ** 2).sum())
    sums = (columns[:, None] + rows[None, :]) ** 2
    off = float((share * sums).sum() - np.trace(share * sums)) * (1 - observed) ** 2
    variance = (diagonal + off - (observed * chance - 2 * chance + observed) ** 2) / (n * (1 - chance) ** 4)
    items = n
    if variance > 0 and 0 < observed < 1:
        items = observed * (1 - observed) / (variance * (1 - chance) ** 2)
    centre = (observed + _Z**2 / (2 * items)) / (1 + _Z**2 / items)
    half = _Z / (1 + _Z**2 / items) * float(np.sqrt(observed * (1 - observed) / items + _Z**2 / (4 * items**2)))
    low, high = ((end - chance) / (1 - chance) for end in (max(0.0, centre - half), min(1.0, centre + half)))
    return Interval(kappa, min(low, kappa), max(high, kappa))


def _of(names: tuple[str, ...], said: Sequence[tuple[str, str]]) -> Agreement:
    return Agreement(names, len(said), sum(a == b for a, b in said), cohens_kappa(said))
