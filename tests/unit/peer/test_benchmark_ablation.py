"""The ablation benchmark: every named part really changes a run, is put back afterwards, and is told as measured."""

import json

import pytest

from benchmarks import ablation
from benchmarks.ablation_page import BEGIN, END, gains, page_text, signed, verdict, write_page
from benchmarks.ablation_parts import PARTS, left_out
from insighthub.linkage.truth import read_truth
from insighthub.pipeline import standardised
from insighthub.sources.contract import load_contract
from insighthub.synthetic.borough import generate


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A borough of a few hundred, standardised."""
    made = generate(tmp_path_factory.mktemp("tiny"), residents=500, seed=1)
    return ablation.Input("tiny", load_contract(made.contract), standardised(made.contract), read_truth(made.truth))


def footprint(result):
    """What a run leaves behind that a part can show in: the model, the rules' pairs, the weights and the clusters."""
    model = json.dumps(result.model, sort_keys=True, default=str)
    return model, result.blocking, result.pairs, result.links["cluster_id"].to_pylist()


@pytest.fixture(scope="module")
def whole(tiny):
    return footprint(tiny.link())


@pytest.mark.parametrize("name", PARTS)
def test_a_run_without_a_part_is_another_run(name, tiny, whole):
    with left_out(PARTS[name]):
        without = footprint(tiny.link())
    assert without != whole


def test_parts_are_put_back(tiny, whole):
    before = [getattr(r.where, r.name) for part in PARTS.values() for r in part.replacements]
    for part in PARTS.values():
        with pytest.raises(ZeroDivisionError), left_out(part):
            1 / 0  # noqa: B018
    assert [getattr(r.where, r.name) for part in PARTS.values() for r in part.replacements] == before
    assert footprint(tiny.link()) == whole


def row(f1, clusters):
    return {"f1": f1, "precision": f1, "recall": f1, "cpu_seconds": 1.0, "clusters": clusters}


@pytest.fixture
def figures():
    rows = {"whole": row(0.95, "a"), "mates": row(0.90, "b"), "moves": row(0.95, "a"), "sex": row(0.96, "c")}
    return {
        "insighthub": "1.0",
        "residents": 400,
        "data_sets": {"one": {"title": "One", "records": 1000, "rows": rows}},
    }


def test_a_gain_is_what_is_lost_without_the_part(figures):
    assert gains(figures, "mates") == {"One": pytest.approx(0.05)}
    assert gains(figures, "moves") == {"One": None}
    assert gains(figures, "rarity") == {}
    assert [signed(x) for x in (0.05, -0.01, 0.00001, None)] == ["+0.0500", "\u22120.0100", "0.0000", "-"]


def test_the_page_says_where_a_part_costs_and_names_no_part_that_was_not_run(figures):
    assert "gives most on One (+0.0500)" in verdict(figures, "mates")
    assert "costs on One (\u22120.0100)" in verdict(figures, "sex")
    text = page_text(figures)
    assert "| House-mates | +0.0500 |" in text
    assert PARTS["rarity"].title not in text


def test_only_what_is_between_the_markers_is_written(tmp_path, figures):
    page = tmp_path / "page.md"
    page.write_text(f"Before\n{BEGIN}\nold\n{END}\nAfter\n")
    write_page(page, figures)
    text = page.read_text()
    assert text.startswith("Before\n")
    assert text.endswith("After\n")
    assert "old" not in text
    page.write_text("no markers")
    with pytest.raises(ValueError, match="lacks the lines"):
        write_page(page, figures)


def test_a_run_goes_on_from_what_its_file_holds(tmp_path, monkeypatch, tiny, figures):
    kept = tmp_path / "figures.json"
    figures |= {"insighthub": ablation.version("insighthub")}
    kept.write_text(json.dumps(figures))
    assert ablation.earlier(kept, 400) == figures
    assert ablation.earlier(kept, 500)["data_sets"] == {}
    found = ablation.earlier(kept, 400)
    measured = []
    monkeypatch.setattr(ablation, "prepare_input", lambda *_: tiny)
    ablation.run(
        ["one"],
        ["mates", "second-pass"],
        found,
        work=tmp_path,
        residents=400,
        after=lambda *done: measured.append(done),
    )
    assert measured == [("one", "second-pass")]
    assert 0 < found["data_sets"]["one"]["rows"]["second-pass"]["f1"] <= 1
