"""What a run of the peer gives: scored pairs, and the clusters they imply at any threshold.

Takes pairs of record positions with match weights, gives clusters as connected components, which is what Splink's
own ``cluster_pairwise_predictions_at_threshold`` computes (a test holds the two together). It is done here with scipy
so that a hundred thresholds can be tried on the same predictions without a hundred runs of Splink's SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

Labels = npt.NDArray[np.int32]


@dataclass(frozen=True)
class PeerResult:
    """Splink's predictions over a table of records.

    records: source, record_id, person; the rows that pairs refer to, by position.
    pairs: left and right (int64 positions in records), match_weight (bits), match_probability; None where they were
        not asked for, and then only Splink's own clusters are there.
    clusters: Splink's own clusters at the threshold it was asked for (source, record_id, person, cluster_id), or None.
    seconds: wall seconds by phase: load, train, predict, cluster.
    notes: training passes that Splink could not do on this data, in its own words.
    """

    records: pa.Table
    pairs: pa.Table | None
    clusters: pa.Table | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @cached_property
    def _forest(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Return the edges of a maximum spanning forest: components at any threshold are the same on it."""
        if self.pairs is None:
            raise ValueError("this run kept no pairs, so no other threshold can be tried")
        left = self.pairs["left"].to_numpy()
        right = self.pairs["right"].to_numpy()
        weight = self.pairs["match_weight"].to_numpy().astype(np.float64)
        if not len(weight):
            return left, right, weight
        # The tree is a minimum one, and a cost of zero means no edge, so costs start at 1 for the heaviest weight.
        cost = coo_array((weight.max() - weight + 1.0, (left, right)), shape=(self.records.num_rows,) * 2)
        tree = minimum_spanning_tree(cost.tocsr()).tocoo()
        return tree.row.astype(np.int64), tree.col.astype(np.int64), weight.max() + 1.0 - tree.data

    def labels_at(self, threshold: float) -> Labels:
        """Return a cluster number for every record, joining pairs with at least this match weight (bits)."""
        left, right, weight = self._forest
        keep = weight >= threshold - 1e-9
        ones = np.ones(int(keep.sum()), np.int8)
        graph = coo_array((ones, (left[keep], right[keep])), shape=(self.records.num_rows,) * 2)
        return np.asarray(connected_components(graph, directed=False)[1], np.int32)

    def clusters_at(self, threshold: float) -> pa.Table:
        """Return links at a match weight: source, record_id, person, cluster_id (string)."""
        labels = pa.array(self.labels_at(threshold)).cast(pa.string())
        return self.records.select(["source", "record_id", "person"]).append_column("cluster_id", labels)


def weight_of(probability: float) -> float:
    """Return the match weight (log2 odds) of a match probability strictly between 0 and 1."""
    return float(np.log2(probability / (1 - probability)))
