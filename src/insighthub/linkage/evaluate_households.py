"""People of one household wrongly merged: the mistake that shows one person another's life under one roof.

Takes judged records with the households of the truth, gives in how many households it happened. Counted are households
of which at least two people have linked records; one is merged where records of two of its people share a cluster.
"""

from __future__ import annotations

import numpy as np

from insighthub.linkage.evaluation_result import HouseholdMerges, Interval
from insighthub.linkage.judged import Codes, Judged
from insighthub.linkage.ratios import wilson


def merged_households(judged: Judged) -> HouseholdMerges | None:
    """Count the households in which two people ended in one cluster; None where the truth has no households."""
    if judged.household is None:
        return None
    looked_at = judged.linked & (judged.household >= 0)
    household, entity, cluster = (a[looked_at] for a in (judged.household, judged.entity, judged.cluster))
    several = _holding_two(household, entity)
    # A household's part of a cluster, by the household that it is of.
    part_of, part = np.unique(_both(household, cluster), return_inverse=True)
    crowded = _holding_two(part, entity)
    merged = np.unique(part_of[crowded] // _room(cluster))
    rate = wilson(len(merged) / len(several), len(several)) if len(several) else Interval(0.0, 0.0, 1.0)
    return HouseholdMerges(len(several), len(merged), rate)


def _holding_two(group: Codes, member: Codes) -> Codes:
    """Return the groups that have at least two different members."""
    groups = np.unique(_both(group, member)) // _room(member)
    found, members = np.unique(groups, return_counts=True)
    return np.asarray(found[members > 1])


def _both(one: Codes, other: Codes) -> Codes:
    """Return one number for two."""
    return one * _room(other) + other


def _room(codes: Codes) -> int:
    return int(codes.max(initial=0)) + 1
