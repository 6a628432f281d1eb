"""A hub of two deliveries: what the library is told, how its sheet goes out and comes back, and what is then put right.

The second delivery is the first with what the sheet proposes typed into the columns that the sheet names; so a ticket
is fixed only if the sheet spoke in the library's own columns and forms.
"""

import csv
import re
import shutil

import duckdb
import pytest
from typer.testing import CliRunner

from benchmarks import corrections as benchmark
from insighthub.cli import app
from insighthub.hub import Hub
from insighthub.sources.home import load_home
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub

SOURCE, KEY, LANDED = "libraries", "borrower_number", "extracts/libraries.tsv"
PROPOSED = " (proposed)"
RESIDENTS, SEED = 1200, 4

pytestmark = pytest.mark.usefixtures("wide")


def run(*words):
    outcome = CliRunner().invoke(app, [str(word) for word in words])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
    return outcome


def done(*words):
    outcome = run(*words)
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def read(path, delimiter=","):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=delimiter))


def write(path, rows, delimiter=","):
    with path.open("w", encoding="utf-8", newline="") as handle:
        out = csv.DictWriter(handle, rows[0], delimiter=delimiter)
        out.writeheader()
        out.writerows(rows)


def statuses(home):
    with Hub(home) as hub:
        return {each.correction_id: each.status for each in hub.corrections.list(SOURCE)}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A hub after its first run, and the sheet that the library was sent."""
    home = tmp_path_factory.mktemp("hub")
    generate(home / "extracts", residents=RESIDENTS, seed=SEED)
    write_hub(home)
    done("run", "--home", home, "--as-of", "2026-09-30")
    sheet = home / "library.csv"
    done("corrections", "export", "--source", SOURCE, "--to", sheet, "--mark-sent", "--by", "data team", "--home", home)
    return home, read(sheet)


@pytest.fixture(scope="module")
def answered(told):
    """The sheet comes back, all accepted but the last, and the next delivery says what was accepted."""
    home, rows = told
    for row in rows:
        row["answer"] = "accepted" if row is not rows[-1] else "refused"
    write(home / "back.csv", rows)
    said = done("corrections", "answer", home / "back.csv", "--by", "library", "--home", home)
    before = statuses(home)
    delivered = read(home / LANDED, "\t")
    by_key = {row[KEY]: row for row in delivered}
    for row in rows[:-1]:
        for column, value in row.items():
            if column.endswith(PROPOSED) and value:
                by_key[row[KEY]][column.removesuffix(PROPOSED)] = value.removeprefix("'")
    write(home / LANDED, delivered, "\t")
    shutil.copytree(home, home.with_name("same day"))
    done("run", "--home", home, "--as-of", "2026-10-31")
    return home, rows, said, before


def test_what_was_sent_is_noted(told):
    home, rows = told
    assert len(rows) > 10
    assert {row["what is wrong"] for row in rows} >= {"date of birth is missing"}
    found = statuses(home)
    assert {int(row["ticket"]) for row in rows} == set(found)


def test_the_answers_are_taken(answered):
    _, rows, said, before = answered
    assert f"{len(rows) - 1} accepted, 1 refused" in said
    assert sorted(set(before.values())) == ["accepted", "refused"]


def test_what_the_second_delivery_puts_right_is_fixed_and_the_refused_one_is_not_asked_again(answered):
    home, rows, _, _ = answered
    after = statuses(home)
    assert {after[int(row["ticket"])] for row in rows[:-1]} == {"fixed"}
    assert after[int(rows[-1]["ticket"])] == "refused"
    with Hub(home) as hub, hub.release() as db:
        fixed = hub.corrections.figures()
        still = db.execute(
            "SELECT count(*) FROM correction_case WHERE source = ? AND record_id = ?", [SOURCE, rows[-1][KEY]]
        ).fetchall()
    assert still == [(1,)]
    library = next(each for each in fixed if each.source == SOURCE and each.kind is None)
    assert library.fixed == library.asks_avoided == len(rows) - 1
    assert library.median_days_to_fix == 31


def test_a_run_of_changes_gives_the_cases_that_a_full_one_gives(answered):
    # Of one day: who was not touched is known as of the day on which they were.
    home = answered[0].with_name("same day")
    done("run", "--home", home, "--as-of", "2026-09-30")
    before = statuses(home)
    done("run", "--full", "--home", home, "--as-of", "2026-09-30")
    with Hub(home) as hub, duckdb.connect() as db:
        changes, full = hub.releases.kept()[-2:]
        for name, release in (("one", changes), ("other", full)):
            db.execute(f"ATTACH '{hub.releases.file(release)}' AS {name} (READ_ONLY)")
        assert db.execute("SELECT kind FROM one.run ORDER BY run_id").fetchall()[-1] == ("changes",)
        both = [db.execute(f"FROM {name}.correction_case ORDER BY ALL").fetchall() for name in ("one", "other")]
    assert both[0]
    assert both[0] == both[1]
    assert statuses(home) == before


def test_the_list_names_records_and_no_values(answered):
    home = answered[0]
    said = done(
        "corrections", "list", "--source", SOURCE, "--status", "fixed", "--kind", "missing_birth_date", "--home", home
    )
    assert f"{SOURCE}/" in said
    assert "fixed" in said
    assert not re.search(r"\d\d/\d\d/\d{4}|\d{4}-\d\d-\d\d", said)
    assert "none" not in done("corrections", "list", "--limit", "3", "--home", home)


def test_a_ticket_is_answered_by_its_number(answered):
    home = answered[0]
    with Hub(home) as hub:
        one = hub.corrections.list("housing_rents", "proposed")[0].correction_id
    assert f"Ticket {one} is accepted" in done("corrections", "accept", one, "--by", "rents", "--home", home)
    assert f"Ticket {one} is refused" in done(
        "corrections", "refuse", one, "--by", "rents", "--note", "as the tenant says", "--home", home
    )
    again = run("corrections", "refuse", one, "--by", "rents", "--home", home)
    assert again.exit_code == 1
    assert "is refused, and cannot be refused now" in again.output


def test_the_figures_are_printed_for_sources_and_for_kinds(answered):
    home = answered[0]
    said = done("corrections", "figures", "--home", home)
    assert "all sources" in said
    assert SOURCE in said
    assert "missing_birth_date" not in said
    assert "missing_birth_date" in done("corrections", "figures", "--kinds", "--home", home)


def test_nearly_all_that_is_proposed_is_right(told, tmp_path):
    home = told[0]
    sources = [source for each in load_home(home) for source in each.contract.source]
    with duckdb.connect(shutil.copy(home / "releases" / "r000001.duckdb", tmp_path / "copy.duckdb")) as db:
        benchmark.build(db, sources, DAY)
        found = {each.kind: each for each in benchmark.precision(db, home, residents=RESIDENTS, seed=SEED)}
    assert {"moved", "birth_date", "missing_birth_date", "missing_uprn"} <= set(found)
    for kind in ("moved", "birth_date", "missing_birth_date", "missing_uprn"):
        assert found[kind].known >= 10
        assert found[kind].share >= 0.9, found[kind]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("list", "--status", "done"), "no correction is ever 'done'"),
        (("list", "--kind", "nothing"), "no correction is of a kind 'nothing'"),
        (("export", "--source", "nobody", "--to", "x.csv"), "no source 'nobody'"),
        (("answer", "none.csv", "--by", "x"), "cannot be read"),
        (("accept", "99999", "--by", "x"), "there is no ticket 99999"),
    ],
)
def test_what_cannot_be_done_says_why(told, words, message):
    outcome = run("corrections", *words, "--home", told[0])
    assert outcome.exit_code == 1
    assert message in " ".join(outcome.output.split())


def test_who_sends_a_sheet_must_be_said(told):
    outcome = run("corrections", "export", "--source", SOURCE, "--to", "x.csv", "--mark-sent", "--home", told[0])
    assert outcome.exit_code == 2
