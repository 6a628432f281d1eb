"""The pairs that clerical labels are drawn from, and what is expected of each.

Takes the tables of a run, gives ``Frame``: every pair that the links imply, whether or not it was ever compared; every
pair between two clusters that a likely pair connects, where most of what was missed is; and a sample of the compared
pairs that nothing else connects, each standing for many. Pairs that no blocking rule gave, between clusters that no
likely pair connects, are not in it: of them labels can say nothing, for there are too many and hardly one is a match.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.linkage.blocking.blocks import pairs_of_blocks
from insighthub.linkage.labels.pair_file import places_of
from insighthub.linkage.unlikely import BANDS

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LINKED_MOST = 0.98
UNLINKED_LEAST = 1e-4
#: A pair that was not likely enough to be kept, between clusters that a likely pair connects, is a match about a tenth
#: as often as that likely pair: less is expected of it, never more.
BESIDE = 0.1
# Edges of the strata. Finest where it is least clear.
_LINKED_BITS = (0.0, 2.0, 4.0, 8.0, 16.0)
_IMPLIED = (0.8, 0.95)
_KEPT_BITS = (-4.0, -2.0, 0.0)
_BESIDE = (0.2, 0.5)


@dataclass(frozen=True)
class Frame:
    """Pairs to draw from.

    Attributes:
        rows: source, record_id, person, of all linked rows.
        left, right: places in ``rows``, shape (pairs,).
        linked: whether the two are in one cluster, shape (pairs,).
        expected: the share of such pairs that the model expects to be matches, shape (pairs,).
        stratum: number of each pair's stratum, shape (pairs,).
        strata: each stratum in words.
        stands_for: how many pairs each stands for: 1, but for those of which only a sample was written; (pairs,).
    """

    rows: pa.Table
    left: Ints
    right: Ints
    linked: npt.NDArray[np.bool_]
    expected: Array
    stratum: Ints
    strata: tuple[str, ...]
    stands_for: Array

    def sizes(self) -> Array:
        """Return how many pairs each stratum stands for, shape (strata,)."""
        return np.asarray(np.bincount(self.stratum, weights=self.stands_for, minlength=len(self.strata)))

    def places(self, left: Ints, right: Ints) -> Ints:
        """Return the place in the frame of each pair of places in ``rows``, -1 where it is not there."""
        n = self.rows.num_rows
        low, high = _in_order(left, right)
        asked, where = np.unique(np.where(low >= 0, low * n + high, -1), return_inverse=True)
        key = self.left * n + self.right
        at = np.minimum(np.searchsorted(asked, key), max(0, len(asked) - 1))
        hit = np.flatnonzero(asked[at] == key) if len(asked) else at
        out = np.full(len(asked), -1, np.int64)
        out[at[hit]] = hit
        return np.asarray(out[where])


def sampling_frame(links: pa.Table, pairs: pa.Table, unlikely: pa.Table, *, threshold: float) -> Frame:
    """Bring together the pairs that labels are drawn from.

    Args:
        links: ``links.parquet``.
        pairs: ``pairs.parquet``.
        unlikely: ``unlikely_pairs.parquet``.
        threshold: the match probability at which pairs join, from the run's settings.
    """
    links = links.filter(pc.is_valid(links["cluster_id"])).combine_chunks()
    n = links.num_rows
    cluster = np.asarray(links["cluster_id"].combine_chunks().dictionary_encode().indices, np.int64)
    left, right = _in_order(*places_of(pairs, links))
    kept_key = left * n + right
    order = np.argsort(kept_key)
    kept_key = kept_key[order]
    weight = pairs["match_weight"].to_numpy()[order] - np.log2(threshold / (1 - threshold))
    probability = pairs["match_probability"].to_numpy()[order]
    left, right = left[order], right[order]

    def kept_values(a: Ints, b: Ints) -> tuple[npt.NDArray[np.bool_], Array, Array]:
        """Whether each pair was kept, its weight over the threshold, and its probability."""
        if not len(kept_key):
            return np.zeros(len(a), bool), np.zeros(len(a)), np.zeros(len(a))
        at = np.minimum(np.searchsorted(kept_key, a * n + b), len(kept_key) - 1)
        return kept_key[at] == a * n + b, weight[at], probability[at]

    parts = []
    # Linked pairs.
    a, b = _in_order(*(x.astype(np.int64) for x in pairs_of_blocks(cluster, n)[:2]))
    held, bits, p = kept_values(a, b)
    same = cluster[left] == cluster[right]
    counts = np.bincount(cluster[left[same]], minlength=n)
    mean = np.bincount(cluster[left[same]], weights=probability[same], minlength=n) / np.maximum(counts, 1)
    implied = mean[cluster[a]]
    stratum = np.where(held, np.digitize(bits, _LINKED_BITS), 6 + np.digitize(implied, _IMPLIED))
    parts.append((a, b, np.where(held, p, implied), stratum, np.ones(len(a))))
    # Pairs between clusters that a kept pair connects.
    ends = np.sort(np.stack([cluster[left[~same]], cluster[right[~same]]]), axis=0)
    key, place = np.unique(ends[0] * n + ends[1], return_inverse=True)
    best = np.zeros(len(key))
    np.maximum.at(best, place, probability[~same])
    a, b, of = _between(cluster, *np.divmod(key, max(1, n)))
    held, bits, p = kept_values(a, b)
    beside = best[of]
    stratum = 9 + np.where(held, np.digitize(bits, _KEPT_BITS), 4 + np.digitize(beside, _BESIDE))
    parts.append((a, b, np.where(held, p, BESIDE * beside), stratum, np.ones(len(a))))
    # Compared pairs that nothing else connects.
    a, b = _in_order(*places_of(unlikely, links))
    ends = np.sort(np.stack([cluster[a], cluster[b]]), axis=0)
    alone = (ends[0] != ends[1]) & ~np.isin(ends[0] * n + ends[1], key)
    band = np.digitize(unlikely["match_weight"].to_numpy(), BANDS[:-1])
    columns = (a, b, unlikely["match_probability"].to_numpy(), 16 + band, unlikely["stands_for"].to_numpy())
    parts.append(tuple(column[alone] for column in columns))

    left, right, expected, stratum, stands_for = (np.concatenate(c) for c in zip(*parts, strict=True))
    present, stratum = np.unique(stratum, return_inverse=True)
    names = _names()
    return Frame(
        rows=links.select(["source", "record_id", "person"]),
        left=left,
        right=right,
        linked=cluster[left] == cluster[right],
        expected=expected,
        stratum=stratum,
        strata=tuple(names[i] for i in present),
        stands_for=stands_for,
    )


def doubtful(expected: Array, linked: npt.NDArray[np.bool_]) -> Array:
    """Return what is expected of pairs by somebody who does not take the model at its word where it is sure.

    Of linked pairs at least one in fifty is expected to be wrong; of others, one in ten thousand to be a match.
    """
    return np.asarray(np.maximum(np.where(linked, np.minimum(expected, LINKED_MOST), expected), UNLINKED_LEAST))


def _names() -> list[str]:
    """Name every stratum, in the order of their numbers."""
    linked = [f"linked, {words} over the threshold" for words in _ranges(_LINKED_BITS, "bits")]
    implied = [f"linked through others, whose pairs are likely by {w} on average" for w in _ranges(_IMPLIED, "")]
    kept = [f"not linked, {words} over the threshold" for words in _ranges(_KEPT_BITS, "bits")]
    beside = [f"between clusters that a pair likely by {words} connects" for words in _ranges(_BESIDE, "")]
    edges = sorted(b for b in BANDS if np.isfinite(b))
    far = [f"compared and unlikely, {words}" for words in _ranges(tuple(edges), "bits")]
    return [*linked, *implied, *kept, *beside, *reversed(far)]


def _ranges(edges: tuple[float, ...], unit: str) -> list[str]:
    texts = [f"{e:g}" for e in edges]
    inner = [f"{low} to {high}" for low, high in pairwise(texts)]
    return [f"{words} {unit}".strip() for words in (f"under {texts[0]}", *inner, f"{texts[-1]} or more")]


def _in_order(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    return np.minimum(left, right), np.maximum(left, right)


def _between(cluster: Ints, a: Ints, b: Ints) -> tuple[Ints, Ints, Ints]:
    """Return all pairs of a row of cluster ``a[i]`` and a row of cluster ``b[i]``, and ``i``."""
    order = np.argsort(cluster, kind="stable")
    sizes = np.bincount(cluster)
    starts = np.cumsum(sizes) - sizes
    many = sizes[a] * sizes[b]
    of = np.repeat(np.arange(len(a)), many)
    step = np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
    from_a, from_b = np.divmod(step, np.maximum(1, sizes[b[of]]))
    left, right = _in_order(order[starts[a[of]] + from_a], order[starts[b[of]] + from_b])
    return left, right, of
