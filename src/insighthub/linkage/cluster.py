"""Clusters: which records are one person, all pairs considered together.

Takes pairs with match weights, gives a cluster for every row. Connected components chain: A is like B, B is like C,
and A and C, who were compared and differ, end as one person. So components that hold such a conflict are taken apart
and built up again by average linkage: the two clusters whose compared pairs have the highest mean weight are joined,
until no mean is over the threshold.

Pairs both of whose records hold a date of birth know more than the rest, and have a say of their own: where their mean
is under the threshold, no number of pairs that know less joins two clusters. A father and son of one name at one
address are held apart by few dates; by many records that hold none they would be one. So it is with each identifier,
which holds twins apart.

Two clusters are never joined that hold two people of one record, that share a source which holds one record a person,
or that hold different valid NHS numbers. What a person decided stands above all of this: rows decided to be one person
begin as one cluster, and rows decided to be two are never joined.

Average linkage over the pairs that were compared is reducible (a mean is never over the larger of its parts), so
clusters that are each other's nearest can be joined at once, and rounds of sorting replace a queue; see Murtagh
(1983), "A survey of recent advances in hierarchical clustering algorithms".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from insighthub.linkage.encode import Codes, Encoded
from insighthub.linkage.pairs import Pairs

Ints = npt.NDArray[np.int64]
CAP_BITS = 20.0  # one pair may not outweigh many: weights count up to this, for and against
WORD_BITS = 62
UNITS = 1024  # weights are summed as whole 1/1024 bits, so that the order of summing cannot matter


@dataclass(frozen=True)
class Exclusive:
    """What a person can have one of.

    Attributes:
        single: number of the row's source if it holds one record a person, at most 61, else -1; shape (n,).
        identifier: code of a valid identifier of which a person has one, else -1; shape (n,).
        apart: pairs that are two people: those whom one record names, and those decided to be two.
        together: pairs decided to be one person, whatever else is said here of one of them alone; none where not given.
        telling: whether the row holds each of the fields whose pairs have a say of their own, a date of birth or an
            identifier; shape (n, fields).
    """

    single: Codes
    identifier: Codes
    apart: Pairs
    together: Pairs = field(default_factory=lambda: Pairs(np.empty(0, np.int32), np.empty(0, np.int32)))
    telling: npt.NDArray[np.bool_] | None = None

    def both_tell(self, pairs: Pairs) -> npt.NDArray[np.bool_]:
        """Whether both rows of each pair hold each of the telling fields, shape (pairs, fields)."""
        if self.telling is None:
            return np.zeros((len(pairs), 0), bool)
        return np.asarray(self.telling[pairs.left] & self.telling[pairs.right])


def same_record_pairs(record: Codes) -> Pairs:
    """Return all pairs of people whom one record names, from the number of each row's record; shape (n,)."""
    left, right = [], []
    step = 1
    while True:
        at = np.flatnonzero(record[:-step] == record[step:]).astype(np.int32) if step < len(record) else record[:0]
        if not len(at):
            break
        left.append(at)
        right.append(at + np.int32(step))
        step += 1
    if not left:
        return Pairs(record[:0], record[:0])
    return Pairs(np.concatenate(left), np.concatenate(right))


def exclusive_of(data: Encoded, telling: Sequence[str] = ()) -> Exclusive:
    """Return what a person can have one of, in these rows.

    Args:
        data: coded rows.
        telling: fields whose pairs have a say of their own.
    """
    # Sources are numbered among themselves, since clusters keep a bit for each.
    number = np.where(data.single, np.cumsum(data.single) - 1, -1).astype(np.int32)
    same_record = same_record_pairs(data.codes["record"])
    held = np.stack([data.codes[name] >= 0 for name in telling], axis=1) if telling else None
    return Exclusive(number[data.source], data.codes["nhs_number"], same_record, telling=held)


def components(n: int, left: npt.NDArray[np.integer], right: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """Label the connected components of a graph of ``n`` nodes."""
    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)


