"""How good links are against a truth, by examples that can be counted by hand; and truths that cannot be used."""

import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insighthub.errors import DataError
from insighthub.linkage.evaluate import evaluate_links
from insighthub.linkage.truth import read_truth


def links_of(clusters):
    """Return links of records r0, r1, ... of source a."""
    return pa.table(
        {
            "source": pa.array(["a"] * len(clusters), pa.string()),
            "record_id": pa.array([f"r{n}" for n in range(len(clusters))], pa.string()),
            "person": pa.array([1] * len(clusters), pa.int32()),
            "cluster_id": pa.array(clusters, pa.string()),
        }
    )


def truth_of(entities, **columns):
    table = {
        "source": pa.array(["a"] * len(entities), pa.string()),
        "record_id": pa.array([f"r{n}" for n in range(len(entities))], pa.string()),
        "entity_id": pa.array(entities, pa.string()),
    }
    return pa.table(table | columns)


def values(scores):
    return tuple(round(i.value, 4) for i in (scores.precision, scores.recall, scores.f1))


@pytest.mark.parametrize(
    ("clusters", "entities", "pairwise", "b_cubed"),
    [
        ("xxyy", "AABB", (1, 1, 1), (1, 1, 1)),
        ("xxxx", "AABB", (2 / 6, 1, 0.5), (0.5, 1, 2 / 3)),
        ("wxyz", "AABB", (1, 0, 0), (1, 0.5, 2 / 3)),
        ("xxxy", "AABB", (1 / 3, 1 / 2, 0.4), (2 / 3, 0.75, 12 / 17)),
        ("wxyz", "ABCD", (1, 1, 1), (1, 1, 1)),
    ],
)
def test_by_hand(clusters, entities, pairwise, b_cubed):
    evaluation = evaluate_links(links_of(list(clusters)), truth_of(list(entities)))
    assert values(evaluation.pairwise) == tuple(round(v, 4) for v in pairwise)
    assert values(evaluation.b_cubed) == tuple(round(v, 4) for v in b_cubed)


def test_an_interval_is_that_of_a_ratio_over_groups():
    """Ten pairs, each a person of its own; the first pair is two people: precision 0.9, by the binomial's error."""
    clusters = [f"c{n // 2}" for n in range(20)]
    entities = ["x", "y", *(f"e{n // 2}" for n in range(2, 20))]
    precision = evaluate_links(links_of(clusters), truth_of(entities)).pairwise.precision
    assert precision.value == 0.9
    assert precision.low == pytest.approx(0.9 - 1.96 * math.sqrt(0.9 * 0.1 / 10 * 10 / 9), abs=1e-3)
    assert precision.high == 1.0


def test_no_error_seen_is_not_no_error():
    recall = evaluate_links(links_of(["c"] * 3), truth_of(["e"] * 3)).pairwise.recall
    assert (recall.value, recall.low, recall.high) == (1.0, 0.0, 1.0)
    many = [f"{n // 2}" for n in range(6000)]
    assert evaluate_links(links_of(many), truth_of(many)).pairwise.recall.low == pytest.approx(0.999)


def test_a_record_of_the_truth_that_never_landed_stands_alone():
    evaluation = evaluate_links(links_of(["c", "c"]), truth_of(["e", "e", "e"]))
    assert values(evaluation.pairwise) == (1.0, round(1 / 3, 4), 0.5)
    assert evaluation.clusters == 2


def test_records_that_the_truth_does_not_know_are_not_counted():
    evaluation = evaluate_links(links_of(["c", "c", "c"]), truth_of(["e", "e"]))
    assert (evaluation.records, values(evaluation.pairwise)) == (2, (1, 1, 1))


def test_people_of_a_joint_record_are_told_apart():
    links = links_of(["c", "d", "c"]).set_column(1, "record_id", pa.array(["r0", "r0", "r1"]))
    links = links.set_column(2, "person", pa.array([1, 2, 1], pa.int32()))
    truth = truth_of(["e", "f", "f"]).set_column(1, "record_id", pa.array(["r0", "r0", "r1"]))
    truth = truth.append_column("person", pa.array([1, 2, 1], pa.int32()))
    assert values(evaluate_links(links, truth).pairwise) == (0, 0, 0)


