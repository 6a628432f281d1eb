"""Measure files: what they may say, and what is said of those that are wrong."""

import pytest

from insighthub.errors import MeasureError
from insighthub.measures.definition import check_measures, load_measures, measure_schema, parse_measures
from insighthub.measures.examples import EXAMPLES, example_text
from insighthub.sources.contract import parse_contract
from insighthub.sources.examples import EXAMPLES as SOURCES
from insighthub.sources.examples import example_text as source_text

GOOD = """
[[measure]]
name = "m"
title = "A measure"
unit = "resident"
sources = ["tax"]
purposes = ["planning"]
[[measure.numerator.condition]]
fact = "arrears"
"""


def contracts():
    return parse_contract("\n".join(source_text(name) for name in SOURCES), "contract.toml").source


def test_the_examples_are_sound_and_ask_for_facts_that_the_example_contracts_have():
    measures = [measure for name in EXAMPLES for measure in parse_measures(example_text(name), name)]
    assert len(measures) >= 10
    assert len({m.name for m in measures}) == len(measures)
    assert {m.unit for m in measures} == {"resident", "household", "record"}
    check_measures(measures, contracts())


def test_an_example_that_is_not_there():
    with pytest.raises(KeyError):
        example_text("nothing")


@pytest.mark.parametrize(
    ("change", "setting", "says"),
    [
        (("fact =", "facts ="), "m.numerator.condition[1].facts", "no such setting"),
        (('unit = "resident"', 'unit = "person"'), "m.unit", "'resident', 'household' or 'record'"),
        (('title = "A measure"', ""), "m.title", "missing"),
        (('purposes = ["planning"]', "purposes = []"), "m.purposes", "at least 1"),
        (('name = "m"', 'name = "M 1"'), "M 1.name", "small letters"),
        (('unit = "resident"', 'unit = "household"\nby = ["sex"]'), "m", "no sex and no age"),
        (('unit = "resident"', 'unit = "resident"\nby = ["sex", "sex"]'), "m", "once"),
        (('fact = "arrears"', "at_least = 2"), None, None),
        (('fact = "arrears"', 'known_to = ["care"]'), "m", "does not list: care"),
        (
            ('fact = "arrears"', 'known_to = ["tax"]\n[measure.window]\nkind = "series"'), "m", "not dated",
        ),
        (('fact = "arrears"', 'fact = "arrears"\nwhen = "now"'), "m.numerator.condition[1].when", "'holds'"),
        (
            ('fact = "arrears"', 'fact = "arrears"\n[measure.denominator]\nage_from = 9\nage_to = 8'),
            "m.denominator", "age_from must not",
        ),
    ],
)  # fmt: skip
def test_a_fault_names_the_file_the_setting_and_what_is_wrong(change, setting, says):
    text = GOOD.replace(*change)
    assert text != GOOD
    if setting is None:
        assert parse_measures(text, "m.toml")
        return
    with pytest.raises(MeasureError) as fault:
        parse_measures(text, "m.toml")
    assert (fault.value.file, fault.value.column) == ("m.toml", setting)
    assert says in fault.value.what


def test_records_are_counted_by_one_fact():
    for condition in ("at_least = 2", 'fact = "a"\n[[measure.numerator.condition]]\nfact = "b"'):
        text = GOOD.replace('"resident"', '"record"').replace('fact = "arrears"', condition)
        with pytest.raises(MeasureError, match="one fact"):
            parse_measures(text, "m.toml")


def test_files_that_are_no_measures(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text("[[measure]\n", encoding="utf-8")
    with pytest.raises(MeasureError, match=r"bad\.toml.*not TOML"):
        load_measures([bad])
    with pytest.raises(MeasureError, match=r"none\.toml.*cannot be read"):
        load_measures([tmp_path / "none.toml"])
    with pytest.raises(MeasureError, match="declared twice: m"):
        parse_measures(GOOD + GOOD, "m.toml")


def test_one_name_in_two_files(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(GOOD, encoding="utf-8")
    assert [m.name for m in load_measures([tmp_path / "a.toml"])] == ["m"]
    with pytest.raises(MeasureError, match=r"b\.toml.*declared twice, first in .*a\.toml"):
        load_measures([tmp_path / "a.toml", tmp_path / "b.toml"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('["tax"]', '["council_tx"]'), "council_tx"),
        (('"arrears"', '"council_tax_arears"'), "council_tax_arears"),
        (('purposes', 'by = ["ward"]\npurposes'), "ward"),
    ],
)  # fmt: skip
def test_what_a_measure_names_must_be_there(change, says):
    text = GOOD.replace(*change)
    if '"tax"' in text:
        text = text.replace('"tax"', '"council_tax"').replace('fact = "arrears"', 'fact = "council_tax_arrears"')
    measures = parse_measures(text, "m.toml")
    with pytest.raises(MeasureError, match=f"there is no {says}"):
        check_measures(measures, contracts(), file="m.toml")
    if says == "ward":
        check_measures(measures, contracts(), ["ward"])


def test_the_schema_explains_every_setting():
    def unexplained(schema, models):
        for name, model in models.items():
            for setting, said in model.get("properties", {}).items():
                if "description" not in said:
                    yield f"{name}.{setting}"

    schema = measure_schema()
    assert list(unexplained(schema, schema["$defs"])) == []
    assert {"Measure", "FactCondition", "KnownCondition", "Denominator", "Window"} <= set(schema["$defs"])
