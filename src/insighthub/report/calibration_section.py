"""Whether match probabilities mean what they say.

Takes the calibration of an evaluation, gives the section "Are the probabilities right?".
"""

from insighthub.charts import Column, Figure
from insighthub.charts.numbers import count, score, share
from insighthub.charts.rates import Reliability, reliability
from insighthub.charts.table import Table, table
from insighthub.linkage.evaluation_result import Calibration, CalibrationBin
from insighthub.report.section import Section, of


def calibration_section(calibration: Calibration) -> Section:
    """Say how far match probabilities are from the shares of matches."""
    return Section(
        "calibration",
        "Are the probabilities right?",
        "Of the pairs with a match probability near 0.9, nine in ten should be matches. Counted are pairs of a "
        "probability of at least 0.01 whose two records the truth knows; pairs that the sources themselves keep apart "
        "have none. The expected calibration error is the mean distance between probability and share of matches, "
        "over fifteen groups of equally many pairs; 0 is right. The Brier score is the mean squared distance between "
        "each pair's probability and the truth: it is lower the more surely pairs are told, too.",
        (_curve(calibration), _error(calibration)),
    )


def _curve(c: Calibration) -> Figure:
    off = max(c.equal_width, key=lambda b: abs(b.predicted - b.observed.value))
    way = "too low" if off.observed.value > off.predicted else "too high"
    outside = [b for b in c.equal_width if not b.observed.low <= b.predicted <= b.observed.high]
    if outside:
        title = (
            f"Probabilities are furthest off between {off.low:.1f} and {off.high:.1f}: {share(off.observed.value)} of "
            f"pairs are matches where {share(off.predicted)} were predicted ({way})"
        )
    else:
        title = "Match probabilities agree with the truth everywhere, within what chance explains"
    points = [Reliability(b.predicted, b.observed.value, b.observed.low, b.observed.high) for b in c.equal_width]
    return Figure(
        "reliability",
        title,
        "Each point is the pairs within a tenth of match probability; the bar is the 95% interval of the share of "
        "matches among them. On the dashed line the two are the same; above it probabilities are too low.",
        _bins("Share of matches by match probability", c.equal_width),
        lambda width: reliability(points, width),
    )


def _error(c: Calibration) -> Figure:
    return Figure(
        "calibration-error",
        f"The expected calibration error is {score(c.error.value)} ({score(c.error.low)} to {score(c.error.high)}): "
        f"{count(c.expected)} matches were expected and {count(c.matches)} found among {of(c.pairs, 'pair')}",
        f"The Brier score is {score(c.brier.value)} ({score(c.brier.low)} to {score(c.brier.high)}).",
        _bins("Groups of equally many pairs, from which the error is counted", c.equal_mass),
    )


def _bins(caption: str, bins: tuple[CalibrationBin, ...]) -> Table:
    return table(
        caption,
        [
            Column("low", "Probability from", "score"),
            Column("high", "To", "score"),
            Column("pairs", "Pairs", "count"),
            Column("predicted", "Predicted", "share"),
            Column("observed", "Matches", "share"),
            Column("observed_low", "From", "share"),
            Column("observed_high", "To", "share"),
        ],
        [(b.low, b.high, b.pairs, b.predicted, b.observed.value, b.observed.low, b.observed.high) for b in bins],
    )
