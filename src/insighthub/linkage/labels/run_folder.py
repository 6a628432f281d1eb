"""Labels and the output folder of a run: a sheet to be filled in, and what the filled sheet says of the links.

Takes the folder that ``insighthub link`` wrote; gives a sheet of pairs, or the estimate from labels. Only labels that
were drawn count in an estimate: pairs that somebody chose to look at, because they looked odd or came up for review,
are not like the others, and would bend it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from insighthub.errors import DataError, RunError
from insighthub.linkage.labels.estimate import Answers, Estimate, estimate
from insighthub.linkage.labels.frame import Frame, sampling_frame
from insighthub.linkage.labels.labels_file import answers_of, drawn_rows, read_labels
from insighthub.linkage.labels.pair_file import REFERENCES, places_of
from insighthub.linkage.labels.plan import draw, sheet, stratum_code
from insighthub.linkage.labels.teach import to_review


@dataclass(frozen=True)
class StratumCount:
    """What a stratum is, how many pairs it stands for, and how many are asked about."""

    code: str
    words: str
    pairs: int
    labels: int


@dataclass(frozen=True)
class LabelledEstimate:
    """An estimate, and what became of the labels.

    Attributes:
        estimate: precision, recall and F1 with intervals.
        unused: labels on pairs that were not drawn, and so count for nothing here.
        gone: drawn pairs one of whose records is no longer in the links; they count as unanswered.
    """

    estimate: Estimate
    unused: int
    gone: int


def read_frame(directory: Path) -> Frame:
    """Return the pairs of a run that labels are drawn from.

    Raises:
        DataError: the run linked nothing, or is of a version that wrote no ``unlikely_pairs.parquet``.
    """
    path = directory / "unlikely_pairs.parquet"
    if not path.is_file():
        raise DataError("this run is of an earlier version", remedy="Run insighthub link again", file=path)
    model = json.loads((directory / "model.json").read_text(encoding="utf-8"))
    frame = sampling_frame(
        pq.read_table(directory / "links.parquet"),
        pq.read_table(directory / "pairs.parquet", columns=[*REFERENCES, "match_weight", "match_probability"]),
        pq.read_table(path),
        threshold=float(model["settings"]["threshold"]),
    )
    if not len(frame.left):
        raise DataError("this run compared no pairs", remedy="There is nothing to sample", file=directory)
    return frame


def sample_sheet(directory: Path, pairs: int, *, seed: int) -> tuple[pa.Table, tuple[StratumCount, ...]]:
    """Draw pairs to be judged from a run.

    Args:
        directory: the output folder of ``insighthub link``.
        pairs: how many to draw.
        seed: another seed draws other pairs.

    Returns:
        The sheet, and what it was drawn from.
    """
    frame = read_frame(directory)
    plan = draw(frame, pairs, seed=seed)
    table = sheet(frame, plan)
    counts = zip(frame.strata, plan.sizes, plan.labels, strict=True)
    return table, tuple(
        StratumCount(stratum_code(i), words, round(float(size)), int(labels))
        for i, (words, size, labels) in enumerate(counts)
    )


def teaching_sheet(directory: Path, pairs: int) -> pa.Table:
    """Choose the pairs of a run whose labels teach most, as a sheet; see ``to_review``.

    Args:
        directory: the output folder of ``insighthub link``.
        pairs: how many to choose.
    """
    links = pq.read_table(directory / "links.parquet")
    table = to_review(links, pq.read_table(directory / "pairs.parquet"), pairs)
    if not table.num_rows:
        raise DataError("this run found no likely pairs", remedy="There is nothing to ask about", file=directory)
    empty = pa.array([""] * table.num_rows, pa.string())
    for name in ("label", "stratum", "stratum_pairs", "inclusion_probability"):
        table = table.append_column(name, empty)
    return table


def write_sheet(table: pa.Table, path: Path) -> None:
    """Write a sheet as CSV.

    Raises:
        RunError: there is such a file already, which somebody may have filled in; or it cannot be written.
    """
    try:
        with path.open("xb") as handle:
            csv.write_csv(table, handle, csv.WriteOptions(quoting_style="needed"))
    except FileExistsError:
        raise RunError(
            "there is such a file already, and it may hold labels", remedy="Choose another name", file=path
        ) from None
    except OSError as error:
        raise RunError(
            f"the sheet cannot be written ({(error.strerror or type(error).__name__).lower()})",
            remedy="Check that the folder is there, and that you may write in it",
            file=path,
        ) from error


def evaluate_labels(directory: Path, path: Path) -> LabelledEstimate:
    """Estimate precision, recall and F1 of a run from a file of labels.

    Args:
        directory: the output folder of ``insighthub link``.
        path: a sheet of ``insighthub sample``, filled in; of this run, or of an earlier one on the same records.

    Raises:
        DataError: the file cannot be used, or none of its labels was drawn.
    """
    labels = read_labels(path)
    drawn, size = drawn_rows(labels, path)
    answer = answers_of(labels)
    if not (drawn & ~np.isnan(answer)).any():
        raise DataError(
            "no label stands on a pair that was drawn",
            remedy="Fill in the sheet of insighthub sample, and leave its columns as they are",
            file=path,
            column="inclusion_probability",
        )
    unused = int((~np.isnan(answer) & ~drawn).sum())
    labels, answer = labels.filter(pa.array(drawn)), answer[drawn]
    frame = read_frame(directory)
    left, right = places_of(labels, frame.rows)
    there = (left >= 0) & (right >= 0)
    at = frame.places(left, right)
    inside = at >= 0
    _, stratum = np.unique(labels["stratum"].to_numpy(), return_inverse=True)
    found = Answers(
        match=np.where(there, answer, np.nan),
        linked=inside & frame.linked[at],
        stratum=stratum,
        stratum_pairs=size[drawn],
        expected=np.where(inside, frame.expected[at], 0.0),
    )
    return LabelledEstimate(estimate(found), unused, int((~there & ~np.isnan(answer)).sum()))
