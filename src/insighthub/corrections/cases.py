"""Which records are behind what others say: the cases of a release, rebuilt for residents of whom something changed.

Takes a release with its golden record and addresses, the settings and the contracts; gives ``correction_case``:

    gather    what each service knows of the residents in question, and who may know of whom
    propose   each kind in its own way: moved, died, new name, date of birth, duplicate, UPRN, contact;
              and what a resident asked for
    judge     only what a source says that the receiving one may know of, sure enough, and never of hidden residents
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import duckdb

from insighthub.corrections.addresses import learn_places, propose_moves, propose_uprns
from insighthub.corrections.birth_dates import learn_slips, propose_birth_dates
from insighthub.corrections.case_tables import CREATE_PROPOSAL, create
from insighthub.corrections.contacts import propose_contacts
from insighthub.corrections.deaths import propose_deaths
from insighthub.corrections.duplicates import propose_duplicates
from insighthub.corrections.evidence import MAY_SAY, SUPPORTED, make_cases
from insighthub.corrections.family_names import propose_names
from insighthub.corrections.gather import TEMPORARY, gather
from insighthub.corrections.put_right import propose_put_right
from insighthub.corrections.settings import CorrectionSettings, Kind
from insighthub.sources.contract import Source
from insighthub.store.tables import number

#: Kinds whose value is of the record or the place itself, and needs no other service's word.
_OF_ITSELF: frozenset[Kind] = frozenset({"duplicate", "missing_uprn"})

# Where anybody says that a resident has died, nothing else is asked of their records.
_ONLY_DEATHS = """
DELETE FROM proposal WHERE kind <> 'died'
AND resident_id IN (SELECT resident_id FROM statement WHERE field = 'date_of_death')
"""
_FORGET = """
DELETE FROM correction_case
WHERE resident_id IN (FROM made_anew)
   OR NOT EXISTS (SELECT 1 FROM membership m WHERE m.resident_id = correction_case.resident_id)
"""


def build_corrections(
    db: duckdb.DuckDBPyConnection,
    settings: CorrectionSettings,
    sources: Sequence[Source],
    as_of: date,
    *,
    learn: bool = False,
) -> None:
    """Rebuild ``correction_case`` for the residents in ``touched``, and for those of whom they changed something.

    Args:
        db: a release with ``touched``; the golden record, contacts and addresses of its residents are built.
        settings: what is proposed, and what each source may learn by it.
        sources: the contracts of the hub's sources.
        as_of: the day on which the release speaks.
        learn: learn anew how often each source slips and which UPRN an address has; in full runs. What was learned
            before is used in a run of changes, and learned where it never was.
    """
    create(db)
    gather(db, settings, sources, as_of)
    if learn or not number(db, "SELECT count(*) FROM correction_slip"):
        learn_slips(db)
        learn_places(db)
    db.execute(CREATE_PROPOSAL)
    for kind, propose in _steps(db, settings).items():
        if kind in settings.kinds:
            db.execute(MAY_SAY, {"special": kind in settings.values_of_special_sources})
            propose()
            if kind not in _OF_ITSELF:
                db.execute(SUPPORTED, {"kind": kind})
    db.execute(_ONLY_DEATHS)
    propose_put_right(db)
    db.execute(_FORGET)
    make_cases(db, least=settings.least_probability, named=settings.services_named)
    for table in (*TEMPORARY, "proposal", "may_say"):
        db.execute(f"DROP TABLE IF EXISTS {table}")


def _steps(db: duckdb.DuckDBPyConnection, settings: CorrectionSettings) -> dict[Kind, Callable[[], None]]:
    return {
        "moved": lambda: propose_moves(db, settings.least_probability),
        "died": lambda: propose_deaths(db),
        "new_name": lambda: propose_names(db, settings.agreement),
        "birth_date": lambda: propose_birth_dates(db, settings.agreement, missing=False),
        "missing_birth_date": lambda: propose_birth_dates(db, settings.agreement, missing=True),
        "duplicate": lambda: propose_duplicates(db),
        "missing_uprn": lambda: propose_uprns(db),
        "contact": lambda: propose_contacts(db, settings.contact_newer_by_days),
    }
