"""How a run ends: published in one step, or given up without a trace.

The moment at which a run has happened is one transaction of the state, which keeps what it did to identities and says
that its release is the published one. Before it, the release is only a file that nobody opens; after it, what is left
is to name that file in ``current``, which the next run does where this one was killed. An older release that is kept
can be published again: identities and decisions stay as they are, and the next run begins from it.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import insighthub
from insighthub.corrections.tickets import TicketPlan, keep_tickets
from insighthub.errors import InsightHubError, RunError
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing import Relinked
from insighthub.residents.household_ids import HouseholdsCarriedOver
from insighthub.residents.household_state import keep_households
from insighthub.residents.identify import Identified, changed_memberships, left_memberships
from insighthub.residents.identity_state import keep_identities
from insighthub.residents.possible_matches import expected_people
from insighthub.residents.received import Received
from insighthub.runs.alarms import AlarmError
from insighthub.runs.begin import ROW_GROUP
from insighthub.runs.under_way import MODELS, WORK, Run, alone
from insighthub.store.output_folder import sync_tree
from insighthub.store.releases import Releases
from insighthub.store.rewrite import rewrite
from insighthub.store.run_log import (
    FAILED,
    STOPPED,
    RunRow,
    end_run,
    publish_run,
    published_run,
    published_runs,
    set_published,
)
from insighthub.store.state import State
from insighthub.store.tables import number, rows

_CASES = "SELECT kind, count(*) FROM correction_case GROUP BY kind ORDER BY kind"


def publish(
    run: Run,
    identified: Identified,
    households: HouseholdsCarriedOver,
    tickets: TicketPlan,
    figures: dict[str, Any],
) -> None:
    """Make a release that is built and checked the published one."""
    noted = [run.row.run_id, run.as_of, run.kind, run.model, insighthub.__version__]
    run.db.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?, now()::TIMESTAMP)", noted)
    changed, left = changed_memberships(run.db), left_memberships(run.db)
    run.db.execute("CHECKPOINT")
    run.db.close()
    if run.without_trace:
        rewrite(run.releases.partial(run.row.run_id), row_group=ROW_GROUP)
    sync_tree(run.model_folder)
    run.releases.finish(run.row.run_id)
    with run.state.write() as connection:  # from here on the run has happened
        keep_identities(connection, run.row.run_id, identified, changed=changed, left=left)
        keep_households(connection, run.row.run_id, households)
        keep_tickets(connection, tickets)
        publish_run(connection, run.row.run_id, model=str(run.model), kind=run.kind, figures=figures)
    try:
        run.releases.publish(run.row.run_id)
    except OSError as error:
        raise RunError(
            f"release {run.row.run_id} is whole and kept, but could not be shown ({error.strerror})",
            remedy="Make space, and run again: the next run shows it before it does anything else",
            file=run.home,
        ) from error
    with suppress(OSError, InsightHubError):  # the run has happened; the next one takes away what is left
        keep_newest(run.state, run.releases, run.settings.run.keep_releases)


def publish_again(state: State, releases: Releases, run_id: str) -> None:
    """Publish a release that is kept, an older one perhaps. Identities and decisions stay as they are.

    Raises:
        RunError: it is not kept or cannot be opened, or a run is under way.
    """
    with alone(releases.home):
        with state.read() as connection:
            known = published_runs(connection)
        if run_id not in known:
            raise RunError(
                f"no run {run_id} was published", remedy="Choose one that insighthub releases list shows as kept"
            )
        releases.open(run_id).close()
        with state.write() as connection:
            set_published(connection, run_id)
        releases.publish(run_id)


def recover(state: State, releases: Releases) -> None:
    """Finish what a run that was killed had done: what the state says is published, is. What it left half done, goes.

    Raises:
        RunError: the state knows nothing of the published release: it is not this hub's, or was lost.
    """
    with state.read() as connection:
        wanted, known = published_run(connection), published_runs(connection)
    current = releases.current()
    if current is not None and not known:
        raise RunError(
            f"the state knows of no release, and {current} is published: resident ids would be lost",
            remedy="Restore the state from its backup, or correct state.url; to begin anew with new ids, take the file "
            "current away",
            file=releases.home,
        )
    if wanted is not None and current != wanted and releases.file(wanted).is_file():
        releases.publish(wanted)
        current = wanted
    releases.tidy({*(run_id for run_id in releases.kept() if run_id in known), *([current] if current else [])})
    shutil.rmtree(releases.home / WORK, ignore_errors=True)


def keep_newest(state: State, releases: Releases, most: int) -> None:
    """Take away the oldest releases over ``most``, never the published one, and the models that none of them needs.

    Args:
        state: of the hub.
        releases: of the hub.
        most: how many are kept, the published one among them.
    """
    with state.read() as connection:
        known = published_runs(connection)
    kept = [run_id for run_id in releases.kept() if run_id in known]
    current = releases.current()
    others = [run_id for run_id in kept if run_id != current]
    keep = {*others[len(others) - min(most - 1, len(others)) :], *([current] if current else [])}
    releases.tidy(keep)
    models = {known[run_id] for run_id in keep if run_id in known}
    folder = releases.home / MODELS
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in models and re.fullmatch(r"m\d+", path.name):
            shutil.rmtree(path, ignore_errors=True)


def give_up(state: State, releases: Releases, row: RunRow, error: BaseException) -> None:
    """Note how a run ended that was not published; what it wrote goes."""
    reason = str(error) if isinstance(error, InsightHubError) else f"it broke off ({type(error).__name__})"
    with suppress(Exception):
        with state.read() as connection:
            if published_run(connection) == row.run_id:
                return  # it had happened already
        releases.remove(row.run_id)  # first of all, as the disk may be full
        with state.write() as connection:
            end_run(connection, row.run_id, STOPPED if isinstance(error, AlarmError) else FAILED, reason)


def figures_of(
    run: Run, received: Received, identified: Identified, relinked: Relinked, tickets: TicketPlan
) -> dict[str, Any]:
    """Return the counts of a run, as the state keeps them."""
    residents, records = rows(run.db, "SELECT count(*), coalesce(sum(records), 0) FROM resident")[0]
    return {
        "records": int(records),
        "residents": int(residents),
        "people_expected": expected_people(run.db, threshold=LinkSettings().threshold),
        "records_changed": sum(s.added + s.changed + s.removed for s in received.sources),
        "residents_touched": int(number(run.db, "SELECT count(*) FROM touched")),
        "ids_issued": len(identified.issued),
        "ids_closed": len(identified.closed),
        "ids_reopened": len(identified.reopened),
        "records_moved": identified.moved,
        "churn": identified.churn,
        "corrections": dict(rows(run.db, _CASES)),
        "tickets": tickets.figures(),
        "linkage": dict(relinked.figures),
        "sources": {s.source: {k: v for k, v in asdict(s).items() if k != "source"} for s in received.sources},
        "findings": list(relinked.findings),
        "seconds": {name: round(took, 3) for name, took in run.seconds.items()},
    }
