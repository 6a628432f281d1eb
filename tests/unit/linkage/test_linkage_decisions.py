"""What somebody decided of a pair of records holds in the links, and contradictions are named by reference."""

import pyarrow as pa
import pytest

from insighthub.errors import DataError
from insighthub.linkage.engine import link_records
from insighthub.linkage.labels.decisions import constraints, read_decisions

PEOPLE = [("ANNA", "LOW"), ("BEN", "MAY"), ("CARA", "NASH"), ("DAN", "OAK"), ("EVE", "POE")]


@pytest.fixture
def people(records):
    """Five people in two sources."""
    return records(
        [
            {
                "source": source,
                "record_id": str(n),
                "given_name": given,
                "family_name": family,
                "date_of_birth": f"19{60 + n}-03-{10 + n}",
            }
            for source in ("a", "b")
            for n, (given, family) in enumerate(PEOPLE)
        ]
    )


def decisions(*rows):
    """Decisions such as ("a1", "b2", "must_link"): record 1 of source a and record 2 of source b."""
    return pa.table(
        {
            "source_l": [left[0] for left, _, _ in rows],
            "record_id_l": [left[1:] for left, _, _ in rows],
            "source_r": [right[0] for _, right, _ in rows],
            "record_id_r": [right[1:] for _, right, _ in rows],
            "decision": [word for _, _, word in rows],
        }
    )


def clusters(result):
    rows = result.links.to_pylist()
    return {row["source"] + row["record_id"]: row["cluster_id"] for row in rows}


def test_decisions_part_what_is_alike_and_join_what_is_not(people):
    before = clusters(link_records(people))
    assert before["a0"] == before["b0"]
    assert before["a1"] != before["b2"]
    words = decisions(("b0", "a0", "cannot_link"), ("a1", "b2", "must_link"))
    after = clusters(link_records(people, decisions=words))
    assert after["a0"] != after["b0"]
    assert after["a1"] == after["b2"]


def test_a_decision_stands_above_a_source_of_one_record_a_person(people):
    words = decisions(("a1", "a2", "must_link"))
    after = clusters(link_records(people, single_sources=["a", "b"], decisions=words))
    assert after["a1"] == after["a2"]


def test_the_order_of_decisions_and_of_their_sides_makes_no_difference(people):
    words = [("a1", "b2", "must_link"), ("b2", "a3", "must_link"), ("a0", "b0", "cannot_link")]
    turned = [(right, left, word) for left, right, word in reversed(words)]
    one, other = (link_records(people, decisions=decisions(*w)) for w in (words, turned))
    assert one.links.equals(other.links)


def test_a_contradiction_through_others_names_both_records(people):
    words = decisions(("a0", "b1", "must_link"), ("b1", "a2", "must_link"), ("a2", "a0", "cannot_link"))
    with pytest.raises(DataError) as error:
        link_records(people, decisions=words)
    assert "record '0' of 'a'" in str(error.value)
    assert "record '2' of 'a'" in str(error.value)


def test_a_decision_on_a_record_that_is_not_there_is_left_out_and_counted(people):
    found = constraints(decisions(("a0", "a9", "must_link"), ("a0", "a1", "cannot_link")), people)
    assert (found.unused, len(found.together), len(found.apart)) == (1, 0, 1)


@pytest.mark.parametrize(
    ("text", "column", "row"),
    [
        ("source_l,record_id_l,source_r\na,1,b\n", "record_id_r", None),
        ("source_l,record_id_l,source_r,record_id_r,decision\na,1,b,1,must_link\na,1,b,1,maybe\n", "decision", 3),
        ("source_l,record_id_l,source_r,record_id_r,decision\na,,b,1,must_link\n", "record_id_l", 2),
        ("source_l,record_id_l,person_l,source_r,record_id_r,decision\na,1,x,b,1,must_link\n", "person_l", 2),
    ],
)
def test_a_fault_in_a_file_of_decisions_is_placed(tmp_path, text, column, row):
    path = tmp_path / "decisions.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_decisions(path)
    assert (error.value.column, error.value.row, error.value.file) == (column, row, str(path))


def test_a_file_of_decisions_is_read_as_it_is_written(tmp_path):
    path = tmp_path / "decisions.csv"
    path.write_text(
        "note,Source_L,record_id_l,source_r,record_id_r,person_r,decision\nx,a,007, b ,1,2,MUST_LINK\n",
        encoding="utf-8",
    )
    row = {"source_l": "a", "record_id_l": "007", "person_l": 1, "source_r": "b", "record_id_r": "1", "person_r": 2}
    assert read_decisions(path).to_pylist() == [row | {"decision": "must_link"}]


def test_a_file_that_is_not_there_or_not_readable_is_said(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_decisions(tmp_path / "none.csv")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(DataError, match="cannot be read"):
        read_decisions(tmp_path / "bad.parquet")
