"""A standing linkage made anew: all records, under a model and its plan.

Takes person-records and a model folder, writes a standing folder, gives ``Relinked``. What deliveries make of the
folder later is, to the pair and the cluster, what this makes of all records that are then there.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.clock import Clock
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing.decided import with_persons
from insighthub.linkage.standing.folder import Standing, State
from insighthub.linkage.standing.hashes import Hashes
from insighthub.linkage.standing.index import Index, all_keys
from insighthub.linkage.standing.linking import Linked, ModelledRows, link_rows
from insighthub.linkage.standing.outgrown import outgrown_blocks, said_of
from insighthub.linkage.standing.plan import ModelFolder
from insighthub.linkage.standing.relinked import Relinked
from insighthub.linkage.standing.segments import Segment, linkable
from insighthub.progress import Progress, Silent


def link_all(
    records: pa.Table,
    model_folder: Path,
    out_folder: Path,
    *,
    single_sources: Collection[str],
    other_kinds: Mapping[str, str] | None = None,
    decisions: pa.Table | None = None,
    settings: LinkSettings | None = None,
    progress: Progress | None = None,
) -> Relinked:
    """Link all records.

    Args:
        records: ``person_records``; rows with a ``not_linked_reason`` are left out.
        model_folder: the model and its plan; see ``Learned.save``.
        out_folder: the standing folder to write.
        single_sources: sources that hold one record a person.
        other_kinds: not looked at: the model says how the contracts' own fields are compared.
        decisions: pairs decided to be one person or two, which clusters keep to; see ``read_decisions``.
        settings: the run's few numbers.
        progress: told of each stage.

    Raises:
        DataError: the model folder cannot be used, or two decisions contradict each other.
    """
    del other_kinds
    settings, clock = settings or LinkSettings(), Clock(progress or Silent())
    threads = settings.threads or os.cpu_count() or 1
    folder = ModelFolder.open(model_folder)
    single = tuple(sorted(single_sources))
    with clock.stage("encode", "Coding values"):
        segment = Segment("segment-0000", linkable(records))
        rows = ModelledRows.of(segment.table, folder, single, threads)
    with clock.stage("index", "Indexing what records share"):
        index = Index.of(all_keys(rows.hashes, folder.plan), threads)
        outgrown = outgrown_blocks(folder.plan, index, rows)
    with clock.stage("link", "Comparing records and bringing them together"):
        linked = link_rows(
            rows, folder, outgrown, decisions, settings=settings, threads=threads, progress=progress or Silent()
        )
    with clock.stage("write", "Writing the standing linkage"):
        state = State(np.arange(segment.n, dtype=np.int32), lowest(linked.region), lowest(linked.cluster), linked.first)
        kept_to, keep = with_persons(decisions), settings.keep_probability
        Standing((segment,), (index,), state, outgrown, kept_to, folder.identity, single, keep).write(out_folder)
    return result_of(rows, linked, outgrown, rows_in_all=segment.n, seconds=clock.seconds)


def lowest(label: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """Return the first row that has the label of each row; shape (n,)."""
    first = np.empty(int(label.max(initial=-1)) + 1, np.int32)
    first[label[::-1]] = np.arange(len(label) - 1, -1, -1, dtype=np.int32)  # of several rows the first is written last
    return np.asarray(first[label])


def result_of(
    rows: ModelledRows, linked: Linked, outgrown: Sequence[Hashes], *, rows_in_all: int, seconds: dict[str, float]
) -> Relinked:
    """Return what a run over some rows gives."""
    table = rows.data.rows.append_column("cluster", pa.array(linked.cluster.astype(np.int64)))
    figures = {
        "rows in all": rows_in_all,
        "rows looked at": rows.data.n,
        "regions": int(linked.region.max(initial=-1)) + 1,
        "pairs compared": linked.compared,
    }
    return Relinked(table, linked.pairs, said_of(outgrown), figures, seconds)
