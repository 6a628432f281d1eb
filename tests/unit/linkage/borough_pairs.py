"""A small borough, linked, with the truth of every pair that labels are drawn from, and labels put to the proof."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insighthub.linkage.blocking.blocks import pairs_of_blocks
from insighthub.linkage.engine import link_records
from insighthub.linkage.evaluate import evaluate_links
from insighthub.linkage.labels.frame import Frame, sampling_frame
from insighthub.linkage.labels.pair_file import REFERENCES, places_of
from insighthub.linkage.labels.plan import draw, sheet
from insighthub.linkage.labels.run_folder import read_frame
from insighthub.linkage.labels.teach import to_review
from insighthub.linkage.result import LinkResult
from insighthub.pipeline import other_kinds, standardised
from insighthub.sources.contract import load_contract


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
            "LEFT JOIN truth USING (source, record_id, person) ORDER BY place"
        ).to_arrow_table()
    assert found.num_rows == rows.num_rows
    return found["e"].to_numpy()


def labels_table(pairs, match):
    """Labels on pairs, as ``read_labels`` gives them."""
    kept = {n: pairs[n] for n in pairs.column_names if n != "label"}
    text = {n: c if n.startswith("person_") else pc.cast(c, pa.string()) for n, c in kept.items()}
    return pa.table({**text, "label": pa.array(np.where(match, "match", "not"))})


@dataclass(frozen=True)
class Trial:
    """Records with their truth, linked without labels, and a way to link them with labels."""

    records: pa.Table
    truth: pa.Table
    options: dict
    base: LinkResult

    @classmethod
    def of(cls, contract_path, truth_path):
        contract = load_contract(contract_path)
        records = standardised(contract_path)
        options = {
            "single_sources": [s.name for s in contract.source if s.one_record_per_person],
            "other_kinds": other_kinds(contract),
        }
        return cls(records, pq.read_table(truth_path), options, link_records(records, **options))

    def rows(self):
        links = self.base.links
        return links.filter(pc.is_valid(links["cluster_id"])).select(["source", "record_id", "person"])

    def answered(self, pairs, *, wrong=0.0):
        """Labels as somebody who knows would give them, but for a share of slips."""
        entity = entities(self.rows(), self.truth)
        left, right = places_of(pairs, self.rows())
        slips = np.random.Generator(np.random.PCG64(4)).random(len(left)) < wrong
        return labels_table(pairs, (entity[left] == entity[right]) ^ slips)

    def f1(self, result):
        return evaluate_links(result.links, self.truth).pairwise.f1.value

    def unlabelled_f1(self, result, labels):
        """F1 over all pairs but those that look, at every comparison, like a labelled one."""
        rows = self.rows()
        n = rows.num_rows
        shown = shown_by(self.base, rows) | shown_by(result, rows)
        labelled = set(pair_keys(labels, rows).tolist())
        known = {shown[key] for key in labelled & shown.keys()}
        out = labelled | {key for key, look in shown.items() if look in known}
        links = result.links.filter(pc.is_valid(result.links["cluster_id"]))
        cluster = links["cluster_id"].combine_chunks().dictionary_encode().indices.to_numpy()
        found, true = (
            left.astype(np.int64) * n + right
            for left, right, *_ in (pairs_of_blocks(k, n) for k in (cluster, entities(rows, self.truth)))
        )
        skip = np.array(sorted(out), np.int64)
        found, true = (keys[~np.isin(keys, skip)] for keys in (found, true))
        return 2 * np.isin(found, true).sum() / (len(found) + len(true))

    def unlabelled_weights(self, result, labels):
        """The weights of the pairs that look like no labelled one, by pair."""
        rows = self.rows()
        shown = shown_by(self.base, rows) | shown_by(result, rows)
        known = {shown[key] for key in pair_keys(labels, rows).tolist() if key in shown}
        weights = zip(pair_keys(result.pairs, rows).tolist(), result.pairs["match_weight"].to_pylist(), strict=True)
        return {key: weight for key, weight in weights if shown[key] not in known}


def shown_by(result, rows):
    """The levels of each pair that a run wrote."""
    levels = [name for name in result.pairs.column_names if name.startswith("level_")]
    looks = zip(*(result.pairs[name].to_pylist() for name in levels), strict=True)
    return dict(zip(pair_keys(result.pairs, rows).tolist(), looks, strict=True))


def pair_keys(pairs, rows):
    """One number for each pair."""
    left, right = places_of(pairs.select(list(REFERENCES)), rows)
    return np.minimum(left, right) * rows.num_rows + np.maximum(left, right)


def assert_labels_do_no_harm(trial, number, wrong, *, tolerance=0.001):
    """Labels that teach most, and labels that were drawn, make nothing worse where none is, nor on the whole."""
    base = trial.base
    frame = sampling_frame(base.links, base.pairs, base.unlikely, threshold=base.threshold)
    for pairs in (to_review(base.links, base.pairs, number), sheet(frame, draw(frame, number, seed=3))):
        labels = trial.answered(pairs, wrong=wrong)
        after = link_records(trial.records, labels=labels, **trial.options)
        assert after.taught.labels == labels.num_rows
        assert trial.unlabelled_f1(after, labels) >= trial.unlabelled_f1(base, labels) - tolerance
        assert trial.f1(after) >= trial.f1(base) - tolerance
