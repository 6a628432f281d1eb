"""What is in review: items as the state has them, what waits for whom, and who looks at what now.

Takes connections of the state, gives items. A reviewer is given the first item that waits for an answer, that they have
not answered, and that nobody else is looking at. What others said of it is no part of an item: see ``answers``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, not_, or_, select, update

from insighthub.errors import RunError
from insighthub.residents.decisions import Record
from insighthub.review.tables import review_answer, review_item

OPEN, SECOND, THIRD, DISCUSSION, SETTLED = "open", "second", "third", "discussion", "settled"
#: The statuses in which an item waits for one more reviewer.
WAITING = (OPEN, SECOND, THIRD)
_KEPT = 500  # items a statement


@dataclass(frozen=True)
class Item:
    """A pair or cluster that is reviewed.

    Attributes:
        item_id: its number.
        run_id: the release that it was drawn from.
        kind: "pair" or "cluster".
        purpose: "measure", "teach" or "check".
        reason: why it was chosen; see ``draw`` and ``odd``.
        left, right: the two records; of a cluster, those across its weakest link.
        resident_l, resident_r: whose they were when it was drawn; one and the same of a cluster.
        records: how many records the cluster has; 2 of a pair.
        linked: whether the release has the two as one person.
        match_weight: in bits.
        match_probability: the same as a probability.
        evidence: levels and rarity, under the names that ``pairs.parquet`` has them.
        twice: whether two reviewers answer it.
        status: "open", "second", "third", "discussion" or "settled".
        outcome: of a settled one: "match", "not" or "cannot_say".
        settled_at: when.
        decisions: ids of the decisions that it became.
    """

    item_id: int
    run_id: str
    kind: str
    purpose: str
    reason: str
    left: Record
    right: Record
    resident_l: str
    resident_r: str
    records: int
    linked: bool
    match_weight: float
    match_probability: float
    evidence: dict[str, float]
    twice: bool
    status: str
    outcome: str | None
    settled_at: datetime | None
    decisions: tuple[int, ...]

    def row(self) -> dict[str, Any]:
        """Return the item as a row of ``pairs.parquet``, levels that are not known left out."""
        ends = {f"{n}_{s}": v for s, r in (("l", self.left), ("r", self.right)) for n, v in r._asdict().items()}
        return {
            **ends,
            "match_weight": self.match_weight,
            "match_probability": self.match_probability,
            **self.evidence,
        }


@dataclass(frozen=True)
class Narrowed:
    """Of which items a queue is.

    Attributes:
        purpose: "measure", "teach" or "check"; all where not given.
        sources: of the two records, in either order; any where not given.
        allowed: the sources that both records are of; any where not given. Of a cluster other records may be of others.
        status: "open", "second" or "third"; any where not given.
        but: items that are left out.
    """

    purpose: str | None = None
    sources: tuple[str, str] | None = None
    allowed: frozenset[str] | None = None
    status: str | None = None
    but: frozenset[int] = frozenset()

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what an item has to be."""
        out: list[ColumnElement[bool]] = []
        if self.purpose is not None:
            out.append(review_item.c.purpose == self.purpose)
        if self.sources is not None:
            low, high = sorted(self.sources)
            out += [review_item.c.source_l == low, review_item.c.source_r == high]
        if self.allowed is not None:
            names = sorted(self.allowed)
            out += [review_item.c.source_l.in_(names), review_item.c.source_r.in_(names)]
        if self.status is not None:
            out.append(review_item.c.status == self.status)
        if self.but:
            out.append(review_item.c.item_id.not_in(sorted(self.but)))
        return out


@dataclass(frozen=True)
class Queue:
    """What waits for a reviewer.

    Attributes:
        items: the first of them.
        waiting: how many wait for this reviewer, by purpose.
        discussion: how many wait for a discussion.
        settled: how many are settled, by purpose.
    """

    items: tuple[Item, ...]
    waiting: dict[str, int]
    discussion: int
    settled: dict[str, int]


def keep_items(connection: Connection, run_id: str, items: Sequence[dict[str, Any]], *, at: datetime) -> None:
    """Keep items that were drawn from a release."""
    common = {"run_id": run_id, "drawn_at": at, "status": OPEN}
    for start in range(0, len(items), _KEPT):
        connection.execute(insert(review_item), [{**item, **common} for item in items[start : start + _KEPT]])


