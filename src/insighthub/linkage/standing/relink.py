"""A delivery linked: what went, what came, and whatever either touches; the rest stands as it is.

Takes a standing folder, the records that went and those that came, gives ``Relinked`` and writes the next standing
folder. Clusters and pairs are, all together, those of a full run on the records that are then there.

A row is *looked at anew* if it came, or if rows that say exactly the same came or went. The partners of these rows are
found by the index and weighed. A region is touched if a row of it went, is looked at anew, weighs enough with one that
is, is named by a decision that was made or taken back, or stands in a block that passed the limit of the plan. The
touched regions and the new rows are linked by themselves. A record that came for one that went, and says what that said
in all that linkage looks at, neither came nor went.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.linkage.clock import Clock
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing.arrivals import Present
from insighthub.linkage.standing.as_before import as_before, without
from insighthub.linkage.standing.compact import compacted, is_due
from insighthub.linkage.standing.decided import named_rows, newly_decided, with_persons
from insighthub.linkage.standing.folder import Standing, State
from insighthub.linkage.standing.linking import Linked, ModelledRows, link_rows
from insighthub.linkage.standing.plan import ModelFolder
from insighthub.linkage.standing.relinked import Relinked
from insighthub.linkage.standing.segments import rows_at
from insighthub.linkage.standing.touched import Touched
from insighthub.linkage.standing.whole import lowest, result_of
from insighthub.progress import Progress, Silent

Ints = npt.NDArray[np.int64]


def relink(
    base_folder: Path,
    model_folder: Path,
    out_folder: Path,
    *,
    removed: pa.Table,
    added: pa.Table,
    single_sources: Collection[str] | None = None,
    decisions: pa.Table | None = None,
    settings: LinkSettings | None = None,
    progress: Progress | None = None,
) -> Relinked:
    """Link a delivery.

    Args:
        base_folder: the standing folder to start from, which stays as it is.
        model_folder: the model folder that it was made under.
        out_folder: the standing folder to write.
        removed: source and record_id of the records that went; a record that changed is among those that came too.
        added: ``person_records`` that came; rows with a ``not_linked_reason`` are left out.
        single_sources: sources that hold one record a person; those of the base, if they are given.
        decisions: all pairs that are decided now to be one person or two.
        settings: the run's few numbers; which pairs are given is as it was for the base.
        progress: told of each stage.

    Raises:
        DataError: a folder cannot be used, the base was made under another model or other sources, a record comes that
            is there already, or two decisions contradict each other.
    """
    settings, progress = settings or LinkSettings(), progress or Silent()
    clock, threads = Clock(progress), settings.threads or os.cpu_count() or 1
    folder = ModelFolder.open(model_folder)
    with clock.stage("open", "Opening what stands"):
        base = _opened(base_folder, folder, single_sources)
        settings = replace(settings, keep_probability=base.keep_probability)
        stands = as_before(base, removed, added)
        removed, added = without(removed, stands), without(added, stands)
        present = Present.after(base, removed, added)
    with clock.stage("touched", "Finding what the delivery touches"):
        decided = newly_decided(base.decisions, decisions)
        found = Touched.by(
            base, present, folder, decided=decided, decisions=decisions, settings=settings, threads=threads
        )
    with clock.stage("link", "Comparing records and bringing them together"):
        slots = present.in_order(found.slots)
        rows = ModelledRows.of(rows_at(present.segments, slots, threads), folder, base.single_sources, threads)
        kept_to = _naming(decisions, present, slots)
        linked = link_rows(rows, folder, found.outgrown, kept_to, settings=settings, threads=threads, progress=progress)
    with clock.stage("write", "Writing the standing linkage"):
        state = _state(base.state, present, slots, linked)
        came = int(present.first_new < len(present.place))
        standing = Standing(
            (*base.segments, *present.segments[-1:][:came]),
            (*base.indexes, *[found.index][:came]),
            state,
            found.outgrown,
            with_persons(decisions),
            folder.identity,
            base.single_sources,
            base.keep_probability,
            base.folder,
            base.sizes,
        )
        (compacted(standing, threads) if is_due(standing) else standing).write(out_folder)
    result = result_of(rows, linked, found.outgrown, rows_in_all=int(present.alive.sum()), seconds=clock.seconds)
    return replace(result, as_before=stands)


def _opened(path: Path, folder: ModelFolder, single_sources: Collection[str] | None) -> Standing:
    base = Standing.open(path)
    if base.identity != folder.identity:
        raise DataError("this was linked under another model", remedy="Link all again", file=path)
    if single_sources is not None and tuple(sorted(single_sources)) != base.single_sources:
        raise DataError(
            "other sources hold one record a person now than when this was linked", remedy="Link all again", file=path
        )
    return base


def _naming(decisions: pa.Table | None, present: Present, slots: Ints) -> pa.Table | None:
    """Return the decisions both of whose rows are among some slots, or None if there is none."""
    if decisions is None or not decisions.num_rows:
        return None
    inside = np.zeros(len(present.place) + 1, bool)  # the last stands for rows that are not there
    inside[slots] = True
    left, right = named_rows(with_persons(decisions), present)
    both = np.flatnonzero(inside[left] & inside[right])
    return with_persons(decisions).take(pa.array(both)) if len(both) else None


def _state(before: State, present: Present, slots: Ints, linked: Linked) -> State:
    """Return the state of all slots: that of before, save the slots that were linked and those that went."""
    new = len(present.place) - present.first_new

    def with_new(old: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        return np.concatenate([old, np.full(new, -1, np.int32)])

    region, cluster, copy_of = map(with_new, (before.region, before.cluster, before.copy_of))
    for whole in (region, cluster, copy_of):
        whole[present.gone] = -1
    number = slots.astype(np.int32)
    region[slots] = number[lowest(linked.region)]
    cluster[slots] = number[lowest(linked.cluster)]
    copy_of[slots] = number[linked.first]
    return State(present.place, region, cluster, copy_of)
