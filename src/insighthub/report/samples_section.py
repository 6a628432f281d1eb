"""Pairs near the threshold, each with the evidence that made its weight.

Takes a linkage result, gives the section "Pairs near the threshold": the pairs on which a person's judgement says most
about whether the threshold is right.
"""

from insighthub.charts import Figure
from insighthub.charts.numbers import bits, share
from insighthub.linkage.explain.pair import PairExplanation
from insighthub.linkage.explain.pair_figures import waterfall_figure
from insighthub.linkage.reference import Reference
from insighthub.linkage.result import LinkResult
from insighthub.report.model_section import threshold_bits
from insighthub.report.section import Section

#: How many pairs are shown: enough to see a pattern, few enough to look up.
SHOWN_PAIRS = 10


def samples_section(result: LinkResult) -> Section:
    """Show the sample pairs nearest the threshold, each as a waterfall from the prior to its weight."""
    cut = threshold_bits(result.threshold)
    nearest = sorted(
        result.samples,
        key=lambda pair: (abs(pair.match_weight - cut), pair.left, pair.right),
    )[:SHOWN_PAIRS]
    lead = (
        "These pairs are the hardest to judge. Look their records up: where most are right, the threshold is right. "
        "Each chart starts from the prior (how likely any two records are to be one person's), adds the evidence in "
        "turn, and takes off what a family, co-residents or namesakes would explain as well. A pair below the "
        "threshold may still be in one cluster, through other records."
    )
    figures = tuple(_waterfall(place, pair) for place, pair in enumerate(sorted(nearest, key=_weight), start=1))
    return Section("samples", "Pairs near the threshold", lead if figures else "There are no sample pairs.", figures)


def _weight(pair: PairExplanation) -> tuple[float, Reference, Reference]:
    return (pair.match_weight, pair.left, pair.right)


def _waterfall(place: int, pair: PairExplanation) -> Figure:
    judged = "one person" if pair.same_cluster else "two people"
    title = (
        f"{pair.title}: {bits(pair.match_weight)} bits, probability {share(pair.match_probability)}, judged {judged}"
    )
    return waterfall_figure(pair, f"pair-{place}", title=title, summary=pair.words)
