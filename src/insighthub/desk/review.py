"""Review at the desk: doubtful pairs and clusters, before those who may judge them.

Takes a gate and a user, gives what waits, items to look at, and what the answers say. Records are looked at for one
purpose, which the hub's settings name and its policy describes: its sources and fields are what is shown, and a role
that may not choose it does not review. Every item that is shown is in the audit, with whom it touches.

An item is closed to a reviewer, as if it were not there, where it touches a hidden resident; a record of a source that
the purpose may not use, or one that has left the index; somebody who objected to the purpose, or whose data is
restricted; or the reviewer, who lives with or beside them, or a colleague.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from insighthub.accounts.users import User
from insighthub.charts import Drawing, Figure
from insighthub.desk.gate import Gate
from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.governance.fields import Field, heading
from insighthub.governance.purposes import Purpose, named
from insighthub.residents.decisions import Record
from insighthub.review.agreement import Agreement
from insighthub.review.answers import Answer, Said, Settling
from insighthub.review.draw import CLUSTER
from insighthub.review.estimates import LiveEstimate
from insighthub.review.fields import FIELDS, FieldPair
from insighthub.review.items import WAITING, Item
from insighthub.review.review import PREFIX, Review
from insighthub.review.standing import Decided, Found, Waiting
from insighthub.review.views import MOST, ClusterView, Cut, ToldOf
from insighthub.review.whose import Touched

__all__ = ["NO_ITEM", "Board", "ReviewDesk", "SeenCluster", "SeenPair", "Wanted"]

#: Of an item that is closed to somebody it is said what is said of one that is not there.
NO_ITEM = "there is no such item that you may review"
ANSWER, TAKE_BACK = "answer_review", "take_back_review"
#: What of a person evidence tells of; it is shown to a purpose that sees all of it.
_EVIDENCE = (
    Field.LINKS, Field.GIVEN_NAME, Field.MIDDLE_NAMES, Field.FAMILY_NAME, Field.DATE_OF_BIRTH, Field.SEX,
    Field.ADDRESSES, Field.CONTACTS, Field.HOUSEHOLD,
)  # fmt: skip
#: Fields of a record that go with its address, beside those that ``governance.fields`` knows.
_OF_ADDRESS = frozenset({"house_number", "locality", "valid_from", "valid_to"})

Evidence = Literal["shown", "after answering", "not for this purpose", "not kept"]


@dataclass(frozen=True)
class Wanted:
    """Of what sort the next item is to be; any where nothing is named. See ``review.items.Narrowed``."""

    purpose: str | None = None
    status: str | None = None
    sources: tuple[str, str] | None = None


@dataclass(frozen=True)
class Board:
    """The queue of a reviewer.

    Attributes:
        waiting: how many wait for them, by sort.
        items: the first of those that are wanted.
        total: how many are wanted.
        discussion: how many wait for a discussion.
        settled: how many are settled, by purpose.
        today: how many they answered today.
        last: their last answer, which they may take back.
        closed: how many wait that the purpose, or nearness to somebody, keeps from this reviewer.
        found: how many links the answers say are wrong, or missing.
        estimate: what they say of precision and recall.
        agreement: of all reviewers.
    """

    waiting: tuple[Waiting, ...]
    items: tuple[Item, ...]
    total: int
    discussion: int
    settled: Mapping[str, int]
    today: int
    last: Answer | None
    closed: int
    found: Found
    estimate: LiveEstimate | None
    agreement: Agreement


@dataclass(frozen=True)
class SeenPair:
    """Two records as the purpose sees them.

    Attributes:
        item: the item.
        fields: side by side; those that the purpose does not see are left out, and of identifiers the values.
        evidence: whether it is shown, and if not, why.
        words: the evidence in words; empty where it is not shown.
        figures, drawings: the same as figures.
        answers: those that the reviewer may see.
        may_answer: whether the reviewer is asked.
    """

    item: Item
    fields: tuple[FieldPair, ...]
    evidence: Evidence
    words: str
    figures: tuple[Figure, ...]
    drawings: Mapping[str, Drawing]
    answers: tuple[Answer, ...]
    may_answer: bool


@dataclass(frozen=True)
class SeenCluster:
    """A cluster as the purpose sees it.

    Attributes:
        item: the item.
        view: its records, links and explanation; not its values.
        columns: the fields that its records hold and the purpose sees.
        values: of each record those fields.
        cut: the link that would be cut, and what would become of the cluster.
        ends: the places of its two records.
        fields: these two side by side.
        evidence, words, figures, drawings, answers, may_answer: as of a pair.
    """

    item: Item
    view: ClusterView
    columns: tuple[str, ...]
    values: tuple[Mapping[str, str | None], ...]
    cut: Cut
    ends: tuple[int, int]
    fields: tuple[FieldPair, ...]
    evidence: Evidence
    words: tuple[str, ...]
    figures: tuple[Figure, ...]
    drawings: Mapping[str, Drawing]
    answers: tuple[Answer, ...]
    may_answer: bool


class ReviewDesk:
    """What a user does in review. Each call asks whether they may.

    Args:
        gate: of the hub.
        user: who is signed in.
    """

    def __init__(self, gate: Gate, user: User) -> None:
        self._gate, self.user = gate, user
        self.purpose: str = gate.hub.settings.review.purpose

    @property
    def title(self) -> str:
        """The purpose, as it is shown."""
        return self._why().title

    def board(self, wanted: Wanted, *, limit: int = 25, offset: int = 0) -> Board:
        """Return what waits for the user, and how far review has come. It shows nobody's data.

        Raises:
            Refused: the user may not review.
            RunError: there is no release.
        """
        self._ask()
        review, allowed, closed = self._review, self._allowed(), self._closed()
        waiting = review.waiting(self.user.email, allowed=allowed, but=closed)
        told = {"purpose": wanted.purpose, "status": wanted.status, "sources": wanted.sources}
        queue = review.queue(self.user.email, **told, allowed=allowed, but=closed, limit=limit, offset=offset)  # type: ignore[arg-type]
        every = sum(one.count for one in review.waiting(self.user.email))
        last = review.answers_by(self.user.email)
        return Board(
            waiting=waiting,
            items=queue.items,
            total=sum(one.count for one in waiting if _is_wanted(one, wanted)),
            discussion=len(self._discussions()),
            settled=queue.settled,
            today=review.count_by(self.user.email, self._this_morning()),
            last=last[0] if last else None,
            closed=every - sum(one.count for one in waiting),
            found=review.what_was_found(),
            estimate=review.estimate(),
            agreement=review.agreement()[0],
        )

    def take(self, wanted: Wanted) -> int | None:
        """Give the user the next item and hold it for them; None where none is left that they want.

        Raises:
            Refused: the user may not review.
        """
        self._ask()
        item = self._review.take(
            self.user.email,
            purpose=wanted.purpose,
            status=wanted.status,
            sources=wanted.sources,
            allowed=self._allowed(),
            but=self._closed(),
            told=self._told_of(),
        )
        return None if item is None else item.item_id

    def show(self, item_id: int, *, cut: tuple[int, int] | None = None) -> SeenPair | SeenCluster:
        """Show an item; that it was shown is in the audit first.

        Args:
            item_id: the item.
            cut: of a cluster the places of the two records whose link would be cut; its weakest where not given.

        Raises:
            Refused: the user may not review, or there is no such item that they may.
            RunError: the cluster has no two such records.
        """
        item, touched = self._about(item_id)
        detail: dict[str, Any] = {"item": item_id, "found": sorted(touched.residents)}
        with self._gate.noted(self.user, Action.REVIEW_PAIRS, purpose=self.purpose, detail=detail):
            pass
        answers = tuple(self._review.answers(item_id, self.user.email))
        asked = item.status in WAITING and all(one.reviewer != self.user.email for one in answers)
        if item.kind == CLUSTER:
            return self._cluster(item, answers, cut, may_answer=asked)
        view = self._review.pair(item_id, self.user.email, hide=self._unseen())
        may_see = self._sees_evidence()
        shown = view.explanation if may_see else None
        evidence: Evidence = "shown"
        if shown is None:
            held = item.purpose == "measure" and self._review.settings.show_evidence == "after"
            waits = held and all(one.reviewer != self.user.email for one in answers)
            evidence = "not for this purpose" if not may_see else "after answering" if waits else "not kept"
        return SeenPair(
            item=item,
            fields=self._told(view.fields),
            evidence=evidence,
            words="" if shown is None else shown.words,
            figures=() if shown is None else view.figures(PREFIX),
            drawings=self._drawings(item_id) if shown is not None else {},
            answers=answers,
            may_answer=asked,
        )

    def answer(
        self,
        item_id: int,
        said: Said,
        *,
        note: str = "",
        people: Sequence[int] | None = None,
        agreed: bool = False,
    ) -> Settling:
        """Keep the user's answer.

        Args:
            item_id: the item.
            said: what they say.
            note: why, in their words.
            people: of a cluster that is of several people: for each record, by its place, the number of its person.
            agreed: this is what a discussion came to.

        Raises:
            Refused: the user may not review, or there is no such item that they may.
            RunError: it waits for no answer of theirs, or the answer does not fit what was asked.
        """
        _, touched = self._about(item_id)
        parts = None if people is None else self._parts(item_id, people)
        detail: dict[str, Any] = {"item": item_id, "said": said, "found": sorted(touched.residents)}
        if agreed:
            detail["agreed"] = True
        with self._gate.noted(self.user, ANSWER, purpose=self.purpose, detail=detail) as connection:
            settled = self._review.answer(
                item_id, said, by=self.user.email, note=note, parts=parts, agreed=agreed, within=connection
            )
            detail |= {"status": settled.status, "decisions": list(settled.decisions)}
        return settled

    def take_back(self, answer_id: int) -> int:
        """Take an own answer back, and what became of it; return its item.

        Raises:
            Refused: the user may not review, or it is no answer of theirs that holds.
        """
        self._ask()
        mine = {one.answer_id: one for one in self._review.answers_by(self.user.email, limit=100_000)}
        if answer_id not in mine:
            raise self._refuse("you have no such answer that holds", {"answer": answer_id})
        item_id = mine[answer_id].item_id
        detail: dict[str, Any] = {"item": item_id, "answer": answer_id}
        with self._gate.noted(self.user, TAKE_BACK, purpose=self.purpose, detail=detail) as connection:
            settled = self._review.take_back(answer_id, by=self.user.email, within=connection)
            detail["status"] = settled.status
        return item_id

    def last(self) -> Answer | None:
        """Return the user's last answer that holds; None where there is none.

        Raises:
            Refused: the user may not review.
        """
        self._ask()
        found = self._review.answers_by(self.user.email)
        return found[0] if found else None

    def agreement(self) -> tuple[tuple[Agreement, ...], tuple[Item, ...]]:
        """Return how far reviewers agree, all and each two; and the items on which they differ.

        Raises:
            Refused: the user may not review.
        """
        self._ask()
        return tuple(self._review.agreement()), self._discussions()

    def estimate(self) -> tuple[LiveEstimate | None, Found]:
        """Return what the answers so far say of precision and recall, and how many links they say are wrong.

        Raises:
            Refused: the user may not review.
        """
        self._ask()
        return self._review.estimate(), self._review.what_was_found()

    def decided(self) -> tuple[Decided, ...]:
        """Return the items that became decisions which hold, as far as the user may see them.

        Raises:
            Refused: the user may not review.
        """
        self._ask()
        every = self._review.decided()
        closed = self._closed_of([one.item for one in every])
        return tuple(one for one in every if one.item.item_id not in closed)

    @property
    def _review(self) -> Review:
        return self._gate.hub.review

    def _ask(self) -> None:
        self._gate.require(self.user, Action.REVIEW_PAIRS, purpose=self.purpose)

    def _why(self) -> Purpose:
        return named(self._gate.hub.policy().purpose, self.purpose)

    def _allowed(self) -> frozenset[str]:
        return self._gate.hub.residents.sources_of(self.purpose)

    def _kept_from(self) -> frozenset[str]:
        """Return the residents whom the purpose may not be shown as they asked for it, or the user is too near to."""
        return self._gate.hub.residents.not_shown_for(self.purpose) | self._gate.near_to(self.user)

    def _told_of(self) -> ToldOf:
        return ToldOf(self._allowed(), self._kept_from())

    def _closed(self) -> frozenset[int]:
        return self._closed_of(self._review.open_items())

    def _closed_of(self, items: Sequence[Item]) -> frozenset[int]:
        allowed, kept = self._allowed(), self._kept_from()
        touched = self._review.touched(items)
        return frozenset(number for number, one in touched.items() if _is_closed(one, allowed, kept))

    def _discussions(self) -> tuple[Item, ...]:
        items = self._review.discussions()
        closed = self._closed_of(items)
        return tuple(item for item in items if item.item_id not in closed)

    def _about(self, item_id: int) -> tuple[Item, Touched]:
        """Ask whether the user may look at an item; what they may not is not there."""
        self._ask()
        try:
            item = self._review.item(item_id)
        except RunError:
            raise self._refuse(NO_ITEM, {"item": item_id}) from None
        touched = self._review.touched([item])[item_id]
        if _is_closed(touched, self._allowed(), self._kept_from()):
            raise self._refuse(NO_ITEM, {"item": item_id, "found": sorted(touched.residents)})
        return item, touched

    def _refuse(self, reason: str, detail: Mapping[str, Any]) -> Exception:
        return self._gate.refuse(self.user, Action.REVIEW_PAIRS, reason, purpose=self.purpose, detail=detail)

    def _unseen(self) -> frozenset[str]:
        why = self._why()
        return frozenset(name for name in FIELDS if not why.sees(_heading(name)))

    def _told(self, fields: Sequence[FieldPair]) -> tuple[FieldPair, ...]:
        # Whether identifiers agree is what review is about; what they are need not be seen for it.
        return tuple(one for one in fields if not one.hidden or _heading(one.name) == Field.IDENTIFIERS)

    def _sees_evidence(self) -> bool:
        why = self._why()
        return all(why.sees(field) for field in _EVIDENCE)

    def _drawings(self, item_id: int) -> Mapping[str, Drawing]:
        return self._review.drawings(item_id, self.user.email, told=self._told_of())

    def _cluster(
        self, item: Item, answers: tuple[Answer, ...], cut: tuple[int, int] | None, *, may_answer: bool
    ) -> SeenCluster:
        view = self._review.cluster(item.item_id, told=self._told_of())
        ends = cut or _weakest(view, item)
        unseen, may_see = self._unseen(), self._sees_evidence()
        columns = tuple(
            name for name in FIELDS if name not in unseen and any(row.get(name) is not None for row in view.values)
        )
        values = tuple({name: _text(row.get(name)) for name in columns} for row in view.values)
        return SeenCluster(
            item=item,
            view=view,
            columns=columns,
            values=values,
            cut=view.cut(*ends),
            ends=ends,
            fields=self._told(view.side_by_side(*ends, hide=unseen)),
            evidence="shown" if may_see else "not for this purpose",
            words=view.explanation.paragraphs if may_see else (),
            figures=view.figures(PREFIX) if may_see else (),
            drawings=self._drawings(item.item_id) if may_see else {},
            answers=answers,
            may_answer=may_answer,
        )

    def _parts(self, item_id: int, people: Sequence[int]) -> tuple[tuple[Record, ...], ...]:
        records = self._review.cluster(item_id, told=self._told_of()).records
        if len(people) != len(records):
            raise RunError("the cluster has other records by now", remedy="Look at it again, and sort them anew")
        found: dict[int, list[Record]] = {}
        for record, person in zip(records, people, strict=True):
            found.setdefault(person, []).append(record)
        return tuple(tuple(part) for part in found.values())

    def _this_morning(self) -> datetime:
        zone = ZoneInfo(self._gate.hub.settings.alerts.time_zone)
        now = self._gate.clock().replace(tzinfo=UTC).astimezone(zone)
        return now.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC).replace(tzinfo=None)


def _is_closed(touched: Touched, allowed: Collection[str], kept_from: frozenset[str]) -> bool:
    if touched.hidden or touched.gone or touched.records > MOST:
        return True
    return not touched.sources <= set(allowed) or not touched.residents.isdisjoint(kept_from)


def _is_wanted(one: Waiting, wanted: Wanted) -> bool:
    return (
        (wanted.purpose in (None, one.purpose))
        and (wanted.status in (None, one.status))
        and (wanted.sources is None or tuple(sorted(wanted.sources)) == one.sources)
    )


def _heading(name: str) -> str:
    return Field.ADDRESSES if name in _OF_ADDRESS else heading(name)


def _weakest(view: ClusterView, item: Item) -> tuple[int, int]:
    weakest = view.explanation.weakest
    if weakest is not None and weakest.strongest is not None:
        return weakest.strongest
    places = {record: place for place, record in enumerate(view.records)}
    one, other = places.get(item.left, 0), places.get(item.right, 1)
    return one, other


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
