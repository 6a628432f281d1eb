"""How good the peer is at its best: the threshold that the truth would pick, which no user could know.

Takes a ``PeerResult`` and a truth, gives scores at a threshold, and the best threshold over a grid of match weights.
Scores are cluster-implied: a pair counts as found where both records are in one cluster, whether or not it was ever
compared. F1 at the best threshold flatters the peer, and is meant to: it is the figure to beat.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.errors import DataError
from insighthub.peer.result import Labels, PeerResult

#: Match weights (bits) that are tried: each half bit, from odds of 1 in 1,000 to far beyond certainty.
GRID = tuple(np.arange(-10.0, 60.25, 0.5).tolist())

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PeerScores:
    """Cluster-implied pairwise scores, and B-cubed ones (averaged over records), as fractions."""

    precision: float
    recall: float
    f1: float
    b_cubed_precision: float
    b_cubed_recall: float
    b_cubed_f1: float


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _pairs(sizes: Codes) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def score(cluster: Codes, entity: Codes) -> PeerScores:
    """Score one clustering: two equally long arrays, a cluster and a true entity for every record.

    With no pair found precision is 1, with no true pair recall is 1. B-cubed: Bagga and Baldwin 1998.
    """
    _, cluster = np.unique(cluster, return_inverse=True)
    _, entity = np.unique(entity, return_inverse=True)
    cluster_size = np.bincount(cluster)
    entity_size = np.bincount(entity)
    both, shared = np.unique(cluster.astype(np.int64) * (int(entity.max()) + 1) + entity, return_counts=True)
    in_cluster = cluster_size[both // (int(entity.max()) + 1)]
    in_entity = entity_size[both % (int(entity.max()) + 1)]
    agreed, found, true = _pairs(shared), _pairs(cluster_size), _pairs(entity_size)
    precision = agreed / found if found else 1.0
    recall = agreed / true if true else 1.0
    b_precision = float((shared * shared / in_cluster).sum() / len(cluster))
    b_recall = float((shared * shared / in_entity).sum() / len(cluster))
    return PeerScores(precision, recall, _f1(precision, recall), b_precision, b_recall, _f1(b_precision, b_recall))


@dataclass(frozen=True)
class _Known:
    """The truth's records: where each is in the peer's table (-1 where it was not linked), and its entity code."""

    at: Codes
    entity: Codes

    def score(self, labels: Labels) -> PeerScores:
        cluster = np.where(self.at >= 0, labels[self.at], -1).astype(np.int64)
        alone = self.at < 0  # a record that was not linked is a cluster of its own, as in the project's evaluation
        cluster[alone] = int(labels.max()) + 1 + np.arange(int(alone.sum()))
        return score(cluster, self.entity)


def _known(records: pa.Table, truth: pa.Table) -> _Known:
    keys = ["source", "record_id", "person"]
    person = truth["person"] if "person" in truth.column_names else pa.array([1] * truth.num_rows)
    _, entity = np.unique(truth["entity_id"].to_numpy(zero_copy_only=False), return_inverse=True)
    rows = pa.table(
        {
            "source": truth["source"].cast(pa.string()),
            "record_id": truth["record_id"].cast(pa.string()),
            "person": person.cast(pa.int32()),
            "entity": pa.array(entity.astype(np.int64)),
        }
    )
    places = records.select(keys).append_column("at", pa.array(np.arange(records.num_rows)))
    joined = rows.join(places, keys=keys, join_type="left outer")
    at = pc.fill_null(joined["at"], -1).to_numpy()
    if (at < 0).all():
        raise DataError("the truth names none of the records that were linked", remedy="Check its source and record_id")
    return _Known(at, joined["entity"].to_numpy())


def score_at(result: PeerResult, truth: pa.Table, threshold: float) -> PeerScores:
    """Score the clusters at a match weight (bits), over the records of the truth.

    Args:
        result: the peer's predictions.
        truth: source, record_id, entity_id, and person where records are joint.
        threshold: match weight in bits.

    Raises:
        DataError: no record is in the truth.
    """
    return _known(result.records, truth).score(result.labels_at(threshold))


def best_threshold(result: PeerResult, truth: pa.Table, weights: Iterable[float] = GRID) -> tuple[float, PeerScores]:
    """Return the match weight on the grid with the highest pairwise F1, and its scores; ties go to the lowest weight.

    Raises:
        DataError: no record is in the truth.
    """
    known = _known(result.records, truth)
    tried = [(w, known.score(result.labels_at(w))) for w in weights]
    return max(tried, key=lambda t: (t[1].f1, -t[0]))
