"""Measures and data quality of a small hub, from the run to the command line."""

import csv
import re
import shutil
from datetime import date

import duckdb
import pytest
from typer.testing import CliRunner

from insighthub.cli import app
from insighthub.errors import MeasureError
from insighthub.hub import Hub
from insighthub.measures.home import example_measures
from insighthub.runs.begin import Asked
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub

RESIDENTS = 800
BY_WARD = """
[[measure]]
name = "known_to_council_tax"
title = "Residents known to council tax"
unit = "resident"
sources = ["council_tax"]
purposes = ["policy"]
by = ["ward"]
numerator = { condition = [{ known_to = ["council_tax"] }] }
"""
LATER = date(2026, 10, 7)

pytestmark = pytest.mark.usefixtures("wide")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a hub of a small borough: a full run, then one of changes in which two sources are worse than before."""
    home = tmp_path_factory.mktemp("hub")
    generate(home / "extracts", residents=RESIDENTS, seed=3)
    write_hub(home)
    with Hub(home) as hub:
        hub.run(Asked(as_of=DAY))
        worsen(home / "extracts" / "council_tax.csv")
        outcome = hub.run(Asked(as_of=LATER))
    assert not outcome.full
    return home


def worsen(file):
    """Take the name away from every second account."""
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows[::2]:
        row["lead_liab_name"] = "N/A"
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def asked(home, *words, status=0):
    """Run a command of the hub; return what it printed, its tables' frames and line breaks taken out."""
    outcome = CliRunner().invoke(app, [*map(str, words), "--home", str(home)])
    assert outcome.exit_code == status, outcome.output
    return " ".join(re.sub(r"[┃│]", " ", outcome.output).split())


def release(home, run_id=None):
    with Hub(home) as hub:
        return duckdb.connect(str(hub.releases.file(run_id or hub.releases.current())), read_only=True)


def test_a_run_computes_every_example_and_publishes_no_small_count(home):
    with release(home) as db:
        names = {row[0] for row in db.execute("SELECT name FROM measure").fetchall()}
        assert names == {measure.name for measure in example_measures()}
        small = """SELECT count(*) FROM measure_value v JOIN measure_published p
        ON (p.name, p."by", p.group_value) = (v.name, v."by", v.group_value) AND p.month IS NOT DISTINCT FROM v.month
        WHERE v.numerator < 10 AND p.numerator IS NOT NULL AND p.numerator_is = 'new'"""
        assert db.execute(small).fetchall() == [(0,)]
        every = "SELECT count(*) FROM measure_published WHERE numerator % 5 <> 0 OR denominator % 5 <> 0"
        assert db.execute(every).fetchall() == [(0,)]


def test_figures_of_a_run_are_held_against_the_release_before(home):
    with release(home) as db:
        states = dict(db.execute("SELECT denominator_is, count(*) FROM measure_published GROUP BY ALL").fetchall())
    assert states["as before"] > 0


def test_list_names_every_measure(home):
    said = asked(home, "measures", "list")
    for measure in example_measures():
        assert measure.name in said


def test_show_gives_figures_for_a_purpose_alone(home):
    without = asked(home, "measures", "show", "residents_on_benefits")
    assert "Figures are shown for a purpose" in without
    assert "Counts residents, in each of the last 12 whole months" in without
    assert f"benefits {DAY.day} September 2026" in without
    assert "%" not in without
    assert "hidden" not in without
    said = asked(home, "measures", "show", "residents_with_a_blue_badge", "--purpose", "policy")
    with release(home) as db:
        query = """SELECT numerator, denominator FROM measure_published
        WHERE name = 'residents_with_a_blue_badge' AND "by" = 'none'"""
        counted, of = db.execute(query).fetchall()[0]
    assert f"all {counted:,} {of:,}" in said
    assert "hidden" in said


def test_show_prints_the_statements(home):
    said = asked(home, "measures", "show", "residents_with_a_blue_badge", "--sql")
    assert "CREATE OR REPLACE TEMP TABLE unit_row" in said
    assert "blue_badge" in said


@pytest.mark.parametrize(
    ("purpose", "message"),
    [("customer_services", "may not be given out for customer_services"), ("gossip", "knows no purpose 'gossip'")],
)
def test_a_purpose_that_may_not_see_a_measure_gets_nothing(home, tmp_path, purpose, message):
    file = tmp_path / "out.csv"
    said = asked(home, "measures", "export", "children_with_a_plan", "--to", file, "--purpose", purpose, status=1)
    assert message in said
    assert not file.exists()


def test_an_export_is_what_was_published_and_nothing_else(home, tmp_path):
    file = tmp_path / "out.csv"
    said = asked(home, "measures", "export", "residents_in_council_tax_arrears", "--to", file, "--purpose", "policy")
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert f"{len(rows):,} figures are written" in said
    with release(home) as db:
        query = """SELECT "by", group_value, numerator, denominator FROM measure_published
        WHERE name = 'residents_in_council_tax_arrears'"""
        published = {tuple("" if cell is None else str(cell) for cell in row) for row in db.execute(query).fetchall()}
    assert {(r["by"], r["group_value"], r["numerator"], r["denominator"]) for r in rows} == published
    assert {(r["as_of"], r["release"], r["purpose"]) for r in rows} == {(LATER.isoformat(), "r000002", "policy")}


def test_a_name_that_ends_otherwise_is_refused(home, tmp_path):
    words = ("measures", "export", "children_with_a_plan", "--to", tmp_path / "out.xlsx", "--purpose", "policy")
    assert "ends with .csv" in asked(home, *words, status=2)
    assert "ends with .html" in asked(home, "quality", "--html", tmp_path / "out.txt", status=2)