def test_ids_of_a_truth_may_be_numbers():
    links = links_of(["c", "c"]).set_column(1, "record_id", pa.array(["1", "2"]))
    truth = pa.table({"source": ["a", "a"], "record_id": [1, 2], "entity_id": [7, 7], "person": [1, 1]})
    assert values(evaluate_links(links, truth).pairwise) == (1, 1, 1)


@pytest.mark.parametrize("column", ["source", "record_id", "entity_id"])
def test_a_truth_without_a_column_is_refused(column):
    with pytest.raises(DataError, match="lacks a column") as refusal:
        evaluate_links(links_of(["c"]), truth_of(["e"]).drop_columns([column]))
    assert refusal.value.column == column


def test_a_truth_of_other_records_is_refused():
    truth = truth_of(["e"]).set_column(1, "record_id", pa.array(["elsewhere"]))
    with pytest.raises(DataError, match="no record of the truth is in the links"):
        evaluate_links(links_of(["c"]), truth)
    with pytest.raises(DataError, match="no record of the truth is in the links"):
        evaluate_links(links_of(["c"]), truth_of([]))


def test_links_that_name_a_record_twice_are_refused():
    twice = links_of(["c", "d"]).set_column(1, "record_id", pa.array(["r0", "r0"]))
    with pytest.raises(DataError, match="a record is twice in the"):
        evaluate_links(twice, truth_of(["e"]))


def test_a_truth_that_names_a_record_twice_is_refused():
    twice = truth_of(["e", "f"]).set_column(1, "record_id", pa.array(["r0", "r0"]))
    with pytest.raises(DataError, match="a record is twice in the"):
        evaluate_links(links_of(["c"]), twice)


@pytest.mark.parametrize("column", ["source", "record_id", "entity_id"])
def test_a_truth_with_an_empty_cell_is_refused(column):
    truth = truth_of(["e", "e", "f"])
    place = truth.schema.get_field_index(column)
    holed = pa.array([*truth[column].to_pylist()[:2], None], pa.string())
    with pytest.raises(DataError, match="rows of the truth lack a value") as refusal:
        evaluate_links(links_of(["c", "c", "d"]), truth.set_column(place, column, holed))
    assert refusal.value.column == column


CSV = "source,record_id,person,entity_id\na,r0,1,e\na,r1,1,e\n"


def test_truth_is_read_from_csv_and_parquet(tmp_path):
    (tmp_path / "truth.csv").write_text(CSV, encoding="utf-8")
    table = read_truth(tmp_path / "truth.csv")
    pq.write_table(table, tmp_path / "truth.parquet")
    assert read_truth(tmp_path / "truth.parquet").equals(table)
    assert table.to_pylist()[1] == {"source": "a", "record_id": "r1", "person": 1, "entity_id": "e"}


def test_ids_of_a_csv_truth_stay_as_they_are_written(tmp_path):
    (tmp_path / "truth.csv").write_text("source,record_id,entity_id\na,007,1e5\n", encoding="utf-8")
    assert read_truth(tmp_path / "truth.csv").to_pylist() == [
        {"source": "a", "record_id": "007", "person": 1, "entity_id": "1e5"}
    ]


def test_columns_of_a_truth_may_stand_in_any_order_beside_others(tmp_path):
    (tmp_path / "truth.csv").write_text("note,entity_id,record_id,source\nx,e,r0,a\n", encoding="utf-8")
    assert read_truth(tmp_path / "truth.csv").column_names == ["source", "record_id", "person", "entity_id"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.csv", None, "there is no such truth file"),
        ("truth.csv", b"source,record_id\na,r0\n", "lacks a column"),
        ("truth.csv", b"", "cannot be read|lacks a column"),
        ("truth.csv", b"\x00\x01\xff\xfe", "cannot be read|lacks a column"),
        ("truth.csv", b"source,record_id,person,entity_id\na,r0,Violet,e\n", "cannot be read"),
        ("truth.parquet", b"PAR1 and no more", "cannot be read"),
        ("truth.parquet", b"", "cannot be read"),
        ("truth.PARQUET", b"", "cannot be read"),
    ],
)
def test_a_truth_that_cannot_be_used_is_refused_with_its_name(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=message) as refusal:
        read_truth(path)
    assert refusal.value.file == str(path)
    assert refusal.value.remedy
    assert "Violet" not in str(refusal.value)


def test_a_folder_is_no_truth(tmp_path):
    with pytest.raises(DataError, match="there is no such truth file"):
        read_truth(tmp_path)
