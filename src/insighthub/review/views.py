"""What a reviewer looks at: two records with the evidence between them, and a cluster with what would part it.

Takes a release, the model of its run and an item, gives the records side by side, the waterfall of the evidence, the
graph of the cluster, and for any link what would follow if it were cut, found by clustering again. Figures come with
their tables, and are drawn one way whenever they are drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from insighthub.charts import Drawing, Figure, draw
from insighthub.errors import RunError
from insighthub.linkage.explain.cluster import ClusterExplanation, explain_cluster
from insighthub.linkage.explain.pair import PairExplanation, explain_pair
from insighthub.linkage.explain.region import Region
from insighthub.linkage.explain.run_tables import RunTables
from insighthub.linkage.explain.what_if import Asking
from insighthub.residents.decisions import Record
from insighthub.review.fields import FieldPair, side_by_side
from insighthub.review.items import Item
from insighthub.review.weighing import RunModel
from insighthub.store.tables import arrow, rows

_NEAREST = 4  # residents near a cluster that are looked at with it
#: Records that are weighed with each other at most; a larger cluster is not shown.
MOST = 60

# First which rows they are, by the narrow columns; then the wide rows, of which so few parts of the table are read.
_RECORDS = """
SELECT * FROM person_record
WHERE rowid IN (SELECT rowid FROM person_record SEMI JOIN asked USING (source, record_id, person))
ORDER BY source, record_id, person
"""
_OF_RESIDENT = "SELECT source, record_id, person FROM membership WHERE resident_id = $id ORDER BY ALL"
# Those near are told of with their records' references: of nobody hidden, and of nobody whom a closed source knows.
_NEAR = """
WITH near AS (
    SELECT CASE WHEN resident_a = $id THEN resident_b ELSE resident_a END AS other, match_probability
    FROM possible_match WHERE resident_a = $id OR resident_b = $id
)
SELECT other FROM near JOIN resident r ON r.resident_id = other
WHERE r.hidden IS NULL AND NOT list_contains($but, other) AND ($sources IS NULL OR NOT EXISTS (
    FROM membership m WHERE m.resident_id = other AND NOT list_contains($sources, m.source)
))
ORDER BY match_probability DESC, other LIMIT $limit
"""
_WHOSE = "SELECT resident_id FROM membership WHERE source = ? AND record_id = ? AND person = ?"


@dataclass(frozen=True)
class PairView:
    """Two records as a reviewer sees them.

    Attributes:
        left, right: the records, by reference.
        fields: what they hold, side by side.
        explanation: the evidence between them, in words, steps and figures; None where it is not to be seen yet.
    """

    left: Record
    right: Record
    fields: tuple[FieldPair, ...]
    explanation: PairExplanation | None

    def figures(self, prefix: str = "") -> tuple[Figure, ...]:
        """Return the waterfall and the kinds of pair, each with its table; none where they are not to be seen yet."""
        return () if self.explanation is None else self.explanation.figures(prefix)

    def drawings(self, prefix: str = "") -> dict[str, Drawing]:
        """Return the figures as SVG, by key."""
        return draw(self.figures(prefix))


@dataclass(frozen=True)
class ToldOf:
    """Which of the residents near a cluster may be told of; of hidden ones nobody is told.

    Attributes:
        sources: those whose records are of these alone; of any where not given.
        but: none of these.
    """

    sources: frozenset[str] | None = None
    but: frozenset[str] = frozenset()


EVERYBODY = ToldOf()


@dataclass(frozen=True)
class Link:
    """A link of a cluster, by the places of its records, its probability, and whether it holds the two together."""

    one: int
    other: int
    match_weight: float
    match_probability: float
    holds: bool


@dataclass(frozen=True)
class Cut:
    """What would follow if a link were cut: the records of each part."""

    link: tuple[Record, Record]
    parts: tuple[tuple[Record, ...], ...]


@dataclass(frozen=True)
class ClusterView:
    """A cluster as a reviewer sees it.

    Attributes:
        resident_id: whose records they are.
        records: its records, in order; links name them by their place.
        values: what each holds, in the same order: rows of ``person_record``.
        explanation: why they are together, where it is weakest, who is near, and what would change it.
        asking: the cluster, to ask what would follow from a change.
    """

    resident_id: str
    records: tuple[Record, ...]
    values: tuple[dict[str, Any], ...]
    explanation: ClusterExplanation
    asking: Asking

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The links that were compared, the strongest first."""
        return tuple(
            Link(link.one, link.other, link.weight, p, p >= self.explanation.threshold)
            for link in self.explanation.links
            for p in [_probability(link.weight)]
        )

    def sources(self) -> dict[str, tuple[int, ...]]:
        """Return the places of the records of each source."""
        out: dict[str, list[int]] = {}
        for place, record in enumerate(self.records):
            out.setdefault(record.source, []).append(place)
        return {source: tuple(places) for source, places in out.items()}

    def cut(self, one: int, other: int) -> Cut:
        """Return what would follow if the link between two records, by their places, were cut.

        Raises:
            RunError: there are no two such records.
        """
        if one == other or not all(0 <= place < len(self.records) for place in (one, other)):
            raise RunError("these are not two records of the cluster", remedy="Name two of its records")
        of_region = np.flatnonzero(self.asking.member)
        found = self.asking.judged_apart(int(of_region[one]), int(of_region[other]))
        members = set(self.records)
        parts = [[Record(r.source, r.record_id, r.person) for r in group] for group in found.groups]
        own = [tuple(record for record in part if record in members) for part in parts]
        return Cut((self.records[one], self.records[other]), tuple(part for part in own if part))

    def side_by_side(self, one: int, other: int, *, hide: Collection[str] = ()) -> tuple[FieldPair, ...]:
        """Set two of its records side by side."""
        return side_by_side(self.values[one], self.values[other], hide=hide)

    def figures(self, prefix: str = "") -> tuple[Figure, ...]:
        """Return the graph, what holds each record in, who is near, and what would change it, each with its table."""
        return self.explanation.figures(prefix)

    def drawings(self, prefix: str = "") -> dict[str, Drawing]:
        """Return the figures as SVG, by key."""
        return draw(self.figures(prefix))


