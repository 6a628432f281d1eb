"""Excel, Parquet and JSON lines: values as text, and nothing evaluated."""

import datetime as dt
import decimal
import io
import json
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insighthub.errors import DataError

HEADER = ("id", "name", "postcode")


def workbook(*rows, title="Data", more=None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, other_rows in (more or {}).items():
        other = book.create_sheet(name)
        for row in other_rows:
            other.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(**columns):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def rewrite(data, part, change):
    """Return a workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def test_excel_values_become_text(desk, rows):
    desk.put(
        "t.xlsx",
        workbook(
            (*HEADER, "v"),
            (1, "Ann", "A", dt.date(1985, 3, 27)),
            (2.0, "Bob", "B", dt.datetime(2024, 1, 31, 10, 5)),
            ("3", "Cy", "C", 100021000000.0),
            ("4", "Di", "D", "1.00021E+11"),
            ("5", "Ed", "E", 1.5),
            ("6", "Flo", "F", True),
            ("7", "Guy", "G", None),
        ),
    )
    delivery = desk.land(path="t.xlsx")
    assert rows(delivery.path, "id", "v", "_row") == [
        ("1", "1985-03-27", 2),
        ("2", "2024-01-31T10:05:00", 3),
        ("3", "100021000000", 4),
        ("4", "1.00021E+11", 5),
        ("5", "1.5", 6),
        ("6", "true", 7),
        ("7", None, 8),
    ]


def test_the_sheet_and_the_header_row_are_found(desk, rows):
    pages = {"Tenants": [("Tenants at 5 March",), (), HEADER, ("1", "Ann", "A"), (), ("2", "Bob", "B"), ("Total", 2)]}
    desk.put("t.xlsx", workbook(("Notes",), ("see the next sheet",), title="Cover", more=pages))
    delivery = desk.land(path="t.xlsx")
    assert rows(delivery.path, "id", "_row") == [("1", 4), ("2", 6)]
    assert rows(delivery.quarantine, "row", "reason") == [(7, "totals row")]
    assert delivery.header_row == 3
    assert any("'Tenants' is read" in w for w in delivery.warnings)


def test_a_sheet_that_is_not_there_is_named_with_a_near_one(desk):
    desk.put("t.xlsx", workbook(HEADER, ("1", "Ann", "A"), title="Tenants"))
    with pytest.raises(DataError, match="Did you mean 'Tenants'"):
        desk.land(path="t.xlsx", sheet="Tennants")


def test_a_formula_is_never_evaluated_and_one_without_its_value_is_told(desk, rows):
    desk.put("t.xlsx", workbook(HEADER, ("1", "=1+1", "A"), ("2", '=HYPERLINK("http://a.example","x")', "B")))
    delivery = desk.land(path="t.xlsx")
    assert rows(delivery.path, "name") == [(None,), (None,)]
    assert any(w.startswith("t.xlsx: 2 formulas were saved without their value") for w in delivery.warnings)


def test_the_stored_value_of_a_formula_is_read(desk, rows):
    book = workbook(HEADER, ("1", "=1+1", "A"))
    stored = rewrite(book, "xl/worksheets/sheet1.xml", lambda x: x.replace(b"<v /></c>", b"<v>2</v></c>"))
    desk.put("t.xlsx", stored)
    delivery = desk.land(path="t.xlsx")
    assert rows(delivery.path, "name") == [("2",)]
    assert delivery.warnings == ()


def test_a_sheet_with_a_cell_at_its_far_end_is_refused_before_it_is_opened(desk):
    def far(xml):
        return xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')

    desk.put("t.xlsx", rewrite(workbook(HEADER, ("1", "Ann", "A")), "xl/worksheets/sheet1.xml", far))
    with pytest.raises(DataError, match="used range"):
        desk.land(path="t.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(desk):
    desk.put("t.xlsx", rewrite(workbook(HEADER), "xl/worksheets/sheet1.xml", lambda _: b" " * 60_000_000))
    with pytest.raises(DataError, match="zip bomb"):
        desk.land(path="t.xlsx")


def test_a_workbook_that_declares_less_than_it_holds_is_refused(desk):
    data = bytearray(rewrite(workbook(HEADER), "xl/worksheets/sheet1.xml", lambda _: b" " * 60_000_000))
    size = (60_000_000).to_bytes(4, "little")
    at = data.find(size)
    while at >= 0:
        data[at : at + 4] = (1000).to_bytes(4, "little")
        at = data.find(size)
    desk.put("t.xlsx", bytes(data))
    with pytest.raises(DataError, match=r"damaged|zip bomb"):
        desk.land(path="t.xlsx")


def test_text_beside_the_table_is_told(desk):
    desk.put("t.xlsx", workbook(HEADER, ("1", "Ann", "A", "ask Bob")))
    assert any("right of the header" in w for w in desk.land(path="t.xlsx").warnings)


def test_parquet_values_become_text(desk, rows):
    desk.put(
        "t.parquet",
        parquet(
            id=[1.0, 2.0, None],
            name=["Ann", " ", "Cy"],
            postcode=pa.array(["A", "B", "C"]).dictionary_encode(),
            born=[dt.date(1985, 3, 27), None, None],
            seen=[dt.datetime(2024, 1, 31), dt.datetime(2024, 1, 31, 10, 5), None],
            paid=[decimal.Decimal("1.50"), None, None],
            uprn=[100021000000.0, 1e300, float("nan")],
            live=[True, False, None],
            tags=[["a", "b"], [], None],
            blob=[b"x", None, None],
        ),
    )
    delivery = desk.land(path="t.parquet")
    assert rows(delivery.path)[0] == (
        *("1", "Ann", "A", "1985-03-27", "2024-01-31", "1.50", "100021000000", "true", '["a", "b"]', "x"),
        *("t.parquet", 1),
    )
    assert rows(delivery.path, "name", "seen", "uprn", "_row")[1] == (None, "2024-01-31T10:05:00", "1e+300", 2)
    assert rows(delivery.quarantine, "row", "reason") == [(3, "record id missing")]


def test_json_lines_keep_numbers_as_written_and_lines_that_are_no_object_go_aside(desk, rows, aside):
    lines = [
        '{"id": 1, "name": "Ann", "postcode": "A", "uprn": 1.00021E+11, "more": {"a": [1, "\u00e9"]}}',
        "",
        '{"id": "2", "postcode": null, "name": "Bob", "live": true}',
        '{"id": "3", "name": "cut o',
        "[1, 2]",
        '{"id": "4", "id": "5"}',
        '{"id": "6", "name": "\\ud800"}',
        '{"id": "7", "name": "a\\u0000"}',
        "[" * 100_000,
        '{"id": 123456789012345678901234567890, "big": ' + "9" * 5000 + "}",
    ]
    desk.put("t.jsonl", "\n".join(lines))
    delivery = desk.land(path="t.jsonl")
    assert rows(delivery.path, "id", "name", "uprn", "more", "live", "_row") == [
        ("1", "Ann", "1.00021E+11", '{"a": ["1", "\u00e9"]}', None, 1),
        ("2", "Bob", None, None, "true", 3),
        ("123456789012345678901234567890", None, None, None, None, 10),
    ]
    assert aside(delivery) == [
        (4, None, "not JSON"),
        (5, None, "not a JSON object"),
        (6, None, "a key given twice"),
        (7, None, "control characters or bytes that are not text"),
        (8, "name", "control characters or bytes that are not text"),
        (9, None, "not JSON"),
    ]


def test_the_formats_give_the_same_records(desk, rows):
    people = [("1", "Zo\u00eb", "A"), ("2", "Bob", None)]
    desk.put("a.csv", "id,name,postcode\n1,Zo\u00eb,A\n2,Bob,\n")
    desk.put("b.xlsx", workbook(HEADER, *people))
    desk.put("c.parquet", parquet(**dict(zip(HEADER, map(list, zip(*people, strict=True)), strict=True))))
    desk.put("d.jsonl", "\n".join(json.dumps(dict(zip(HEADER, p, strict=True))) for p in people))
    for name in ("a.csv", "b.xlsx", "c.parquet", "d.jsonl"):
        assert rows(desk.land(path=name).path, *HEADER) == people


def test_parquet_that_repeats_one_long_text_without_end_is_refused_before_it_is_written_out(desk):
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), ["a" * 100_000])
    desk.put("t.parquet", parquet(id=[str(n) for n in range(200_000)], name=column, postcode=pa.nulls(200_000)))
    with pytest.raises(DataError, match="more than can be read"):
        desk.land(path="t.parquet")


def test_parquet_text_that_is_not_utf_8_puts_its_row_aside(desk, aside):
    names = pa.Array.from_buffers(pa.string(), 2, pa.array([b"Ann", b"B\xffb"]).buffers())
    desk.put("t.parquet", parquet(id=["1", "2"], name=names, postcode=["A", "B"]))
    assert aside(desk.land(path="t.parquet")) == [(2, "name", "control characters or bytes that are not text")]


@pytest.mark.parametrize("name", ["t.xlsx", "t.xls"])
def test_a_workbook_with_a_password_is_told_as_such(desk, name):
    parts = "EncryptionInfo\0EncryptedPackage\0".encode("utf-16-le")
    desk.put(name, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + parts.ljust(4096, b"\0"))
    with pytest.raises(DataError, match="password"):
        desk.land(path=name)


def test_a_zip_entry_with_a_password_is_told_as_such(desk):
    data = bytearray(workbook(HEADER, ("1", "Ann", "A")))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    desk.put("t.xlsx", bytes(data))
    with pytest.raises(DataError, match="password"):
        desk.land(path="t.xlsx")


def test_a_workbook_whose_cells_share_one_text_without_end_is_refused_before_it_is_opened(desk):
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 80_000))

    def repeat(_):
        return b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"

    book = rewrite(workbook(HEADER), "xl/worksheets/sheet1.xml", repeat)
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"<sst><si><t>" + b"ab" * 15_000 + b"</t></si></sst>")
    desk.put("t.xlsx", out.getvalue())
    with pytest.raises(DataError, match="zip bomb"):
        desk.land(path="t.xlsx")
