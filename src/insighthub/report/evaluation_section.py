"""How good the links are, where the truth is known.

Takes an evaluation, gives the section "Against the truth".
"""

import math

from insighthub.charts import Column, Figure, evidence
from insighthub.charts.figure import heat_matrix
from insighthub.charts.numbers import NOTHING, score
from insighthub.charts.table import table
from insighthub.linkage.evaluation_result import Evaluation, Interval, SourcePairScores
from insighthub.report.section import Section, of

# How far below 1 an F1 is shown in the darkest shade: the shades mean the same in every report.
_POOR = 0.5


def evaluation_section(evaluation: Evaluation) -> Section:
    """Say how many links are right, how many are missed, and between which sources."""
    figures = [_scores(evaluation)]
    if evaluation.by_source_pair:
        figures.append(_by_source_pair(evaluation.by_source_pair))
    return Section(
        "evaluation",
        "Against the truth",
        f"The truth names {of(evaluation.entities, 'person', 'people')} behind {of(evaluation.records, 'record')}; "
        f"linkage found {of(evaluation.clusters, 'cluster')}. Precision is the share of found links that are right, "
        "recall the share of true links that were found, and F1 their harmonic mean. Pairwise scores count pairs of "
        "records, so that large clusters weigh more; B-cubed scores average over records.",
        tuple(figures),
    )


def _scores(evaluation: Evaluation) -> Figure:
    named: list[tuple[str, Interval]] = []
    for way, scores in (("Pairwise", evaluation.pairwise), ("B-cubed", evaluation.b_cubed)):
        named += [
            (f"{way} precision", scores.precision),
            (f"{way} recall", scores.recall),
            (f"{way} F1", scores.f1),
        ]
    known = [(name, i) for name, i in named if not math.isnan(i.value)]
    spans = [
        evidence.Span(
            name,
            _known(i.low, i.value),
            _known(i.high, i.value),
            f"{score(i.value)} ({score(i.low)} to {score(i.high)})",
            i.value,
        )
        for name, i in known
    ]
    pairwise = evaluation.pairwise
    return Figure(
        "scores",
        f"Pairwise F1 is {score(pairwise.f1.value)}, with precision {score(pairwise.precision.value)} and recall "
        f"{score(pairwise.recall.value)}",
        "Dots are the estimates, bars their 95% confidence intervals. The scale does not start at 0.",
        table(
            "Precision, recall and F1, with 95% confidence intervals",
            [
                Column("measure", "Measure"),
                Column("value", "Value", "score"),
                Column("low", "From", "score"),
                Column("high", "To", "score"),
            ],
            [(name, i.value, i.low, i.high) for name, i in named],
        ),
        (lambda width: evidence.intervals(spans, width)) if spans else None,
    )


def _known(bound: float, value: float) -> float:
    return value if math.isnan(bound) else bound


def _by_source_pair(pairs: tuple[SourcePairScores, ...]) -> Figure:
    sources = tuple(sorted({name for pair in pairs for name in (pair.source_l, pair.source_r)}))
    by_names = {frozenset((pair.source_l, pair.source_r)): pair for pair in pairs}
    texts: list[list[str]] = []
    values: list[list[float | None]] = []
    for row in sources:
        found = [by_names.get(frozenset((row, column))) for column in sources]
        texts.append([NOTHING if pair is None else _two_decimals(pair.f1) for pair in found])
        # What is wanting is shaded, since the eye should go to what is poor.
        values.append([None if pair is None or math.isnan(pair.f1) else 1 - pair.f1 for pair in found])
    judged = [pair for pair in pairs if pair.true_pairs and not math.isnan(pair.f1)]
    worst = max(judged, key=lambda pair: (pair.true_pairs + pair.found_pairs) * (1 - pair.f1), default=None)
    if worst is None:
        finding = "No two records of these sources are one person in the truth"
    elif worst.f1 == 1:
        finding = "Every link between every two sources is right"
    else:
        where = (
            f"within {worst.source_l}"
            if worst.source_l == worst.source_r
            else f"between {worst.source_l} and {worst.source_r}"
        )
        finding = (
            f"Most is to be gained {where}, where F1 is {score(worst.f1)} over {of(worst.true_pairs, 'true link')}"
        )
    return Figure(
        "scores-by-source-pair",
        finding,
        "Each cell is the F1 of the links between the row's source and the column's, or within one source. The darker "
        f"a cell, the further it is from 1, down to {1 - _POOR}. {NOTHING} means that neither the truth nor the "
        "linkage has such a link.",
        table(
            "Scores by pair of sources",
            [
                Column("source_l", "Source"),
                Column("source_r", "Other source"),
                Column("true_pairs", "True links", "count"),
                Column("found_pairs", "Found links", "count"),
                Column("precision", "Precision", "score"),
                Column("recall", "Recall", "score"),
                Column("f1", "F1", "score"),
            ],
            [
                (p.source_l, p.source_r, p.true_pairs, p.found_pairs, p.precision, p.recall, p.f1)
                for p in sorted(pairs, key=lambda p: (-p.true_pairs, p.source_l, p.source_r))
            ],
        ),
        matrix=heat_matrix("F1 by pair of sources", "Source", sources, texts=texts, values=values, highest=_POOR),
    )


def _two_decimals(value: float) -> str:
    if math.isnan(value):
        return NOTHING
    if 0.995 <= value < 1:
        return ">0.99"
    return f"{value:.2f}"