def read_item(connection: Connection, item_id: int) -> Item:
    """Return an item.

    Raises:
        RunError: there is no such item.
    """
    row = connection.execute(select(review_item).where(review_item.c.item_id == item_id)).mappings().first()
    if row is None:
        raise RunError(f"there is no item {item_id} in review", remedy="Choose one that the queue shows")
    return as_item(row)


def read_queue(
    connection: Connection, reviewer: str, narrowed: Narrowed | None = None, *, limit: int = 50, offset: int = 0
) -> Queue:
    """Return what waits for a reviewer.

    Args:
        connection: of the state.
        reviewer: who asks.
        narrowed: of which items; all where not given.
        limit: how many items are given.
        offset: after how many others.
    """
    counts = select(review_item.c.purpose, review_item.c.status, func.count())
    of_all = connection.execute(counts.group_by(review_item.c.purpose, review_item.c.status)).all()
    waits = (waits_for(reviewer), *(narrowed or Narrowed()).conditions())
    waiting = connection.execute(
        select(review_item.c.purpose, func.count()).where(*waits).group_by(review_item.c.purpose)
    ).all()
    first = select(review_item).where(*waits).order_by(*_order()).limit(limit).offset(offset)
    return Queue(
        tuple(as_item(row) for row in connection.execute(first).mappings()),
        {p: n for p, n in waiting},  # noqa: C416
        sum(n for _, status, n in of_all if status == DISCUSSION),
        {p: n for p, status, n in of_all if status == SETTLED},
    )


def in_discussion(connection: Connection) -> list[Item]:
    """Return the items on which reviewers differ and which they have to talk over."""
    found = connection.execute(select(review_item).where(review_item.c.status == DISCUSSION).order_by(*_order()))
    return [as_item(row) for row in found.mappings()]


def take_item(
    connection: Connection,
    reviewer: str,
    narrowed: Narrowed | None = None,
    *,
    at: datetime,
    minutes: int,
) -> Item | None:
    """Give a reviewer the next item, and hold it for them; None where nothing waits for them.

    Args:
        connection: within a transaction that writes.
        reviewer: who asks.
        narrowed: of which items; all where not given.
        at: the time.
        minutes: for how long it is held.
    """
    free = or_(
        review_item.c.held_by.is_(None), review_item.c.held_by == reviewer, review_item.c.held_until <= at
    )  # fmt: skip
    query = select(review_item).where(waits_for(reviewer), free, *(narrowed or Narrowed()).conditions())
    row = connection.execute(query.order_by(*_order()).limit(1)).mappings().first()
    if row is None:
        return None
    connection.execute(
        update(review_item)
        .where(review_item.c.item_id == row["item_id"])
        .values(held_by=reviewer, held_until=at + timedelta(minutes=minutes))
    )
    return as_item(row)


def known_pairs(connection: Connection) -> list[frozenset[tuple[str, str, int]]]:
    """Return the pairs that are in review, or were."""
    columns = [review_item.c[f"{name}_{side}"] for side in "lr" for name in Record._fields]
    return [frozenset((tuple(row[:3]), tuple(row[3:]))) for row in connection.execute(select(*columns))]


def as_item(row: Any) -> Item:
    """Return a row of ``review_item`` as an item."""
    left, right = (Record(*(row[f"{name}_{side}"] for name in Record._fields)) for side in "lr")
    values = {f.name: row[f.name] for f in fields(Item) if f.name not in ("left", "right", "evidence", "decisions")}
    decided = tuple(json.loads(row["decisions"] or "[]"))
    return Item(**values, left=left, right=right, evidence=json.loads(row["evidence"]), decisions=decided)


def waits_for(reviewer: str) -> ColumnElement[bool]:
    """Return what an item has to be to wait for a reviewer: open to one more, and not answered by them."""
    answered = exists().where(
        review_answer.c.item_id == review_item.c.item_id,
        review_answer.c.reviewer == reviewer,
        review_answer.c.undone_at.is_(None),
    )
    return and_(review_item.c.status.in_(WAITING), not_(answered))


def _order() -> tuple[Any, ...]:
    # The purposes in turn: each numbers its items from nought.
    return review_item.c.priority, review_item.c.purpose, review_item.c.item_id
