"""The part of a run that keeps to what residents asked for and were granted.

Takes the flags and the list of what is withheld from the state, as they are when the run needs them; gives them to the
stages that keep to them: landing leaves out what was erased, the golden record has what was put right, measures leave
out who is not counted. Who may be shown to whom is not decided here: it is asked whenever somebody asks.
"""

from __future__ import annotations

import pyarrow as pa

from insighthub.governance.rights.flags import RECTIFY, flagged_records, flagged_residents, not_counted
from insighthub.governance.rights.withholding import withheld_by_source
from insighthub.residents.rectified import Rectified, take_rectified
from insighthub.runs.under_way import Run
from insighthub.sources.withheld import Withheld
from insighthub.store.tables import rows

_OF_RECORD = """
SELECT m.source, m.record_id, m.person, m.resident_id
FROM membership m JOIN flagged_record USING (source, record_id, person)
"""


def withheld_of(run: Run) -> dict[str, Withheld]:
    """Return what is withheld, by source.

    Raises:
        RunError: something is, and the key that it is recognised by is lost.
    """
    with run.state.read() as connection:
        return withheld_by_source(connection, run.home)


def take_flags(run: Run) -> frozenset[str]:
    """Take what was put right into the release, whose residents are known; return who is not counted in measures.

    Whose a flagged record is, the release knows: the state has only what earlier runs found.
    """
    with run.state.read() as connection:
        records = sorted({key for _, key in flagged_records(connection)})
        flagged = flagged_residents(connection, of_record=_of_record(run, records))
    told = [
        Rectified(resident_id, str(flag.field), str(flag.value), flag.at.date())
        for resident_id, flags in flagged.items()
        for flag in flags
        if flag.kind == RECTIFY
    ]
    take_rectified(run.db, told)
    return not_counted(flagged)


def _of_record(run: Run, records: list[tuple[str, str, int]]) -> dict[tuple[str, str, int], str]:
    """Return whose each of some records is, as the release has it."""
    if not records:
        return {}
    source, record_id, person = zip(*records, strict=True)
    told = {"source": pa.array(source, pa.string()), "record_id": pa.array(record_id, pa.string())}
    run.db.register("flagged_record", pa.table({**told, "person": pa.array(person, pa.int32())}))
    found = rows(run.db, _OF_RECORD)
    run.db.unregister("flagged_record")
    return {(s, r, p): resident_id for s, r, p, resident_id in found}
