"""Lists, sheets and answers of one small hub: a release, landed files and a state."""

import csv
from datetime import date
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from insighthub.corrections.desk import Corrections
from insighthub.corrections.tickets import keep_tickets, plan_tickets
from insighthub.errors import DataError, RunError
from tests.unit.corrections.made_release import NEW, OLD, cases, record, release

DAY = date(2026, 6, 1)
RIGHT, WRONG = "1980-03-05", "1980-05-03"

CONTRACT = """
[[source]]
name = "libraries"
path = "libraries.csv"
record_id = ["branch", "ref"]

[source.person]
given_name = "forename"
family_name = "surname"
date_of_birth = { column = "dob", format = "%d/%m/%Y" }
address = ["addr1", "addr2", "addr3"]
postcode = "postcode"
"""
LANDED = {
    "branch": ["=B1", "C", "C"], "ref": ["L1", "L2", "L3"], "forename": ["Ann", "Bo", "Cy"],
    "surname": ["Smith", "Smith", "Smith"], "dob": ["05/03/1980", "03/05/1980", "05/03/1980"],
    "addr1": ["1 Old Road", "", ""], "addr2": ["Barking", "", ""], "addr3": ["", "", ""],
    "postcode": ["IG11 8AA", "", ""],
}  # fmt: skip


@pytest.fixture
def hub(tmp_path, state):
    """A hub of which the library has a former address of one resident, and a date of birth of another that slipped."""
    db = release(
        [
            record("libraries", "=B1|L1", **OLD),
            record("benefits", "B1", **NEW, date=DAY),
            record("libraries", "C|L2", "R2", date_of_birth=WRONG),
            record("benefits", "B2", "R2"),
            record("parking_permits", "P2", "R2"),
            record("libraries", "C|L3", "R3"),
        ],
        current={"R1": "U:2"},
    )
    assert len(cases(db)) == 2
    with state.read() as connection:
        plan = plan_tickets(connection, db, "r000001", DAY)
    with state.write() as connection:
        keep_tickets(connection, plan)
    file = tmp_path / "release.duckdb"
    db.execute(f"ATTACH '{file}' AS kept")
    db.execute("COPY FROM DATABASE memory TO kept")
    db.close()
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "libraries.toml").write_text(CONTRACT, encoding="utf-8")
    landed = tmp_path / "landing" / "libraries" / "f.parquet"
    landed.parent.mkdir(parents=True)
    pq.write_table(pa.table(LANDED), landed)
    releases = SimpleNamespace(open=lambda: duckdb.connect(str(file), read_only=True), current=lambda: "r000001")
    return SimpleNamespace(home=tmp_path, state=state, releases=releases)


@pytest.fixture
def desk(hub):
    return Corrections(hub)


def filled(desk, path, answers, notes=("", "")):
    """Write the library's sheet, and fill in its answers as an owner would."""
    desk.export("libraries", path)
    if path.suffix == ".xlsx":
        book = load_workbook(path)
        places = {cell.value: cell.column for cell in book.active[1]}
        for row, (answer, note) in enumerate(zip(answers, notes, strict=True), start=2):
            book.active.cell(row, places["answer"], answer or None)
            book.active.cell(row, places["note"], note or None)
        with path.open("wb") as handle:
            book.save(handle)
        return path
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row, answer, note in zip(rows, answers, notes, strict=True):
        row |= {"answer": answer, "note": note}
    with path.open("w", encoding="utf-8", newline="") as handle:
        out = csv.DictWriter(handle, rows[0])
        out.writeheader()
        out.writerows(rows)
    return path


def statuses(desk):
    return [each.status for each in desk.list()]


def test_the_list_has_no_value_and_the_case_has_them(desk):
    moved, slip = desk.list("libraries")
    assert (moved.kind, slip.kind, moved.status) == ("moved", "birth_date", "proposed")
    assert not {"2 NEW ROAD", RIGHT, WRONG} & {str(value) for value in vars(slip).values()}
    case = desk.case(slip.correction_id)
    assert (case.held, case.proposed) == (WRONG, RIGHT)
    assert case.evidence[0]["service"] in {"benefits", "parking_permits"}
    assert desk.list("benefits") == ()
    with pytest.raises(RunError, match="no correction is ever"):
        desk.list(status="done")


