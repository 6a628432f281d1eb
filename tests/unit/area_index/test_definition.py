import pytest

from insighthub.area_index.definition import definition_schema, parse_definition, read_definition
from insighthub.errors import ContractError

TEXT = """
id = "harm"
title = "Harm"
description = "High where harm is likely"

[[domains]]
id = "residents"
title = "Residents"

[[indicators]]
id = "arrears"
title = "Arrears"
definition = "households in arrears"
domain = "residents"
direction = "higher is worse"
source = "council tax"
evidence = "money troubles go before harm"
citation = "a book"
lag = 1
evidence_score = 2
"""


def test_a_definition_says_what_it_says_and_has_usual_choices():
    found = parse_definition(TEXT, "harm.toml")
    assert (found.normalise, found.weights, found.missing) == ("z", "equal", "fail")
    assert found.aggregate.within == found.aggregate.across == "arithmetic"
    assert found.indicators[0].outliers.treat == "none"


def test_one_word_sets_both_means_and_an_outlier_rule():
    found = parse_definition('aggregate = "harmonic"\nnormalise = "rank"\n' + TEXT + 'outliers = "winsorise"\n', "f")
    assert found.aggregate.within == found.aggregate.across == "harmonic"
    assert found.indicators[0].outliers.treat == "winsorise"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("lag = 1", 'lag = "1"', r"harm\.toml, column 'indicators\.arrears\.lag': Input should be a valid integer"),
        ("lag = 1", "", r"column 'indicators\.arrears\.lag': this setting is missing"),
        ("lag = 1", "lag = 1\ncolour = 1", r"column 'indicators\.arrears\.colour': there is no such setting"),
        ("evidence_score = 2", "evidence_score = 4", r"column 'indicators\.arrears\.evidence_score'"),
        ('domain = "residents"', 'domain = "places"', "names the domain places, which is not declared; write one of"),
        (
            'id = "harm"',
            'id = "harm"\nnormalise = "z"\naggregate = "geometric"',
            "a geometric mean needs values over 0",
        ),
        ('id = "harm"', 'id = "harm"\nweights = "budget"', "the domain residents has no weight"),
        (
            'title = "Residents"',
            'title = "R"\nweight = 1.0',
            'the domain residents has a weight, which only weights = "b',
        ),
        ("evidence_score = 2", "evidence_score = 2\nweight = 2", "the indicator arrears has a weight"),
        ('id = "harm"', 'id = "Harm"', "column 'id': a name is small letters"),
        ('title = "Residents"', 'title = "R"\n[[domains]]\nid = "e"\ntitle = "E"', "the domain e has no indicator"),
        ('title = "Residents"', 'title = "R"\n[[domains]]\nid = "residents"\ntitle = "E"', "is declared twice"),
        ('id = "harm"', 'id = "harm', "this is not TOML"),
    ],
)
def test_faults_name_file_and_setting_and_what_to_do(before, after, told):
    with pytest.raises(ContractError, match=told):
        parse_definition(TEXT.replace(before, after, 1), "harm.toml")


@pytest.mark.parametrize(
    ("first", "of_domains", "of_indicators", "told"),
    [
        ("budget", "weight = 0.0", "", "weights of the domains are all 0"),
        ("budget", "weight = 1", "weight = 0", "give every indicator of residents a weight"),
        ("evidence", "", None, "no indicator of residents has evidence"),
    ],
)
def test_weights_that_cannot_be_scaled_are_faults(first, of_domains, of_indicators, told):
    text = TEXT.replace('title = "Residents"', f'title = "Residents"\n{of_domains}')
    text = text.replace("evidence_score = 2", "evidence_score = 0") if of_indicators is None else text + of_indicators
    with pytest.raises(ContractError, match=told):
        parse_definition(f'weights = "{first}"\n{text}', "harm.toml")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ContractError, match="the index cannot be read"):
        read_definition(tmp_path / "none.toml")
    (tmp_path / "harm.toml").write_text(TEXT, encoding="utf-8")
    assert read_definition(tmp_path / "harm.toml").id == "harm"


def test_every_setting_is_explained():
    schema = definition_schema()
    for name, model in {**schema["$defs"], "index": schema}.items():
        for setting, what in model.get("properties", {}).items():
            assert what.get("description"), f"{name}.{setting}"