def cluster(
    n: int,
    pairs: Pairs,
    weight: npt.NDArray[np.float32],
    exclusive: Exclusive,
    *,
    threshold_bits: float,
) -> npt.NDArray[np.int32]:
    """Cluster the rows.

    Args:
        n: number of rows.
        pairs: the compared pairs.
        weight: their match weights in bits.
        exclusive: what a person can have one of.
        threshold_bits: weight over which a pair, or a mean of pairs, joins.

    Returns:
        Labels 0, 1, ... in the order in which the rows first show them, shape (n,).
    """
    left, right = pairs.left, pairs.right
    joins = weight >= threshold_bits
    must = exclusive.together
    ends = (np.concatenate([left[joins], must.left]), np.concatenate([right[joins], must.right]))
    label = components(n, *ends).astype(np.int64)
    inside = label[left] == label[right]
    torn = np.zeros(int(label.max(initial=-1)) + 1, bool)
    torn[label[left[inside & ~joins]]] = True
    apart = exclusive.apart
    parted = label[apart.left] == label[apart.right]
    torn[label[apart.left[parted]]] = True
    torn |= _more_than_one(label, exclusive.single, len(torn), repeated=True)
    torn |= _more_than_one(label, exclusive.identifier, len(torn), repeated=False)
    rows = torn[label]
    open_pairs = inside & rows[left]
    label[rows] = len(torn) + np.flatnonzero(rows)
    if rows.any():
        capped = np.clip(weight[open_pairs].astype(np.float64) - threshold_bits, -CAP_BITS, CAP_BITS)
        whole = np.rint(capped * UNITS).astype(np.int64)
        # Number only the rows that are taken apart: they are few, and each round looks at all of them.
        small = np.cumsum(rows) - 1
        parted &= rows[apart.left]
        compared = Pairs(left[open_pairs], right[open_pairs])
        tells = exclusive.both_tell(compared)
        none = np.zeros(int(parted.sum()), np.int64)
        edges = _Edges(
            small[np.concatenate([compared.left, apart.left[parted]])],
            small[np.concatenate([compared.right, apart.right[parted]])],
            np.concatenate([whole, none]),
            np.concatenate([tells * whole[:, None], np.zeros((len(none), tells.shape[1]), np.int64)]),
            np.ones(len(whole) + len(none), np.int64),
            np.concatenate([np.zeros(len(whole), bool), np.ones(len(none), bool)]),
        )
        kept = rows[must.left]
        together = Pairs(*(small[end[kept]].astype(np.int32) for end in (must.left, must.right)))
        parts = Pairs(*(small[end[parted]].astype(np.int32) for end in (apart.left, apart.right)))
        of_rows = Exclusive(exclusive.single[rows], exclusive.identifier[rows], parts, together)
        label[rows] = len(torn) + _held_together(int(rows.sum()), edges, of_rows)
    return in_order_of_rows(label)


