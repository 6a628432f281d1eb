"""How a run ends: published in one step, or given up without a trace.

The moment at which a run has happened is one transaction of the state, which keeps what it did to identities and says
that its release is the published one. Before it, the release is only a file that nobody opens; after it, what is left
is to name that file in ``current``, which the next run does where this one was killed.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import Any

import insighthub
from insighthub.errors import InsightHubError
from insighthub.linkage.standing import Relinked
from insighthub.residents.household_ids import HouseholdsCarriedOver
from insighthub.residents.household_state import keep_households
from insighthub.residents.identify import Identified, changed_memberships, left_memberships
from insighthub.residents.identity_state import keep_identities
from insighthub.residents.received import Received
from insighthub.runs.alarms import AlarmError
from insighthub.runs.under_way import MODELS, Run
from insighthub.store.releases import Releases
from insighthub.store.run_log import FAILED, STOPPED, RunRow, end_run, publish_run, published_run, published_runs
from insighthub.store.state import State
from insighthub.store.tables import number, rows


def publish(run: Run, identified: Identified, households: HouseholdsCarriedOver, figures: dict[str, Any]) -> None:
    """Make a release that is built and checked the published one."""
    noted = [run.row.run_id, run.as_of, run.kind, run.model, insighthub.__version__]
    run.db.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?, now()::TIMESTAMP)", noted)
    changed, left = changed_memberships(run.db), left_memberships(run.db)
    run.db.execute("CHECKPOINT")
    run.db.close()
    run.releases.finish(run.row.run_id)
    with run.state.write() as connection:  # from here on the run has happened
        keep_identities(connection, run.row.run_id, identified, changed=changed, left=left)
        keep_households(connection, run.row.run_id, households)
        publish_run(connection, run.row.run_id, model=str(run.model), kind=run.kind, figures=figures)
    run.releases.publish(run.row.run_id)
    keep_newest(run.state, run.releases, run.settings.run.keep_releases)


def recover(state: State, releases: Releases) -> None:
    """Finish what a run that was killed had done: what the state says is published, is."""
    with state.read() as connection:
        wanted, known = published_run(connection), published_runs(connection)
    if wanted is not None and releases.current() != wanted and releases.file(wanted).is_file():
        releases.publish(wanted)
    releases.tidy([run_id for run_id in releases.kept() if run_id in known])


def keep_newest(state: State, releases: Releases, most: int) -> None:
    """Take away the oldest releases over ``most``, never the published one, and the models that none of them needs."""
    with state.read() as connection:
        known = published_runs(connection)
    kept = [run_id for run_id in releases.kept() if run_id in known]
    current = releases.current()
    keep = {*kept[-most:], *([current] if current else [])}
    releases.tidy(keep)
    models = {known[run_id] for run_id in keep if run_id in known}
    folder = releases.home / MODELS
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in models:
            shutil.rmtree(path, ignore_errors=True)


def give_up(state: State, releases: Releases, row: RunRow, error: BaseException) -> None:
    """Note how a run ended that was not published; what it wrote goes."""
    reason = str(error) if isinstance(error, InsightHubError) else f"it broke off ({type(error).__name__})"
    with suppress(Exception), state.write() as connection:
        if published_run(connection) == row.run_id:
            return  # it had happened already
        end_run(connection, row.run_id, STOPPED if isinstance(error, AlarmError) else FAILED, reason)
    with suppress(Exception), state.read() as connection:
        if published_run(connection) != row.run_id:
            releases.remove(row.run_id)


def figures_of(run: Run, received: Received, identified: Identified, relinked: Relinked) -> dict[str, Any]:
    """Return the counts of a run, as the state keeps them."""
    residents, records = rows(run.db, "SELECT count(*), coalesce(sum(records), 0) FROM resident")[0]
    return {
        "records": int(records),
        "residents": int(residents),
        "records_changed": sum(s.added + s.changed + s.removed for s in received.sources),
        "residents_touched": int(number(run.db, "SELECT count(*) FROM touched")),
        "ids_issued": len(identified.issued),
        "ids_closed": len(identified.closed),
        "ids_reopened": len(identified.reopened),
        "records_moved": identified.moved,
        "churn": identified.churn,
        "linkage": dict(relinked.figures),
        "seconds": {name: round(took, 3) for name, took in run.seconds.items()},
    }
