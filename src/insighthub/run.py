"""The whole run of a hub, readable on one screen: land, standardise, link, index, check, publish.

Takes a hub's home, gives a new release. It is built aside, as a copy of the one before with what changed brought up to
date, checked, and published in one step; a run that ends at any moment, however it ends, changes nothing that anyone
sees. One run at a time.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import duckdb

from insighthub.config import HubSettings
from insighthub.corrections.tickets import plan_tickets
from insighthub.errors import RunError
from insighthub.progress import Progress
from insighthub.residents.checks import INDEX_RULES, RULES, broken_rules
from insighthub.residents.identify import Identified
from insighthub.residents.received import Placed, SourceChange, land_sources, take_in_changes
from insighthub.runs.alarms import check_churn, check_shrinkage
from insighthub.runs.begin import Asked, Refused, begin, lawful_sources, open_release
from insighthub.runs.figures import build_figures, declared_measures
from insighthub.runs.index import build_index
from insighthub.runs.link import identify_run, link_run
from insighthub.runs.outside import told_plainly
from insighthub.runs.publish import figures_of, give_up, publish, recover
from insighthub.runs.rights import take_flags, withheld_of
from insighthub.runs.under_way import LANDING, WORK, Run, alone
from insighthub.store.releases import Releases
from insighthub.store.state import State


@dataclass(frozen=True)
class RunOutcome:
    """What a run gave.

    Attributes:
        run_id: the release that is published now.
        full: whether everything was said, linked and indexed anew.
        sources: what became of each source.
        refused: sources that were not taken in.
        identities: what happened to identities.
        figures: counts, as the state keeps them.
        seconds: by stage.
        findings: what somebody should know, in sentences.
    """

    run_id: str
    full: bool
    sources: tuple[SourceChange, ...]
    refused: tuple[Refused, ...]
    identities: Identified
    figures: dict[str, Any]
    seconds: dict[str, float]
    findings: tuple[str, ...]


def run_hub(
    settings: HubSettings, state: State, releases: Releases, *, progress: Progress, asked: Asked | None = None
) -> RunOutcome:
    """Bring a hub up to date with what its sources delivered.

    Args:
        settings: of the hub.
        state: of the hub.
        releases: of the hub.
        progress: told of each stage.
        asked: what the run is asked to do.

    Raises:
        InsightHubError: a contract or a delivery is at fault, another run is under way, an alarm was raised, or there
            is no space; what is published stays as it was.
    """
    asked, home = asked or Asked(), releases.home
    with told_plainly(home), alone(home):
        newest = releases.newest_number()
        recover(state, releases)
        sources, refused = lawful_sources(home)
        row = begin(state, releases, asked, after=newest)
        try:
            with told_plainly(home):
                run = open_release(settings, state, releases, row=row, sources=sources, asked=asked, progress=progress)
                try:
                    return _go(run, sources, refused, accept=asked.accept)
                finally:
                    with suppress(duckdb.Error):
                        run.db.close()
        except BaseException as error:
            releases.remove_partial(row.run_id)  # on a full disk this makes room for the state to note how it ended
            give_up(state, releases, row, error)
            raise
        finally:
            shutil.rmtree(home / WORK, ignore_errors=True)


def _go(run: Run, sources: list[Placed], refused: tuple[Refused, ...], *, accept: bool) -> RunOutcome:
    limits, measures = run.settings.run, declared_measures(run, sources)
    withheld = withheld_of(run)
    run.stage("Landing the deliveries")
    deliveries = land_sources(sources, run.home / LANDING, run.progress, withheld=withheld)
    run.stage("Reading what changed")
    received = take_in_changes(
        run.db,
        sources,
        deliveries,
        run.work,
        as_of=run.as_of,
        full=run.full,
        progress=run.progress,
        withheld=withheld,
    )
    check_shrinkage(received, 1.0 if accept else limits.most_shrinkage)
    run.stage("Linking")
    relinked = link_run(run, sources, received)
    run.stage("Carrying identities over")
    identified = identify_run(run, received, relinked)
    check_churn(identified, 1.0 if accept else limits.most_churn)
    not_counted = take_flags(run)
    households = build_index(run, [each.source for each in sources])
    build_figures(run, sources, measures, received, not_counted)
    run.stage("Checking the release")
    broken = broken_rules(run.db, RULES | INDEX_RULES)
    if broken:
        raise RunError(
            f"the release that was built is not sound, and is not published: {'; '.join(broken)}",
            remedy="Run again with --full; if it happens again, report it",
        )
    run.stage("Publishing")
    with run.state.read() as connection:
        tickets = plan_tickets(connection, run.db, run.row.run_id, run.as_of)
    figures = figures_of(run, received, identified, relinked, tickets)
    figures["withheld"] = {each.source: each.withheld for each in deliveries if each.withheld}
    publish(run, identified, households, tickets, figures)
    run.end()
    return RunOutcome(
        run.row.run_id, run.full, received.sources, refused, identified, figures, run.seconds, relinked.findings
    )
