"""Candidate pairs under a plan: rows that share the key of a rule, save the keys that are left out.

Takes coded rows, a plan, and the keys of blocks that have outgrown it; gives the same pairs for two rows whatever
other rows are there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from insighthub.linkage.blocking.joins import MOST, Join, join
from insighthub.linkage.blocking.pairing import Candidates, candidate_pairs
from insighthub.linkage.encode import MISSING, Codes
from insighthub.linkage.standing.hashes import Hashes, RowHashes
from insighthub.linkage.standing.plan import Plan, rule_keys
from insighthub.progress import Progress


def left_out(plan: Plan, outgrown: Sequence[Hashes]) -> tuple[Hashes, ...]:
    """Return, for each rule, the keys of the blocks that are left out, sorted."""
    return tuple(np.union1d(capped, over) for capped, over in zip(plan.capped, outgrown, strict=True))


def pairs_under(
    plan: Plan, hashes: RowHashes, outgrown: Sequence[Hashes], *, threads: int, progress: Progress
) -> Candidates:
    """Pair the rows.

    Args:
        plan: the plan.
        hashes: of the rows.
        outgrown: for each rule, the keys of the blocks that have outgrown the plan, sorted.
        threads: rules or ranges to work at once.
        progress: told of each range.
    """
    data = hashes.data
    without = left_out(plan, outgrown)
    codes = dict(data.codes)
    for name in {name for rule in plan.rules for name in rule.all_fields()}:
        codes.setdefault(name, np.full(data.n, MISSING, np.int32))

    def joined(number: int, taking_part: npt.NDArray[np.bool_]) -> Join:
        rule, own = plan.rules[number], codes
        if len(without[number]):
            # A row is put out of a block by not knowing the first of its fields, on the side on which it has the key.
            firsts = (rule.fields[0], *rule.other_fields[:1])
            own = {**codes}
            for name, keys in zip(firsts, rule_keys(hashes, rule), strict=True):
                own[name] = _hidden(codes[name], among(keys, without[number]))
        return join(rule, own, taking_part, MOST)

    return candidate_pairs(data, plan.rules, cap=MOST, threads=threads, progress=progress, joined=joined)


def _hidden(codes: Codes, rows: npt.NDArray[np.bool_]) -> Codes:
    return np.where(rows, MISSING, codes).astype(np.int32)


def among(keys: Hashes, chosen: Hashes) -> npt.NDArray[np.bool_]:
    """Whether each key is among the chosen ones, which are sorted; shape (keys,)."""
    if not len(chosen):
        return np.zeros(len(keys), bool)
    # Most keys are not: a small table of their first bits tells so.
    bits = np.uint64(64 - 16)
    some = np.zeros(1 << 16, bool)
    some[(chosen >> bits).astype(np.int64)] = True
    out = some[(keys >> bits).astype(np.int64)]
    at = np.flatnonzero(out)
    place = np.minimum(np.searchsorted(chosen, keys[at]), len(chosen) - 1)
    out[at] = chosen[place] == keys[at]
    return out
