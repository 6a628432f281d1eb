"""The part of a run that builds what follows from who is who, for the residents of whom something changed."""

from __future__ import annotations

from collections.abc import Sequence

from insighthub.corrections.cases import build_corrections
from insighthub.residents.addresses import build_addresses
from insighthub.residents.contacts import build_contacts
from insighthub.residents.golden import build_golden
from insighthub.residents.golden_dates import date_records
from insighthub.residents.household_ids import REMEMBER, HouseholdsCarriedOver, carry_households
from insighthub.residents.household_state import household_members, household_numbers, next_household_number
from insighthub.residents.households import CREATE as CREATE_HOUSEHOLDS
from insighthub.residents.households import build_households
from insighthub.residents.names import build_names
from insighthub.residents.rectified import find_rectified, name_rectified, stand_rectified
from insighthub.residents.relations import build_relations
from insighthub.residents.resident_facts import build_resident_facts
from insighthub.residents.search import build_search
from insighthub.runs.under_way import Run
from insighthub.sources.contract import Source
from insighthub.store.run_log import newest_run
from insighthub.store.tables import number


def build_index(run: Run, sources: Sequence[Source]) -> HouseholdsCarriedOver:
    """Build the index of a release; the temporary table ``touched`` says for whom.

    What is learned from all residents at once (how far each source's addresses are to be believed) is learned with
    the model, so that a full run and runs of changes under one model give the same index.

    Returns:
        What happened to households' ids, for the state to keep.
    """
    db, settings, as_of = run.db, run.settings, run.as_of
    run.stage("Golden records")
    date_records(db, as_of, learn=run.relearn)
    build_golden(db, settings.golden)
    stand_rectified(db)
    build_names(db)
    name_rectified(db)
    build_contacts(db)
    build_resident_facts(db)
    run.stage("Addresses")
    build_addresses(db, settings.addresses, as_of, learn=run.relearn)
    run.stage("Households")
    households = _households(run)
    run.stage("Search")
    build_search(db, settings.search, as_of)
    find_rectified(db)
    run.stage("Corrections")
    build_corrections(db, settings.corrections, sources, as_of, learn=run.relearn)
    return households


def _households(run: Run) -> HouseholdsCarriedOver:
    db = run.db
    db.execute(CREATE_HOUSEHOLDS)
    with run.state.read() as connection:
        db.register("told", household_numbers(connection))
        db.execute("CREATE OR REPLACE TEMP TABLE household_number AS FROM told")
        following = next_household_number(connection)
        if newest_run(connection) == run.row.base and number(db, "SELECT count(*) FROM household_member"):
            db.execute(REMEMBER)
        else:  # this did not begin from the newest release, or anew: the state knows better who was where
            db.register("told", household_members(connection))
            db.execute("CREATE OR REPLACE TEMP TABLE old_household AS FROM told")
        db.unregister("told")
    build_households(db, run.settings.households, run.as_of)
    build_relations(db, run.settings.relations, run.as_of)
    return carry_households(db, next_number=following)
