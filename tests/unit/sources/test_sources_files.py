"""Which files a source means, and what they are by content rather than by name."""

import gzip
import os
import stat

import pytest

from insighthub.errors import DataError

CSV = "id,name,postcode\n1,Ann,A\n"


def test_files_of_a_folder_are_read_by_name_and_what_is_no_extract_is_told(desk, rows):
    desk.put("d/2024-02.csv", "id,name,postcode\n2,Bob,B\n")
    desk.put("d/2024-01.csv", CSV)
    desk.put("d/notes.docx", "x")
    desk.put("d/.hidden.csv", "x")
    desk.put("d/~$2024-01.xlsx", "x")
    delivery = desk.land(path="d")
    assert rows(delivery.path, "id", "_file") == [("1", "d/2024-01.csv"), ("2", "d/2024-02.csv")]
    assert [f.name for f in delivery.files] == ["d/2024-01.csv", "d/2024-02.csv"]
    assert delivery.warnings == ("d/notes.docx: not read, as it is no file of a kind that can be.",)


@pytest.mark.parametrize("pattern", ["t_*.csv", "**/t_*.csv", "./t_?.csv", "t_[12].csv"])
def test_a_glob_is_followed(desk, rows, pattern):
    desk.put("t_2.csv", "id,name,postcode\n2,Bob,B\n")
    desk.put("t_1.csv", CSV)
    assert rows(desk.land(path=pattern).path, "id") == [("1",), ("2",)]


def test_several_paths_are_read_in_the_order_given_and_each_file_once(desk, rows):
    desk.put("b.csv", CSV)
    desk.put("a.csv", "id,name,postcode\n2,Bob,B\n")
    assert rows(desk.land(path=["b.csv", "*.csv"]).path, "id") == [("1",), ("2",)]


def test_an_absolute_path_is_followed(desk, rows, tmp_path):
    (tmp_path / "else.csv").write_text(CSV)
    assert rows(desk.land(path=str(tmp_path / "else.csv")).path, "id") == [("1",)]


def test_a_file_that_is_not_there_is_named_with_a_near_one(desk):
    desk.put("tenants_2024.csv", CSV)
    with pytest.raises(DataError, match=r"Did you mean 'tenants_2024\.csv'") as caught:
        desk.land(path="tenants_2042.csv")
    assert caught.value.file == "tenants_2042.csv"


@pytest.mark.parametrize("path", ["*.csv", "nowhere/x.csv", "loop/x.csv", "loop", "empty", "[", "a" * 5000])
def test_a_path_that_leads_nowhere_is_refused(desk, path):
    (desk.base / "loop").symlink_to(desk.base / "loop")
    (desk.base / "empty").mkdir()
    with pytest.raises(DataError) as caught:
        desk.land(path=path)
    assert caught.value.file == path
    assert caught.value.remedy


def test_links_in_a_circle_do_not_hold_up_a_glob(desk, rows):
    desk.put("d/t.csv", CSV)
    (desk.base / "d" / "again").symlink_to(desk.base / "d")
    assert rows(desk.land(path="**/t.csv").path, "id") == [("1",)]


def test_a_pipe_is_refused_rather_than_waited_for(desk):
    os.mkfifo(desk.base / "tenants.csv")
    with pytest.raises(DataError, match="neither a file nor a folder"):
        desk.land()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read any file")
def test_a_file_that_may_not_be_read_is_refused(desk):
    desk.put("tenants.csv", CSV).chmod(stat.S_IWUSR)
    with pytest.raises(DataError, match="permission"):
        desk.land()


@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv", "t.gz"])
def test_a_gzip_file_is_unpacked_whatever_its_name(desk, rows, name):
    desk.put(name, gzip.compress(CSV.encode()))
    assert rows(desk.land(path=name).path, "id") == [("1",)]


def test_gzip_files_put_end_to_end_are_one(desk, rows):
    desk.put("t.csv.gz", gzip.compress(CSV.encode()) + gzip.compress(b"2,Bob,B\n"))
    assert rows(desk.land(path="t.csv.gz").path, "id") == [("1",), ("2",)]


def test_json_lines_may_be_compressed(desk, rows):
    desk.put("t.jsonl.gz", gzip.compress(b'{"id": 1, "name": "Ann", "postcode": "A"}\n'))
    assert rows(desk.land(path="t.jsonl.gz").path, "id") == [("1",)]


def test_a_gzip_bomb_is_refused(desk):
    desk.put("t.csv.gz", gzip.compress(b"\0" * 60_000_000))
    with pytest.raises(DataError, match="zip bomb"):
        desk.land(path="t.csv.gz")


def test_a_gzip_file_cut_short_is_refused(desk):
    desk.put("t.csv.gz", gzip.compress(CSV.encode() * 1000)[:-20])
    with pytest.raises(DataError, match="cut short"):
        desk.land(path="t.csv.gz")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.csv", b"PAR1\x00\x00", "Parquet"),
        ("t.csv", b"PK\x03\x04 [Content_Types].xml", "Excel"),
        ("t.csv", b"PK\x03\x04 readme.txt", "zip archive"),
        ("t.csv", b"%PDF-1.7\n", "PDF"),
        ("t.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel"),
        ("t.xls", b"<html><table><tr><td>id</td></tr></table></html>", "web page"),
        ("t.xlsx", CSV.encode(), "text"),
        ("t.parquet", CSV.encode(), "text"),
        ("t.xls", b"id\tname\tpostcode\n1\tAnn\tA\n", "text"),
        ("t.csv", b"SQLite format 3\x00", "SQLite"),
    ],
)
def test_content_of_another_kind_than_the_name_says_is_refused(desk, name, content, says):
    desk.put(name, content)
    with pytest.raises(DataError, match=says):
        desk.land(path=name)


def test_a_declared_format_stands_above_the_name(desk, rows):
    desk.put("t.xls", "id\tname\tpostcode\n1\tAnn\tA\n")
    assert rows(desk.land(path="t.xls", format="csv").path, "id") == [("1",)]


def test_a_file_without_a_telling_name_is_read_by_its_content(desk, rows):
    desk.put("t.dat", '{"id": 1, "name": "Ann", "postcode": "A"}\n')
    desk.put("u.dat", CSV)
    assert rows(desk.land(path="t.dat").path, "id") == rows(desk.land(path="u.dat").path, "id") == [("1",)]
