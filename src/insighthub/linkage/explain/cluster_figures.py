"""A cluster as figures: its graph, what holds each record in, who is near and out, what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from insighthub.charts import Column, Figure
from insighthub.charts.network import Edge, Node, network
from insighthub.charts.numbers import bits, of
from insighthub.charts.table import table
from insighthub.linkage.explain.cluster_words import change_in_words, probability

if TYPE_CHECKING:
    from insighthub.linkage.explain.cluster import ClusterExplanation, Link

DRAWN_NEAR = 4  # near records that are drawn
MOST_DRAWN = 40  # records that are drawn at most
MANY = 24  # records from which only the lines that tell the most are drawn


def cluster_figures(cluster: ClusterExplanation, prefix: str = "") -> tuple[Figure, ...]:
    """Return the figures of a cluster; ``prefix`` is put before their keys."""
    out = [_graph(cluster, f"{prefix}graph"), _members(cluster, f"{prefix}records")]
    if cluster.near:
        out.append(_near(cluster, f"{prefix}near"))
    if cluster.what_ifs:
        out.append(_what_ifs(cluster, f"{prefix}what-if"))
    return tuple(out)


def _named(cluster: ClusterExplanation, place: int) -> str:
    return f"{place + 1}: {cluster.members[place].reference}"


def _graph(cluster: ClusterExplanation, key: str) -> Figure:
    weakest, size = cluster.weakest, len(cluster.members)
    cut = set(weakest.other) if weakest else set()
    shown = _shown(cluster, cut)
    spot = {place: i for i, place in enumerate(shown)}
    nodes = [
        Node(place + 1, str(cluster.members[place].reference), "other" if place in cut else "one") for place in shown
    ]
    drawn = _telling([link for link in cluster.links if link.one in spot and link.other in spot], cut, size)
    edges = [
        Edge(spot[link.one], spot[link.other], link.weight, probability(link.weight) >= cluster.threshold)
        for link in drawn
    ]
    for number, near in enumerate(cluster.near[:DRAWN_NEAR], start=size + 1):
        if near.best in spot:
            edges.append(Edge(spot[near.best], len(nodes), near.best_weight, holds=False))
            nodes.append(Node(number, f"{near.reference} (out)", "outside"))
    left_out = len(cluster.links) - len(drawn)
    if size == 1:
        finding = "The record stands alone"
    elif weakest is None or weakest.mean is None:
        finding = f"{size} records"
    else:
        finding = f"{size} records; the weakest link has {bits(weakest.mean)} bits"
    summary = (
        "Each mark is a record, numbered as in the key; the thicker a line and the closer two marks, the more speaks "
        "for one person. Broken lines are pairs under the threshold, or to a record that is out. "
    )
    summary += "Circles and squares are the two sides of the weakest link. " if cut else ""
    summary += "Diamonds are the nearest records that are in other clusters. " if cluster.near else ""
    if len(shown) < size:
        summary += f"Of the {size} records, the {len(shown)} nearest to the weakest link are drawn. "
    summary += f"{of(left_out, 'line')} that tell less are left out." if left_out else ""
    return Figure(
        key,
        finding,
        summary.strip(),
        table(
            "Pairs compared within the cluster",
            [
                Column("record", "Record"),
                Column("other", "Other record"),
                Column("weight", "Match weight, bits", "bits"),
                Column("probability", "Probability", "share"),
                Column("across", "Across the weakest link"),
            ],
            [
                (
                    _named(cluster, link.one),
                    _named(cluster, link.other),
                    link.weight,
                    probability(link.weight),
                    "yes" if (link.one in cut) != (link.other in cut) else "no",
                )
                for link in cluster.links
            ],
        ),
        lambda width: network(nodes, edges, width),
    )


def _shown(cluster: ClusterExplanation, cut: set[int]) -> list[int]:
    """Return the places of the records to draw: all, or in a large cluster those about the cut."""
    size = len(cluster.members)
    if size <= MOST_DRAWN:
        return list(range(size))
    smaller = min(sorted(cut), sorted(set(range(size)) - cut), key=len)
    chosen = set(smaller[: MOST_DRAWN // 2])
    # Outwards from the smaller side, the strongest link first.
    while len(chosen) < MOST_DRAWN:
        reached = next((link for link in cluster.links if (link.one in chosen) != (link.other in chosen)), None)
        if reached is None:
            break
        chosen |= {reached.one, reached.other}
    return sorted(chosen)


def _telling(links: Sequence[Link], cut: set[int], size: int) -> list[Link]:
    """Return the lines to draw: all, or in a large cluster those that join, and the strongest across the cut."""
    if size < MANY:
        return list(links)
    group = list(range(size))
    out = []
    crossing = 0
    for link in links:  # strongest first: those that join two groups make a spanning tree
        across = (link.one in cut) != (link.other in cut)
        joins = group[link.one] != group[link.other]
        if joins:
            old, new = group[link.other], group[link.one]
            group = [new if g == old else g for g in group]
        if joins or (across and crossing < MANY):
            out.append(link)
            crossing += across
    return out


def _members(cluster: ClusterExplanation, key: str) -> Figure:
    weakest = min(
        (m for m in cluster.members if m.mean is not None), key=lambda m: (m.mean or 0.0, m.reference), default=None
    )
    title = "The record stands alone"
    if weakest is not None:
        title = f"Least holds {weakest.reference}: {bits(weakest.mean)} bits in the mean with the rest"
    return Figure(
        key,
        title,
        "For each record its best evidence, and the mean over the pairs with the rest that were compared. In the mean "
        "no pair counts by more than 20 bits either way.",
        table(
            "Why each record is in",
            [
                Column("record", "Record"),
                Column("best_with", "Best evidence with"),
                Column("best", "Its weight, bits", "bits"),
                Column("mean", "Mean with the rest, bits", "bits"),
                Column("compared", "Compared with", "count"),
            ],
            [
                (
                    _named(cluster, place),
                    None if member.best is None else _named(cluster, member.best),
                    member.best_weight,
                    member.mean,
                    member.compared,
                )
                for place, member in enumerate(cluster.members)
            ],
        ),
    )


def _near(cluster: ClusterExplanation, key: str) -> Figure:
    first = cluster.near[0]
    return Figure(
        key,
        f"Nearest of those that are out: {first.reference}, {bits(first.best_weight)} bits",
        "Records of other clusters with evidence for this one, down to six bits under the threshold.",
        table(
            "Why near records are out",
            [
                Column("record", "Record"),
                Column("why", "Why it is out"),
                Column("cluster_id", "Its cluster"),
                Column("records", "Records in it", "count"),
                Column("best_with", "Best evidence with"),
                Column("best", "Its weight, bits", "bits"),
                Column("mean", "Mean between the clusters, bits", "bits"),
                Column("compared", "Pairs compared", "count"),
            ],
            [
                (
                    str(near.reference),
                    near.why,
                    near.cluster_id,
                    near.records,
                    _named(cluster, near.best),
                    near.best_weight,
                    near.mean,
                    near.compared,
                )
                for near in cluster.near
            ],
        ),
    )


def _what_ifs(cluster: ClusterExplanation, key: str) -> Figure:
    return Figure(
        key,
        change_in_words(cluster.what_ifs[0]).rstrip("."),
        "Each line was worked out by scoring the pairs, or clustering the records, again with that one thing changed.",
        table(
            "What would change it",
            [
                Column("change", "If"),
                Column("effect", "Then"),
                Column("bits", "Change of its best pair, bits", "bits"),
                Column("groups", "The parts"),
            ],
            [
                (
                    found.change,
                    found.effect,
                    found.bits,
                    "; ".join("{" + ", ".join(str(r) for r in group) + "}" for group in found.groups)
                    if len(found.groups) > 1
                    else None,
                )
                for found in cluster.what_ifs
            ],
        ),
    )
