"""Labels drawn by the plan give precision and recall without bias, and intervals that hold the truth."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insighthub.errors import DataError, RunError
from insighthub.linkage.labels.estimate import Answers, estimate
from insighthub.linkage.labels.pair_file import REFERENCES
from insighthub.linkage.labels.plan import allocate, draw
from insighthub.linkage.labels.run_folder import evaluate_labels, read_labels, sample_sheet, write_sheet
from insighthub.pipeline import run_link
from insighthub.synthetic import generate
from scripts import reference_words
from tests.unit.linkage.borough_pairs import Known, entities

DRAWS = 100


@pytest.fixture(scope="module")
def borough(tmp_path_factory):
    """Two thousand residents, linked."""
    made = generate(tmp_path_factory.mktemp("borough"), residents=2000, seed=5)
    folder = tmp_path_factory.mktemp("runs") / "linked"
    run_link(made.contract, folder, report=False)
    return made, Known.of(folder, made.truth)


def estimated(known, labels, seed):
    frame = known.frame
    plan = draw(frame, labels, seed=seed)
    at = plan.chosen
    stratum = frame.stratum[at]
    answers = Answers(known.match[at], frame.linked[at], stratum, plan.sizes[stratum], frame.expected[at])
    scores = estimate(answers).scores
    return [(s.value, s.low, s.high) for s in (scores.precision, scores.recall, scores.f1)]


@pytest.fixture(scope="module")
def drawn(borough):
    """Estimates from three hundred labels, a hundred times; shape (draws, 3, value low high)."""
    return np.array([estimated(borough[1], 300, seed) for seed in range(DRAWS)])


@pytest.mark.parametrize("which", [0, 1, 2], ids=["precision", "recall", "f1"])
def test_estimates_are_right_on_average_and_intervals_hold_the_truth(borough, drawn, which):
    true = borough[1].true_scores()[which]
    value, low, high = drawn[:, which].T
    assert abs(value.mean() - true) < 4 * value.std() / np.sqrt(DRAWS) + 0.001
    assert ((low <= true) & (true <= high)).mean() >= 0.88


def test_three_hundred_labels_are_enough_to_tell_something(drawn):
    widths = (drawn[:, :, 2] - drawn[:, :, 1]).mean(axis=0)
    assert widths.max() < 0.09


def test_more_labels_tell_more(borough, drawn):
    more = np.array([estimated(borough[1], 1200, seed) for seed in range(5)])
    assert ((more[:, :, 2] - more[:, :, 1]).mean(axis=0) < (drawn[:, :, 2] - drawn[:, :, 1]).mean(axis=0) * 0.7).all()


def test_the_frame_holds_every_pair_once_and_knows_which_are_linked(borough):
    frame = borough[1].frame
    links = pq.read_table(borough[1].folder / "links.parquet").drop_null()
    sizes = np.array(links["cluster_id"].value_counts().field(1))
    assert frame.linked.sum() == (sizes * (sizes - 1) // 2).sum()
    key = frame.left * frame.rows.num_rows + frame.right
    assert len(np.unique(key)) == len(key)
    assert (frame.left < frame.right).all()
    assert np.array_equal(frame.places(frame.right, frame.left), np.arange(len(key)))


def test_most_matches_that_were_missed_are_in_the_frame(borough):
    made, known = borough
    _, sizes = np.unique(entities(known.frame.rows, pq.read_table(made.truth)), return_counts=True)
    every = (sizes * (sizes - 1) // 2).sum()
    found = (known.match * known.frame.linked).sum()
    missed_in_frame = (known.match * ~known.frame.linked * known.frame.stands_for).sum()
    assert missed_in_frame > 0.5 * (every - found)


def test_every_pair_drawn_has_the_probability_with_which_it_was(borough):
    table, strata = sample_sheet(borough[1].folder, 300, seed=1)
    assert table.num_rows == 300 == sum(s.labels for s in strata)
    # Each pair stands for one over its probability: together for all of them.
    stands_for = (1 / table["inclusion_probability"].to_numpy()).sum()
    assert stands_for == pytest.approx(sum(s.pairs for s in strata), rel=1e-3)
    assert set(table["label"].to_pylist()) == {""}


def test_the_same_seed_draws_the_same_pairs_and_another_draws_others(borough):
    one, again, other = (sample_sheet(borough[1].folder, 50, seed=seed)[0] for seed in (1, 1, 2))
    assert one.equals(again)
    assert not one.equals(other)


def test_a_sheet_holds_references_and_nothing_else_of_anybody(borough):
    table, _ = sample_sheet(borough[1].folder, 20, seed=1)
    assert (
        table.column_names
        == [*REFERENCES, *reference_words.SHEET]
        == [
            *("source_l", "record_id_l", "person_l", "source_r", "record_id_r", "person_r"),
            *("label", "stratum", "stratum_pairs", "inclusion_probability"),
        ]
    )


def filled(known, table, *, wrong=()):
    """The sheet as somebody who knows would fill it in."""
    frame = known.frame
    place = {tuple(row.values()): i for i, row in enumerate(frame.rows.to_pylist())}
    rows = table.to_pylist()
    left = np.array([place[r["source_l"], r["record_id_l"], r["person_l"]] for r in rows])
    right = np.array([place[r["source_r"], r["record_id_r"], r["person_r"]] for r in rows])
    words = ["match" if m else "not" for m in known.match[frame.places(left, right)]]
    return table.set_column(table.column_names.index("label"), "label", pa.array(words))


def test_a_filled_sheet_gives_the_estimate_whatever_the_order_of_its_rows(borough, tmp_path):
    known = borough[1]
    table = filled(known, sample_sheet(known.folder, 300, seed=1)[0])
    write_sheet(table, tmp_path / "one.csv")
    write_sheet(table.take(list(reversed(range(300)))), tmp_path / "two.csv")
    one, two = (evaluate_labels(known.folder, tmp_path / name) for name in ("one.csv", "two.csv"))
    assert one.estimate.scores.precision.value == pytest.approx(two.estimate.scores.precision.value)
    assert one.estimate.answered == 300
    assert one.estimate.scores.f1.value == pytest.approx(estimated(known, 300, 1)[2][0], abs=1e-4)


def test_labels_that_were_not_drawn_do_not_bend_the_estimate(borough, tmp_path):
    """A hundred wrong links that somebody came upon would make precision look poor."""
    known = borough[1]
    table = filled(known, sample_sheet(known.folder, 300, seed=1)[0])
    write_sheet(table, tmp_path / "drawn.csv")
    chosen = set(zip(table["record_id_l"].to_pylist(), table["record_id_r"].to_pylist(), strict=True))
    frame = known.frame
    at = np.flatnonzero(frame.linked & (known.match == 0))
    rows = frame.rows.to_pylist()
    found = [(rows[frame.left[i]], rows[frame.right[i]]) for i in at]
    found = [(a, b) for a, b in found if (a["record_id"], b["record_id"]) not in chosen][:100]
    assert len(found) > 20
    with (tmp_path / "drawn.csv").open(encoding="utf-8") as handle:
        text = handle.read()
    for a, b in found:
        ends = [str(value) for row in (a, b) for value in row.values()]
        text += ",".join([*ends, "not", "", "", ""]) + "\n"
    (tmp_path / "more.csv").write_text(text, encoding="utf-8")
    drawn, more = (evaluate_labels(known.folder, tmp_path / name) for name in ("drawn.csv", "more.csv"))
    assert (drawn.unused, more.unused) == (0, len(found))
    assert more.estimate == drawn.estimate


def test_pairs_that_nobody_could_judge_count_as_the_others_of_their_stratum(borough, tmp_path):
    known = borough[1]
    table = filled(known, sample_sheet(known.folder, 300, seed=1)[0])
    words = ["cannot say" if i % 10 == 0 else w for i, w in enumerate(table["label"].to_pylist())]
    write_sheet(table.set_column(6, "label", pa.array(words)), tmp_path / "some.csv")
    found = evaluate_labels(known.folder, tmp_path / "some.csv").estimate
    assert (found.answered, found.unanswered) == (270, 30)
    assert found.scores.precision.value == pytest.approx(known.true_scores()[0], abs=0.05)


def test_a_later_run_can_be_measured_with_the_labels_of_an_earlier_one(borough, tmp_path):
    """Links all undone: nothing that is a match is found."""
    known = borough[1]
    write_sheet(filled(known, sample_sheet(known.folder, 300, seed=1)[0]), tmp_path / "labels.csv")
    later = tmp_path / "later"
    later.mkdir()
    for name in ("pairs.parquet", "unlikely_pairs.parquet", "model.json"):
        (later / name).write_bytes((known.folder / name).read_bytes())
    links = pq.read_table(known.folder / "links.parquet")
    alone = pa.array([f"c{i:07d}" for i in range(links.num_rows)])
    pq.write_table(links.set_column(3, "cluster_id", alone), later / "links.parquet")
    assert evaluate_labels(later, tmp_path / "labels.csv").estimate.scores.recall.value == 0


def test_where_every_label_is_right_there_is_still_room_for_doubt():
    answers = Answers(np.ones(50), np.ones(50, bool), np.zeros(50, np.int64), np.full(50, 10_000.0), np.full(50, 0.999))
    precision = estimate(answers).scores.precision
    assert precision.value == precision.high == 1
    assert 0.9 < precision.low < 0.995


def test_where_every_pair_was_labelled_nothing_is_left_to_chance():
    match = np.array([1.0] * 9 + [0.0])
    answers = Answers(match, np.ones(10, bool), np.zeros(10, np.int64), np.full(10, 10.0), np.full(10, 0.9))
    precision = estimate(answers).scores.precision
    assert precision.value == precision.low == precision.high == pytest.approx(0.9)


def test_labels_are_shared_by_need_and_no_stratum_gets_more_than_it_has():
    shares = allocate(np.array([300.0, 100.0, 0.0, 500.0]), np.array([1000, 1000, 1000, 7]), 107)
    assert shares.sum() == 107
    assert shares[3] == 7
    assert shares[2] == 3
    assert shares[0] == pytest.approx(3 * shares[1], abs=3)
    assert allocate(np.array([1.0, 1.0]), np.array([2, 3]), 100).tolist() == [2, 3]
    assert allocate(np.array([1.0, 5.0, 2.0]), np.array([9, 9, 9]), 2).tolist() == [0, 1, 1]


HEAD = "source_l,record_id_l,source_r,record_id_r,label"


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        (f"{HEAD}\na,1,b,1,match\na,2,b,2,perhaps\n", 3, "label"),
        (f"{HEAD}\na,1,b,1,match\nb,1,a,1,not\n", 3, None),
        ("source_l,record_id_l,source_r,record_id_r\na,1,b,1\n", None, "label"),
    ],
)
def test_a_fault_in_a_file_of_labels_is_placed(tmp_path, text, row, column):
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_labels(tmp_path / "labels.csv")
    assert (error.value.row, error.value.column) == (row, column)


def test_labels_none_of_which_was_drawn_are_refused(borough, tmp_path):
    (tmp_path / "labels.csv").write_text(f"{HEAD}\na,1,b,1,match\n", encoding="utf-8")
    with pytest.raises(DataError, match="no label stands on a pair that was drawn"):
        evaluate_labels(borough[1].folder, tmp_path / "labels.csv")


def test_a_sheet_never_takes_the_place_of_another(borough, tmp_path):
    table, _ = sample_sheet(borough[1].folder, 5, seed=1)
    write_sheet(table, tmp_path / "sheet.csv")
    with pytest.raises(RunError, match="may hold labels"):
        write_sheet(table, tmp_path / "sheet.csv")
    with pytest.raises(RunError, match="cannot be written"):
        write_sheet(table, tmp_path / "nowhere" / "sheet.csv")
