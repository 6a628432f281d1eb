"""Why a cluster is as it is: what holds each record in, where it is weakest, who is near and out, what would change it.

Takes the tables of a run and a cluster, gives an explanation that shows itself as words, as tables and as figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.nouns import noun_of
from insighthub.linkage.explain.region import NEAR_BITS, Mask, Region, is_part_of
from insighthub.linkage.explain.run_tables import RunTables
from insighthub.linkage.explain.weakest import WeakestLink, weakest_link
from insighthub.linkage.explain.what_if import Asking, WhatIf
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.reference import Reference

if TYPE_CHECKING:
    from insighthub.charts import Figure

NEAREST = 10  # near records that are told of
ASKED_NEAR = 3  # clusters of near records that are asked what would bring them in, and answers for each
LARGE = 60  # records from which a cluster is not asked what would change it record by record


@dataclass(frozen=True)
class Link:
    """Two records of the cluster, by their places in it, and the weight between them in bits."""

    one: int
    other: int
    weight: float


@dataclass(frozen=True)
class Member:
    """One record of the cluster, and what holds it in.

    Attributes:
        reference: the record.
        best: place of the record with which it has its best evidence; None where it stands alone.
        best_weight: the weight of that pair, in bits.
        mean: mean weight over the pairs with the rest that were compared.
        compared: with how many of the rest it was compared.
    """

    reference: Reference
    best: int | None
    best_weight: float | None
    mean: float | None
    compared: int


@dataclass(frozen=True)
class NearRecord:
    """A record with evidence for the cluster that is in another one.

    Attributes:
        reference: the record.
        cluster_id: where it is.
        records: how many records that cluster has.
        best: place of the cluster's record with which it has its best evidence.
        best_weight: the weight of that pair, in bits.
        mean: mean weight over all pairs compared between the two clusters.
        compared: how many those are.
        reason: why it is out: "same record", "one a person", "identifier", "no pair", "mean" or "other".
        why: the same in words.
        source: the source of which both clusters hold a record, where that is why.
    """

    reference: Reference
    cluster_id: str
    records: int
    best: int
    best_weight: float
    mean: float | None
    compared: int
    reason: str
    why: str
    source: str | None


@dataclass(frozen=True)
class ClusterExplanation:
    """A cluster, and why it is as it is.

    Attributes:
        cluster_id: its id in the links table.
        threshold: match probability from which records may be joined.
        members: its records, in order; other parts name them by their place, counted from 0.
        links: the pairs compared between them, strongest first.
        weakest: where the cluster would part first; None for one record.
        near: records that are near and out, nearest first.
        what_ifs: what would change it, each worked out by scoring or clustering again.
        parts: what the first pass gave, if the second joined it: records by part, by their places. One part otherwise.
        reproduced: whether clustering again gives what the run's first pass must have given. If not, or if there are
            several parts, ``what_ifs`` is empty.
    """

    cluster_id: str
    threshold: float
    members: tuple[Member, ...]
    links: tuple[Link, ...]
    weakest: WeakestLink | None
    near: tuple[NearRecord, ...]
    what_ifs: tuple[WhatIf, ...]
    parts: tuple[tuple[int, ...], ...]
    reproduced: bool

    @property
    def title(self) -> str:
        """The cluster's id and size."""
        count = len(self.members)
        return f"Cluster {self.cluster_id}: {count} record{'s' if count != 1 else ''}"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What was found, in plain English."""
        from insighthub.linkage.explain.cluster_words import cluster_words

        return cluster_words(self)

    @property
    def words(self) -> str:
        """The same as one text."""
        return "\n\n".join(self.paragraphs)

    def figures(self, prefix: str = "") -> tuple[Figure, ...]:
        """Return the figures: the graph, what holds each record in, who is near and out, what would change it.

        Args:
            prefix: put before the figures' keys, where a page holds several explanations.
        """
        from insighthub.linkage.explain.cluster_figures import cluster_figures

        return cluster_figures(self, prefix)

    def __str__(self) -> str:
        from insighthub.linkage.explain.shown import as_text

        # What would change it is in the paragraphs.
        return as_text(self.title, self.paragraphs, [f for f in self.figures() if not f.key.endswith("what-if")])

    def _repr_html_(self) -> str:
        from insighthub.charts.fragment import fragment

        return fragment(self.title, self.paragraphs, self.figures)


def explain_cluster(learned: Learned, tables: RunTables, number: int) -> ClusterExplanation:
    """Explain a cluster.

    Args:
        learned: the model.
        tables: of the run.
        number: the cluster's.
    """
    region = Region.around(learned, tables, number)
    member = region.label == number
    asking = Asking(learned, tables, region, member)
    rows = np.flatnonzero(member)
    place = {int(row): i for i, row in enumerate(rows)}
    within = region.between(member, member)
    links = tuple(
        Link(place[int(region.pairs.left[p])], place[int(region.pairs.right[p])], float(region.weight[p]))
        for p in within
    )
    weakest = weakest_link(region.among(member))
    near = _near_records(asking, place)
    first_pass = region.clustered()
    reproduced = is_part_of(first_pass, region.label)
    of_rows = first_pass[rows]
    parts = tuple(tuple(np.flatnonzero(of_rows == part).tolist()) for part in dict.fromkeys(of_rows.tolist()))
    return ClusterExplanation(
        tables.cluster_id(number),
        learned.threshold,
        tuple(_member(region, asking.name(int(row)), int(row), member, place) for row in rows),
        links,
        weakest,
        tuple(found for _, found in near),
        _what_ifs(asking, rows.tolist(), weakest, near) if reproduced and len(parts) == 1 else (),
        parts,
        reproduced,
    )


def _member(region: Region, reference: Reference, row: int, member: Mask, place: dict[int, int]) -> Member:
    alone = np.arange(region.n) == row
    pairs = region.between(alone, member & ~alone)
    if not len(pairs):
        return Member(reference, None, None, None, 0)
    best = int(pairs[0])
    other = int(region.pairs.left[best] + region.pairs.right[best] - row)
    return Member(reference, place[other], float(region.weight[best]), region.mean(pairs), len(pairs))


def _near_records(asking: Asking, place: dict[int, int]) -> list[tuple[int, NearRecord]]:
    """Return the records that are near and out, each with its row in the region, nearest first."""
    region, member = asking.region, asking.member
    out: dict[int, NearRecord] = {}
    for pair in region.between(member, ~member):
        weight = float(region.weight[pair])
        if weight < region.threshold_bits - NEAR_BITS or len(out) == NEAREST:
            break
        ends = int(region.pairs.left[pair]), int(region.pairs.right[pair])
        inner, row = ends if member[ends[0]] else ends[::-1]
        if row in out:
            continue
        theirs = region.label == region.label[row]
        between = region.between(member, theirs)
        reason, why, source = _why_out(asking, theirs)
        out[row] = NearRecord(
            asking.name(row),
            asking.tables.cluster_id(int(region.label[row])),
            int(theirs.sum()),
            place[inner],
            weight,
            region.mean(between),
            len(between),
            reason,
            why,
            source,
        )
    return list(out.items())


def _why_out(asking: Asking, theirs: Mask) -> tuple[str, str, str | None]:
    """Say what keeps another cluster apart from this one, as clustering would have it."""
    region, member = asking.region, asking.member
    held = region.exclusive
    apart = held.apart
    if ((member[apart.left] & theirs[apart.right]) | (theirs[apart.left] & member[apart.right])).any():
        return "same record", "One record names two people, one in each cluster", None
    shared = np.intersect1d(held.single[member & (held.single >= 0)], held.single[theirs & (held.single >= 0)])
    if len(shared):
        row = int(np.flatnonzero(theirs & (held.single == shared[0]))[0])
        source = asking.name(row).source
        return "one a person", f"Both clusters hold a record of {source}, which has one a person", source
    mine, other = (held.identifier[rows & (held.identifier >= 0)] for rows in (member, theirs))
    if len(mine) and len(other) and mine[0] != other[0]:
        return "identifier", "Their NHS numbers differ", None
    between = region.between(member, theirs)
    if not len(between) or region.weight[between[0]] < region.threshold_bits:
        return "no pair", "No pair between the two clusters reaches the threshold", None
    mean = region.mean(between)
    if mean is not None and mean <= region.threshold_bits:
        return "mean", "The pairs between the two clusters, taken together, stay under the threshold", None
    tells = held.both_tell(Pairs(region.pairs.left[between], region.pairs.right[between]))
    for place, name in enumerate(asking.learned.telling):
        told = region.mean(between[tells[:, place]])
        if told is not None and told < region.threshold_bits:
            return name, f"The pairs whose records both hold a {noun_of(name)} say two people", None
    return "other", "The order in which records were joined left it out", None


def _what_ifs(
    asking: Asking, rows: list[int], weakest: WeakestLink | None, near: list[tuple[int, NearRecord]]
) -> tuple[WhatIf, ...]:
    out: list[WhatIf] = []
    if weakest is not None:
        if weakest.strongest is not None:
            out.append(asking.judged_apart(rows[weakest.strongest[0]], rows[weakest.strongest[1]]))
        if len(rows) <= LARGE:
            # The record that is held least is on the smaller side of the weakest link.
            smaller = min(weakest.one, weakest.other, key=lambda side: (len(side), side))
            out += asking.would_leave(rows[smaller[0]])
    nearest = {found.cluster_id: (row, found) for row, found in reversed(near)}  # of each cluster its nearest record
    asked = sorted(nearest.values(), key=near.index)[:ASKED_NEAR]
    for row, found in asked:
        if found.source is not None:
            out += asking.without_single(row, found.source)
        elif found.reason == "identifier":
            out += asking.without_identifier(row)
        elif found.reason in {"no pair", "mean"}:
            out += asking.would_join(row)[:ASKED_NEAR]
    return tuple(out)
