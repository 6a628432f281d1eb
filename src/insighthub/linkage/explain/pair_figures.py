"""A pair as figures: the waterfall, and how likely each kind of pair is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insighthub.charts import Column, Figure, counts, evidence
from insighthub.charts.numbers import bits, share
from insighthub.charts.table import table

if TYPE_CHECKING:
    from insighthub.linkage.explain.pair import PairExplanation


def pair_figures(pair: PairExplanation, prefix: str = "") -> tuple[Figure, ...]:
    """Return the figures of a pair; ``prefix`` is put before their keys."""
    return waterfall_figure(pair, f"{prefix}evidence"), kinds_figure(pair, f"{prefix}kinds")


def waterfall_figure(pair: PairExplanation, key: str, *, title: str | None = None, summary: str = "") -> Figure:
    """Return the waterfall from the prior to the match weight.

    Args:
        pair: the explanation.
        key: the figure's.
        title: the finding, where it is not to be that of one pair alone on a page.
        summary: what is said above the drawing; the strongest steps where nothing is given.
    """
    # A drawing leaves out what adds nothing; the table has it.
    drawn = [evidence.Weight(step.label, step.weight) for step in pair.steps if abs(step.weight) >= 0.05]
    drawn.append(evidence.Weight("Match weight", pair.match_weight, total=True))
    return Figure(
        key,
        title
        or f"The evidence adds up to {bits(pair.match_weight)} bits, a probability of {share(pair.match_probability)}",
        summary or strongest(pair),
        table(
            f"{pair.title}: from the prior to the match weight",
            [Column("step", "Evidence"), Column("weight", "Weight, bits", "bits")],
            [*((step.label, step.weight) for step in pair.steps), ("Match weight", pair.match_weight)],
        ),
        lambda width: evidence.weights(drawn, width, running=True),
    )


def strongest(pair: PairExplanation) -> str:
    """Say which steps weigh most for a match and against it."""
    steps = pair.steps[1:]
    best, worst = max(steps, key=lambda s: s.weight, default=None), min(steps, key=lambda s: s.weight, default=None)
    said = []
    if best is not None and best.weight > 0:
        said.append(f"Most for a match: {best.label} ({bits(best.weight)} bits).")
    if worst is not None and worst.weight < 0:
        said.append(f"Most against it: {worst.label} ({bits(worst.weight)} bits).")
    return " ".join(said) or "No evidence weighs for or against a match."


def kinds_figure(pair: PairExplanation, key: str) -> Figure:
    """Return how likely each kind of pair is, and what each took off the match weight."""
    likeliest = max(pair.kinds, key=lambda kind: kind.probability)
    bars = [counts.Bar(_capital(kind.label), (kind.probability,), share(kind.probability)) for kind in pair.kinds]
    return Figure(
        key,
        f"Likeliest: {likeliest.label} ({share(likeliest.probability)})",
        "Each bar is how likely it is, given all the evidence, that the two records are such a pair.",
        table(
            f"{pair.title}: what they could be",
            [
                Column("kind", "The two are"),
                Column("probability", "Probability", "share"),
                Column("takes", "Takes off, bits", "bits"),
            ],
            [
                (
                    _capital(kind.label),
                    kind.probability,
                    -kind.takes if kind.name not in {"match", "unrelated"} else None,
                )
                for kind in pair.kinds
            ],
        ),
        lambda width: counts.bars(bars, ("Probability",), width),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
