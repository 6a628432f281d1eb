"""The part of a run that counts: measures, what may be read of them, who the residents are, and data quality.

Measures are worked out for all residents in every run, as one change can move any figure. The release before, of which
the release that is built begins as a copy, still stands in the tables: what it published is what the new figures are
held against. From its data quality a run of changes counts on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyarrow as pa

from insighthub.measures.build import build_measures
from insighthub.measures.definition import Measure
from insighthub.measures.home import hub_measures
from insighthub.measures.publish import publish_measures
from insighthub.population.build import build_population
from insighthub.population.declared import load_declared
from insighthub.quality.build import Since, build_quality
from insighthub.residents.received import Placed, Received
from insighthub.runs.under_way import LANDING, Run
from insighthub.store.tables import rows

_LANDED = "SELECT source, landed_file FROM source"


def declared_measures(run: Run, sources: Sequence[Placed]) -> tuple[Measure, ...]:
    """Return the measures of the hub.

    Raises:
        MeasureError: a file of measures is at fault, or does not fit the contracts.
    """
    contracts = [each.source for each in sources]
    return hub_measures(run.home, contracts, tuple(run.settings.measures.areas))


def build_figures(
    run: Run,
    sources: Sequence[Placed],
    measures: Sequence[Measure],
    received: Received,
    not_counted: Collection[str] = (),
) -> None:
    """Compute the measures and the data quality of a release whose index is built.

    Args:
        run: the run.
        sources: what it took in.
        measures: of the hub.
        received: which records changed.
        not_counted: residents who asked not to be counted.

    Raises:
        MeasureError: a look-up of areas is at fault, or the official estimates, or what is declared of residents.
    """
    run.stage("Measures")
    build_measures(run.db, measures, run.as_of, run.settings.measures.within(run.home), not_counted)
    publish_measures(run.db, run.settings.disclosure, before=run.db)
    contracts = [each.source for each in sources]
    if run.settings.population.figures:
        run.stage("Figures of residents")
        population = run.settings.population.within(run.home)
        declared = load_declared(population.declared, contracts)
        build_population(run.db, declared, run.as_of, population, run.settings.disclosure)
    run.stage("Data quality")
    landed = {name: run.home / LANDING / name / f"{file}.parquet" for name, file in rows(run.db, _LANDED)}
    since = None if run.full else _since(run, received)
    build_quality(run.db, landed, contracts, run.as_of, run_id=run.row.run_id, anew=run.full, since=since)


def _since(run: Run, received: Received) -> Since:
    assert run.row.base is not None
    return Since(run.releases.file(run.row.base), pa.concat_tables([received.removed, received.said]))
