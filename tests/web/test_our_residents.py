"""Who the residents are, on a small borough's hub: the page, the command, and what a purpose may not see."""

import csv

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array
from typer.testing import CliRunner

from insighthub.cli import app as command_line
from insighthub.governance.audit_table import audit_table
from insighthub.governance.purposes import named
from insighthub.hub import Hub
from insighthub.population.people_figures import people_figures
from insighthub.population.read import read_residents
from insighthub.population.service_figures import service_figures
from tests.web.client import Browser


@pytest.fixture(scope="module")
def hub(borough):
    with Hub(borough.home) as opened:
        yield opened


def figures(hub, **changes):
    purpose = named(hub.policy().purpose, "policy").model_copy(update=changes)
    with hub.release() as db:
        seen = read_residents(db, purpose)
    return seen, {each.key: each for each in (*people_figures(seen), *service_figures(seen))}


def test_no_figure_that_is_told_is_small_and_the_second_release_tells_as_the_first(hub):
    with hub.release() as db:
        told = db.sql("SELECT value, told, count FROM population_told JOIN population_basis USING (figure, one, other)")
        rows = told.fetchall()
    shown = [(value, state, count) for value, state, count in rows if value is not None]
    assert len(shown) > 100
    assert all(count >= 10 and abs(value - count) < 10 for value, _, count in shown)
    assert sum(state == "as before" for _, state, _ in shown) > 0.9 * len(shown)


def test_leaders_come_from_the_borough_to_their_residents_and_it_is_in_the_audit(borough, borough_app, hub):
    browser = Browser(borough_app, borough.tokens["leader"], names=borough.names)
    browser.get("/borough")
    assert 'href="/our-residents"' in browser.page.text
    browser.get("/our-residents")
    text = browser.text()
    for title in ("residents live here on 1 October 2026", "of the official number", "contacts with services"):
        assert title in text
    assert "fictional borough's official estimates" in text
    with hub.state.read() as connection:
        lines = audit_table(connection).to_pylist()
    line = next(line for line in reversed(lines) if line["action"] == "see_population")
    assert (line["who"], line["purpose"]) == ("leader@council.example", "policy")


def test_officers_are_not_shown_the_figures(borough, borough_app):
    browser = Browser(borough_app, borough.tokens["officer"], names=borough.names)
    browser.get("/our-residents", status=403)


def test_a_purpose_that_may_not_see_ethnicity_gets_all_but_that_and_is_told_so(hub):
    whole, all_of_them = figures(hub)
    seen, some = figures(hub, fields=("date_of_birth", "sex", "addresses", "household"))
    assert whole.left_out == ()
    assert set(all_of_them) - set(some) == {"ethnicity"}
    assert seen.left_out == ("residents by ethnicity: this purpose may not see ethnicity",)
    assert not any(key[0] == "ethnicity" for key in seen.told)


def test_a_purpose_without_a_source_gets_nothing_that_rests_on_it(hub):
    seen, some = figures(hub, sources=("libraries", "housing_rents", "council_tax"))
    assert "overlap-of-services" not in some
    assert "concentration" not in some
    assert "segments" not in some
    assert not any("benefits" in part for key in seen.told for part in key)
    assert any("segments: this purpose may not use" in line for line in seen.left_out)


def test_the_command_shows_figures_for_a_purpose_and_writes_their_tables(borough, tmp_path):
    run = CliRunner().invoke
    done = run(
        command_line,
        ["population", "show", "--home", borough.home, "--purpose", "policy", "--to", str(tmp_path / "out")],
    )
    assert done.exit_code == 0, done.output
    assert "Residents by age and sex" in done.output
    with (tmp_path / "out" / "pyramid.csv").open(encoding="utf-8", newline="") as handle:
        header, *lines = list(csv.reader(handle))
    assert header == ["age", "f", "m", "official_f", "official_m"]
    assert len(lines) == 19
    wrong = run(
        command_line, ["population", "show", "--home", borough.home, "--purpose", "policy", "--figure", "nothing"]
    )
    assert wrong.exit_code == 1
    assert "pyramid" in wrong.output
    assert "[[segment]]" in run(command_line, ["population", "example"]).output


def test_an_attacker_with_both_releases_tells_no_small_count(hub):
    """With the tables as they were told, the sums among them, and what did not change; a part of the small counts."""
    unknown, low, high, rows, small = {}, [], [], [], []
    before = {}
    for release in ("r000001", "r000002"):
        with hub.release(release) as db:
            counts = {tuple(key): count for *key, count in db.execute("FROM population_basis").fetchall()}
            told = {tuple(key): (value, state) for *key, value, state in db.execute("FROM population_told").fetchall()}
            sums = db.execute("FROM population_sum").fetchall()
        for key, count in counts.items():
            at = unknown.get(key) if before.get(key) == count else None
            if at is None:
                at = len(low)
                low.append(0)
                high.append(np.inf)
            unknown[key] = at
            value, state = told.get(key, (None, "hidden"))
            if value is not None:
                off = {"new": 2, "as before": 9}[state]
                low[at], high[at] = max(low[at], 10, value - off), min(high[at], value + off)
            elif count < 10:
                small.append(at)
        for left, right in sums:
            terms = [(unknown[tuple(key)], 1) for key in left] + [(unknown[tuple(key)], -1) for key in right]
            rows.append(terms)
        before = counts
    at = [(n, place, factor) for n, terms in enumerate(rows) for place, factor in terms]
    number, place, factor = zip(*at, strict=True)
    matrix = csr_array((factor, (number, place)), shape=(len(rows), len(low)))
    assert len(set(small)) > 100
    for target in sorted(set(small))[::12]:
        ends = []
        for sign in (1, -1):
            aim = np.zeros(len(low))
            aim[target] = sign
            found = linprog(aim, A_eq=matrix, b_eq=np.zeros(len(rows)), bounds=np.column_stack([low, high]))
            assert found.status in (0, 3), found.message
            ends.append(-sign * np.inf if found.status else sign * found.fun)
        assert ends[1] - ends[0] >= 9 - 1e-6
