"""How results of linkage show themselves in a notebook: a sentence and a table.

Takes a result, gives HTML that stands alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from insighthub.charts import Column, Figure
from insighthub.charts.fragment import fragment
from insighthub.charts.numbers import count, of, score, share
from insighthub.charts.table import table
from insighthub.linkage.evaluation_result import Evaluation
from insighthub.linkage.explain.nouns import title_of
from insighthub.linkage.result import LevelWeight, LinkResult


def levels_html(levels: Sequence[LevelWeight]) -> str:
    """Show what each level of each comparison weighs."""
    return fragment("What each level weighs", (), lambda prefix: (_levels(levels, f"{prefix}levels"),))


def result_html(result: LinkResult) -> str:
    """Show what a run gave."""
    clusters = result.links["cluster_id"]
    linked, people = len(clusters) - clusters.null_count, len(clusters.drop_null().unique())
    words = (
        f"{of(linked, 'linked record')} of {of(people, 'person', 'people')}, from "
        f"{of(len(result.links['source'].unique()), 'source')}. {of(result.pairs.num_rows, 'pair')} kept; the "
        f"threshold is {share(result.threshold)}."
    )
    return fragment("Linkage", (words,), lambda prefix: (_levels(result.levels, f"{prefix}levels"),))


def evaluation_html(evaluation: Evaluation) -> str:
    """Show how good a clustering is."""
    rows = [
        (way, name, interval.value, interval.low, interval.high)
        for way, scores in (("pairs of records", evaluation.pairwise), ("records (B-cubed)", evaluation.b_cubed))
        for name, interval in (("precision", scores.precision), ("recall", scores.recall), ("F1", scores.f1))
    ]
    columns = [
        Column("way", "Counted by"),
        Column("measure", "Measure"),
        Column("value", "Value", "score"),
        Column("low", "From", "score"),
        Column("high", "To", "score"),
    ]
    words = (
        f"{of(evaluation.clusters, 'cluster')} against {of(evaluation.entities, 'person', 'people')} behind "
        f"{of(evaluation.records, 'record')}."
    )

    def figures(prefix: str) -> tuple[Figure, ...]:
        title = f"F1 by pairs is {score(evaluation.pairwise.f1.value)}"
        scores = table("Precision, recall and F1, with 95% confidence intervals", columns, rows)
        return (Figure(f"{prefix}scores", title, "Each with its 95% confidence interval.", scores),)

    return fragment("Links against the truth", (words,), figures)


def _levels(levels: Sequence[LevelWeight], key: str) -> Figure:
    title = "Nothing was compared"
    if levels:
        most = max(levels, key=lambda level: level.weight)
        title = f"Most telling: {title_of(most.comparison)}, “{most.label}”"
    return Figure(
        key,
        title,
        f"Over {count(len({level.comparison for level in levels}))} comparisons, in bits against an unrelated pair.",
        table(
            "What each level weighs",
            [
                Column("comparison", "Comparison"),
                Column("level", "Level"),
                Column("m", "m: share of matches", "share"),
                Column("u", "u: share of random pairs", "share"),
                Column("weight", "Weight, bits", "bits"),
                Column("pairs", "Candidate pairs", "count"),
            ],
            [(title_of(v.comparison), v.label, v.m, v.u, v.weight, v.pairs) for v in levels],
        ),
    )