def test_quality_has_a_scorecard_for_every_source(home):
    said = asked(home, "quality")
    for source in ("council_tax", "benefits", "school_pupils", "electoral_register"):
        assert source in said
    assert "0 days ago" in said  # council tax
    assert "7 days ago" in said  # the others


def test_quality_of_one_source_names_its_fields_and_what_they_cost(home):
    said = asked(home, "quality", "--source", "council_tax")
    with release(home) as db:
        query = "SELECT failed FROM quality WHERE source = 'council_tax' AND field = 'full_name' AND rule = 'complete'"
        assert f"{db.execute(query).fetchall()[0][0]:,}" in said
    assert "full_name" in said
    assert "residents' records are the first" in said
    unknown = asked(home, "quality", "--source", "tax", status=1)
    assert "no source tax" in unknown


def test_the_trend_shows_what_became_worse(home):
    said = asked(home, "quality", "--trend")
    assert "r000001" in said
    assert "r000002" in said
    worst = re.search(r"worst first .*? council_tax full_name complete ([\d.]+)% ([\d.]+)%", said)
    assert worst, said
    before, now = map(float, worst.groups())
    assert before > 95
    assert 45 < now < 55


def test_quality_is_written_as_a_table_and_as_a_page(home, tmp_path):
    sheet, page = tmp_path / "q.csv", tmp_path / "q.html"
    said = asked(home, "quality", "--to", sheet, "--html", page)
    assert said.count("Written to") == 2
    with sheet.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    with release(home) as db:
        assert len(rows) == db.execute("SELECT count(*) FROM quality").fetchall()[0][0]
    assert {row["rule"] for row in rows} == {"complete", "valid", "consistent", "timely", "unique"}
    text = page.read_text(encoding="utf-8")
    assert "<title>Data quality</title>" in text
    assert "<svg" in text
    asked(home, "quality", "--trend", "--to", sheet)
    with sheet.open(encoding="utf-8-sig", newline="") as handle:
        assert {row["run_id"] for row in csv.DictReader(handle)} == {"r000001", "r000002"}


def test_a_run_of_changes_measures_what_a_full_run_does(home, tmp_path):
    copy = shutil.copytree(home, tmp_path / "hub")
    with Hub(copy) as hub:
        outcome = hub.run(Asked(full=True, as_of=LATER))
    with release(home) as db:
        db.execute(f"ATTACH '{copy / 'releases' / (outcome.run_id + '.duckdb')}' AS other (READ_ONLY)")
        for table in ("measure_value", "quality", "quality_source", "quality_quarantine", "quality_linkage"):
            for one, two in ((table, f"other.{table}"), (f"other.{table}", table)):
                assert db.execute(f"(FROM {one}) EXCEPT (FROM {two})").fetchall() == [], table


def test_settings_of_a_hub_are_kept_to(home, tmp_path):
    copy = shutil.copytree(home, tmp_path / "hub")
    (copy / "measures").mkdir()
    (copy / "measures" / "mine.toml").write_text(BY_WARD, encoding="utf-8")
    with release(home) as db:
        postcodes = [
            row[0] for row in db.execute("SELECT DISTINCT postcode FROM address ORDER BY 1").fetchall() if row[0]
        ]
    wards = [f"{postcode},{'North' if n % 2 else 'South'}" for n, postcode in enumerate(postcodes)]
    (copy / "wards.csv").write_text("\n".join(["postcode,ward", *wards]), encoding="utf-8")
    with (copy / "insighthub.toml").open("a", encoding="utf-8") as handle:
        handle.write('[measures]\nareas = { ward = "wards.csv" }\n[disclosure]\nrounding = 20\n')
    with Hub(copy) as hub:
        hub.run(Asked(as_of=LATER))
    with release(copy) as db:
        query = """SELECT group_value, numerator, denominator FROM measure_published
        WHERE "by" = 'ward' AND numerator IS NOT NULL ORDER BY 1"""
        found = db.execute(query).fetchall()
        assert [name for name, _, _ in found if name != "not known"] == ["North", "South"]
        assert all(count % 20 == 0 for _, *counts in found for count in counts)


def test_the_examples_can_be_taken_as_they_are(home, tmp_path):
    copy = shutil.copytree(home, tmp_path / "hub")
    (copy / "measures").mkdir()
    printed = CliRunner().invoke(app, ["measures", "examples"]).output
    (copy / "measures" / "mine.toml").write_text(printed, encoding="utf-8")
    with Hub(copy) as hub:
        hub.run(Asked(as_of=LATER))
        with hub.release() as db:
            assert db.execute("SELECT count(*) FROM measure").fetchall() == [(len(example_measures()),)]


def test_a_measure_that_does_not_fit_stops_a_run_before_it_does_anything(home, tmp_path):
    copy = shutil.copytree(home, tmp_path / "hub")
    (copy / "measures").mkdir()
    printed = CliRunner().invoke(app, ["measures", "examples"]).output.replace('"council_tax_arrears"', '"tax_debts"')
    (copy / "measures" / "mine.toml").write_text(printed, encoding="utf-8")
    with Hub(copy) as hub:
        with pytest.raises(MeasureError, match=r"mine\.toml.*there is no tax_debts"):
            hub.run(Asked(as_of=LATER))
        assert hub.runs()[-1].status == "failed"
        assert hub.releases.current() == "r000002"
