"""What reviewers answer, and what becomes of an item by it.

Takes answers, keeps them in the state, and settles items: an item that one reviewer is asked about with the answer, one
that two are asked about when they agree. Where they differ a third is asked, and two of three decide; or they talk it
over, and say what they agreed. Where the settings let it bind, a settled answer becomes decisions that the next run
keeps to. An answer can be taken back, and the decisions that it led to with it; nothing is ever deleted.

What a reviewer said of an item is told to nobody who may still be asked about it; see ``answers_seen_by``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import combinations, pairwise, product
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from insighthub.errors import DataError, RunError
from insighthub.linkage.labels.decisions import CANNOT, MUST
from insighthub.residents import decisions
from insighthub.residents.decisions import Record
from insighthub.review.draw import CLUSTER
from insighthub.review.items import DISCUSSION, OPEN, SECOND, SETTLED, THIRD, Item, read_item
from insighthub.review.settings import ReviewSettings
from insighthub.review.tables import review_answer, review_item
from insighthub.store.state_tables import decision

Said = Literal["match", "not", "cannot_say"]
MATCH, NOT, CANNOT_SAY = "match", "not", "cannot_say"
#: Of a cluster that is of several people: the records of each.
Parts = Sequence[Sequence[Record]]
_MAJORITY = 2


@dataclass(frozen=True)
class Answer:
    """An answer as it is kept; ``parts`` of a cluster: the records of each person, ``agreed`` after a discussion."""

    answer_id: int
    item_id: int
    reviewer: str
    answer: str
    parts: tuple[tuple[Record, ...], ...] | None
    note: str
    at: datetime
    agreed: bool
    undone_at: datetime | None


@dataclass(frozen=True)
class Settling:
    """What became of an item.

    Attributes:
        answer_id: the answer that was given; None where one was taken back.
        status: "open", "second", "third", "discussion" or "settled".
        outcome: of a settled one.
        decisions: ids of the decisions that it became.
        why_not_binding: why a settled answer could not become a decision, where it contradicts others.
    """

    answer_id: int | None
    status: str
    outcome: str | None
    decisions: tuple[int, ...]
    why_not_binding: str | None = None


def answer_item(
    connection: Connection,
    item_id: int,
    said: Said,
    *,
    by: str,
    at: datetime,
    settings: ReviewSettings,
    note: str = "",
    parts: Parts | None = None,
    members: Iterable[Record] = (),
    agreed: bool = False,
) -> Settling:
    """Keep an answer, and settle the item if it does.

    Args:
        connection: of the state, within a transaction that writes.
        item_id: the item.
        said: what the reviewer says.
        by: the reviewer.
        at: the time.
        settings: which answers bind, and what follows where two differ.
        note: why, in their words.
        parts: of a cluster that is of several people, the records of each; together they are all of its records.
        members: of a cluster, all of its records.
        agreed: this is what a discussion came to, and settles the item.

    Raises:
        RunError: there is no such item, it waits for no answer, this reviewer has answered it, or the answer does not
            fit what was asked.
    """
    item = read_item(connection, item_id)
    every = frozenset(members)
    _check_fits(item, said, parts, every)
    before = answers_of(connection, item_id)
    if agreed:
        if item.status != DISCUSSION:
            raise RunError(f"item {item_id} is not under discussion", remedy="Answer it as any other")
    else:
        if any(each.reviewer == by for each in before):
            raise RunError(f"you have answered item {item_id} already", remedy="Take your answer back first")
        if item.status in (SETTLED, DISCUSSION):
            raise RunError(f"item {item_id} waits for no further answer", remedy="Take the next one from the queue")
    kept = connection.execute(
        insert(review_answer)
        .values(
            item_id=item_id,
            reviewer=by,
            answer=said,
            parts=_parts_text(parts or [sorted(every)]) if item.kind == CLUSTER and said != CANNOT_SAY else None,
            note=note,
            at=at,
            agreed=agreed,
        )
        .returning(review_answer.c.answer_id)
    ).scalar_one()
    return _settle(connection, item, answer_id=int(kept), at=at, settings=settings)


def take_back(connection: Connection, answer_id: int, *, by: str, at: datetime, settings: ReviewSettings) -> Settling:
    """Take an answer back; decisions that the item became no longer hold.

    Args:
        connection: of the state, within a transaction that writes.
        answer_id: the answer.
        by: who takes it back.
        at: the time.
        settings: as for ``answer_item``.

    Raises:
        RunError: there is no such answer, or it was taken back already.
    """
    row = connection.execute(select(review_answer).where(review_answer.c.answer_id == answer_id)).mappings().first()
    if row is None or row["undone_at"] is not None:
        raise RunError(f"there is no answer {answer_id} that holds", remedy="Choose one that the item shows")
    item = read_item(connection, row["item_id"])
    connection.execute(
        update(review_answer).where(review_answer.c.answer_id == answer_id).values(undone_at=at, undone_by=by)
    )
    in_force = {d.decision_id for d in decisions.decisions(connection) if d.in_force}
    for each in item.decisions:
        if each in in_force:  # an officer may have undone it since
            decisions.undo(connection, each, by=by, note=f"the answer of review item {item.item_id} was taken back")
    return _settle(connection, item, answer_id=None, at=at, settings=settings)


def answers_of(connection: Connection, item_id: int, *, undone: bool = False) -> list[Answer]:
    """Return the answers to an item, oldest first; those that were taken back only if ``undone``."""
    query = select(review_answer).where(review_answer.c.item_id == item_id).order_by(review_answer.c.answer_id)
    if not undone:
        query = query.where(review_answer.c.undone_at.is_(None))
    return [as_answer(row) for row in connection.execute(query).mappings()]


def answers_seen_by(connection: Connection, item_id: int, reviewer: str) -> list[Answer]:
    """Return the answers to an item that a reviewer may see: their own, and others' once nobody is asked any more."""
    item = read_item(connection, item_id)
    every = answers_of(connection, item_id)
    if item.status in (SETTLED, DISCUSSION):
        return every
    return [each for each in every if each.reviewer == reviewer]


