"""A pair in plain English: a short paragraph that shows no value.

Takes an explanation, gives sentences: the verdict, what agrees and how rare it is, what fits in part, what speaks
against, what else the two could be, and what is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from insighthub.charts.numbers import share
from insighthub.linkage.explain.nouns import is_plural, listed, noun_of

if TYPE_CHECKING:
    from insighthub.linkage.explain.ledger import Step
    from insighthub.linkage.explain.pair import PairExplanation

LITTLE = 0.5  # bits under which a level says next to nothing
MUCH = 2.0  # bits from which rarity is worth a word
WORTH_NAMING = 1.0  # bits from which it is told what a rival kind of pair takes off

#: What is asked of some pairs only: where the homes differ, or where one alone holds a date of birth.
_OF_SOME_PAIRS = frozenset({"moves", "mates", "age"})
#: What has a sentence of its own.
_APART = frozenset({"mates", "age"})

#: Least match probability, and the verdict.
_VERDICTS = (
    (0.999, "Almost certainly one person"),
    (0.95, "Very likely one person"),
    (0.5, "Likelier one person than two"),
    (0.05, "Likelier two people than one"),
    (0.001, "Very likely two people"),
    (0.0, "Almost certainly two people"),
)


def verdict(probability: float) -> str:
    """Say how likely it is that two records are one person."""
    said = next(words for least, words in _VERDICTS if probability >= least)
    return f"{said} ({share(probability)})"


def pair_words(pair: PairExplanation) -> str:
    """Return the paragraph that explains a pair."""
    levels = {step.comparison or "": step for step in pair.steps if step.level is not None}
    known = {name: step for name, step in levels.items() if step.level != -1}
    sentences = [f"{verdict(pair.match_probability)}.", *_barred(pair), *_agreeing(pair, known)]
    weighs = {name: step.weight for name, step in known.items()}
    moved = weighs.get("moves", 0.0) >= LITTLE and weighs.get("address", 0.0) <= -LITTLE
    sentences += _in_part(known, moved=moved)
    sentences += _against(known)
    if moved:
        sentences.append(f"The homes differ, but the dates fit a move: {_label(known['moves'])}.")
    if weighs.get("mates", 0.0) >= LITTLE:
        sentences.append(f"The household fits: {_label(known['mates'])}.")
    if weighs.get("age", 0.0) >= LITTLE:
        sentences.append(f"The age fits: {_label(known['age'])}.")
    sentences += _rival(pair)
    unknown = [noun_of(name) for name, step in levels.items() if step.level == -1 and name not in _OF_SOME_PAIRS]
    if unknown:
        sentences.append(f"Not known of one or both: {listed(unknown)}.")
    sentences += _outcome(pair)
    return " ".join(sentences)


def _label(step: Step) -> str:
    return step.label.partition(": ")[2]


def _barred(pair: PairExplanation) -> list[str]:
    if pair.barred is None:
        return []
    return [f"They are two people whatever they share: {pair.barred[:1].lower()}{pair.barred[1:]}."]


def _agreeing(pair: PairExplanation, known: dict[str, Step]) -> list[str]:
    same = [
        name for name, step in known.items() if step.level == 0 and step.weight >= LITTLE and name not in _OF_SOME_PAIRS
    ]
    if not same:
        return ["Nothing agrees in full."]
    verb = "agree" if len(same) > 1 or is_plural(same[0]) else "agrees"
    said = f"The {listed([noun_of(name) for name in same])} {verb}"
    rarity = {s.comparison: s.weight for s in pair.steps if s.comparison and s.level is None}
    asides = []
    for word, sign in (("rare", 1), ("common", -1)):
        such = [noun_of(name) for name in same if sign * rarity.get(name, 0.0) >= MUCH]
        if such:
            asides.append(f"the {listed(such)} {'are' if len(such) > 1 else 'is'} {word} here")
    if len(asides) == 2:
        return [f"{said}; {asides[0]}, but {asides[1]}."]
    return [f"{said}, {'and' if 'rare' in asides[0] else 'but'} {asides[0]}." if asides else f"{said}."]


def _in_part(known: dict[str, Step], *, moved: bool) -> list[str]:
    names = [
        name
        for name, step in known.items()
        if step.weight >= LITTLE and (not moved if name == "moves" else step.level != 0 and name not in _APART)
    ]
    verb = "do" if len(names) > 1 or any(is_plural(name) for name in names) else "does"
    parts = [f"the {noun_of(name)} ({_label(known[name])})" for name in names]
    return [f"In part, so {verb} {listed(parts)}."] if parts else []


def _against(known: dict[str, Step]) -> list[str]:
    order = sorted(known.items(), key=lambda item: item[1].weight)
    parts = [f"the {noun_of(name)} ({_label(step)})" for name, step in order if step.weight <= -LITTLE]
    return [f"Against it: {listed(parts)}."] if parts else []


def _rival(pair: PairExplanation) -> list[str]:
    if pair.barred is not None:
        return []
    best = max(pair.kinds, key=lambda kind: kind.takes)
    if best.takes >= WORTH_NAMING:
        return [f"They could be {best.label}: this takes {best.takes:.1f} bits off."]
    return []


def _outcome(pair: PairExplanation) -> list[str]:
    out = []
    if not pair.kept:
        out.append(
            "The run did not keep this pair: no blocking rule brought the two together, or they share too little. They "
            "were compared for this explanation."
        )
    over = pair.match_probability >= pair.threshold
    if pair.same_cluster is True and not over:
        out.append("They are in one cluster all the same, through other records.")
    elif pair.same_cluster is False and over:
        out.append("They are in two clusters all the same: a cluster's other records count too.")
    return out
