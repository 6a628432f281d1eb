"""The part of a run that says which records are one person: all of them, or those that changed and what they touch."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing import Relinked, learn, link_all, relink
from insighthub.linkage.standing.as_before import without
from insighthub.residents.decisions import in_force
from insighthub.residents.identify import Identified, identify
from insighthub.residents.identity_state import closed_ids, gone_memberships, memberships, next_number, numbers
from insighthub.residents.received import Placed, Received
from insighthub.review.labels import review_labels
from insighthub.runs.under_way import Run
from insighthub.store.run_log import newest_run


def link_run(run: Run, sources: Sequence[Placed], received: Received) -> Relinked:
    """Link what was received.

    Raises:
        DataError: decisions contradict each other, or there are too few records to learn from.
    """
    single = [each.source.name for each in sources if each.source.one_record_per_person]
    kinds = {f"other_{name}": f.kind for each in sources for name, f in each.source.person.other.items()}
    with run.state.read() as connection:
        decisions, labels = in_force(connection), review_labels(connection)
    told: dict[str, Any] = {"single_sources": single, "settings": LinkSettings(), "progress": run.progress}
    out = run.releases.linkage(run.row.run_id)
    if not run.full:
        assert run.row.base is not None
        base = run.releases.linkage(run.row.base)
        changes = {"removed": received.removed, "added": received.added}
        return relink(base, run.model_folder, out, **changes, decisions=decisions, **told)
    told["other_kinds"] = kinds
    if run.relearn:
        learned = learn(received.added, decisions=decisions, labels=labels if labels.num_rows else None, **told)
        run.model = f"m{run.row.number:06d}"
        shutil.rmtree(run.model_folder, ignore_errors=True)  # what a run left that was killed
        learned.save(run.model_folder)
    return link_all(received.added, run.model_folder, out, decisions=decisions, **told)


def identify_run(run: Run, received: Received, relinked: Relinked) -> Identified:
    """Give every record that was linked its resident."""
    db = run.db
    with run.state.read() as connection:
        from_newest = newest_run(connection) == run.row.base
        known, closed = numbers(connection, closed=from_newest), closed_ids(connection)
        gone = gone_memberships(connection, received.said)
        following, decisions = next_number(connection), in_force(connection)
        there = None if from_newest else memberships(connection)
    db.register("told", known)
    db.execute("CREATE OR REPLACE TEMP TABLE resident_number AS FROM told")
    if from_newest:  # all others are in the release that this began from
        db.execute("INSERT INTO resident_number SELECT resident_id, number FROM resident")
    db.register("told", gone)
    db.execute("CREATE OR REPLACE TEMP TABLE gone_before AS FROM told")
    if there is not None:  # this did not begin from the newest release: the state knows better whose records are
        db.register("told", there)
        db.execute("DELETE FROM membership")
        db.execute("INSERT INTO membership SELECT resident_id, source, record_id, person, NULL FROM told")
    db.unregister("told")
    return identify(
        db,
        relinked.rows,
        relinked.pairs,
        removed=without(received.removed, relinked.as_before),
        said=received.said,
        as_before=relinked.as_before,
        decided=decisions,
        closed_before=closed,
        next_number=following,
        everybody=run.full,
    )
