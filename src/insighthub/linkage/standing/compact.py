"""Compaction: a standing linkage of many segments written as one.

Takes a standing linkage, gives the same with one segment that holds the rows that are there, in order, and new slots.
Each delivery adds a segment and leaves dead rows behind; every look-up goes through all of them. Texts are taken over
as they are, and sorted keys are merged, so that nothing is hashed or linked again.
"""

from __future__ import annotations

import numpy as np

from insighthub.linkage.standing.folder import Standing, State
from insighthub.linkage.standing.index import Index
from insighthub.linkage.standing.segments import Segment, rows_at

MOST_SEGMENTS = 16
MOST_DEAD = 0.25  # as a share of the slots


def is_due(standing: Standing) -> bool:
    """Whether a standing linkage has so many segments or dead rows that the next deliveries would wait for them."""
    dead = int((standing.state.region < 0).sum())
    return len(standing.segments) > MOST_SEGMENTS or dead > MOST_DEAD * standing.slots


def compacted(standing: Standing, threads: int = 1) -> Standing:
    """Return a standing linkage in one segment."""
    state = standing.state
    alive = np.flatnonzero(state.region >= 0)
    slots = alive[np.argsort(state.place[alive])]
    number = np.full(standing.slots, -1, np.int32)
    number[slots] = np.arange(len(slots), dtype=np.int32)
    ends = np.cumsum([segment.n for segment in standing.segments])
    index = Index.merged(standing.indexes, np.split(number, ends[:-1]), threads)
    return Standing(
        (Segment(standing.next_name, rows_at(standing.segments, slots, threads)),),
        (index,),
        State(
            np.arange(len(slots), dtype=np.int32),
            *(number[label[slots]] for label in (state.region, state.cluster, state.copy_of)),
        ),
        standing.outgrown,
        standing.decisions,
        standing.identity,
        standing.single_sources,
        standing.keep_probability,
    )
