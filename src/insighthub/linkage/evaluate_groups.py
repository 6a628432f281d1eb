"""Error rates by group of people: who is missed more often than others, and who is merged with somebody else.

Takes judged records and the groups of records, gives ``GroupComparison`` for each way of grouping. Sex, age band, area
and name origin are of a person: what most of the person's records say, so that a source that leaves a column empty does
not make a group of its own. A source is of a record. Groups of fewer than ten people are not shown; where those hidden
are fewer than ten together, the next smallest is hidden too, since the total would give them away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.differences import difference, stand_out
from insighthub.linkage.evaluate import sizes
from insighthub.linkage.evaluation_result import GroupComparison, GroupRate, GroupScores
from insighthub.linkage.judged import KEY, Judged
from insighthub.linkage.ratios import rare

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: A group of fewer people than this is not shown.
LEAST_PEOPLE = 10
NOT_KNOWN = "not known"
_NOT_TOLD = "Other or not told"

_GROUPS_SQL = "SELECT {columns} FROM keys k LEFT JOIN groups g USING (source, record_id, person) ORDER BY 1, 2, 3"

# By block of connected records and pair of sources: the links that are true, found, and both.
_SOURCE_PAIRS_SQL = """
WITH counted AS (SELECT block, cluster, entity, source, count(*) AS c FROM records GROUP BY ALL),
kinds AS (
    SELECT 0 AS what, block, cluster AS k, 0 AS j, source, sum(c) AS c FROM counted GROUP BY ALL
    UNION ALL SELECT 1, block, entity, 0, source, sum(c) FROM counted GROUP BY ALL
    UNION ALL SELECT 2, block, cluster, entity, source, c FROM counted
),
pairs AS (
    SELECT a.what, a.block, a.k, a.source AS l, b.source AS r,
           CASE WHEN a.source = b.source THEN a.c * (a.c - 1) / 2 ELSE a.c * b.c END AS pairs
    FROM kinds a JOIN kinds b ON a.what = b.what AND a.k = b.k AND a.j = b.j AND a.source <= b.source
)
SELECT l, r, block,
       coalesce(sum(pairs) FILTER (what = 0), 0)::DOUBLE AS found,
       coalesce(sum(pairs) FILTER (what = 1), 0)::DOUBLE AS true_,
       coalesce(sum(pairs) FILTER (what = 2), 0)::DOUBLE AS both_,
       count(DISTINCT k) FILTER (what = 1 AND pairs > 0) AS people
FROM pairs WHERE pairs > 0 GROUP BY l, r, block ORDER BY l, r, block
"""


@dataclass(frozen=True)
class _Counts:
    """Of one group: errors and chances by block for each measure, with everybody else's."""

    group: str
    people: int
    records: int
    measures: dict[str, tuple[Array, Array, Array, Array]]


def compare_groups(judged: Judged, groups: pa.Table | None) -> tuple[GroupComparison, ...]:
    """Return error rates by each way of grouping.

    Args:
        judged: records put beside the truth.
        groups: source, record_id, person, and a column of text for each way of grouping; None where there is none.
    """
    by_person = [] if groups is None else [name for name in groups.column_names if name not in KEY]
    counted: list[tuple[str, list[_Counts]]] = []
    if groups is not None and by_person:
        columns = ", ".join(["k.source", "k.record_id", "k.person", *(f'g."{name}"' for name in by_person)])
        with duckdb.connect() as db:
            db.register("keys", judged.keys)
            db.register("groups", groups)
            joined = db.sql(_GROUPS_SQL.format(columns=columns)).to_arrow_table()
        for name in by_person:
            values, code = _ordered_codes(joined[name])
            people = _of_person(judged.entity, code, len(values))
            labels = [*values, NOT_KNOWN]
            counted.append((name, list(_by_record(judged, labels, np.where(people < 0, len(values), people)))))
    sources, code = _ordered_codes(judged.keys["source"])
    counted.append(("source", list(_by_record(judged, sources, code))))
    counted.append(("source_pair", list(_by_source_pair(judged))))
    return _flagged([_shown(name, list(groups)) for name, groups in counted if len(groups) > 1])


def _ordered_codes(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    """Number values in the order in which tables show them; -1 where there is none."""
    coded = column.combine_chunks().dictionary_encode()
    values = coded.dictionary.to_pylist()
    ordered = sorted(values, key=lambda v: (v in (NOT_KNOWN, _NOT_TOLD), not v.startswith("under"), v))
    place = np.array([ordered.index(v) for v in values] + [-1], np.int64)
    return ordered, place[np.asarray(coded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False), np.int64)]


def _of_person(entity: Ints, code: Ints, values: int) -> Ints:
    """Give every record what most of its person's records say; the first in order where as many say another."""
    known = code >= 0
    cell, times = np.unique(entity[known] * max(values, 1) + code[known], return_counts=True)
    person, value = cell // max(values, 1), cell % max(values, 1)
    order = np.lexsort((value, -times, person))
    first = np.unique(person[order], return_index=True)[1]
    out = np.full(int(entity.max()) + 1, -1, np.int64)
    out[person[order][first]] = value[order][first]
    return out[entity]


