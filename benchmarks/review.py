"""How well, and how fast, a hub is reviewed, when the truth answers in place of reviewers.

Takes a hub that has run and its truth; works on a copy of what it needs. Prints

- how often the intervals of precision and recall hold the truth, over many draws, however many of those drawn are
  answered;
- precision, recall and F1 before and after a run that learns anew with the teaching sample's labels, if asked to;
- how long it takes to draw, to open the queue, to show a pair and a cluster, and to draw their figures.

    python -m benchmarks.review HOME --truth FILE [--draws 200] [--teach 200]
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from sqlalchemy import update

from benchmarks.labels import matches
from insighthub.hub import Hub
from insighthub.linkage.evaluate import evaluate_judged
from insighthub.linkage.judged import judge
from insighthub.linkage.labels.estimate import Answers, estimate
from insighthub.linkage.labels.frame import sampling_frame
from insighthub.linkage.labels.plan import draw
from insighthub.review.draw import linked_rows
from insighthub.review.estimates import answers_to_halve
from insighthub.review.tables import review_item
from insighthub.runs.begin import Asked
from insighthub.store.tables import arrow, rows

GIVEN = (150, 300, 600, 1200)
SHOWN = 60
_LINKS = "SELECT source, record_id, person, resident_id AS cluster_id FROM membership ORDER BY ALL"


def coverage(hub: Hub, truth: Path, draws: int) -> None:
    """Draw many samples, and answer the first so many pairs of each."""
    opened = hub.review._releases.of(str(hub.releases.current()))
    every = opened.model.everything()
    with opened.db.cursor() as db:
        frame = sampling_frame(
            linked_rows(db, every), every.kept, every.unlikely, threshold=opened.model.learned.threshold
        )
    match = matches(frame, truth)
    weight, linked = frame.stands_for, frame.linked
    both, links, true = (float((weight * x).sum()) for x in (match * linked, linked, match))
    truths = {"precision": both / links, "recall": both / true}
    print(f"{'answered':>8}  {'figure':<9}  {'truth':>6}  {'mean':>6}  {'within':>6}  {'held':>5}  {'to halve':>8}")
    for given in GIVEN:
        found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in truths}
        halve: dict[str, list[int]] = {name: [] for name in truths}
        for seed in range(draws):
            plan = draw(frame, GIVEN[-1], seed=seed)
            at, stratum = plan.chosen, frame.stratum[plan.chosen]
            said = np.where(np.arange(len(at)) < given, match[at], np.nan)
            answers = Answers(said, linked[at], stratum, plan.sizes[stratum], frame.expected[at])
            scores = estimate(answers).scores
            for name, score in (("precision", scores.precision), ("recall", scores.recall)):
                found[name].append((score.value, score.low, score.high))
            if seed < 20:
                for name, more in zip(truths, answers_to_halve(answers), strict=True):
                    halve[name] += [] if more is None else [more]
        for name, value in truths.items():
            mean, low, high = np.array(found[name]).T
            held = float(((low <= value) & (value <= high)).mean())
            half, more = float((high - low).mean() / 2), np.median(halve[name]) if halve[name] else np.nan
            print(f"{given:>8}  {name:<9}  {value:6.4f}  {mean.mean():6.4f}  {half:6.4f}  {held:5.3f}  {more:8.0f}")


def scores_of(hub: Hub, truth: Path) -> str:
    """Return how good the published release's links are."""
    with hub.release() as db:
        found = evaluate_judged(judge(arrow(db, _LINKS), pq.read_table(truth))).pairwise
    return f"{found.precision.value:.4f}  {found.recall.value:.4f}  {found.f1.value:.4f}"


def teaching(hub: Hub, truth: Path, number: int) -> None:
    """Learn anew without labels and with those of the teaching sample."""
    table = pq.read_table(truth)
    keys = zip(*(table[name].to_pylist() for name in ("source", "record_id", "person")), strict=True)
    entity = dict(zip(keys, table["entity_id"].to_pylist(), strict=True))
    with hub.release() as db:
        day = rows(db, "SELECT max(as_of) FROM run")[0][0]
    hub.run(Asked(as_of=day, relearn=True))
    print(f"\nlearned           precision  recall  F1\nwithout labels       {scores_of(hub, truth)}")
    hub.review.draw(measure=0, teach=number, check=0)
    with hub.state.write() as connection:
        connection.execute(update(review_item).values(twice=False))
    for item in hub.review.queue("truth", purpose="teach", limit=number).items:
        is_one = entity[tuple(item.left)] == entity[tuple(item.right)]
        hub.review.answer(item.item_id, "match" if is_one else "not", by="truth")
    hub.run(Asked(as_of=day, relearn=True))
    print(f"with {number:>4} labels     {scores_of(hub, truth)}")


def speed(hub: Hub) -> None:
    """Time what a reviewer waits for."""
    start = time.perf_counter()
    counts = hub.review.draw()
    print(f"\ndraw, {sum(counts.values())} items: {time.perf_counter() - start:.1f} s")
    hub.review.close()
    items = hub.review.queue("ann", limit=2000).items
    pairs = [i for i in items if i.kind == "pair" and i.purpose != "measure"][:SHOWN]
    clusters = [i for i in items if i.kind == "cluster"][:SHOWN]
    hub.review.cluster(clusters[0].item_id).drawings()  # opened once, for all
    views: dict[str, Callable[[Any], Any]] = {
        "the queue": lambda _: hub.review.queue("ann"),
        "a pair, with its evidence": lambda item: hub.review.pair(item.item_id, "ann"),
        "a cluster of 4 to 40 records": lambda item: hub.review.cluster(item.item_id),
        "the live estimate": lambda _: hub.review.estimate(),
        "the next item": lambda _: hub.review.take("ann"),
    }
    for name, view in views.items():
        _print_times(name, view, clusters if "cluster" in name else pairs)
    for item in pairs[:20]:
        hub.review.drawings(item.item_id, "ann")
    _print_times("figures that were drawn ahead", lambda item: hub.review.drawings(item.item_id, "ann"), pairs[:20])
    shown = [hub.review.pair(item.item_id, "ann") for item in pairs[:20]]
    _print_times("a pair's figures drawn", lambda view: view.drawings(), shown)
    _print_times(
        "a cluster's figures drawn", lambda view: view.drawings(), [hub.review.cluster(clusters[0].item_id)] * 10
    )


def _print_times(name: str, function: Callable[[Any], Any], over: Sequence[Any]) -> None:
    took = []
    for each in over:
        start = time.perf_counter()
        function(each)
        took.append((time.perf_counter() - start) * 1000)
    print(f"{name:<30} p50 {np.percentile(took, 50):6.1f}  p95 {np.percentile(took, 95):6.1f} ms")


def main() -> None:
    """Copy what is needed, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path, metavar="HOME")
    parser.add_argument("--truth", type=Path, required=True, metavar="FILE")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--teach", type=int, default=0)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        home = Path(folder) / "hub"
        shutil.copytree(options.home, home)
        with Hub(home) as hub:
            coverage(hub, options.truth, options.draws)
            speed(hub)
            if options.teach:
                teaching(hub, options.truth, options.teach)


if __name__ == "__main__":
    main()
