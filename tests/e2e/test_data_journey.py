"""An analyst's main tasks on the data, from a session to done: by the keyboard alone, and with no scripts."""

import csv

import pytest

from tests.e2e.keys import enter, press_to


def named(page, role, name):
    return page.get_by_role(role, name=name, exact=True)


def test_an_analyst_answers_a_correction_by_the_keyboard_alone(persona, borough):
    analyst = persona("analyst")
    analyst.go("/")
    page = analyst.page
    enter(analyst, "Corrections", "**/corrections")
    enter(analyst, "Benefits", "**/corrections/benefits")
    press_to(analyst, "Ticket ")
    ticket = analyst.focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*")
    press_to(analyst, "status")  # to the first of the answers, and down to the second
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    enter(analyst, "Keep the answer", "**/corrections/benefits?done=accepted")
    assert page.get_by_text("It is noted as accepted").is_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=ticket, exact=True))
    assert "Accepted" in row.inner_text()
    assert analyst.complaints == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_sheet_goes_out_and_comes_back(persona, tmp_path, javascript):
    source = "libraries" if javascript else "parking_permits"
    analyst = persona("analyst", javascript=javascript)
    page = analyst.page
    analyst.go(f"/corrections/{source}")
    page.get_by_text("Download what is to be sent, or take back answers").click()
    named(page, "radio", "CSV").check()
    named(page, "checkbox", "Note what it holds as sent").check()
    with page.expect_download() as came:
        named(page, "button", "Download the sheet").click()
    sheet = tmp_path / "sheet.csv"
    came.value.save_as(sheet)
    rows = list(csv.reader(sheet.read_text(encoding="utf-8-sig").splitlines()))
    rows[1][rows[0].index("answer")] = "accepted"
    with sheet.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)
    analyst.go(f"/corrections/answers/{source}")
    page.get_by_label("Sheet with answers").set_input_files(sheet)
    named(page, "button", "Take the answers").click()
    assert page.get_by_text("The sheet was taken: 1 accepted, 0 refused").is_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_new_file_is_tried_before_it_is_delivered(persona, tmp_path, javascript):
    analyst = persona("analyst", javascript=javascript)
    page = analyst.page
    analyst.go("/sources")
    page.get_by_role("link", name="Libraries").click()
    named(page, "button", "Try a new file").click()
    file = tmp_path / "libraries.tsv"
    file.write_text("nothing\tof\tuse\n1\t2\t3\n", encoding="utf-8")
    page.get_by_label("File to try").set_input_files(file)
    named(page, "button", "Check the file").click()
    assert page.title().startswith("Error: ")
    page.get_by_role("alert").get_by_role("link").click()
    assert page.locator("#file").is_visible()


def test_an_analyst_sees_what_changed_and_how_good_the_data_is(persona):
    analyst = persona("analyst", javascript=False)
    page = analyst.page
    analyst.go("/runs")
    page.get_by_role("link", name="r000002").click()
    named(page, "button", "Compare").click()
    page.wait_for_url("**/drift?before=r000001")
    assert named(page, "heading", "What changed between two runs").is_visible()
    analyst.go("/quality")
    page.get_by_label("Rule", exact=True).select_option("valid")
    named(page, "button", "Show").click()
    assert page.url.endswith("/quality?rule=valid&field=")
    page.get_by_role("link", name="Council tax").click()
    assert named(page, "heading", "Data quality: Council tax").is_visible()
