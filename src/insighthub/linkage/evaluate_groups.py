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

Counts = dict[str, tuple[Array, Array, Array, Array]]


@dataclass(frozen=True)
class _Scored:
    """A group's rates, with their p-values, as yet not held against each other."""

    scores: GroupScores
    p_values: dict[str, float | None]


def compare_groups(judged: Judged, groups: pa.Table | None) -> tuple[GroupComparison, ...]:
    """Return error rates by each way of grouping.

    Args:
        judged: records put beside the truth.
        groups: source, record_id, person, and a column of text for each way of grouping; None where there is none.
    """
    by_person = [] if groups is None else [name for name in groups.column_names if name not in KEY]
    scored: list[tuple[str, list[_Scored]]] = []
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
            scored.append((name, list(_by_record(judged, labels, np.where(people < 0, len(values), people)))))
    sources, code = _ordered_codes(judged.keys["source"])
    scored.append(("source", list(_by_record(judged, sources, code))))
    scored.append(("source_pair", list(_by_source_pair(judged))))
    return _flagged([(name, *_shown(list(groups))) for name, groups in scored if len(groups) > 1])


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


def _by_record(judged: Judged, labels: Sequence[str], code: Ints) -> Iterator[_Scored]:
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
        measures: Counts = {}
        for name, (above, below) in kinds.items():
            a, b = by_block(above * own), by_block(below * own)
            measures[name] = (a, b, totals[name][0] - a, totals[name][1] - b)
        yield _scored(label, len(np.unique(judged.entity[own])), int(own.sum()), measures)


def _by_source_pair(judged: Judged) -> Iterator[_Scored]:
    names, source = _ordered_codes(judged.keys["source"])
    width = int(judged.cluster.max()) + 1
    found, true, both = (
        _Sets.of(key, source, len(names), judged.connected)
        for key in (judged.cluster, judged.entity, judged.entity * width + judged.cluster)
    )
    blocks = int(judged.connected.max()) + 1
    all_found, all_true, all_both = (part.every_pair(blocks) for part in (found, true, both))
    for one, left in enumerate(names):
        for other in range(one, len(names)):
            of_found, of_true, of_both = (part.pairs(one, other, blocks) for part in (found, true, both))
            if not of_found.any() and not of_true.any():
                continue
            measures: Counts = {}
            for name, own, every in (("missed", of_true, all_true), ("false", of_found, all_found)):
                above = own - of_both
                measures[name] = (above, own, every - all_both - above, every - own)
            label = f"within {left}" if one == other else f"{left} and {names[other]}"
            yield _scored(label, true.having_pairs(one, other), int(of_true.sum()), measures)


@dataclass(frozen=True)
class _Sets:
    """Sets of records, such as clusters: how many records of each source, shape (sets, sources); and their blocks."""

    counts: Array
    block: Ints

    @classmethod
    def of(cls, key: Ints, source: Ints, sources: int, block: Ints) -> _Sets:
        _, first, number = np.unique(key, return_index=True, return_inverse=True)
        counts = np.bincount(number * sources + source, minlength=len(first) * sources).astype(float)
        return cls(counts.reshape(len(first), sources), block[first])

    def pairs(self, left: int, right: int, blocks: int) -> Array:
        """Return by block the pairs of records of two sources, or of one, that are in one set."""
        return np.asarray(np.bincount(self.block, weights=self._pairs(left, right), minlength=blocks))

    def having_pairs(self, left: int, right: int) -> int:
        """Return how many sets hold such a pair."""
        return int((self._pairs(left, right) > 0).sum())

    def every_pair(self, blocks: int) -> Array:
        """Return by block all pairs of records that are in one set."""
        size = self.counts.sum(axis=1)
        return np.asarray(np.bincount(self.block, weights=size * (size - 1) / 2, minlength=blocks))

    def _pairs(self, left: int, right: int) -> Array:
        one, other = self.counts[:, left], self.counts[:, right]
        return np.asarray(one * (one - 1) / 2 if left == right else one * other)


def _scored(group: str, people: int, records: int, measures: Counts) -> _Scored:
    """Work out rates from errors and chances by block, the group's own and everybody else's."""
    rates: dict[str, GroupRate | None] = {"missed": None, "false": None, "wrong": None}
    p_values: dict[str, float | None] = {}
    for name, (above, below, rest_above, rest_below) in measures.items():
        rate, rest = rare(above, below), float(rest_below.sum())
        if rate is None:
            continue
        rates[name] = GroupRate(rate, float(rest_above.sum()) / rest if rest else None, None)
        p_values[name] = difference(above, below, rest_above, rest_below)
    return _Scored(GroupScores(group, people, records, **rates), p_values)


def _shown(groups: list[_Scored]) -> tuple[list[_Scored], int]:
    """Return the groups to show, and how many are hidden."""
    hidden = _hidden([g.scores.people for g in groups])
    return [g for k, g in enumerate(groups) if k not in hidden], len(hidden)


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


def _flagged(shown: list[tuple[str, list[_Scored], int]]) -> tuple[GroupComparison, ...]:
    """Say which rates differ from the rest's, all that are shown looked at together."""
    outstanding = iter(stand_out([p for _, groups, _ in shown for g in groups for p in g.p_values.values()]))
    out = []
    for by, groups, hidden in shown:
        marked = []
        for g in groups:
            changed: dict[str, Any] = {}
            for name in g.p_values:
                rate: GroupRate = getattr(g.scores, name)
                if next(outstanding) and rate.rest is not None:
                    way: Literal["higher", "lower"] = "higher" if rate.rate.value > rate.rest else "lower"
                    changed[name] = replace(rate, differs=way)
            marked.append(replace(g.scores, **changed))
        out.append(GroupComparison(by, tuple(marked), hidden))
    return tuple(out)
