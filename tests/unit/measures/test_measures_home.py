"""Which measures a hub has."""

import pytest

from insighthub.errors import MeasureError
from insighthub.measures.definition import check_measures
from insighthub.measures.home import example_measures, hub_measures
from insighthub.sources.contract import parse_contract
from insighthub.sources.home import load_home, write_examples

TAX = {
    "name": "council_tax",
    "path": "x.csv",
    "record_id": "id",
    "fact": [{"name": "council_tax_arrears", "kind": "amount", "value": "owed"}],
}
MINE = """
[[measure]]
name = "{name}"
title = "A measure"
unit = "resident"
sources = ["council_tax"]
purposes = ["policy"]
by = ["{by}"]
[[measure.numerator.condition]]
fact = "{fact}"
"""


def sources(*entries):
    return parse_contract({"source": list(entries)}, "contract.toml").source


def declare(home, file, name="mine", fact="council_tax_arrears", by="sex"):
    (home / "measures").mkdir(exist_ok=True)
    (home / "measures" / file).write_text(MINE.format(name=name, fact=fact, by=by), encoding="utf-8")


def test_a_hub_without_measures_has_the_examples_that_its_sources_can_feed(tmp_path):
    assert [m.name for m in hub_measures(tmp_path, sources(TAX))] == ["residents_in_council_tax_arrears"]
    without_facts = {**TAX, "fact": []}
    assert hub_measures(tmp_path, sources(without_facts)) == ()


def test_the_example_contracts_feed_every_example(tmp_path):
    write_examples(tmp_path)
    written = [source for each in load_home(tmp_path) for source in each.contract.source]
    check_measures(example_measures(), written)
    assert hub_measures(tmp_path, written) == example_measures()
    assert len(example_measures()) >= 10


def test_measures_of_its_own_stand_in_place_of_the_examples(tmp_path):
    declare(tmp_path, "b.toml", "second")
    declare(tmp_path, "a.toml", "first")
    assert [m.name for m in hub_measures(tmp_path, sources(TAX))] == ["first", "second"]


def test_a_measure_of_a_fact_that_no_contract_has_names_its_file(tmp_path):
    declare(tmp_path, "a.toml", fact="arrears")
    with pytest.raises(MeasureError, match=r"a\.toml, column 'mine.numerator.condition.fact': there is no arrears"):
        hub_measures(tmp_path, sources(TAX))


def test_two_files_with_one_name(tmp_path):
    declare(tmp_path, "a.toml")
    declare(tmp_path, "b.toml")
    with pytest.raises(MeasureError, match="declared twice"):
        hub_measures(tmp_path, sources(TAX))


def test_an_area_is_known_where_the_settings_have_it(tmp_path):
    declare(tmp_path, "a.toml", by="ward")
    with pytest.raises(MeasureError, match="there is no ward"):
        hub_measures(tmp_path, sources(TAX))
    assert hub_measures(tmp_path, sources(TAX), ["ward"])[0].by == ("ward",)
