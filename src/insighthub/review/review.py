"""The review of a hub: the one way to its doubtful pairs and clusters.

Takes a hub's state, releases and models, gives ``Review``. Nobody's rights are looked at here: whoever calls has asked
first. A release and its model are opened once and kept, so that an item is there at once; threads ask on cursors of
their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

import pyarrow as pa
from sqlalchemy import Connection, select

from insighthub.charts import Drawing
from insighthub.errors import RunError
from insighthub.linkage.labels.pair_file import REFERENCES
from insighthub.residents.decisions import Record, in_force
from insighthub.review import standing
from insighthub.review.agreement import Agreement, agreement
from insighthub.review.answers import Answer, Parts, Said, Settling, answer_item, answers_seen_by, take_back
from insighthub.review.draw import CLUSTER, MEASURE, Asked, draw_items
from insighthub.review.drawn import DrawnAhead
from insighthub.review.estimates import LiveEstimate, live_estimate
from insighthub.review.items import (
    Item,
    Narrowed,
    Queue,
    in_discussion,
    keep_items,
    known_pairs,
    read_item,
    read_queue,
    take_item,
)
from insighthub.review.labels import review_labels
from insighthub.review.opened import OpenReleases
from insighthub.review.settings import ReviewSettings
from insighthub.review.standing import Decided, Found, Waiting
from insighthub.review.tables import review_item
from insighthub.review.views import EVERYBODY, ClusterView, PairView, ToldOf, members_of, view_cluster, view_pair
from insighthub.review.whose import Touched, Whose
from insighthub.store.releases import Releases
from insighthub.store.run_log import now
from insighthub.store.state import State

#: What the keys of an item's figures begin with.
PREFIX = "item-"
#: What a drawing is kept under: the item, the published release, and who near it may be told of.
_Drawn = tuple[int, str, ToldOf]


class Review:
    """The review of a hub.

    Args:
        state: of the hub.
        releases: of the hub.
        models: the folder of its models.
        settings: how it is reviewed.
        clock: gives the time; for tests.
    """

    def __init__(
        self,
        state: State,
        releases: Releases,
        models: Path,
        settings: ReviewSettings | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._state = state
        self._releases = OpenReleases(state, releases, models)
        self._whose = Whose(self._releases)
        self.settings = settings or ReviewSettings()
        self._clock = clock
        self._drawn: DrawnAhead[_Drawn] | None = None
        self._lock = Lock()

    def draw(
        self,
        run_id: str | None = None,
        *,
        measure: int | None = None,
        teach: int | None = None,
        check: int | None = None,
        seed: int = 1,
    ) -> dict[str, int]:
        """Draw what is to be reviewed from a release. All records are compared again, so it takes as long as linking.

        Args:
            run_id: the release; the published one where not given.
            measure: pairs drawn to measure; as the settings say where not given.
            teach: pairs that teach.
            check: clusters and pairs that look odd.
            seed: another seed draws other pairs.

        Returns:
            How many items were drawn, by purpose.

        Raises:
            RunError: there is no release; or pairs were drawn to measure it already, and two samples are none.
            DataError: nothing was compared, or the model is not there.
        """
        run_id = self._releases.named(run_id)
        told = self.settings
        asked = Asked(
            told.measure if measure is None else measure,
            told.teach if teach is None else teach,
            told.check if check is None else check,
            told.twice_share,
            seed,
        )
        self._check_not_measured(run_id, asked.measure)
        with self._state.read() as connection:
            known = [*known_pairs(connection), *_decided(connection)]
        opened = self._releases.of(run_id)
        with opened.db.cursor() as db:
            items = draw_items(db, opened.model, asked, known=known)
        with self._state.write() as connection:
            # Somebody else may have drawn meanwhile: of two, one is kept.
            self._check_not_measured(run_id, asked.measure, connection)
            keep_items(connection, run_id, items, at=self._clock())
        counts: dict[str, int] = {}
        for item in items:
            counts[item["purpose"]] = counts.get(item["purpose"], 0) + 1
        return counts

    def queue(
        self,
        reviewer: str,
        *,
        purpose: str | None = None,
        sources: tuple[str, str] | None = None,
        allowed: Collection[str] | None = None,
        status: str | None = None,
        but: Collection[int] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> Queue:
        """Return what waits for a reviewer; see ``read_queue`` and ``Narrowed``."""
        with self._state.read() as connection:
            narrowed = _narrowed(purpose, sources, allowed, status, but)
            return read_queue(connection, reviewer, narrowed, limit=limit, offset=offset)

    def take(
        self,
        reviewer: str,
        *,
        purpose: str | None = None,
        sources: tuple[str, str] | None = None,
        allowed: Collection[str] | None = None,
        status: str | None = None,
        but: Collection[int] = (),
        told: ToldOf = EVERYBODY,
    ) -> Item | None:
        """Give a reviewer the next item and hold it for them; None where nothing waits for them.

        Its figures, and those of the one after it, are drawn meanwhile.
        """
        with self._state.write() as connection:
            narrowed = _narrowed(purpose, sources, allowed, status, but)
            item = take_item(connection, reviewer, narrowed, at=self._clock(), minutes=self.settings.hold_minutes)
            after = read_queue(connection, reviewer, narrowed, limit=2).items
        if item is not None:
            self._drawings().ahead(self._drawn_as(each.item_id, told) for each in (item, *after))
        return item

    def item(self, item_id: int) -> Item:
        """Return an item.

        Raises:
            RunError: there is no such item.
        """
        with self._state.read() as connection:
            return read_item(connection, item_id)

    def touched(self, items: Sequence[Item]) -> dict[int, Touched]:
        """Return whom items touch now, and whether one of them is hidden or gone: ask before an item is shown.

        Raises:
            RunError: there is no release.
        """
        return self._whose.touched(items)

    def open_items(self) -> list[Item]:
        """Return every item that is not settled."""
        with self._state.read() as connection:
            return standing.open_items(connection)

    def waiting(
        self, reviewer: str, *, allowed: Collection[str] | None = None, but: Collection[int] = ()
    ) -> tuple[Waiting, ...]:
        """Return how many items of each sort wait for a reviewer."""
        with self._state.read() as connection:
            return standing.waiting(connection, reviewer, _narrowed(None, None, allowed, None, but))

    def answers_by(self, reviewer: str, *, limit: int = 1) -> list[Answer]:
        """Return the last answers of a reviewer that hold, newest first."""
        with self._state.read() as connection:
            return standing.answers_by(connection, reviewer, limit=limit)

    def count_by(self, reviewer: str, since: datetime) -> int:
        """Return how many answers of a reviewer hold that they gave since a time."""
        with self._state.read() as connection:
            return standing.count_by(connection, reviewer, since)

    def what_was_found(self) -> Found:
        """Return how many links the answers say are wrong, or were missed."""
        with self._state.read() as connection:
            return standing.what_was_found(connection)

    def decided(self) -> list[Decided]:
        """Return the items that became decisions which hold, those settled last first."""
        with self._state.read() as connection:
            return standing.decided(connection)

    def discussions(self) -> list[Item]:
        """Return the items that wait for a discussion."""
        with self._state.read() as connection:
            return in_discussion(connection)

    def pair(self, item_id: int, reviewer: str, *, hide: Collection[str] = ()) -> PairView:
        """Return the two records of an item side by side, with the evidence if the reviewer may see it yet.

        Args:
            item_id: the item.
            reviewer: who looks.
            hide: fields whose values are not shown.

        Raises:
            RunError: there is no such item, or one of its records is gone.
        """
        with self._state.read() as connection:
            item = read_item(connection, item_id)
            seen = self._may_see_evidence(connection, item, reviewer)
        opened, own = self._releases.of_item(item)
        with opened.db.cursor() as db:
            return view_pair(db, opened.model if seen and own else None, item, hide=hide)

    def cluster(self, item_id: int, *, told: ToldOf = EVERYBODY) -> ClusterView:
        """Return the cluster of an item: its records, what holds them together, and what would part them.

        Args:
            item_id: the item.
            told: which residents near it may be told of. Its own records always are: see ``touched``.

        Raises:
            RunError: there is no such item, its records are gone, or the cluster is too large to be shown.
        """
        item = self.item(item_id)
        opened, own = self._releases.of_item(item)
        with opened.db.cursor() as db:
            return view_cluster(db, opened.model, item.left, item.resident_l if own else None, told=told)

    def drawings(self, item_id: int, reviewer: str, *, told: ToldOf = EVERYBODY) -> dict[str, Drawing]:
        """Return the figures of an item as SVG, by the keys of ``figures("item-")``; none that may not be seen yet.

        Args:
            item_id: the item.
            reviewer: who looks.
            told: as for ``cluster``.

        Raises:
            RunError: as for ``pair`` and ``cluster``.
        """
        with self._state.read() as connection:
            item = read_item(connection, item_id)
            if not self._may_see_evidence(connection, item, reviewer):
                return {}
        return self._drawings().of(self._drawn_as(item_id, told))

    def answer(
        self,
        item_id: int,
        said: Said,
        *,
        by: str,
        note: str = "",
        parts: Parts | None = None,
        agreed: bool = False,
        within: Connection | None = None,
    ) -> Settling:
        """Keep a reviewer's answer; see ``answer_item``. It is kept within the caller's transaction, where given."""
        item = self.item(item_id)
        members: tuple[Record, ...] = ()
        if item.kind == CLUSTER:
            opened, _ = self._releases.of_item(item)
            with opened.db.cursor() as db:
                members = members_of(db, item.resident_l)
        with self._writing(within) as connection:
            return answer_item(
                connection,
                item_id,
                said,
                by=by,
                at=self._clock(),
                settings=self.settings,
                note=note,
                parts=parts,
                members=members,
                agreed=agreed,
            )

    def take_back(self, answer_id: int, *, by: str, within: Connection | None = None) -> Settling:
        """Take an answer back, and the decisions it led to; see ``answers.take_back``, and ``answer``."""
        with self._writing(within) as connection:
            return take_back(connection, answer_id, by=by, at=self._clock(), settings=self.settings)

    def answers(self, item_id: int, reviewer: str) -> list[Answer]:
        """Return the answers to an item that a reviewer may see."""
        with self._state.read() as connection:
            return answers_seen_by(connection, item_id, reviewer)

    def agreement(self) -> list[Agreement]:
        """Return how far reviewers agree: all, and then each two."""
        with self._state.read() as connection:
            return agreement(connection)

    def estimate(self, run_id: str | None = None) -> LiveEstimate | None:
        """Return precision and recall from the answers given so far; see ``live_estimate``."""
        with self._state.read() as connection:
            return live_estimate(connection, run_id)

    def labels(self) -> pa.Table:
        """Return what was answered as labels to learn from; see ``review_labels``."""
        with self._state.read() as connection:
            return review_labels(connection)

    def close(self) -> None:
        """Let go of the releases."""
        with self._lock:
            drawn, self._drawn = self._drawn, None
        if drawn is not None:
            drawn.close()
        self._releases.close()

    @contextmanager
    def _writing(self, within: Connection | None) -> Iterator[Connection]:
        if within is not None:
            yield within
        else:
            with self._state.write() as connection:
                yield connection

    def _drawings(self) -> DrawnAhead[_Drawn]:
        with self._lock:
            if self._drawn is None:
                self._drawn = DrawnAhead(self._draw_figures)
            return self._drawn

    def _drawn_as(self, item_id: int, told: ToldOf) -> _Drawn:
        # Of an item whose release is not kept the published one is shown, which may be another tomorrow.
        return item_id, self._releases.named(), told

    def _draw_figures(self, key: _Drawn) -> dict[str, Drawing]:
        item = self.item(key[0])
        opened, own = self._releases.of_item(item)
        with opened.db.cursor() as db:
            if item.kind == CLUSTER:
                whose = item.resident_l if own else None
                return view_cluster(db, opened.model, item.left, whose, told=key[2]).drawings(PREFIX)
            return view_pair(db, opened.model if own else None, item).drawings(PREFIX)

    def _may_see_evidence(self, connection: Connection, item: Item, reviewer: str) -> bool:
        if item.purpose != MEASURE or self.settings.show_evidence == "always":
            return True
        return any(each.reviewer == reviewer for each in answers_seen_by(connection, item.item_id, reviewer))

    def _check_not_measured(self, run_id: str, measure: int, connection: Connection | None = None) -> None:
        if not measure:
            return
        if connection is None:
            with self._state.read() as own:
                self._check_not_measured(run_id, measure, own)
            return
        drawn = select(review_item.c.item_id).where(
            review_item.c.run_id == run_id, review_item.c.purpose == MEASURE
        ).limit(1)  # fmt: skip
        if connection.execute(drawn).first() is not None:
            raise RunError(
                f"pairs were drawn already to measure {run_id}, and two samples together are none",
                remedy="Go on with those that were drawn, or draw none to measure",
            )


def _narrowed(
    purpose: str | None,
    sources: tuple[str, str] | None,
    allowed: Collection[str] | None,
    status: str | None,
    but: Collection[int],
) -> Narrowed:
    return Narrowed(purpose, sources, None if allowed is None else frozenset(allowed), status, frozenset(but))


def _decided(connection: Connection) -> list[frozenset[tuple[str, str, int]]]:
    table = in_force(connection)
    columns = [table[name].to_pylist() for name in REFERENCES]
    return [frozenset((row[:3], row[3:])) for row in zip(*columns, strict=True)]
