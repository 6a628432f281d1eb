"""A small borough, linked, with the truth of every pair that labels are drawn from."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq

from insighthub.linkage.labels.frame import Frame
from insighthub.linkage.labels.run_folder import read_frame


@dataclass(frozen=True)
class Known:
    """A linked folder, its sampling frame, and whether each pair of it is really one person."""

    folder: Path
    frame: Frame
    match: np.ndarray

    @classmethod
    def of(cls, folder, truth_path):
        frame = read_frame(folder)
        entity = entities(frame.rows, pq.read_table(truth_path))
        return cls(folder, frame, (entity[frame.left] == entity[frame.right]).astype(float))

    def true_scores(self):
        """Precision, recall and F1 in the frame, each pair counting as often as it stands for others."""
        weight, linked = self.frame.stands_for, self.frame.linked
        both = (weight * self.match * linked).sum()
        links, matches = (weight * linked).sum(), (weight * self.match).sum()
        return both / links, both / matches, 2 * both / (links + matches)


def entities(rows, truth):
    """Number the person of each row."""
    with duckdb.connect() as db:
        db.register("rows_", rows.append_column("place", [np.arange(rows.num_rows)]))
        db.register("truth", truth)
        found = db.sql(
            "SELECT dense_rank() OVER (ORDER BY entity_id) AS e FROM rows_ "
            "JOIN truth USING (source, record_id, person) ORDER BY place"
        ).to_arrow_table()
    assert found.num_rows == rows.num_rows
    return found["e"].to_numpy()
