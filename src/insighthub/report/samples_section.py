"""Pairs near the threshold, each with the evidence that made its weight.

Takes a linkage result, gives the section "Pairs near the threshold": the pairs on which a person's judgement says most
about whether the threshold is right.
"""

from insighthub.charts import Column, Figure, evidence
from insighthub.charts.numbers import bits, share
from insighthub.charts.table import table
from insighthub.linkage.result import LinkResult, SamplePair
from insighthub.report.model_section import threshold_bits
from insighthub.report.section import Section

#: How many pairs are shown: enough to see a pattern, few enough to look up.
SHOWN_PAIRS = 10


def samples_section(result: LinkResult) -> Section:
    """Show the sample pairs nearest the threshold, each as a waterfall from the prior to its weight."""
    cut = threshold_bits(result.threshold)
    nearest = sorted(
        result.samples,
        key=lambda pair: (
            abs(pair.match_weight - cut),
            pair.source_l,
            pair.record_id_l,
            pair.source_r,
            pair.record_id_r,
        ),
    )[:SHOWN_PAIRS]
    lead = (
        "These pairs are the hardest to judge. Look their records up: where most are right, the threshold is right. "
        "Each chart starts from the prior (how likely any two records are to be one person's) and adds the evidence in "
        "turn. A pair below the threshold may still be in one cluster, through other records."
    )
    figures = tuple(_waterfall(place, pair) for place, pair in enumerate(sorted(nearest, key=_weight), start=1))
    return Section("samples", "Pairs near the threshold", lead if figures else "There are no sample pairs.", figures)


def _weight(pair: SamplePair) -> tuple[float, str, str]:
    return (pair.match_weight, pair.record_id_l, pair.record_id_r)


def _waterfall(place: int, pair: SamplePair) -> Figure:
    judged = "one person" if pair.same_cluster else "two people"
    steps = pair.steps
    rows = [evidence.Weight(step.label, step.weight) for step in steps]
    rows.append(evidence.Weight("Match weight", pair.match_weight, total=True))
    beyond_prior = steps[1:] or steps
    for_most, against_most = (
        max(beyond_prior, key=lambda s: s.weight, default=None),
        min(beyond_prior, key=lambda s: s.weight, default=None),
    )
    said = []
    if for_most is not None and for_most.weight > 0:
        said.append(f"Most for a match: {for_most.label} ({bits(for_most.weight)} bits).")
    if against_most is not None and against_most.weight < 0:
        said.append(f"Most against it: {against_most.label} ({bits(against_most.weight)} bits).")
    return Figure(
        f"pair-{place}",
        f"{pair.source_l} {pair.record_id_l} and {pair.source_r} {pair.record_id_r}: {bits(pair.match_weight)} bits, "
        f"probability {share(pair.match_probability)}, judged {judged}",
        " ".join(said) or "No evidence weighs for or against a match.",
        table(
            f"Pair {place}: from the prior to the match weight",
            [Column("step", "Evidence"), Column("weight", "Weight, bits", "bits")],
            [(row.label, row.weight) for row in rows],
        ),
        lambda width: evidence.weights(rows, width, running=True),
    )
