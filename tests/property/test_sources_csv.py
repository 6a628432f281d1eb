"""Any text: the quick and the careful way to read CSV give the same, and no row is ever lost."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from insighthub.errors import DataError
from insighthub.sources import csv_reader
from insighthub.sources.contract import Source
from insighthub.sources.csv_lines import Splitter, read_rows
from insighthub.sources.csv_reader import read_csv
from insighthub.sources.row_checks import check_rows

SOURCE = Source(name="made", path="made.csv", record_id="id", person={"full_name": "name"})

#: Text with all that trips up a CSV reader, and little else, so that it meets often.
AWKWARD = st.text(alphabet='ab",;\t |\r\n\x00\x1a\u00a0\u00e9\ufeff0', max_size=12)
CELL = st.one_of(st.sampled_from(["", " ", "1", "x y", "Zo\u00eb", '"', '""', "a,b", "a\nb", "Total"]), AWKWARD)


def read_both(data: bytes, source: Source = SOURCE):
    quick, careful = read_csv(data, source, "f"), read_csv(data, source, "f", careful=True)
    return (check_rows(quick, source), quick), (check_rows(careful, source), careful)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet='ab",\t \r\n1\x00\u00e9\u20ac', max_size=200), st.sampled_from(["\n", "\r\n"]))
@example('"a\n1,2,3\n4,"5,6\n', "\n")
@example('1,"2",3\r\n"4', "\n")
@example("\r1,2,3\r", "\n")
@example('"\n1",2,3\n', "\n")
@example(",,\n,,,,\n1,2,3,,\n", "\n")
def test_quick_and_careful_reading_of_any_text_give_the_same(body, end):
    (quick, one), (careful, other) = read_both(f"id,name,rest{end}{body}".encode())
    assert quick.table.combine_chunks().equals(careful.table.combine_chunks())
    assert quick.faults == careful.faults
    assert one.header == other.header


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(CELL, CELL, CELL), max_size=12),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_rows_written_by_a_csv_writer_are_read_alike_by_both(rows, delimiter, end, quote_all):
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    )
    writer.writerows([("id", "name", "rest"), *rows])
    (quick, _), (careful, _) = read_both(out.getvalue().encode())
    assert quick.table.combine_chunks().equals(careful.table.combine_chunks())
    assert quick.faults == careful.faults


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(*[st.text(alphabet="ab,\" '\u00e9", max_size=8).map(str.strip)] * 3), min_size=1, max_size=12)
)
def test_what_a_csv_writer_wrote_is_read_back(rows):
    numbered = [(f"id{n}", *row) for n, row in enumerate(rows)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([("id", "name", "b", "c"), *numbered])
    checked = check_rows(read_csv(out.getvalue().encode(), SOURCE, "f"), SOURCE)
    assert checked.faults == []
    read = [tuple(r[n] or "" for n in ("id", "name", "b", "c")) for r in checked.table.to_pylist()]
    assert read == numbered


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet='ab",\r 1\x00\x1a\u00e9', max_size=30), max_size=12))
def test_every_line_that_is_not_blank_is_a_row_or_a_fault_or_part_of_a_quoted_field(lines):
    splitter = Splitter(",")
    rows = read_rows(lines, 1, 3, splitter)
    told = set(rows.numbers) | {f.row for f in rows.faults}
    spanned = set()
    for fields, number in zip(rows.fields, rows.numbers, strict=True):
        spanned |= set(range(number, number + 1 + sum(f.count("\n") for f in fields)))
    for number, line in enumerate(lines, start=1):
        assert number in told or number in spanned or splitter.is_blank(line.removesuffix("\r")), number


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "utf-16", "windows-1252", "cp437"]))
def test_any_bytes_are_read_or_refused_with_a_remedy(data, encoding):
    source = SOURCE.model_copy(update={"encoding": encoding})
    for prefix in (b"", b"id,name\n"):
        try:
            (quick, _), (careful, _) = read_both(prefix + data, source)
        except DataError as refusal:
            fault = refusal
        else:
            fault = None
            assert quick.table.combine_chunks().equals(careful.table.combine_chunks())
            assert quick.faults == careful.faults
        assert fault is None or (fault.file == "f" and fault.remedy)


@pytest.mark.parametrize("body", ["1,a\n2,b\n", '1,"a"\r\n2,"b ""x"""\r\n', "1,a\n2,b,c\n3\n\n4,d", "1,\u00e9\n"])
def test_the_quick_way_is_taken_for_plain_text(body, monkeypatch):
    def never(*_):
        raise AssertionError("the careful reader was called")

    monkeypatch.setattr(csv_reader, "_read_with_care", never)
    assert isinstance(read_csv(f"id,name\n{body}".encode(), SOURCE, "f").table, pa.Table)
