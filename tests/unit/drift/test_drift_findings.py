"""What is said to have changed between two runs that differ in one thing, and what is not."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insighthub.drift.churn import churn
from insighthub.drift.compare import compare_runs, summary, write_drift
from insighthub.drift.finding import ACT, LOOK
from insighthub.errors import DataError
from insighthub.store.output_folder import output_folder

PEOPLE = 200


def interval(value, room=0.005):
    return {"value": value, "low": value - room, "high": value + room}


def evaluation(recall=0.95, male=0.05):
    scores = {"precision": interval(0.97), "recall": interval(recall), "f1": interval(0.96)}

    def group(name, missed):
        rate = {"rate": interval(missed), "rest": 0.05, "differs": None}
        return {"group": name, "people": 90, "records": 200, "missed": rate, "false": None, "wrong": None}

    return {
        "pairwise": scores,
        "b_cubed": scores,
        "groups": [{"by": "sex", "groups": [group("female", 0.05), group("male", male)], "hidden": 0}],
        "households": {"households": 90, "merged": 1, "rate": interval(0.01)},
        "calibration": None,
    }


class Run:
    """A small run of two sources, two records a person, which a test changes before it is written."""

    def __init__(self):
        self.links = [(s, f"{s}{n}", f"c{n}") for n in range(PEOPLE) for s in ("a", "b")]
        self.quarantine = [("a", "no record id")] * 2
        self.levels = [0] * 150 + [1] * 50
        self.weights = [10.0] * 150 + [3.0] * 50
        self.known = {"a": PEOPLE, "b": PEOPLE}
        self.evaluation = None
        self.model = {
            "version": "1",
            "data": {"rows": 2 * PEOPLE},
            "classes": {"match": 0.0025, "family": 0.001, "unrelated": 0.9965},
            "comparisons": [
                {"name": "given_name", "levels": ["same", "different"], "m": [0.9, 0.1], "u": [0.01, 0.99]}
            ],
        }

    def write(self, out):
        with output_folder(out) as folder:
            self._write(folder)
        return out

    def _write(self, folder):
        source, record_id, cluster = zip(*self.links, strict=True)
        keys = {"source": source, "record_id": record_id, "person": pa.array([1] * len(source), pa.int32())}
        pq.write_table(pa.table(keys | {"cluster_id": pa.array(cluster, pa.string())}), folder / "links.parquet")
        pairs = {"match_weight": self.weights, "level_given_name": pa.array(self.levels, pa.int8())}
        pq.write_table(pa.table(pairs), folder / "pairs.parquet")
        held = {"source": [s for s, _ in self.quarantine], "reason": [r for _, r in self.quarantine]}
        pq.write_table(pa.table(held), folder / "quarantine.parquet")
        bands, seen = [], dict.fromkeys(self.known, 0)
        for s in source:
            seen[s] = seen.get(s, 0) + 1
            bands.append("25 to 44" if seen[s] <= self.known.get(s, 0) else None)
        some = pa.array(["IG21"] * len(source))
        groups = keys | {"sex": some, "age_band": pa.array(bands, pa.string()), "area": some}
        pq.write_table(pa.table(groups), folder / "groups.parquet")
        (folder / "model.json").write_text(json.dumps(self.model), encoding="utf-8")
        if self.evaluation is not None:
            (folder / "evaluation.json").write_text(json.dumps(self.evaluation), encoding="utf-8")


@pytest.fixture
def drift_of(tmp_path):
    """Write a run as it is and as a change makes it; give the findings as (severity, sentence)."""

    def run(change, before=lambda _: None):
        one, other = Run(), Run()
        before(one)
        change(other)
        found = compare_runs(one.write(tmp_path / "before"), other.write(tmp_path / "after"))
        return [(f.severity, f.sentence) for f in found.findings]

    return run


def test_the_same_run_has_not_changed(drift_of):
    assert drift_of(lambda _: None) == []
    assert summary(()) == "Nothing changed past a threshold"


def test_rows_that_are_missing(drift_of):
    def fewer(run):
        run.links = [row for n, row in enumerate(run.links) if row[0] == "b" or n % 6]

    found = drift_of(fewer)
    assert (ACT, "a landed 133 rows, 33.5% fewer than before") in found


def test_a_source_that_is_gone(drift_of):
    def gone(run):
        run.links = [(s, r, c) for s, r, c in run.links if s == "a"]

    assert (ACT, "b is no longer among the sources") in drift_of(gone)


def test_a_field_that_went_empty(drift_of):
    assert drift_of(lambda run: run.known.update(b=20)) == [
        (ACT, "b: persons whose age is known fell from 100.0% to 10.0%")
    ]


def test_quarantine_that_rose(drift_of):
    def more(run):
        run.quarantine += [("b", "too few cells")] * 40

    assert drift_of(more) == [(ACT, "b: rows quarantined rose from 0.0% to 16.7%")]


def test_records_that_are_never_linked(drift_of):
    def unlinked(run):
        run.links = [(s, r, None if s == "b" and n < 40 else c) for n, (s, r, c) in enumerate(run.links)]

    found = drift_of(unlinked)
    assert (ACT, "b: persons kept but never linked rose from 0.0% to 10.0%") in found
    assert (ACT, "a: records linked to another fell from 100.0% to 90.0%") in found


def test_links_that_came_and_went(drift_of):
    def apart(run):
        run.links = [(s, r, f"{c}x" if s == "b" and n < 12 else c) for n, (s, r, c) in enumerate(run.links)]

    found = drift_of(apart)
    assert (LOOK, "3.0% of links changed among the 400 records of both runs: 6 were lost and 0 are new") in found


def test_weights_and_levels_that_moved(drift_of):
    def moved(run):
        run.model["comparisons"][0] |= {"m": [0.7, 0.3], "u": [0.001, 0.999]}
        run.levels = [0] * 100 + [1] * 60 + [-1] * 40
        run.weights = [10.0] * 100 + [3.0] * 100

    found = drift_of(moved)
    assert (ACT, "Given name, “same” now weighs +9.5 bits; it was +6.5") in found
    assert any(s.startswith("Given name: compared pairs fall into other levels") for _, s in found)
    assert any(s.startswith("Given name: matches agree otherwise than before (m)") for _, s in found)
    assert any(s.startswith("Match weights are spread otherwise") for _, s in found)


def test_a_comparison_that_is_new_and_levels_that_are_others(drift_of):
    def more(run):
        run.model["comparisons"].append({"name": "upn", "levels": ["same"], "m": [1.0], "u": [0.1]})

    assert drift_of(more) == [(ACT, "UPN was compared after, and not before")]

    def other_levels(run):
        run.model["comparisons"][0]["levels"] = ["alike", "different"]
        run.model["version"] = "2"

    found = drift_of(other_levels)
    assert (LOOK, "Given name has other levels than before") in found
    assert (LOOK, "The runs are of different versions of Insight Hub, 1 and 2") in found

    def without(run):
        run.model["comparisons"] = []

    assert (ACT, "Given name was compared before, and not after") in drift_of(without)


def test_sizes_of_classes_are_held_against_the_number_of_records(drift_of):
    def larger(run):
        run.model["data"]["rows"] *= 2
        run.model["classes"] = {"match": 0.00125, "family": 0.001, "unrelated": 0.99775}

    assert drift_of(larger) == [(ACT, "Pairs of the kind “family” went from 0.20 to 0.40 for each record")]


def test_error_rates_that_got_worse(drift_of):
    def evaluated(run):
        run.evaluation = evaluation()

    def worse(run):
        run.evaluation = evaluation(recall=0.90, male=0.09)

    found = drift_of(worse, evaluated)
    assert found[0] == (ACT, "Pairwise recall fell from 0.9500 to 0.9000")
    assert (ACT, "People whose sex is male: missed matches rose from 5.0% to 9.0%") in found
    assert not any("female" in sentence for _, sentence in found)


def test_error_rates_that_got_better_or_moved_by_chance_are_no_finding(drift_of):
    def evaluated(run):
        run.evaluation = evaluation()

    def better(run):
        run.evaluation = evaluation(recall=0.99, male=0.053)

    assert drift_of(better, evaluated) == []
    assert drift_of(better) == []  # one evaluation alone says nothing


def test_churn_is_counted_over_records_of_both_runs():
    def links(rows):
        source, record_id, cluster = zip(*rows, strict=True)
        keys = {"source": source, "record_id": record_id, "person": pa.array([1] * len(rows), pa.int32())}
        return pa.table(keys | {"cluster_id": pa.array(cluster, pa.string())})

    before = links(
        [("a", "1", "x"), ("a", "2", "x"), ("b", "3", "x"), ("b", "4", "y"), ("b", "5", "y"), ("b", "6", None)]
    )
    after = links(
        [("a", "1", "u"), ("a", "2", "u"), ("b", "3", "v"), ("b", "4", "v"), ("b", "7", "v"), ("b", "6", "v")]
    )
    found = churn(before, after)
    # In both and linked: 1, 2, 3, 4. Before 12, 13, 23; after 12, 34.
    assert (found.records, found.kept, found.lost, found.new) == (4, 1, 2, 1)
    assert found.agreement == 0.25
    assert found.by_source == {"a": (2, 2), "b": (2, 2)}
    assert churn(before, before).agreement == 1.0


def test_the_page_names_no_record(tmp_path):
    one, other = Run(), Run()
    one.evaluation, other.evaluation = evaluation(), evaluation(recall=0.9)
    drift = compare_runs(one.write(tmp_path / "before"), other.write(tmp_path / "after"))
    write_drift(tmp_path / "drift.html", drift)
    text = (tmp_path / "drift.html").read_text(encoding="utf-8")
    assert "Act: Pairwise recall fell from 0.9500 to 0.9000" in text
    assert "a17" not in text
    assert "c17" not in text
    assert "<script" not in text
    assert 'http-equiv="Content-Security-Policy"' in text


def test_a_folder_that_is_not_whole_is_refused(tmp_path):
    whole = Run().write(tmp_path / "before")
    with pytest.raises(DataError, match="not the output of a finished run"):
        compare_runs(whole, tmp_path)


def test_a_run_that_kept_no_groups_is_compared_in_the_rest(tmp_path):
    class Older(Run):
        def _write(self, folder):
            super()._write(folder)
            (folder / "groups.parquet").unlink()

    found = compare_runs(Older().write(tmp_path / "before"), Run().write(tmp_path / "after"))
    assert found.findings == ()
    write_drift(tmp_path / "drift.html", found)
    assert "whose age is known" not in (tmp_path / "drift.html").read_text(encoding="utf-8")