def standing_of(given: Sequence[Answer], *, twice: bool, on_disagreement: str) -> tuple[str, Answer | None]:
    """Return the status of an item by its answers, and the answer that settles it.

    Args:
        given: the answers that hold, oldest first.
        twice: whether two are asked.
        on_disagreement: "third" or "discussion".
    """
    agreed = [each for each in given if each.agreed]
    if agreed:
        return SETTLED, agreed[-1]
    if not given:
        return OPEN, None
    if not twice:
        return SETTLED, given[0]
    if len(given) == 1:
        return SECOND, None
    votes = Counter(_vote(each) for each in given)
    most, count = votes.most_common(1)[0]
    if count >= _MAJORITY:
        return SETTLED, next(each for each in given if _vote(each) == most)
    if len(given) == _MAJORITY and on_disagreement == THIRD:
        return THIRD, None
    return DISCUSSION, None


def _settle(
    connection: Connection, item: Item, *, answer_id: int | None, at: datetime, settings: ReviewSettings
) -> Settling:
    given = answers_of(connection, item.item_id)
    status, settling = standing_of(given, twice=item.twice, on_disagreement=settings.on_disagreement)
    made: tuple[int, ...] = ()
    why = None
    if settling is not None and _binds(settling, given, settings):
        try:
            made = _decide(connection, item, settling, by=_names(given, settling))
        except DataError as error:
            status, settling, why = DISCUSSION, None, str(error)
    connection.execute(
        update(review_item)
        .where(review_item.c.item_id == item.item_id)
        .values(
            status=status,
            outcome=None if settling is None else settling.answer,
            settled_at=None if settling is None else at,
            decisions=json.dumps(made) if made else None,
            held_by=None,
            held_until=None,
        )
    )
    return Settling(answer_id, status, None if settling is None else settling.answer, made, why)


def _binds(settling: Answer, given: Sequence[Answer], settings: ReviewSettings) -> bool:
    if settling.answer == CANNOT_SAY or settings.binding == "none":
        return False
    if settings.binding == "one" or settling.agreed:
        return True
    return len({each.reviewer for each in given if _vote(each) == _vote(settling)}) >= _MAJORITY


def _decide(connection: Connection, item: Item, settling: Answer, *, by: str) -> tuple[int, ...]:
    """Make decisions of an answer, and return their ids."""
    note = f"review item {item.item_id}" + (f": {settling.note}" if settling.note else "")
    kind, pairs = MUST if settling.answer == MATCH else CANNOT, [(item.left, item.right)]
    if settling.parts is not None and kind == MUST:
        pairs = [pair for part in settling.parts for pair in pairwise(part)]
    elif settling.parts is not None:
        pairs = [pair for one, other in combinations(settling.parts, 2) for pair in product(one, other)]
    last = connection.execute(select(func.max(decision.c.decision_id))).scalar() or 0
    decisions.decide(connection, kind, pairs, by=by, note=note)
    made = connection.execute(select(decision.c.decision_id).where(decision.c.decision_id > last)).scalars()
    return tuple(sorted(int(each) for each in made))


def _names(given: Sequence[Answer], settling: Answer) -> str:
    names = dict.fromkeys(each.reviewer for each in given if _vote(each) == _vote(settling))
    return ", ".join(names)[:200]


def _vote(answer: Answer) -> tuple[str, frozenset[frozenset[Record]]]:
    """Return what an answer comes to: of a cluster also who is apart from whom."""
    return answer.answer, frozenset(frozenset(part) for part in answer.parts or ())


def _check_fits(item: Item, said: str, parts: Parts | None, members: frozenset[Record]) -> None:
    if said not in (MATCH, NOT, CANNOT_SAY):
        raise RunError("there is no answer of that name", remedy=f"Say {MATCH}, {NOT} or {CANNOT_SAY}")
    if item.kind != CLUSTER:
        if parts is not None:
            raise RunError("a pair has no parts", remedy="Say whether the two are one person")
        return
    if said == MATCH and len(members) < 2:
        raise RunError("the cluster's records are not named", remedy="Name all of them")
    if (said == NOT) != (parts is not None):
        raise RunError(
            "an answer on a cluster of several people says which records are whose, and no other answer does",
            remedy="Sort all of its records into the people whom they are of",
        )
    if parts is not None:
        named = [record for part in parts for record in part]
        if len(parts) < 2 or not all(parts) or len(set(named)) < len(named) or set(named) != members:
            raise RunError(
                "the parts are not the cluster's records, each once",
                remedy="Sort all of its records into the people whom they are of",
            )


def _parts_text(parts: Parts) -> str:
    return json.dumps(sorted(sorted(list(record) for record in part) for part in parts))


def as_answer(row: Any) -> Answer:
    """Return a row of ``review_answer`` as an answer."""
    text = row["parts"]
    parts = None if text is None else tuple(tuple(Record(*record) for record in part) for part in json.loads(text))
    return Answer(**{f.name: row[f.name] for f in fields(Answer) if f.name != "parts"}, parts=parts)
