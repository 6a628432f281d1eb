"""A cluster in plain English, by reference and weight, without a value.

Takes an explanation, gives paragraphs: what it is made of, where it is weakest, who is near and out, what would
change it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from insighthub.charts.numbers import bits, of, share
from insighthub.linkage.reference import Reference

if TYPE_CHECKING:
    from insighthub.linkage.explain.cluster import ClusterExplanation
    from insighthub.linkage.explain.what_if import WhatIf

NAMED = 4  # records of a side that are named; of more it is told how many


def cluster_words(cluster: ClusterExplanation) -> tuple[str, ...]:
    """Return the paragraphs that explain a cluster."""
    parts = [_made_of(cluster), _weakest(cluster), _near(cluster)]
    parts += [change_in_words(found) for found in cluster.what_ifs]
    if not cluster.reproduced:
        parts.append(
            "Clustering the kept pairs again does not give these clusters, so what would change them is not worked out."
        )
    elif len(cluster.parts) > 1:
        sides = " and ".join(_braced(tuple(cluster.members[i].reference for i in part)) for part in cluster.parts)
        parts.append(
            f"The second pass, which compares clusters as wholes, joined {sides}. What would change that is "
            "not worked out."
        )
    return tuple(part for part in parts if part)


def change_in_words(found: WhatIf) -> str:
    """Return a change and its effect as a sentence."""
    gain = f" (its best pair: {bits(found.bits)} bits)" if found.bits is not None else ""
    split = ": " + " and ".join(_braced(group) for group in found.groups) if "split" in found.effect else ""
    return f"If {found.change}, {found.effect}{split}{gain}."


def _made_of(cluster: ClusterExplanation) -> str:
    count = len(cluster.members)
    if count == 1:
        return "The record stands alone: no other is judged to be of the same person."
    sources = len({member.reference.source for member in cluster.members})
    whole = count * (count - 1) // 2
    return (
        f"{of(count, 'record')} of {of(sources, 'source')} are judged one person's. Of the {of(whole, 'pair')} that "
        f"they make, {of(len(cluster.links), 'was', 'were')} compared."
    )


def _weakest(cluster: ClusterExplanation) -> str:
    weakest = cluster.weakest
    if weakest is None or weakest.mean is None:
        return ""
    one, other = (
        _braced(tuple(cluster.members[place].reference for place in side)) for side in (weakest.one, weakest.other)
    )
    pairs = "one pair" if weakest.pairs == 1 else f"{weakest.pairs} pairs"
    said = f"The weakest link is between {one} and {other}: {pairs} compared, {bits(weakest.mean)} bits in the mean."
    if weakest.holds_to is None:
        return said
    return (
        f"{said} The cluster stays whole up to a threshold of {share(probability(weakest.holds_to), 2)} and parts "
        f"there; the threshold is {share(cluster.threshold)}."
    )


def _near(cluster: ClusterExplanation) -> str:
    if not cluster.near:
        return "No record outside comes near."
    first = cluster.near[0]
    best = cluster.members[first.best].reference
    return (
        f"{of(len(cluster.near), 'record is', 'records are')} near and out. The nearest is {first.reference}, in "
        f"{first.cluster_id}, with {bits(first.best_weight)} bits to {best}. "
        f"{first.why}."
    )


def probability(weight: float) -> float:
    """Return a match weight in bits as a probability."""
    return float(1 / (1 + 2.0**-weight))


def _braced(references: tuple[Reference, ...]) -> str:
    """Return a set of records in braces, so that a list of two sets cannot be read as one."""
    if len(references) > NAMED:
        return f"{{{references[0]} and {len(references) - 1} more}}"
    return f"{{{', '.join(str(reference) for reference in references)}}}"
