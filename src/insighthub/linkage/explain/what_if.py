"""What would change a cluster: each answer is worked out by scoring or clustering again, never guessed.

Takes a region and a cluster in it, gives changes with their effects: two records judged two people, a record that
agreed where it differs or differed where it agrees, a source that held several records a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.ledger import Evidence, weights_of
from insighthub.linkage.explain.nouns import noun_of
from insighthub.linkage.explain.pair import evidence_of, why_barred
from insighthub.linkage.explain.region import Mask, Region
from insighthub.linkage.explain.run_tables import RunTables
from insighthub.linkage.reference import Reference

#: Comparisons that say something of two records together and nothing that either holds by itself.
_OF_BOTH = frozenset({"moves", "mates", "age"})
Weights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class WhatIf:
    """One change and its effect.

    Attributes:
        change: what would be otherwise, as "if ..." without the "if".
        effect: what would follow.
        bits: by how much the strongest pair's weight would change, where weights would.
        groups: the clusters that would then hold a record of this one, the largest first.
    """

    change: str
    effect: str
    bits: float | None
    groups: tuple[tuple[Reference, ...], ...]


@dataclass(frozen=True)
class Asking:
    """A cluster about which to ask.

    Attributes:
        learned, tables: the run.
        region: around the cluster.
        member: which rows of the region are the cluster's.
    """

    learned: Learned
    tables: RunTables
    region: Region
    member: Mask

    def name(self, row: int) -> Reference:
        """Return the name of a row of the region."""
        return self.tables.reference(int(self.region.rows[row]))

    def judged_apart(self, one: int, other: int) -> WhatIf:
        """Say how the cluster would split if two of its records were judged two people."""
        groups = self._groups(self.region.clustered(apart=[(one, other)]))
        return WhatIf(
            f"{self.name(one)} and {self.name(other)} were judged two people",
            f"the cluster would split in {len(groups)}",
            None,
            groups,
        )

    def would_leave(self, row: int) -> list[WhatIf]:
        """Say in which single comparison a record would have to differ from the rest to leave the cluster."""
        out = []
        rest = self.member.copy()
        rest[row] = False
        for k, comparison in enumerate(self.learned.comparisons):
            worst = len(comparison.labels) - 1
            agreeing = comparison.agreeing

            def differs(level: int, worst: int = worst, agreeing: int = agreeing) -> int:
                return worst if 0 <= level < agreeing else level

            weight, bits = self._rescored(row, rest, k, differs)
            if bits is None or comparison.name in _OF_BOTH:
                continue
            labels = self.region.clustered(weight=weight)
            if not (labels[rest] == labels[row]).any():
                change = f"the {noun_of(comparison.name)} of {self.name(row)} differed from theirs"
                out.append(WhatIf(change, "it would leave the cluster", bits, self._groups(labels)))
        return out

    def would_join(self, row: int) -> list[WhatIf]:
        """Say in which single comparison a near record would have to agree with the cluster's records to join them."""
        out = []
        for k, comparison in enumerate(self.learned.comparisons):
            if comparison.name in _OF_BOTH:
                continue
            weight, bits = self._rescored(row, self.member, k, lambda level: 0 if level > 0 else level)
            change = f"the {noun_of(comparison.name)} of {self.name(row)} agreed with theirs"
            if bits is None and self._knows_nothing(row, comparison.name):
                weight, bits = self._rescored(row, self.member, k, lambda _: 0, known=comparison.name)
                change = f"the {noun_of(comparison.name)} of {self.name(row)} were known and agreed"
            if bits is not None:
                out += self._joins(row, change, self.region.clustered(weight=weight), bits)
        return sorted(out, key=lambda found: -(found.bits or 0.0))

    def without_single(self, row: int, source: str) -> list[WhatIf]:
        """Say whether a near record would join if a source could hold several records a person."""
        held = self.region.exclusive
        sources = np.array(self.tables.sources_of(self.region.rows))
        free = replace(held, single=np.where(sources == source, -1, held.single).astype(np.int32))
        # Pairs within the source were weighed as two people; so they are left out, as if they had not been compared.
        left, right = self.region.pairs.left, self.region.pairs.right
        region = self.region.without((sources[left] == source) & (sources[right] == source))
        change = f"{source} held several records a person"
        return self._joins(row, change, region.clustered(exclusive=free), None)

    def without_identifier(self, row: int) -> list[WhatIf]:
        """Say whether a near record would join if its cluster's NHS number were the cluster's own."""
        held = self.region.exclusive
        theirs = self.region.label == self.region.label[row]
        mine = held.identifier[self.member]
        agreed = np.where(theirs & (held.identifier >= 0), mine.max(initial=-1), held.identifier).astype(np.int32)
        k = next((k for k, c in enumerate(self.learned.comparisons) if c.name == "nhs_number"), None)
        weight, bits = self.region.weight, None
        if k is not None:
            weight, bits = self._rescored(row, self.member, k, lambda level: 0 if level > 0 else level, all_of=theirs)
        labels = self.region.clustered(weight=weight, exclusive=replace(held, identifier=agreed))
        return self._joins(row, f"the NHS number of {self.name(row)} were that of the cluster", labels, bits)

    def _joins(self, row: int, change: str, labels: npt.NDArray[np.int32], bits: float | None) -> list[WhatIf]:
        together = np.unique(labels[self.member])
        if len(together) != 1 or labels[row] != together[0]:
            return []
        more = int(((labels == together[0]) & ~self.member).sum()) - 1
        others = f", and {more} more with it" if more else ""
        return [WhatIf(change, f"it would join the cluster{others}", bits, self._groups(labels))]

    def _groups(self, labels: npt.NDArray[np.int32]) -> tuple[tuple[Reference, ...], ...]:
        """Return the clusters that hold a record of this one, the largest first."""
        rows = [np.flatnonzero(labels == label) for label in np.unique(labels[self.member])]
        return tuple(tuple(self.name(int(r)) for r in group) for group in sorted(rows, key=lambda g: (-len(g), g[0])))

    def _rescored(
        self,
        row: int,
        others: Mask,
        k: int,
        change: Callable[[int], int],
        *,
        known: str | None = None,
        all_of: Mask | None = None,
    ) -> tuple[Weights, float | None]:
        """Score again the pairs of a row with others, one comparison changed.

        Args:
            row: the row.
            others: the rows at the other end.
            k: the comparison.
            change: gives the level that a level would become.
            known: leave alone the pairs whose other end has no value for this comparison.
            all_of: rows that change with the row; it alone where not given.

        Returns:
            All weights of the region, and what the strongest changed pair gains; None where no level changes.
        """
        ones = all_of if all_of is not None else np.arange(self.region.n) == row
        weight = self.region.weight.copy()
        places: list[int] = []
        after: list[Evidence] = []
        for at in self.region.between(ones, others):
            left, right = int(self.region.pairs.left[at]), int(self.region.pairs.right[at])
            before = evidence_of(self.learned, self.tables.evidence(int(self.region.at[at])))
            level = change(before.levels[k])
            if level == before.levels[k] or why_barred(self.learned, self.name(left), self.name(right)):
                continue
            if known is not None and self._knows_nothing(right if ones[left] else left, known):
                continue
            places.append(int(at))
            after.append(changed(self.learned, before, k, level))
        if not places:
            return weight, None
        weight[places] = weights_of(self.learned, after)
        strongest = places[0]  # pairs come strongest first
        return weight, float(weight[strongest]) - float(self.region.weight[strongest])

    def _knows_nothing(self, row: int, comparison: str) -> bool:
        """Whether a row has no value for a comparison, so far as its pairs in the region tell."""
        left, right = self.region.pairs.left, self.region.pairs.right
        its = self.region.at[(left == row) | (right == row)]
        return not bool((self.tables.levels(comparison, its) >= 0).any())


def changed(learned: Learned, evidence: Evidence, k: int, level: int) -> Evidence:
    """Return the evidence with one comparison at another level, of a value as common as values are on average."""
    name = learned.comparisons[k].name
    levels = list(evidence.levels)
    levels[k] = level
    # At one home nothing is asked of a move, nor of house-mates where given names differ.
    moot = {"address": {"moves", "mates"}} if level == 0 else {"given_name": {"mates"}}
    for other, comparison in enumerate(learned.comparisons):
        if comparison.name in moot.get(name, ()):
            levels[other] = -1
    full_name = 0.0 if name in {"given_name", "family_name"} else evidence.full_name
    return replace(evidence, levels=tuple(levels), rarity={**evidence.rarity, name: 0.0}, full_name=full_name)
