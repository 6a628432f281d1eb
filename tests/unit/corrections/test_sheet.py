"""Sheets, out and back in, with nothing in them that a spreadsheet would run."""

import csv

import pytest
from openpyxl import load_workbook

from insighthub.corrections.sheet import FORMULA, read_sheet, write_sheet
from insighthub.errors import DataError, RunError

HEADER = ["ticket", "=name", "note"]
ROWS = [
    ["1", "=HYPERLINK(A1)", "plain, with a comma"],
    ["2", "+447700900111", "two\nlines"],
    ["3", "-1", "@SUM(A1)"],
    ["4", "\tx", "'quoted'"],
    ["5", "00123", "Zoë Ō'Brien"],
]


@pytest.mark.parametrize("name", ["sheet.csv", "sheet.xlsx"])
def test_what_goes_out_comes_back(tmp_path, name):
    write_sheet(tmp_path / name, HEADER, ROWS)
    assert read_sheet(tmp_path / name) == [HEADER, *ROWS]
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_no_cell_of_a_csv_is_a_formula(tmp_path):
    write_sheet(tmp_path / "sheet.csv", HEADER, ROWS)
    with (tmp_path / "sheet.csv").open(encoding="utf-8-sig", newline="") as handle:
        cells = [cell for row in csv.reader(handle) for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA)]
    assert "'=HYPERLINK(A1)" in cells


def test_no_cell_of_a_workbook_is_a_formula_or_a_number(tmp_path):
    write_sheet(tmp_path / "sheet.xlsx", HEADER, ROWS)
    cells = [cell for row in load_workbook(tmp_path / "sheet.xlsx").active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.value.startswith(FORMULA)]


def test_another_ending_is_no_sheet(tmp_path):
    with pytest.raises(RunError, match=r"\.csv or an \.xlsx"):
        write_sheet(tmp_path / "sheet.txt", HEADER, ROWS)


@pytest.mark.parametrize(("name", "content"), [("a.xlsx", b"no workbook"), ("a.csv", b"\xff\xfe\x00")])
def test_what_is_no_sheet_says_so(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=r"cannot be read|is damaged"):
        read_sheet(tmp_path / name)


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(DataError):
        read_sheet(tmp_path / "none.csv")
