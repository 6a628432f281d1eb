"""How wide the intervals are that clerical labels give, and how often they hold the truth.

Takes a linked folder and its truth, which answers in place of people; prints, for several numbers of labels, the mean
estimate, its bias and standard deviation, the mean width of the 95% interval, and how often the truth was in it.

    python -m benchmarks.labels DIR --truth FILE [--draws 200]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa

from insighthub.linkage.labels.estimate import Answers, estimate
from insighthub.linkage.labels.frame import Frame
from insighthub.linkage.labels.pair_file import places_of
from insighthub.linkage.labels.plan import draw
from insighthub.linkage.labels.run_folder import read_frame
from insighthub.linkage.truth import read_truth

NUMBERS = (150, 300, 600, 1200)


def matches(frame: Frame, truth_file: Path) -> np.ndarray:
    """Return whether each pair of the frame is one person, shape (pairs,)."""
    truth = read_truth(truth_file)
    entity = np.asarray(truth["entity_id"].combine_chunks().dictionary_encode().indices)
    # Each linked row beside itself, to find it in the truth.
    ends = {f"{name}_{side}": frame.rows[name] for side in "lr" for name in ("source", "record_id", "person")}
    place, _ = places_of(pa.table(ends), truth)
    if (place < 0).any():
        raise SystemExit("The truth does not name every linked record.")
    return np.asarray(entity[place[frame.left]] == entity[place[frame.right]], float)


def main() -> None:
    """Draw, let the truth answer, estimate, many times over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--truth", type=Path, required=True, metavar="FILE")
    parser.add_argument("--draws", type=int, default=200)
    options = parser.parse_args()
    frame = read_frame(options.directory)
    match = matches(frame, options.truth)
    weight, linked = frame.stands_for, frame.linked
    both, links, true = (float((weight * x).sum()) for x in (match * linked, linked, match))
    truths = {"precision": both / links, "recall": both / true, "F1": 2 * both / (links + true)}
    print(f"{'labels':>6}  {'figure':<9}  {'truth':>6}  {'mean':>6}  {'sd':>6}  {'width':>6}  {'held':>5}")
    for labels in NUMBERS:
        found = []
        for seed in range(options.draws):
            plan = draw(frame, labels, seed=seed)
            at, stratum = plan.chosen, frame.stratum[plan.chosen]
            scores = estimate(Answers(match[at], linked[at], stratum, plan.sizes[stratum], frame.expected[at])).scores
            found.append([(s.value, s.low, s.high) for s in (scores.precision, scores.recall, scores.f1)])
        every = np.array(found)
        for k, (name, value) in enumerate(truths.items()):
            estimates, low, high = every[:, k].T
            held = float(((low <= value) & (value <= high)).mean())
            width = float((high - low).mean())
            print(
                f"{labels:>6}  {name:<9}  {value:6.4f}  {estimates.mean():6.4f}  {estimates.std():6.4f}  {width:6.4f}  "
                f"{held:5.3f}"
            )


if __name__ == "__main__":
    main()
