"""Why two records scored as they did.

Takes the row of ``pairs.parquet`` that holds a pair's levels and rarity, gives an explanation that shows itself as
words, as a table and as figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.ledger import KINDS, Evidence, Kind, Step, account
from insighthub.linkage.reference import Reference

if TYPE_CHECKING:
    from insighthub.charts import Figure

ONE_RECORD = "One record names both, as two people"
ONE_A_PERSON = "Both are of one source, which holds one record a person"


@dataclass(frozen=True)
class PairExplanation:
    """Two records and what was weighed between them.

    Attributes:
        left, right: the two records.
        match_weight: the evidence that they are one person, in bits.
        match_probability: the same as a probability.
        threshold: match probability from which two records may be joined.
        steps: from the prior to the match weight; they add up to it.
        kinds: how likely each kind of pair is, and what it took off the weight; their probabilities add up to 1.
        same_cluster: whether the two ended as one person; None where that is not known.
        kept: whether the pair is among those that the run kept. Any two others can be compared for an explanation.
        barred: why the two cannot be one person, whatever they share.
    """

    left: Reference
    right: Reference
    match_weight: float
    match_probability: float
    threshold: float
    steps: tuple[Step, ...]
    kinds: tuple[Kind, ...]
    same_cluster: bool | None = None
    kept: bool = True
    barred: str | None = None

    @property
    def title(self) -> str:
        """The two records, by reference."""
        return f"{self.left} and {self.right}"

    @property
    def words(self) -> str:
        """What was found, in plain English."""
        from insighthub.linkage.explain.pair_words import pair_words

        return pair_words(self)

    def figures(self, prefix: str = "") -> tuple[Figure, ...]:
        """Return the figures: the waterfall, and the kinds of pair.

        Args:
            prefix: put before the figures' keys, where a page holds several explanations.
        """
        from insighthub.linkage.explain.pair_figures import pair_figures

        return pair_figures(self, prefix)

    def __str__(self) -> str:
        from insighthub.linkage.explain.shown import as_text

        return as_text(self.title, (self.words,), self.figures())

    def _repr_html_(self) -> str:
        from insighthub.charts.fragment import fragment

        return fragment(self.title, (self.words,), self.figures)


def evidence_of(learned: Learned, row: Mapping[str, Any]) -> Evidence:
    """Return the levels and the rarity that a row of ``pairs.parquet`` holds."""
    names = [comparison.name for comparison in learned.comparisons]
    return Evidence(
        tuple(int(row[f"level_{name}"]) for name in names),
        {name: float(row[f"rarity_{name}"]) for name in names if f"rarity_{name}" in row},
        float(row["rarity_full_name"]),
        (str(row["source_l"]), str(row["source_r"])),
    )


def explain_pair(
    learned: Learned, row: Mapping[str, Any], *, same_cluster: bool | None = None, kept: bool = True
) -> PairExplanation:
    """Explain a pair.

    Args:
        learned: the model.
        row: of ``pairs.parquet``.
        same_cluster: whether the two ended as one person.
        kept: whether the run kept the pair.
    """
    left, right = (Reference(row[f"source_{s}"], row[f"record_id_{s}"], int(row[f"person_{s}"])) for s in ("l", "r"))
    barred = why_barred(learned, left, right)
    ledger = account(learned, evidence_of(learned, row), barred=barred, weight=float(row["match_weight"]))
    return PairExplanation(
        left,
        right,
        float(row["match_weight"]),
        float(row["match_probability"]),
        learned.threshold,
        ledger.steps,
        ledger.kinds,
        same_cluster,
        kept,
        barred,
    )


def explain_by_steps(
    steps: Sequence[Step], row: Mapping[str, Any], *, threshold: float, same_cluster: bool | None = None
) -> PairExplanation:
    """Explain a pair that a model weighed in its own way, as one of two kinds: a match, or two unrelated people.

    Args:
        steps: from the prior to the match weight.
        row: of ``pairs.parquet``.
        threshold: match probability from which two records may be joined.
        same_cluster: whether the two ended as one person.
    """
    left, right = (Reference(row[f"source_{s}"], row[f"record_id_{s}"], int(row[f"person_{s}"])) for s in ("l", "r"))
    probability = float(row["match_probability"])
    of_kinds = {"match": probability, "unrelated": 1 - probability}
    kinds = tuple(Kind(name, KINDS[name], share, 0.0) for name, share in of_kinds.items())
    weight = float(row["match_weight"])
    return PairExplanation(left, right, weight, probability, threshold, tuple(steps), kinds, same_cluster)


def why_barred(learned: Learned, left: Reference, right: Reference) -> str | None:
    """Say why two records cannot be one person by their sources' own word, if so it is."""
    if (left.source, left.record_id) == (right.source, right.record_id):
        return ONE_RECORD
    if left.source == right.source and left.source in learned.single_sources:
        return ONE_A_PERSON
    return None
