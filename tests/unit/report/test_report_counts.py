import dataclasses

import pyarrow as pa
import pytest

from insighthub.linkage.result import BlockingYield, LinkResult, MissedByBlocking
from insighthub.report import SourceCounts, write_report
from insighthub.report.model_section import blocking_section, threshold_bits
from insighthub.report.people import Reference, count_people
from insighthub.report.section import words
from insighthub.report.sources_section import overlap_section


def links(*rows):
    columns = zip(*rows, strict=True) if rows else ((), (), (), ())
    kinds = (pa.string(), pa.string(), pa.int32(), pa.string())
    names = ("source", "record_id", "person", "cluster_id")
    arrays = (pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True))
    return pa.table(dict(zip(names, arrays, strict=True)))


def test_delivered_rows_must_be_landed_or_quarantined():
    with pytest.raises(ValueError, match="10 rows delivered, but 8 landed and 1 quarantined"):
        SourceCounts("benefits", 10, 8, {"no record id": 1})


def test_no_more_persons_are_left_out_than_were_named():
    with pytest.raises(ValueError, match="1 persons named, but 2 not linked"):
        SourceCounts("benefits", 10, 10, {}, 1, {"a company": 2})


def test_people_are_counted_by_cluster_and_not_by_record():
    people = count_people(
        links(
            ("a", "1", 1, "P1"),
            ("a", "2", 1, "P1"),
            ("b", "1", 1, "P1"),
            ("a", "3", 1, "P2"),
            ("b", "2", 1, "P3"),
            ("b", "2", 2, "P2"),
            ("c", "9", 1, "P4"),
            ("c", "8", 1, None),
        )
    )
    assert people.total == 4
    assert people.records == 7
    assert people.by_source == {"a": 2, "b": 3, "c": 1}
    assert people.both("a", "b") == people.both("b", "a") == 2
    assert people.both("a", "c") == 0
    assert people.both("b", "b") == 3
    assert people.by_sources_known == {1: 2, 2: 2}
    assert people.by_size == {1: 2, 2: 1, 3: 1}
    assert people.largest[0].cluster_id == "P1"
    assert people.largest[0].references == (Reference("a", "1"), Reference("a", "2"), Reference("b", "1"))


def test_a_joint_record_is_named_with_its_person():
    assert str(Reference("council_tax", "A1", 2)) == "council_tax A1 (person 2)"
    assert str(Reference("council_tax", "A1", 1)) == "council_tax A1"


def test_overlap_names_the_sources_that_share_most():
    people = count_people(
        links(("a", "1", 1, "P1"), ("b", "1", 1, "P1"), ("b", "2", 1, "P2"), ("c", "1", 1, "P2"), ("c", "2", 1, "P1"))
    )
    matrix = overlap_section(people).figures[0]
    assert matrix.title == "b and c share the most people: 2"
    assert [cell.text for cell in matrix.matrix.cells[1]] == ["1", "2", "2"]
    assert [cell.shade for cell in matrix.matrix.cells[1]] == [3, 0, 5]


def test_overlap_says_so_where_no_person_is_shared():
    matrix = overlap_section(count_people(links(("a", "1", 1, "P1"), ("b", "1", 1, "P2")))).figures[0]
    assert matrix.title == "No person is known to two sources"


def test_one_source_alone_has_no_overlap_matrix():
    section = overlap_section(count_people(links(("a", "1", 1, "P1"))))
    assert [figure.key for figure in section.figures] == ["sources-known"]


NOTHING_MISSED = MissedByBlocking(0.0, 0.0, 0.0, 0.0, ())


def test_blocking_says_about_how_many_matches_it_missed(result):
    figure = blocking_section(result.blocking, result.missed).figures[1]
    assert figure.title.startswith("At least 2.4% of the pairs of one person were likely never compared: about 1,300,")
    assert "between 900 and 1,900" in figure.title
    assert figure.table.rows[1][1:] == (6, 46_000, 43_000, 38_700, 0.9)


def test_blocking_says_what_was_left_out():
    figure = blocking_section([BlockingYield("same postcode", 10, 10, 5, 2, 900)], NOTHING_MISSED).figures[0]
    assert figure.summary == "2 blocks were left out for being too large, with 900 records."
    assert figure.table.rows == (("Same postcode", 10, 10, 1.0, 5, 2, 900),)


@pytest.mark.parametrize(("probability", "weight"), [(0.5, 0.0), (0.8, 2.0), (0.2, -2.0)])
def test_threshold_in_bits_is_log_odds(probability, weight):
    assert threshold_bits(probability) == pytest.approx(weight)


def test_a_run_that_found_nothing_still_has_a_report(tmp_path):
    nothing = LinkResult(
        links=links(),
        pairs=pa.table({}),
        model={},
        threshold=0.5,
        levels=(),
        blocking=(),
        missed=NOTHING_MISSED,
        weight_histogram=(),
        samples=(),
    )
    path = tmp_path / "report.html"
    write_report(path, result=nothing, deliveries=(SourceCounts("a", 0, 0),), evaluation=None, title="Nothing")
    assert "There are no sample pairs." in path.read_text(encoding="utf-8")


def test_the_threshold_may_be_certainty_itself(tmp_path, result):
    certain = dataclasses.replace(result, threshold=1.0, samples=(), levels=(), blocking=())
    path = tmp_path / "report.html"
    write_report(path, result=certain, deliveries=(), evaluation=None, title="Certain")
    assert "Threshold" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("given_name", "Given name"),
        ("nhs_number", "NHS number"),
        ("upn", "UPN"),
        ("same UPRN and initial", "Same UPRN and initial"),
    ],
)
def test_fields_are_named_as_people_write_them(name, shown):
    assert words(name) == shown
