"""What a release of a hub says of itself, as far as two of them can be compared by it.

Takes an open release and its model, gives the same ``Snapshot`` as the folder of a run of linkage does, so that drift
between two runs of a hub is told as it is between two of those. A cluster is a resident here, whose id lives on from
run to run; the pairs are those that a release keeps as evidence of who is one person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from insighthub.drift.compare import Drift, compared
from insighthub.drift.snapshot import SIZE_BINS, WEIGHT_BINS, Snapshot, SourceState, grouped
from insighthub.errors import DataError
from insighthub.store.tables import arrow, rows

_LINKS = """
SELECT p.source, p.record_id, p.person, m.resident_id AS cluster_id
FROM person_record p LEFT JOIN membership m USING (source, record_id, person)
"""
_SOURCES = """
WITH known AS (
    SELECT p.source, count(*) AS persons, count(*) FILTER (m.resident_id IS NULL) AS not_linked,
           count(*) FILTER (r.records > 1) AS together, count(p.sex) AS sex, count(p.date_of_birth) AS age,
           count(p.postcode) AS area
    FROM person_record p
    LEFT JOIN membership m USING (source, record_id, person)
    LEFT JOIN resident r USING (resident_id)
    GROUP BY p.source
)
SELECT s.source, s.landed, s.quarantined, coalesce(persons, 0), coalesce(not_linked, 0), coalesce(together, 0),
       coalesce(sex, 0), coalesce(age, 0), coalesce(area, 0)
FROM source s LEFT JOIN known USING (source) ORDER BY 1
"""
_SIZES = "SELECT records, count(*) FROM resident GROUP BY records ORDER BY records"
_WEIGHTS = "SELECT floor(match_weight), count(*) FROM evidence GROUP BY 1"
# Many pairs look the same: how they look is read once for all of them.
_LEVELS = "SELECT levels, count(*) FROM evidence GROUP BY levels"


def release_snapshot(db: duckdb.DuckDBPyConnection, models: Path) -> Snapshot:
    """Read a release.

    Args:
        db: the release.
        models: the folder of the hub's models.

    Raises:
        DataError: its model is not kept any more, or cannot be read.
    """
    model = _model(models, rows(db, "SELECT model FROM run ORDER BY run_id DESC LIMIT 1")[0][0])
    sources = {
        name: SourceState(name, landed, aside, persons, left, together, {"sex": sex, "age": age, "area": area})
        for name, landed, aside, persons, left, together, sex, age, area in rows(db, _SOURCES)
    }
    weights = [0] * len(WEIGHT_BINS)
    for bits, pairs in rows(db, _WEIGHTS):
        weights[max(k for k, low in enumerate(WEIGHT_BINS) if bits >= low or k == 0)] += pairs
    sizes = grouped(rows(db, _SIZES))
    assert len(sizes) == len(SIZE_BINS)
    return Snapshot(arrow(db, _LINKS), model, sources, sizes, tuple(weights), _levels(db, model), None)


def compare_releases(before: duckdb.DuckDBPyConnection, after: duckdb.DuckDBPyConnection, models: Path) -> Drift:
    """Compare two releases of a hub.

    Raises:
        DataError: the model of one is not kept any more, or cannot be read.
    """
    return compared(release_snapshot(before, models), release_snapshot(after, models))


def _levels(db: duckdb.DuckDBPyConnection, model: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    sizes = {each["name"]: len(each["levels"]) for each in model["comparisons"]}
    counts = {name: [0] * (size + 1) for name, size in sizes.items()}
    for looks, pairs in rows(db, _LEVELS):
        said = json.loads(looks)
        for name, size in sizes.items():
            level = said.get(name, -1)
            # The last place is that of values that are not known.
            counts[name][level if 0 <= level < size else size] += pairs
    return {name: tuple(found) for name, found in counts.items()}


def _model(models: Path, name: str) -> Mapping[str, Any]:
    file = models / name / "model.json"
    try:
        found: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise DataError(
            f"the model {name} of this release is not kept any more", remedy="Compare newer releases", file=file
        ) from None
    return found
