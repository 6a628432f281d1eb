"""People of one household wrongly merged: the mistake that shows one person another's life under one roof.

Takes judged records with the households of the truth, gives in how many households it happened. Counted are households
of which at least two people have linked records; one is merged where records of two of its people share a cluster.
"""

from __future__ import annotations

import numpy as np

from insighthub.linkage.evaluation_result import HouseholdMerges, Interval
from insighthub.linkage.judged import Judged
from insighthub.linkage.ratios import wilson


def merged_households(judged: Judged) -> HouseholdMerges | None:
    """Count the households in which two people ended in one cluster; None where the truth has no households."""
    if judged.household is None:
        return None
    looked_at = judged.linked & (judged.household >= 0)
    household = judged.household[looked_at]
    members = np.unique(np.stack([household, judged.entity[looked_at]]), axis=1)[0]
    people = np.bincount(members, minlength=int(judged.household.max(initial=0)) + 1)
    within = np.unique(np.stack([household, judged.cluster[looked_at], judged.entity[looked_at]]), axis=1)
    together = np.unique(within[:2], axis=1, return_counts=True)
    merged = len(np.unique(together[0][0][together[1] > 1]))
    households = int((people > 1).sum())
    rate = wilson(merged / households, households) if households else Interval(0.0, 0.0, 1.0)
    return HouseholdMerges(households, merged, rate)