def in_order_of_rows(label: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """Number labels 0, 1, ... in the order in which the rows first show them."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int32)
    order[np.argsort(first, kind="stable")] = np.arange(len(first), dtype=np.int32)
    return order[inverse]


def _more_than_one(label: Ints, value: Codes, size: int, *, repeated: bool) -> npt.NDArray[np.bool_]:
    """Which components hold one value twice (repeated), or two different values (not repeated)."""
    out = np.zeros(size, bool)
    known = np.flatnonzero(value >= 0)
    if not len(known):
        return out
    keys = label[known] * (int(value.max()) + 1) + value[known]
    distinct, counts = np.unique(keys, return_counts=True)
    holder = distinct // (int(value.max()) + 1)
    if repeated:
        out[holder[counts > 1]] = True
    else:
        holders, values = np.unique(holder, return_counts=True)
        out[holders[values > 1]] = True
    return out


@dataclass(frozen=True)
class _Edges:
    """Edges between clusters, each named by its lowest row.

    total and count: sum of whole weights, and of compared pairs. told: for each telling field, the sum of the whole
    weights of those pairs both of whose rows hold it. parted: whether some pair is known to be two people.
    """

    a: Ints
    b: Ints
    total: Ints
    told: Ints
    count: Ints
    parted: npt.NDArray[np.bool_]

    def where(self, keep: npt.NDArray[np.bool_]) -> _Edges:
        at = np.flatnonzero(keep)
        if len(at) == len(keep):
            return self
        return _Edges(*(np.take(getattr(self, name), at, axis=0) for name in self.__dataclass_fields__))


def _held_together(n: int, edges: _Edges, exclusive: Exclusive) -> Ints:
    """Bring together clusters of which somebody decided that they are one person; give the root row of every row.

    A decision says no more than what was asked. So clusters form as they would without it, and those that it names
    become one: to confirm what linkage has found changes nothing. Only where others would come together by it that are
    two people (by a decision, a source that holds a person once, or identifiers) do clusters form around the
    decisions instead.
    """
    together, apart = exclusive.together, exclusive.apart
    root = _average_linkage(n, edges, exclusive, np.arange(n))
    if not len(together.left):
        return root
    rows = np.arange(n)
    joined = components(n, np.concatenate([rows, together.left]), np.concatenate([root, together.right]))
    wrong = np.zeros(n, bool)
    wrong[joined[apart.left[joined[apart.left] == joined[apart.right]]]] = True
    person = _decided(n, together)
    wrong[_sources_of_two(joined, person, exclusive.single)] = True
    wrong[_identifiers_of_two(joined, person, exclusive.identifier)] = True
    first = np.full(n, n, np.int64)
    np.minimum.at(first, joined, rows)
    root = first[joined]
    again = wrong[joined]
    if again.any():
        around = _average_linkage(n, edges.where(again[edges.a] & again[edges.b]), exclusive, person)
        root = np.where(again, around, root)
    return root


def _sources_of_two(label: npt.NDArray[np.integer], person: Ints, source: Codes) -> Ints:
    """Return the labels in which two persons have records of one source that holds a person once."""
    known = np.flatnonzero(source >= 0)
    held = np.unique(np.stack([label[known], source[known], person[known]], axis=1), axis=0)
    return np.asarray(held[1:][(held[1:, :2] == held[:-1, :2]).all(axis=1), 0], np.int64)


def _identifiers_of_two(label: npt.NDArray[np.integer], person: Ints, identifier: Codes) -> Ints:
    """Return the labels in which two persons have identifiers, and there are two of them."""
    known = np.flatnonzero(identifier >= 0)

    def several(of: npt.NDArray[np.integer]) -> Ints:
        held = np.unique(np.stack([label[known], of[known]], axis=1), axis=0)
        labels, counts = np.unique(held[:, 0], return_counts=True)
        return np.asarray(labels[counts > 1], np.int64)

    persons, identifiers = several(person), several(identifier)
    return persons[np.isin(persons, identifiers)]


def _average_linkage(n: int, edges: _Edges, exclusive: Exclusive, root: Ints) -> Ints:
    """Join clusters that are each other's nearest, in rounds; give the root row of every row.

    Args:
        n: number of rows.
        edges: between rows.
        exclusive: what a person can have one of.
        root: first row of the cluster of each row, to begin with; changed.
    """
    identifier = one_identifier(root, exclusive.identifier, n)
    sources = set_of_sources(root, exclusive.single, n)
    edges = _joined(n, root, edges)
    while True:
        a, b = edges.a, edges.b
        allowed = no_source_twice(sources, a, b)
        allowed &= (identifier[a] < 0) | (identifier[b] < 0) | (identifier[a] == identifier[b])
        edges = edges.where(allowed)
        mean = edges.total / edges.count
        open_edges = np.flatnonzero((mean > 0) & (edges.told >= 0).all(axis=1) & ~edges.parted)
        if not len(open_edges):
            break
        # A total order of the edges: the mean, and where means tie the lower rows.
        a, b = edges.a[open_edges], edges.b[open_edges]
        rank = np.empty(len(open_edges), np.int64)
        rank[np.lexsort((b, a, -mean[open_edges]))] = np.arange(len(open_edges))
        best = np.full(n, len(open_edges), np.int64)
        np.minimum.at(best, a, rank)
        np.minimum.at(best, b, rank)
        mutual = (best[a] == rank) & (best[b] == rank)
        low, high = a[mutual], b[mutual]
        root[high] = low
        sources[low] |= sources[high]
        identifier[low] = np.maximum(identifier[low], identifier[high])
        edges = _joined(n, root, _still_open(n, edges))
    while True:
        above = root[root]
        if np.array_equal(above, root):
            return root
        root = above


def _decided(n: int, together: Pairs) -> Ints:
    """Return the first row of the rows decided to be one person with each row."""
    group = components(n, together.left, together.right)
    first = np.full(n, n, np.int64)
    np.minimum.at(first, group, np.arange(n))
    return np.asarray(first[group])


def one_identifier(label: npt.NDArray[np.integer], identifier: Codes, clusters: int) -> Ints:
    """Return the identifier that each cluster holds, -1 for none; one that nobody else has where it holds several.

    Only a decision brings two into one cluster, and then neither says who else belongs there.

    Args:
        label: cluster of each row.
        identifier: of each row, -1 where it has none.
        clusters: how many clusters there are.
    """
    out = np.full(clusters, -1, np.int64)
    np.maximum.at(out, label, identifier)
    known = np.flatnonzero(identifier >= 0)
    several = np.unique(label[known[identifier[known] != out[label[known]]]])
    out[several] = int(identifier.max(initial=-1)) + 1 + np.arange(len(several))
    return out


def no_source_twice(sources: Ints, a: Ints, b: Ints) -> npt.NDArray[np.bool_]:
    """Whether two clusters share none of the sources of ``set_of_sources``; a and b of shape (pairs,)."""
    out = np.ones(len(a), bool)
    for word in sources.T:
        out &= (word[a] & word[b]) == 0
    return out


def set_of_sources(label: npt.NDArray[np.integer], single: Codes, clusters: int) -> Ints:
    """Return the sources with one record a person that each cluster holds, as bits of as many words as it takes.

    Args:
        label: cluster of each row.
        single: number of the row's source if it holds one record a person, else -1.
        clusters: how many clusters there are.

    Returns:
        Shape (clusters, words).
    """
    word, bit = np.divmod(np.maximum(single, 0).astype(np.int64), WORD_BITS)
    out = np.zeros((clusters, int(word.max(initial=0)) + 1), np.int64)
    held = np.flatnonzero(single >= 0)
    np.bitwise_or.at(out, (label[held], word[held]), np.int64(1) << bit[held])
    return out


def _joined(n: int, root: Ints, edges: _Edges) -> _Edges:
    """Bring together the edges between the same two clusters, and drop those within one."""
    a, b = root[edges.a], root[edges.b]
    edges = replace(edges, a=np.minimum(a, b), b=np.maximum(a, b)).where(a != b)
    keys, inverse = np.unique(edges.a * n + edges.b, return_inverse=True)
    a, b = np.divmod(keys, n)

    def summed(values: npt.NDArray[Any]) -> Ints:
        return np.bincount(inverse, weights=values, minlength=len(keys)).astype(np.int64)

    told = np.empty((len(keys), edges.told.shape[1]), np.int64)
    for field_, column in enumerate(edges.told.T):
        told[:, field_] = summed(column)
    return _Edges(a, b, summed(edges.total), told, summed(edges.count), summed(edges.parted) > 0)


def _still_open(n: int, edges: _Edges) -> _Edges:
    """Keep the edges of clusters with which something can still be joined."""
    ends = np.zeros(n, bool)
    positive = edges.total > 0
    ends[edges.a[positive]] = True
    ends[edges.b[positive]] = True
    return edges.where(ends[edges.a] | ends[edges.b])
