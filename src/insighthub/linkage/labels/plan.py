"""The sampling plan: which pairs people are asked about, and how likely each was to be drawn.

Takes a frame and how many labels can be had, gives a plan: the pairs, each with its stratum and inclusion probability.
Within a stratum pairs are drawn at random without replacement; labels are shared between strata in proportion to the
size of each times the standard deviation expected in it (Neyman, "On the two different aspects of the representative
method", 1934), so that most are spent where it is least clear and where there is most to get wrong. The same seed
draws the same pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.labels.frame import Frame, doubtful

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST = 3  # labels in a stratum, where it has so many pairs: two are needed to see that they differ


@dataclass(frozen=True)
class Plan:
    """Which pairs to ask about.

    Attributes:
        chosen: places in the frame, in the order in which they are asked; shape (labels,).
        labels: how many labels each stratum gets; shape (strata,).
        sizes: how many pairs each stratum stands for; shape (strata,).
    """

    chosen: Ints
    labels: Ints
    sizes: Array


def spread(frame: Frame) -> Array:
    """Return the standard deviation of a label that is expected in each stratum, shape (strata,)."""
    expected = doubtful(frame.expected, frame.linked)
    each = np.bincount(frame.stratum, weights=frame.stands_for, minlength=len(frame.strata))
    total = np.bincount(
        frame.stratum, weights=frame.stands_for * expected * (1 - expected), minlength=len(frame.strata)
    )
    return np.asarray(np.sqrt(total / np.maximum(each, 1)))


def allocate(need: Array, available: Ints, labels: int, *, least: int = LEAST) -> Ints:
    """Share labels between strata.

    Args:
        need: what the labels are shared in proportion to, shape (strata,).
        available: pairs that each stratum has, shape (strata,).
        labels: how many there are; where the strata have fewer pairs, each gets all it has.
        least: labels that each stratum gets first, as far as they go.

    Returns:
        Labels by stratum, in all ``labels`` or all pairs that there are.
    """
    given = np.zeros(len(need), np.int64)
    for _ in range(least):
        wanting = np.flatnonzero(given < available)
        wanting = wanting[np.argsort(-need[wanting], kind="stable")][: labels - int(given.sum())]
        given[wanting] += 1
    # One label at a time, to the stratum whose variance it lowers most: exact, where rounding a proportion is not.
    gain = np.where(given < available, need**2 / (np.maximum(given, 1) * (np.maximum(given, 1) + 1.0)), -1.0)
    for _ in range(min(labels, int(available.sum())) - int(given.sum())):
        at = int(np.argmax(gain))
        given[at] += 1
        gain[at] = need[at] ** 2 / (given[at] * (given[at] + 1.0)) if given[at] < available[at] else -1.0
    return given


def draw(frame: Frame, labels: int, *, seed: int) -> Plan:
    """Draw pairs to be judged.

    Args:
        frame: the pairs to draw from.
        labels: how many to draw.
        seed: another seed draws other pairs.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    sizes = frame.sizes()
    order = np.argsort(frame.stratum, kind="stable")
    available = np.bincount(frame.stratum, minlength=len(frame.strata))
    ends = np.cumsum(available)
    shares = allocate(sizes * spread(frame), available, labels)
    drawn = [
        order[end - have + random.choice(int(have), int(want), replace=False)]
        for end, have, want in zip(ends, available, shares, strict=True)
    ]
    chosen = np.concatenate(drawn) if drawn else np.empty(0, np.int64)
    # Mixed, so that nobody can tell from where a pair stands what the model thinks of it.
    return Plan(random.permutation(chosen), shares, sizes)


def sheet(frame: Frame, plan: Plan) -> pa.Table:
    """Return the sheet to be filled in: references and no other data of anybody.

    Columns: source_l, record_id_l, person_l, source_r, record_id_r, person_r, label (empty), stratum, stratum_pairs
    (how many pairs the stratum stands for) and inclusion_probability. Strata are numbered and not named, for a name
    would tell what the model thinks.
    """
    of = frame.stratum[plan.chosen]
    columns = references(frame, plan.chosen)
    columns["label"] = pa.array([""] * len(of), pa.string())
    columns["stratum"] = pa.array([stratum_code(int(s)) for s in of], pa.string())
    columns["stratum_pairs"] = pa.array(np.rint(plan.sizes[of]).astype(np.int64))
    columns["inclusion_probability"] = pa.array(plan.labels[of] / plan.sizes[of])
    return pa.table(columns)


def references(frame: Frame, at: Ints) -> dict[str, pa.ChunkedArray | pa.Array]:
    """Return the reference columns of pairs of the frame."""
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for side, rows in (("l", frame.left[at]), ("r", frame.right[at])):
        taken = frame.rows.take(pa.array(rows))
        columns |= {f"{name}_{side}": taken[name] for name in taken.column_names}
    return columns


def stratum_code(number: int) -> str:
    """Return what a stratum is called in a sheet: ``s01``."""
    return f"s{number + 1:02d}"