def _by_record(judged: Judged, labels: Sequence[str], code: Ints) -> Iterator[_Counts]:
    overlap, cluster, entity = sizes(judged)
    kinds = {
        "missed": (entity - overlap, entity - 1),
        "false": (cluster - overlap, cluster - 1),
        "wrong": (((overlap < entity) | (overlap < cluster)).astype(float), np.ones(len(judged))),
    }
    blocks = int(judged.connected.max()) + 1

    def by_block(values: Array) -> Array:
        return np.asarray(np.bincount(judged.connected, weights=values, minlength=blocks))

    totals = {name: (by_block(above), by_block(below)) for name, (above, below) in kinds.items()}
    for g, label in enumerate(labels):
        own = code == g
        if not own.any():
            continue
        measures = {}
        for name, (above, below) in kinds.items():
            a, b = by_block(above * own), by_block(below * own)
            measures[name] = (a, b, totals[name][0] - a, totals[name][1] - b)
        yield _Counts(label, len(np.unique(judged.entity[own])), int(own.sum()), measures)


def _by_source_pair(judged: Judged) -> Iterator[_Counts]:
    with duckdb.connect() as db:
        columns = {"source": judged.keys["source"], "entity": judged.entity, "cluster": judged.cluster}
        db.register("records", pa.table(columns | {"block": judged.connected}))
        rows = db.sql(_SOURCE_PAIRS_SQL).to_arrow_table()
    blocks = int(judged.connected.max()) + 1
    block = rows["block"].to_numpy()
    found, true, both = (rows[name].to_numpy() for name in ("found", "true_", "both_"))

    def by_block(at: Ints, values: Array) -> Array:
        return np.asarray(np.bincount(block[at], weights=values[at], minlength=blocks))

    every = np.arange(len(block))
    totals = {"missed": (true - both, true), "false": (found - both, found)}
    all_ = {name: (by_block(every, a), by_block(every, b)) for name, (a, b) in totals.items()}
    left, right = rows["l"].to_numpy(zero_copy_only=False), rows["r"].to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.r_[True, (left[1:] != left[:-1]) | (right[1:] != right[:-1])]) if len(block) else every
    people = rows["people"].to_numpy()
    for start, end in zip(starts, np.r_[starts[1:], len(block)], strict=True):
        at = every[start:end]
        measures = {}
        for name, (a, b) in totals.items():
            above, below = by_block(at, a), by_block(at, b)
            measures[name] = (above, below, all_[name][0] - above, all_[name][1] - below)
        label = f"within {left[start]}" if left[start] == right[start] else f"{left[start]} and {right[start]}"
        yield _Counts(label, int(people[at].sum()), int(true[at].sum()), measures)


@dataclass(frozen=True)
class _Shown:
    """What is shown of one way of grouping, with the p-values of its rates, as yet not held against each other."""

    by: str
    groups: list[GroupScores]
    hidden: int
    p_values: dict[tuple[int, str], float | None]


def _shown(by: str, groups: list[_Counts]) -> _Shown:
    hidden = _hidden([g.people for g in groups])
    kept = [g for k, g in enumerate(groups) if k not in hidden]
    scores, p_values = [], {}
    for k, group in enumerate(kept):
        rates: dict[str, GroupRate | None] = {"missed": None, "false": None, "wrong": None}
        for name, (above, below, rest_above, rest_below) in group.measures.items():
            rate, rest = rare(above, below), float(rest_below.sum())
            if rate is None:
                continue
            rates[name] = GroupRate(rate, float(rest_above.sum()) / rest if rest else None, None)
            p_values[k, name] = difference(above, below, rest_above, rest_below)
        scores.append(GroupScores(group.group, group.people, group.records, **rates))
    return _Shown(by, scores, len(hidden), p_values)


def _hidden(people: Sequence[int]) -> set[int]:
    """Return which groups are not shown: the small, and the next smallest until those hidden are ten together."""
    order = sorted(range(len(people)), key=lambda k: (people[k], k))
    hidden = [k for k in order if people[k] < LEAST_PEOPLE]
    if not hidden:
        return set()
    for k in order[len(hidden) :]:
        if sum(people[h] for h in hidden) >= LEAST_PEOPLE:
            break
        hidden.append(k)
    return set(hidden)


def _flagged(shown: list[_Shown]) -> tuple[GroupComparison, ...]:
    """Say which rates differ from the rest's, all of them looked at together."""
    places = [(s, k, name) for s, part in enumerate(shown) for k, name in part.p_values]
    outstanding = stand_out([shown[s].p_values[k, name] for s, k, name in places])
    for (s, k, name), differs in zip(places, outstanding, strict=True):
        scores = shown[s].groups[k]
        rate: GroupRate = getattr(scores, name)
        if differs and rate.rest is not None:
            way: Literal["higher", "lower"] = "higher" if rate.rate.value > rate.rest else "lower"
            changed: dict[str, Any] = {name: replace(rate, differs=way)}
            shown[s].groups[k] = replace(scores, **changed)
    return tuple(GroupComparison(part.by, tuple(part.groups), part.hidden) for part in shown)
