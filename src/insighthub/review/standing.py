"""How review stands: what waits by what it is, what one reviewer did, and what became decisions.

Takes connections of the state, gives plain data. What others answered of an item that is still asked about is no part
of it, and neither is how many they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from insighthub.residents import decisions
from insighthub.review.answers import MATCH, NOT, Answer, answers_of, as_answer
from insighthub.review.items import SETTLED, Item, Narrowed, as_item, waits_for
from insighthub.review.tables import review_answer, review_item


@dataclass(frozen=True)
class Waiting:
    """Items of one sort that wait for a reviewer, and how many there are."""

    purpose: str
    status: str
    sources: tuple[str, str]
    count: int


@dataclass(frozen=True)
class Found:
    """What settled pairs say of the release that they were drawn from.

    Attributes:
        wrong_links: pairs that the release has as one person and reviewers say are two.
        missed_links: pairs that it has as two and reviewers say are one.
        borne_out: pairs of which both say the same.
    """

    wrong_links: int
    missed_links: int
    borne_out: int


@dataclass(frozen=True)
class Decided:
    """An item that became decisions which hold; ``holds`` are their numbers, ``answers`` the answers that led to it."""

    item: Item
    holds: tuple[int, ...]
    answers: tuple[Answer, ...]


def waiting(connection: Connection, reviewer: str, narrowed: Narrowed) -> tuple[Waiting, ...]:
    """Return how many items of each sort wait for a reviewer."""
    keys = (review_item.c.purpose, review_item.c.status, review_item.c.source_l, review_item.c.source_r)
    query = select(*keys, func.count()).where(waits_for(reviewer), *narrowed.conditions()).group_by(*keys)
    return tuple(Waiting(p, s, (left, right), n) for p, s, left, right, n in connection.execute(query).all())


def open_items(connection: Connection) -> list[Item]:
    """Return every item that is not settled."""
    found = connection.execute(select(review_item).where(review_item.c.status != SETTLED))
    return [as_item(row) for row in found.mappings()]


def answers_by(connection: Connection, reviewer: str, *, limit: int = 1) -> list[Answer]:
    """Return the last answers of a reviewer that hold, newest first."""
    query = (
        select(review_answer)
        .where(review_answer.c.reviewer == reviewer, review_answer.c.undone_at.is_(None))
        .order_by(review_answer.c.answer_id.desc())
        .limit(limit)
    )
    return [as_answer(row) for row in connection.execute(query).mappings()]


def count_by(connection: Connection, reviewer: str, since: datetime) -> int:
    """Return how many answers of a reviewer there are since a time that hold."""
    query = select(func.count()).where(
        review_answer.c.reviewer == reviewer, review_answer.c.undone_at.is_(None), review_answer.c.at >= since
    )
    return int(connection.execute(query).scalar_one())


def what_was_found(connection: Connection) -> Found:
    """Return what settled pairs and clusters say of their releases; those of which nobody could say are left out."""
    query = (
        select(review_item.c.linked, review_item.c.outcome, func.count())
        .where(review_item.c.status == SETTLED, review_item.c.outcome.in_((MATCH, NOT)))
        .group_by(review_item.c.linked, review_item.c.outcome)
    )
    counted = {(bool(linked), said): n for linked, said, n in connection.execute(query).all()}
    return Found(
        counted.get((True, NOT), 0),
        counted.get((False, MATCH), 0),
        counted.get((True, MATCH), 0) + counted.get((False, NOT), 0),
    )


def decided(connection: Connection) -> list[Decided]:
    """Return the items that became decisions which hold, those settled last first."""
    query = (
        select(review_item)
        .where(review_item.c.status == SETTLED, review_item.c.decisions.is_not(None))
        .order_by(review_item.c.settled_at.desc(), review_item.c.item_id.desc())
    )
    items = [as_item(row) for row in connection.execute(query).mappings()]
    hold = _in_force(connection) if items else frozenset()
    out = []
    for item in items:
        held = tuple(number for number in item.decisions if number in hold)
        if held:
            out.append(Decided(item, held, tuple(answers_of(connection, item.item_id))))
    return out


def _in_force(connection: Connection) -> frozenset[int]:
    every: Iterable[decisions.Decision] = decisions.decisions(connection)
    return frozenset(one.decision_id for one in every if one.in_force)
