"""``insighthub review``: what is drawn, and what the answers show."""

import pytest
from typer.testing import CliRunner

from insighthub.cli import app
from insighthub.hub import Hub
from insighthub.runs.begin import Asked
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    generate(folder / "extracts", residents=500, seed=1)
    write_hub(folder)
    with Hub(folder) as hub:
        hub.run(Asked(as_of=DAY))
    return folder


def said(home, *words):
    outcome = CliRunner().invoke(app, ["review", *words, "--home", str(home)])
    return outcome.exit_code, outcome.output


def test_pairs_are_drawn_answered_and_tell_how_good_the_links_are(home):
    assert "Nothing was drawn to measure a release yet" in said(home, "figures")[1]
    status, printed = said(home, "draw", "--measure", "30", "--teach", "0", "--check", "3")
    assert status == 0, printed
    with Hub(home) as hub:
        items = hub.review.open_items()
        of_purpose = {purpose: [i for i in items if i.purpose == purpose] for purpose in ("measure", "teach", "check")}
        assert {purpose: len(found) for purpose, found in of_purpose.items()} == {"measure": 30, "teach": 0, "check": 3}
        names = [name for name in hub.residents.everybody("safeguarding")["family_name"].to_pylist() if name]
        for item in of_purpose["measure"]:
            for reviewer in ("one", "two"):
                if reviewer == "one" or item.twice:
                    hub.review.answer(item.item_id, "match", by=reviewer)
    status, printed = said(home, "figures")
    assert status == 0
    assert "30 of 30 pairs answered" in printed
    assert {"precision", "recall", "F1"} <= set(printed.split())
    assert not [name for name in names if len(name) > 4 and name in printed]


def test_a_release_is_measured_by_one_sample(home):
    status, printed = said(home, "draw", "--measure", "10", "--teach", "0", "--check", "0")
    assert status == 1
    assert "measure" in printed
