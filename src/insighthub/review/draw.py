"""Drawing what is to be reviewed from a release: what measures, what teaches, and what looks odd.

Takes a release and the model of its run, gives items. The three are kept apart, and each says which it is:

- *measure*: drawn at random within strata of the whole range of scores, each with its inclusion probability, by the
  plan of ``linkage.labels``. Only these say how good the links are. They are in random order, so that the answers given
  so far are a sample whenever one stops;
- *teach*: the pairs whose labels teach the model most, and pairs near the threshold of every kind: each two sources,
  and each age group and sex, in turn, so that the model is not taught by the commonest kind alone;
- *check*: clusters and pairs that look odd; see ``odd``.

A pair that was decided, or is asked about already, is neither taught by nor checked again. It may well be drawn to
measure, for leaving it out would bend the figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.linkage.labels.frame import Frame, sampling_frame
from insighthub.linkage.labels.pair_file import REFERENCES, places_of
from insighthub.linkage.labels.plan import draw, sheet
from insighthub.linkage.labels.teach import to_review
from insighthub.review.odd import POSSIBLE, kept_apart, odd_clusters
from insighthub.review.weighing import Everything, RunModel
from insighthub.store.tables import arrow

MEASURE, TEACH, CHECK = "measure", "teach", "check"
PAIR, CLUSTER = "pair", "cluster"
DRAWN, TELLING, NEAR = "drawn", "telling", "near_threshold"
_NEAR_BITS = 6.0
_POSSIBLE_SHARE = 0.25  # of what is checked
_TELLING_SHARE = 0.5  # of what teaches

Pair = frozenset[tuple[str, str, int]]

_LINKS = """
SELECT t.source, t.record_id, t.person, m.resident_id AS cluster_id
FROM linked_row t LEFT JOIN membership m USING (source, record_id, person)
ORDER BY t.at
"""
_NEAR = f"""
WITH near AS (
    SELECT {", ".join(REFERENCES)}, match_weight - $threshold AS over
    FROM kept_pair WHERE abs(match_weight - $threshold) < {_NEAR_BITS}
),
of_kind AS (
    SELECT n.*, p.sex,
        CASE WHEN p.date_of_birth IS NULL THEN 'not known' ELSE
            least(8, greatest(0, year($as_of) - left(p.date_of_birth, 4)::INTEGER) // 10)::VARCHAR END AS age_group
    FROM near n JOIN person_record p ON p.source = source_l AND p.record_id = record_id_l AND p.person = person_l
),
by_kind AS (
    SELECT *, row_number() OVER (
        PARTITION BY source_l, source_r, age_group, sex ORDER BY abs(over), record_id_l, record_id_r
    ) AS turn,
    FROM of_kind
)
SELECT {", ".join(REFERENCES)} FROM by_kind
ORDER BY turn, md5(source_l || source_r || age_group || coalesce(sex, '')), abs(over), record_id_l, record_id_r
LIMIT $limit
"""
# The two records, one of each resident, with the best evidence.
_BEST_BETWEEN = f"""
WITH ends AS (
    SELECT k.*, least(l.resident_id, r.resident_id) AS resident_a, greatest(l.resident_id, r.resident_id) AS resident_b
    FROM kept_pair k
    JOIN membership l ON l.source = source_l AND l.record_id = record_id_l AND l.person = person_l
    JOIN membership r ON r.source = source_r AND r.record_id = record_id_r AND r.person = person_r
    WHERE l.resident_id <> r.resident_id
)
SELECT {", ".join(REFERENCES)}
FROM ends JOIN possible p USING (resident_a, resident_b)
QUALIFY row_number() OVER (
    PARTITION BY resident_a, resident_b ORDER BY match_weight DESC, record_id_l, record_id_r
) = 1
ORDER BY p.match_probability DESC, resident_a, resident_b
"""


@dataclass(frozen=True)
class Asked:
    """How many items to draw of each purpose, and what another seed changes."""

    measure: int
    teach: int
    check: int
    twice_share: float
    seed: int = 1


@dataclass(frozen=True)
class _Chosen:
    """Pairs chosen for one purpose; ``more`` holds further columns of the items."""

    purpose: str
    kind: str
    references: pa.Table
    reasons: list[str]
    more: list[dict[str, Any]]


def draw_items(
    db: duckdb.DuckDBPyConnection, model: RunModel, asked: Asked, *, known: Iterable[Pair] = ()
) -> list[dict[str, Any]]:
    """Draw items.

    Args:
        db: the release, on a connection of its own.
        model: of its run.
        asked: how many of each purpose.
        known: pairs that were decided or are asked about already.

    Returns:
        The items' columns in ``review_item``, but for ``run_id``, ``drawn_at`` and ``status``.

    Raises:
        DataError: nothing was compared.
    """
    every = model.everything()
    links = linked_rows(db, every)
    frame = sampling_frame(links, every.kept, every.unlikely, threshold=model.learned.threshold)
    if not len(frame.left):
        raise DataError("this release holds no pairs that were compared", remedy="There is nothing to review")
    told = set(known)
    chosen = [_measured(frame, asked)]
    chosen += _teaching(db, every, links, threshold_bits=model.threshold_bits, number=asked.teach, told=told)
    chosen += _checked(db, every, asked.check, told)
    random = np.random.Generator(np.random.PCG64(asked.seed))
    items = [item for part in chosen for item in _items(part, every, frame, links)]
    for item in items:
        item["twice"] = bool(random.random() < asked.twice_share)
    return items


def linked_rows(db: duckdb.DuckDBPyConnection, every: Everything) -> pa.Table:
    """Return whose each linked record is, as a release has it: the rows, with the resident as ``cluster_id``."""
    db.register("linked_row", every.rows.append_column("at", pa.array(np.arange(every.rows.num_rows))))
    try:
        return arrow(db, _LINKS)
    finally:
        db.unregister("linked_row")


def _measured(frame: Frame, asked: Asked) -> _Chosen:
    plan = draw(frame, asked.measure, seed=asked.seed)
    table = sheet(frame, plan)
    names = ("stratum", "stratum_pairs", "inclusion_probability")
    more = table.select(names).to_pylist()
    for row, at in zip(more, plan.chosen, strict=True):
        row["expected"] = float(frame.expected[at])
    return _Chosen(MEASURE, PAIR, table.select(list(REFERENCES)), [DRAWN] * len(more), more)


def _teaching(
    db: duckdb.DuckDBPyConnection,
    every: Everything,
    links: pa.Table,
    *,
    threshold_bits: float,
    number: int,
    told: set[Pair],
) -> list[_Chosen]:
    telling = _fresh(to_review(links, every.kept, number + len(told)), told, round(number * _TELLING_SHARE))
    db.register("kept_pair", every.kept)
    as_of = db.execute("SELECT max(as_of) FROM run").fetchall()[0][0]
    bound = {"threshold": threshold_bits, "as_of": as_of, "limit": number + len(told) + number}
    near = _fresh(arrow(db, _NEAR, bound), told, number - telling.num_rows)
    return [
        _Chosen(TEACH, PAIR, pairs, [reason] * pairs.num_rows, [{} for _ in range(pairs.num_rows)])
        for pairs, reason in ((telling, TELLING), (near, NEAR))
    ]


def _checked(db: duckdb.DuckDBPyConnection, every: Everything, number: int, told: set[Pair]) -> list[_Chosen]:
    db.register("kept_pair", every.kept)
    db.register("possible", kept_apart(db, number + len(told)))
    pairs = _fresh(arrow(db, _BEST_BETWEEN), told, round(number * _POSSIBLE_SHARE))
    clusters = odd_clusters(db, number - pairs.num_rows)
    more = [{"records": count} for count in clusters["records"].to_pylist()]
    return [
        _Chosen(CHECK, PAIR, pairs, [POSSIBLE] * pairs.num_rows, [{} for _ in range(pairs.num_rows)]),
        _Chosen(CHECK, CLUSTER, clusters.select(list(REFERENCES)), clusters["reason"].to_pylist(), more),
    ]


def _fresh(pairs: pa.Table, told: set[Pair], limit: int) -> pa.Table:
    """Return the first pairs that are not known yet, and know them from then on."""
    at: list[int] = []
    for place, row in enumerate(zip(*(pairs[name].to_pylist() for name in REFERENCES), strict=True)):
        pair = frozenset((row[:3], row[3:]))
        if pair not in told and len(at) < limit:
            told.add(pair)
            at.append(place)
    return pairs.take(pa.array(at, pa.int64()))


def _items(part: _Chosen, every: Everything, frame: Frame, links: pa.Table) -> list[dict[str, Any]]:
    """Return the columns of items, with the evidence of each pair."""
    left, right = places_of(part.references, every.rows)
    if not len(left):
        return []
    weighed = every.weighed(left, right).to_pylist()
    resident = links["cluster_id"].combine_chunks()
    whose = [resident.take(pa.array(side)).to_pylist() for side in (left, right)]
    at = frame.places(*places_of(part.references, frame.rows))
    out = []
    for number, (row, reason, more) in enumerate(zip(weighed, part.reasons, part.more, strict=True)):
        residents = whose[0][number], whose[1][number]
        if left[number] > right[number]:  # the evidence names the lower row first
            residents = residents[::-1]
        out.append(
            {
                **{name: row[name] for name in REFERENCES},
                "kind": part.kind,
                "purpose": part.purpose,
                "reason": reason,
                "resident_l": residents[0],
                "resident_r": residents[1],
                "records": 2,
                "linked": residents[0] == residents[1],
                "match_weight": float(row["match_weight"]),
                "match_probability": float(row["match_probability"]),
                "evidence": evidence_text(row),
                "expected": float(frame.expected[at[number]]) if at[number] >= 0 else float(row["match_probability"]),
                "stratum": None,
                "stratum_pairs": None,
                "inclusion_probability": None,
                "priority": number,
                **more,
            }
        )
    return out


def evidence_text(row: dict[str, Any]) -> str:
    """Return the levels and rarity of a row of evidence as JSON: what is known, and what is not nought."""
    kept = {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in row.items()
        if (name.startswith("level_") and value >= 0) or (name.startswith("rarity_") and value)
    }
    return json.dumps(kept, separators=(",", ":"))
