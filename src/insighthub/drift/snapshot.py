"""What a finished run says of itself, as far as two runs can be compared by it.

Takes an output folder, gives counts and learned parameters. It needs no person's data, and an output folder holds none
but references.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.errors import DataError
from insighthub.store.output_folder import check_whole

#: Lower ends of the bins of match weight, in bits, and of the groups of cluster sizes.
WEIGHT_BINS = (-8.0, -4.0, -2.0, 0.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0)
SIZE_BINS = (1, 2, 3, 4, 5, 6, 8, 11, 21)

_SOURCES_SQL = """
WITH size AS (SELECT cluster_id, count(*) AS records FROM links WHERE cluster_id IS NOT NULL GROUP BY ALL),
held AS (SELECT source, count(*) AS rows FROM quarantine GROUP BY ALL),
known AS (
    SELECT source, count(DISTINCT record_id) AS landed, count(*) AS persons,
           count(*) FILTER (cluster_id IS NULL) AS not_linked,
           count(*) FILTER (records > 1) AS together
    FROM links LEFT JOIN size USING (cluster_id) GROUP BY ALL
)
SELECT coalesce(known.source, held.source) AS source, coalesce(landed, 0), coalesce(held.rows, 0),
       coalesce(persons, 0), coalesce(not_linked, 0), coalesce(together, 0)
FROM known FULL JOIN held ON known.source = held.source ORDER BY 1
"""

_SIZES_SQL = """
SELECT records, count(*) FROM (SELECT count(*) AS records FROM links WHERE cluster_id IS NOT NULL GROUP BY cluster_id)
GROUP BY records ORDER BY records
"""


_KNOWN_SQL = """
SELECT source, count(sex), count(age_band), count(area) FROM groups GROUP BY source
"""


@dataclass(frozen=True)
class SourceState:
    """What became of a source's rows: landed and quarantined rows; persons, those not linked, those with others.

    known: of how many persons sex, age and area are known; empty where the run kept no groups.
    """

    source: str
    landed: int
    quarantined: int
    persons: int
    not_linked: int
    together: int
    known: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """A run.

    links: source, record_id, person, cluster_id. model: as model.json holds it. sources: by name. sizes: people by
    group of cluster size. weights: kept pairs by bin of match weight. levels: comparison -> kept pairs by level, the
    last those where a value is not known. evaluation: as evaluation.json holds it, or None.
    """

    links: pa.Table
    model: Mapping[str, Any]
    sources: Mapping[str, SourceState]
    sizes: tuple[int, ...]
    weights: tuple[int, ...]
    levels: Mapping[str, tuple[int, ...]]
    evaluation: Mapping[str, Any] | None


def read_snapshot(directory: Path) -> Snapshot:
    """Read the output folder of a run.

    Raises:
        DataError: the folder is not the output of a finished run, or a file of it cannot be used.
    """
    check_whole(directory)
    try:
        links, pairs, quarantine = (
            pq.read_table(directory / f"{name}.parquet") for name in ("links", "pairs", "quarantine")
        )
        model = json.loads((directory / "model.json").read_text(encoding="utf-8"))
        kept = directory / "evaluation.json"
        evaluation = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else None
    except (OSError, ValueError, pa.ArrowException):
        raise DataError(
            "a file of this run cannot be read", remedy="Run insighthub link again", file=directory
        ) from None
    labels = {c["name"]: len(c["levels"]) for c in model["comparisons"]}
    with duckdb.connect() as db:
        for name, table in (("links", links), ("pairs", pairs), ("quarantine", quarantine)):
            db.register(name, table)
        known = _known(db, directory / "groups.parquet")
        sources = {
            source: SourceState(source, landed, quarantined, persons, not_linked, together, known.get(source, {}))
            for source, landed, quarantined, persons, not_linked, together in db.execute(_SOURCES_SQL).fetchall()
        }
        sizes = db.execute(_SIZES_SQL).fetchall()
        columns = set(pairs.column_names)
        levels = {
            name: _levels(db, name, count) if f"level_{name}" in columns else (0,) * (count + 1)
            for name, count in labels.items()
        }
        weights = _weights(db)
    return Snapshot(links, model, sources, grouped(sizes), weights, levels, evaluation)


def _known(db: duckdb.DuckDBPyConnection, kept: Path) -> dict[str, dict[str, int]]:
    if not kept.is_file():  # the run of a version that kept none
        return {}
    db.register("groups", pq.read_table(kept))
    return {
        source: {"sex": sex, "age": age, "area": area} for source, sex, age, area in db.execute(_KNOWN_SQL).fetchall()
    }


def _levels(db: duckdb.DuckDBPyConnection, comparison: str, labels: int) -> tuple[int, ...]:
    # The name is a column of our own file, quoted as SQL quotes names.
    column = '"level_' + comparison.replace('"', '""') + '"'
    found = dict(db.execute(f"SELECT {column}, count(*) FROM pairs GROUP BY 1").fetchall())
    return (*(found.get(level, 0) for level in range(labels)), found.get(-1, 0))


def _weights(db: duckdb.DuckDBPyConnection) -> tuple[int, ...]:
    counts = [0] * len(WEIGHT_BINS)
    query = "SELECT floor(match_weight), count(*) FROM pairs GROUP BY 1"
    for bits, pairs in db.execute(query).fetchall():
        counts[max(k for k, low in enumerate(WEIGHT_BINS) if bits >= low or k == 0)] += pairs
    return tuple(counts)


def grouped(sizes: Sequence[tuple[Any, ...]]) -> tuple[int, ...]:
    """Return how many people there are in each group of cluster sizes, of (records, people)."""
    counts = [0] * len(SIZE_BINS)
    for records, people in sizes:
        counts[max(k for k, low in enumerate(SIZE_BINS) if records >= low)] += people
    return tuple(counts)