def test_the_sheet_is_in_the_words_of_the_source(desk, tmp_path):
    assert len(desk.export("libraries", tmp_path / "sheet.csv")) == 2
    with (tmp_path / "sheet.csv").open(encoding="utf-8-sig", newline="") as handle:
        moved, slip = csv.DictReader(handle)
    assert (moved["branch"], moved["ref"], moved["what is wrong"]) == ("'=B1", "L1", "lives at another address now")
    assert (moved["addr1"], moved["addr1 (proposed)"], moved["addr2 (proposed)"]) == ("1 Old Road", "2 New Road", "")
    assert (moved["postcode"], moved["postcode (proposed)"]) == ("IG11 8AA", "IG11 9BB")
    assert (slip["dob"], slip["dob (proposed)"], slip["addr1 (proposed)"]) == ("03/05/1980", "05/03/1980", "")
    assert moved["dob (proposed)"] == ""
    assert "benefits" in moved["why"]


@pytest.mark.parametrize("name", ["sheet.csv", "sheet.xlsx"])
def test_answers_come_back_in_the_sheet(desk, tmp_path, name):
    path = filled(desk, tmp_path / name, ["Yes", "refused"], ["", "born 05/03/1980? He says 3 May"])
    moved, slip = (each.correction_id for each in desk.list())
    desk.mark_sent([moved, slip], by="data team")
    answers = desk.read_answers(path, by="library")
    assert (answers.accepted, answers.refused, answers.unanswered) == ((moved,), (slip,), 0)
    assert statuses(desk) == ["accepted", "refused"]
    assert desk.history(slip)[-1] == ("refused", "library", "born [left out]? He says 3 May")
    assert [status for status, _, _ in desk.history(moved)] == ["proposed", "sent", "accepted"]
    assert desk.read_answers(path, by="library").unchanged == 2


def test_rows_without_an_answer_wait(desk, tmp_path):
    answers = desk.read_answers(filled(desk, tmp_path / "sheet.csv", ["", "no"]), by="library")
    assert (answers.unanswered, len(answers.refused)) == (1, 1)
    assert statuses(desk) == ["proposed", "refused"]
    assert len(desk.export("libraries", tmp_path / "next.csv")) == 1


@pytest.mark.parametrize(("answer", "message"), [("perhaps", "no answer"), ("accepted", "there is no ticket")])
def test_one_row_that_cannot_be_understood_keeps_all_from_being_taken(desk, tmp_path, answer, message):
    path = filled(desk, tmp_path / "sheet.csv", ["accepted", answer])
    if answer == "accepted":
        path.write_text(path.read_text(encoding="utf-8").replace("\n2,", "\n99,"), encoding="utf-8")
    with pytest.raises(DataError, match=message) as error:
        desk.read_answers(path, by="library")
    assert error.value.row == 3
    assert statuses(desk) == ["proposed", "proposed"]


def test_a_ticket_that_stands_in_a_sheet_twice_is_an_error(desk, tmp_path):
    path = filled(desk, tmp_path / "sheet.csv", ["accepted", "refused"])
    path.write_text(path.read_text(encoding="utf-8").replace("\n2,", "\n1,"), encoding="utf-8")
    with pytest.raises(DataError, match="row 2 too"):
        desk.read_answers(path, by="library")
    assert statuses(desk) == ["proposed", "proposed"]


def test_a_sheet_without_its_header_is_an_error(desk, tmp_path):
    (tmp_path / "sheet.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column 'ticket'"):
        desk.read_answers(tmp_path / "sheet.csv", by="library")


def test_only_steps_that_are_allowed_are_taken(desk):
    number = desk.list()[0].correction_id
    desk.accept(number, "library")
    with pytest.raises(RunError, match="is accepted, and cannot be sent now"):
        desk.mark_sent([number], by="data team")
    desk.refuse(number, "library", "as the tenant says")
    assert desk.history(number)[-1] == ("refused", "library", "as the tenant says")
    with pytest.raises(RunError, match="there is no ticket 99"):
        desk.accept(99, "library")


def test_where_one_ticket_cannot_be_sent_none_is(desk):
    first, second = (each.correction_id for each in desk.list())
    desk.refuse(second, "library")
    with pytest.raises(RunError):
        desk.mark_sent([first, second], by="data team")
    assert statuses(desk) == ["proposed", "refused"]


def test_figures_of_the_hub(desk):
    desk.accept(desk.list()[0].correction_id, "library")
    everything = desk.figures()[0]
    assert (everything.proposed, everything.accepted, everything.open) == (1, 1, 2)
    assert (everything.asks_avoided, everything.asks_avoidable) == (1, 1)


def test_a_source_that_the_hub_does_not_have_is_an_error(desk, tmp_path):
    with pytest.raises(RunError, match="no source 'nobody'"):
        desk.export("nobody", tmp_path / "sheet.csv")


def test_a_landed_file_that_is_gone_is_an_error(desk, hub, tmp_path):
    (hub.home / "landing" / "libraries" / "f.parquet").unlink()
    with pytest.raises(RunError, match="not kept any more"):
        desk.export("libraries", tmp_path / "sheet.csv")
