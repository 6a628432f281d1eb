"""What group rates are called, and the findings from them in words, for the report and the command line alike.

Takes an evaluation's comparisons of groups, gives plain sentences, the weightiest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insighthub.charts.numbers import share
from insighthub.linkage.evaluation_result import GroupComparison, GroupRate, GroupScores

#: Ways of grouping: the heading, and what stands before a group's name in a sentence.
HEADINGS = {
    "sex": "Sex",
    "age_band": "Age band",
    "area": "Area",
    "name_origin": "Form of the name",
    "source": "Source",
    "source_pair": "Pair of sources",
}
_SUBJECTS = {
    "sex": "People whose sex is {}",
    "age_band": "People aged {}",
    "area": "People in {}",
    "name_origin": "People whose name is of the form {}",
    "source": "Records of {}",
    "source_pair": "Links between {}",
}
MEASURES = {"missed": "Missed matches", "false": "False matches", "wrong": "Records in a wrong cluster"}
_VERBS = {"missed": "are missed", "false": "are false", "wrong": "stand in a wrong cluster"}


@dataclass(frozen=True)
class Difference:
    """A group's rate that differs from everybody else's beyond chance."""

    by: str
    measure: str
    scores: GroupScores
    rate: GroupRate

    @property
    def of_people(self) -> bool:
        """Whether the group is of people, and not of the sources that hold their records."""
        return not self.by.startswith("source")

    @property
    def weight(self) -> float:
        """How much of the error follows from it: the difference times how many people it is about."""
        return abs(self.rate.rate.value - (self.rate.rest or 0.0)) * self.scores.people

    def sentence(self) -> str:
        """Say it."""
        own, rest = self.rate.rate.value, self.rate.rest or 0.0
        what = {"missed": "their links", "false": "links found for them", "wrong": "their records"}[self.measure]
        if self.by == "source_pair":
            what = {"missed": "true ones", "false": "those found", "wrong": "records"}[self.measure]
        times = f"{own / rest:.1f} times the {share(rest)}" if rest and own / rest >= 1.05 else f"against {share(rest)}"
        return (
            f"{subject(self.by, self.scores.group)}: {share(own)} of {what} {_VERBS[self.measure]}, {times} elsewhere"
        )


def heading(by: str) -> str:
    """Return the heading of a way of grouping."""
    return HEADINGS.get(by, by.replace("_", " ").capitalize())


def subject(by: str, group: str) -> str:
    """Name the people or records of a group, to begin a sentence."""
    if group == "not known":
        return f"People whose {heading(by).lower()} is not known"
    if by == "source_pair" and group.startswith("within "):
        return f"Links {group}"
    return _SUBJECTS.get(by, "People of the group {}").format(group)


def differences(comparisons: Sequence[GroupComparison]) -> list[Difference]:
    """Return the rates that differ beyond chance: of people before sources, the worse first, the weightiest first."""
    found = [
        Difference(c.by, name, scores, rate)
        for c in comparisons
        for scores in c.groups
        for name in MEASURES
        if (rate := getattr(scores, name)) is not None and rate.differs
    ]
    return sorted(
        found,
        key=lambda d: (not d.of_people, d.rate.differs != "higher", -d.weight, d.by, d.scores.group, d.measure),
    )