def view_pair(
    db: duckdb.DuckDBPyConnection, model: RunModel | None, item: Item, *, hide: Collection[str] = ()
) -> PairView:
    """Return the two records of an item side by side, with the evidence between them.

    Args:
        db: the release that the item was drawn from, or the published one where that is not kept.
        model: of the run that the item was drawn from; None where the evidence is not to be seen, or not kept.
        item: the item.
        hide: fields whose values are not shown.

    Raises:
        RunError: the release does not hold one of the records any more.
    """
    values = _values(db, [item.left, item.right])
    explanation = None
    if model is not None:
        known = {f"level_{c.name}": -1 for c in model.learned.comparisons}
        row = {**known, "rarity_full_name": 0.0, **item.row()}
        for comparison in model.learned.comparisons:
            if comparison.name in model.rare and row[f"level_{comparison.name}"] == 0:
                row.setdefault(f"rarity_{comparison.name}", 0.0)
        explanation = explain_pair(
            model.learned, row, same_cluster=item.linked, kept=item.match_probability >= model.keep
        )
    return PairView(item.left, item.right, side_by_side(*values, hide=hide), explanation)


def view_cluster(
    db: duckdb.DuckDBPyConnection,
    model: RunModel,
    record: Record,
    resident_id: str | None = None,
    *,
    told: ToldOf = EVERYBODY,
) -> ClusterView:
    """Return the cluster of a record.

    Args:
        db: a release.
        model: of its run.
        record: one of its records.
        resident_id: whose it is, where that is known.
        told: which residents near it may be told of.

    Raises:
        RunError: the release does not hold the record, or its cluster is too large to be shown.
    """
    if resident_id is None:
        whose = rows(db, _WHOSE, list(record))
        if not whose:
            raise _gone()
        resident_id = str(whose[0][0])
    own = members_of(db, resident_id)
    if len(own) > MOST:
        raise RunError(
            f"this cluster has {len(own)} records, which are too many to be judged at one look",
            remedy="Judge pairs of its records",
        )
    sources = None if told.sources is None else sorted(told.sources)
    bound = {"id": resident_id, "limit": _NEAREST, "sources": sources, "but": sorted(told.but)}
    near = [str(other) for (other,) in rows(db, _NEAR, bound)]
    whose_are = dict.fromkeys(own, resident_id)
    for other in near:
        theirs = members_of(db, other)
        if len(whose_are) + len(theirs) <= MOST:
            whose_are |= dict.fromkeys(theirs, other)
    table = _records(db, list(whose_are))
    few = model.few(table)
    keys = zip(*(few.rows[name].to_pylist() for name in Record._fields), strict=True)
    tables = few.tables([whose_are[Record(*key)] for key in keys])
    learned = model.learned
    number = tables.cluster_number(resident_id)
    region = Region.around(learned, tables, number)
    explanation = explain_cluster(learned, tables, number)
    values = tuple(row for row in table.to_pylist() if _key(row) in set(own))
    records = tuple(_key(row) for row in values)
    return ClusterView(resident_id, records, values, explanation, _asking(model, tables, region, number))


def members_of(db: duckdb.DuckDBPyConnection, resident_id: str) -> tuple[Record, ...]:
    """Return the records of a resident of a release, in order."""
    return tuple(Record(*row) for row in rows(db, _OF_RESIDENT, {"id": resident_id}))


def _asking(model: RunModel, tables: RunTables, region: Region, number: int) -> Asking:
    return Asking(model.learned, tables, region, region.label == number)


def _values(db: duckdb.DuckDBPyConnection, records: Sequence[Record]) -> list[dict[str, Any]]:
    found = {_key(row): row for row in _records(db, records).to_pylist()}
    try:
        return [found[record] for record in records]
    except KeyError:
        raise _gone() from None


def _key(row: Mapping[str, Any]) -> Record:
    return Record(row["source"], row["record_id"], row["person"])


def _records(db: duckdb.DuckDBPyConnection, records: Sequence[Record]) -> pa.Table:
    """Return the rows of some records, sorted; those that are not there are left out."""
    kinds = (pa.string(), pa.string(), pa.int32())
    columns = zip(Record._fields, zip(*records, strict=True), kinds, strict=True)
    db.register("asked", pa.table({name: pa.array(values, kind) for name, values, kind in columns}))
    try:
        return arrow(db, _RECORDS)
    finally:
        db.unregister("asked")


def _gone() -> RunError:
    return RunError("a record of this item is not in the release any more", remedy="Leave the item, and take the next")


def _probability(weight: float) -> float:
    return float(1 / (1 + 2.0**-weight))
