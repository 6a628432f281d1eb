"""What changed in the outcome: match weights, sizes of clusters, and the links of records that both runs hold.

Takes two snapshots, gives findings and the sections "Links" and "Weights and clusters".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from insighthub.charts import Column, Figure, counts
from insighthub.charts.changes import Change, changes
from insighthub.charts.numbers import count, share
from insighthub.charts.table import table
from insighthub.drift.churn import Churn
from insighthub.drift.distributions import Distance, of_counts
from insighthub.drift.finding import Finding, severity, worst_first
from insighthub.drift.snapshot import SIZE_BINS, WEIGHT_BINS, Snapshot
from insighthub.report.section import Section, of

#: Links that are not in both runs, as a share of those in either, among records of both.
CHURN_LOOK, CHURN_ACT = 0.02, 0.05


def outcome_findings(before: Snapshot, after: Snapshot, links: Churn) -> list[Finding]:
    """Return what changed in the outcome past a threshold."""
    return worst_first(_findings(before, after, links))


def _findings(before: Snapshot, after: Snapshot, links: Churn) -> Iterator[Finding]:
    changed = 1 - links.agreement
    grade = severity(changed, CHURN_LOOK, CHURN_ACT)
    if grade:
        sentence = (
            f"{share(changed)} of links changed among the {of(links.records, 'record')} of both runs: "
            f"{count(links.lost)} were lost and {count(links.new)} are new"
        )
        yield Finding(grade, changed / CHURN_LOOK, "links", sentence)
    for name, (records, moved) in links.by_source.items():
        part = moved / records
        grade = severity(part, 2 * CHURN_LOOK, 2 * CHURN_ACT)
        if grade and part > 2 * changed:
            sentence = f"{name}: {share(part)} of its records have other records beside them than before"
            yield Finding(grade, part / (2 * CHURN_LOOK), "links-by-source", sentence)
    for figure, distance, sentence in (
        ("weights", of_counts(before.weights, after.weights), "Match weights are spread otherwise than before"),
        ("sizes", of_counts(before.sizes, after.sizes), "People have other numbers of records than before"),
    ):
        if distance.severity:
            stated = f"{sentence}, by a stability index of {distance.psi:.2f}"
            yield Finding(distance.severity, distance.psi / 0.1, figure, stated)


def links_section(links: Churn, found: Sequence[Finding]) -> Section:
    """Show which links came and went."""
    every = links.kept + links.lost + links.new
    bars = [
        counts.Bar(name, (n,), f"{count(n)} ({share(n / every if every else None)})")
        for name, n in (("Kept", links.kept), ("Lost", links.lost), ("New", links.new))
    ]
    moved = [
        counts.Bar(name, (m,), f"{count(m)} of {count(n)} ({share(m / n)})") for name, (n, m) in links.by_source.items()
    ]
    figures = [
        Figure(
            "links",
            _first(found, "links", f"{share(links.agreement)} of links are in both runs"),
            f"Links are pairs of records in one cluster, among the {of(links.records, 'record')} of both runs. "
            f"{share(CHURN_LOOK, 0)} of them changed deserves a look, {share(CHURN_ACT, 0)} calls for action.",
            table(
                "Links among the records of both runs",
                [Column("links", "Links"), Column("pairs", "Pairs", "count"), Column("share", "Share", "share")],
                [
                    (name, n, n / every if every else None)
                    for name, n in (("Kept", links.kept), ("Lost", links.lost), ("New", links.new))
                ],
            ),
            lambda width: counts.bars(bars, ("Pairs",), width),
        ),
    ]
    if moved:
        records = sum(m for _, m in links.by_source.values())
        figures.append(
            Figure(
                "links-by-source",
                _first(found, "links-by-source", f"{of(records, 'record')} have other records beside them than before"),
                "Records of both runs whose cluster gained or lost another record of both runs, by source.",
                table(
                    "Records of both runs with other records beside them, by source",
                    [
                        Column("source", "Source"),
                        Column("records", "Records in both", "count"),
                        Column("moved", "With others beside them", "count"),
                        Column("share", "Share", "share"),
                    ],
                    [(name, n, m, m / n) for name, (n, m) in links.by_source.items()],
                ),
                lambda width: counts.bars(moved, ("Records",), width),
            )
        )
    return Section(
        "churn",
        "Links",
        "A record that one run alone has says nothing here: its source changed, and not the linkage.",
        tuple(figures),
    )


def spread_section(before: Snapshot, after: Snapshot, found: Sequence[Finding]) -> Section:
    """Show how match weights and sizes of clusters are spread."""
    lows = [f"{low:.0f}".replace("-", "−") for low in WEIGHT_BINS]
    weights = [f"{lows[k]} to {lows[k + 1]} bits" for k in range(len(lows) - 1)] + [f"{lows[-1]} bits and more"]
    sizes = [str(low) if low + 1 == high else f"{low} to {high - 1}" for low, high in pairwise(SIZE_BINS)] + [
        f"{SIZE_BINS[-1]} and more"
    ]
    return Section(
        "spread",
        "Weights and clusters",
        "Shares of the whole, so that a larger run can be held against a smaller. The stability index (PSI) is "
        "explained below; it counts where it is also more than chance makes once in a hundred times.",
        (
            _spread_figure("weights", ("match weight", "pairs"), weights, (before.weights, after.weights), found),
            _spread_figure("sizes", ("number of records", "people"), sizes, (before.sizes, after.sizes), found),
        ),
    )


def _first(found: Sequence[Finding], figure: str, otherwise: str) -> str:
    return next((f.sentence for f in found if f.figure == figure), otherwise)


def _spread_figure(
    key: str,
    of_what: tuple[str, str],
    labels: Sequence[str],
    both: tuple[Sequence[int], Sequence[int]],
    found: Sequence[Finding],
) -> Figure:
    by, what = of_what
    before, after = both
    totals = max(1, sum(before)), max(1, sum(after))
    rows = [(label, b, b / totals[0], a, a / totals[1]) for label, b, a in zip(labels, before, after, strict=True)]
    drawn = [Change(label, p, q, f"{share(p)} to {share(q)}") for label, _, p, _, q in rows]
    distance: Distance = of_counts(before, after)
    return Figure(
        key,
        _first(found, key, f"{what.capitalize()} are spread over {by} as before"),
        f"Share of {what} by {by}. A ring is before, a dot after. The stability index is {distance.psi:.3f}, the "
        f"Jensen-Shannon divergence {distance.divergence:.3f}.",
        table(
            f"{what.capitalize()} by {by}",
            [
                Column("bin", by.capitalize()),
                Column("before", "Before", "count"),
                Column("before_share", "Share", "share"),
                Column("after", "After", "count"),
                Column("after_share", "Share", "share"),
            ],
            rows,
        ),
        lambda width: changes(drawn, width, shares=True),
    )
