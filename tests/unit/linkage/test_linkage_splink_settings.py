"""Splink's settings as a model: what is read, what it falls back on, and what is refused, without asking Splink."""

import copy
import json
import math

import pytest

from insighthub.errors import DataError
from insighthub.linkage.engine import link_records
from insighthub.linkage.exchange.read import model_text, read_model, read_model_file
from insighthub.linkage.exchange.splink_export import splink_settings
from insighthub.linkage.exchange.splink_settings import default_m, default_u, from_splink, is_splink, to_splink
from insighthub.linkage.exchange.sql_levels import columns_of, exact_columns, parsed
from insighthub.linkage.settings import LinkSettings

SETTINGS = {
    "link_type": "dedupe_only",
    "probability_two_random_records_match": 0.01,
    "sql_dialect": "duckdb",
    "blocking_rules_to_generate_predictions": [{"blocking_rule": "l.surname = r.surname", "sql_dialect": "duckdb"}],
    "comparisons": [
        {
            "output_column_name": "surname",
            "comparison_description": "by spelling",
            "comparison_levels": [
                {"sql_condition": '"surname_l" IS NULL OR "surname_r" IS NULL', "is_null_level": True},
                {
                    "sql_condition": '"surname_l" = "surname_r"',
                    "label_for_charts": "Exact",
                    "m_probability": 0.8,
                    "u_probability": 0.02,
                    "tf_adjustment_column": "surname",
                },
                {
                    "sql_condition": 'jaro_winkler_similarity("surname_l", "surname_r") >= 0.85',
                    "label_for_charts": "Alike",
                    "m_probability": 0.15,
                    "u_probability": 0.01,
                    "tf_adjustment_column": "surname",
                    "tf_adjustment_weight": 0.5,
                    "tf_minimum_u_value": 0.3,
                },
                {
                    "sql_condition": "ELSE",
                    "label_for_charts": "Other",
                    "m_probability": 0.05,
                    "u_probability": 0.97,
                },
            ],
        },
        {
            "output_column_name": "town",
            "comparison_levels": [
                {"sql_condition": "town_l IS NULL OR town_r IS NULL", "is_null_level": True},
                {"sql_condition": "town_l = town_r", "m_probability": 0.9, "u_probability": 0.2},
                {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.8},
            ],
        },
    ],
}


def changed(change):
    content = copy.deepcopy(SETTINGS)
    change(content)
    return content


def level(content, comparison, place):
    return content["comparisons"][comparison]["comparison_levels"][place]


@pytest.fixture
def people(records):
    surnames = ["SMITH", "SMITH", "SMITH", "SMYTH", "JONES", None, "JONES", "SMITH", "OKAFOR", "KHAN"]
    return records(
        {"family_name": "X", "given_name": "ANN", "other_surname": surname, "other_town": town}
        for surname, town in zip(surnames, ["YORK", "YORK", None, "YORK", "HULL"] * 2, strict=True)
    )


def weights(people, content, tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    result = link_records(people, model=read_model(path), settings=LinkSettings(threads=1, keep_probability=0.0))
    pairs = result.pairs
    ends = zip(pairs["record_id_l"].to_pylist(), pairs["record_id_r"].to_pylist(), strict=True)
    return dict(zip(ends, pairs["match_weight"].to_pylist(), strict=True)), result


def test_weights_are_those_worked_out_by_hand(people, tmp_path):
    found, result = weights(people, SETTINGS, tmp_path)
    prior = math.log2(0.01 / 0.99)
    # Of nine surnames four are SMITH and one SMYTH.
    same = math.log2(0.8 / 0.02) + math.log2(0.02) - math.log2(4 / 9)
    alike = math.log2(0.15 / 0.01) + 0.5 * (math.log2(0.02) - math.log2(4 / 9))
    town = math.log2(0.9 / 0.2)
    assert found["r000000", "r000001"] == pytest.approx(prior + same + town, abs=1e-12)
    assert found["r000000", "r000002"] == pytest.approx(prior + same, abs=1e-12)
    assert found["r000001", "r000003"] == pytest.approx(prior + alike + town, abs=1e-12)
    assert found["r000005", "r000006"] == pytest.approx(prior + town, abs=1e-12)
    # Two JONES are two ninths, and of a pair like this the least share would count were it at the level of alike ones.
    assert found["r000004", "r000006"] == pytest.approx(
        prior + math.log2(0.8 / 0.02) + math.log2(0.02) - math.log2(2 / 9) + math.log2(0.1 / 0.8), abs=1e-12
    )
    assert result.model["classes"]["match"] == 0.01
    assert [c["name"] for c in result.model["comparisons"]] == ["surname", "town"]


def test_the_least_share_stands_for_a_rarer_value(people, tmp_path):
    content = changed(lambda c: level(c, 0, 2).update(tf_minimum_u_value=0.5))
    found, _ = weights(people, content, tmp_path)
    alike = math.log2(0.15 / 0.01) + 0.5 * (math.log2(0.02) - math.log2(0.5))
    assert found["r000001", "r000003"] == pytest.approx(
        math.log2(0.01 / 0.99) + alike + math.log2(0.9 / 0.2), abs=1e-12
    )


def test_no_identifier_or_contact_is_written_however_many_records_hold_it(records, tmp_path):
    def by_email(content):
        for place in (1, 2):
            level(content, 0, place).update(tf_adjustment_column="Email", disable_tf_exact_match_detection=True)
        level(content, 0, 1)["sql_condition"] = "surname_l = surname_r AND town_l = town_r"

    people = records(
        {"family_name": "X", "given_name": "ANN", "other_surname": "SMITH", "other_town": "YORK", "email": "a@x.org"}
        for _ in range(20)
    )
    found, result = weights(people, changed(by_email), tmp_path)
    assert "a@x.org" not in model_text(result.model)
    assert result.model["term_frequencies"][0]["other_share"] == 1.0
    # All hold it, so that its share is 1 here as in Splink.
    expected = math.log2(0.01 / 0.99) + math.log2(0.8) + math.log2(0.9 / 0.2)
    assert found
    assert all(weight == pytest.approx(expected, abs=1e-9) for weight in found.values())


def test_no_word_of_the_settings_that_a_model_rests_on_is_lost(tmp_path):
    first = from_splink(SETTINGS)
    assert from_splink(to_splink(first)) == first
    path = tmp_path / "model.json"
    path.write_text(model_text(first.as_json()), encoding="utf-8")
    assert read_model_file(path) == first
    assert from_splink(splink_settings(first)) == first


def test_what_is_not_given_is_what_splink_takes_it_for():
    assert default_m(2) == pytest.approx([0.95, 0.05])
    assert default_u(2) == pytest.approx([0.95 / 2**10, 0.05 / 2**-5])
    assert default_m(4) == pytest.approx([0.95, *[0.05 / 3] * 3])
    weights = [math.log2(m / u) for m, u in zip(default_m(4), default_u(4), strict=True)]
    assert weights == pytest.approx([10, 3, -1, -5])
    bare = from_splink(
        changed(lambda c: [level(c, 0, i).pop(k) for i in (1, 2, 3) for k in ("m_probability", "u_probability")])
    )
    assert bare.comparisons[0].m == pytest.approx(default_m(3))
    assert bare.comparisons[0].u == pytest.approx(default_u(3))


def test_a_level_that_training_never_saw_is_one_in_a_million():
    unseen = changed(lambda c: level(c, 0, 2).update(m_probability="level not observed in training dataset"))
    assert from_splink(unseen).comparisons[0].m[1] == 1e-6


def test_conditions_of_another_dialect_are_translated():
    def spark(content):
        content["sql_dialect"] = "spark"
        for condition in content["comparisons"][0]["comparison_levels"]:
            condition["sql_condition"] = condition["sql_condition"].replace('"', "`")
        level(content, 0, 2)["sql_condition"] = "levenshtein(`surname_l`, `surname_r`) <= 1"

    first, second, third, _ = from_splink(changed(spark)).comparisons[0].sql
    assert not any("`" in part.when for part in (first, second, third))
    assert third.when.lower().startswith("levenshtein(")


def test_a_comparison_without_a_name_is_called_after_its_columns():
    assert (
        from_splink(changed(lambda c: c["comparisons"][0].pop("output_column_name"))).comparisons[0].name == "surname"
    )

    def two(content):
        del content["comparisons"][0]["output_column_name"]
        level(content, 0, 2)["sql_condition"] = "surname_l = town_r"

    assert from_splink(changed(two)).comparisons[0].name == "custom_surname_town"


@pytest.mark.parametrize(
    ("condition", "columns"),
    [
        ("surname_l = surname_r", ["surname"]),
        ('"Surname_L" = "Surname_R"', ["surname"]),
        ("surname_r = surname_l", ["surname"]),
        ("surname_l = surname_r AND town_l = town_r", ["surname", "town"]),
        ("surname_l = town_r", []),
        ("lower(surname_l) = lower(surname_r)", []),
        ("surname_l = surname_r OR town_l = town_r", []),
        ("surname_l = surname_r AND length(surname_l) > 1", []),
        ("ELSE", []),
    ],
)
def test_equality_on_columns_is_known_for_what_it_is(condition, columns):
    assert exact_columns(condition) == columns


def test_columns_of_a_condition_come_once_each():
    assert columns_of("a_l = b_r AND jaccard(a_l, a_r) > 0.5") == ["a", "b"]


@pytest.mark.parametrize(
    "condition",
    [
        "surname_l IN (SELECT surname FROM read_csv('secrets.csv'))",
        "EXISTS (SELECT 1 FROM pairs)",
        "surname_l = surname_r; DROP TABLE pairs",
        "surname_l =",
        "surname = town_l",
        "1 = 1) THEN 0 END FROM pairs --",
    ],
)
def test_a_condition_can_ask_for_nothing_but_the_two_records(condition):
    with pytest.raises(ValueError, match=r"condition|neither record"):
        parsed(condition)


FAULTS = {
    "no levels": (lambda c: c["comparisons"][0].update(comparison_levels=[]), r"column 'comparisons\.0\.comparison_l"),
    "no comparisons": (lambda c: c.update(comparisons=[]), "column 'comparisons'"),
    "a prior of one": (lambda c: c.update(probability_two_random_records_match=1), "column 'probability_two_random"),
    "m of nought": (lambda c: level(c, 0, 1).update(m_probability=0), r"comparison_levels\.1\.m_probability"),
    "m is a word": (lambda c: level(c, 0, 1).update(m_probability="high"), r"comparison_levels\.1\.m_probability"),
    "a setting nobody knows": (lambda c: level(c, 0, 1).update(weight=3), r"comparison_levels\.1\.weight"),
    "only a null level": (lambda c: c["comparisons"][0]["comparison_levels"].__delitem__(slice(2, None)), "fewer than"),
    "a query": (lambda c: level(c, 0, 2).update(sql_condition="(SELECT true)"), "column 'surname': .*holds a query"),
    "the same name twice": (lambda c: c["comparisons"][1].update(output_column_name="surname"), "there twice: surname"),
    "term frequencies without equality": (
        lambda c: level(c, 0, 1).update(sql_condition="lower(surname_l) = lower(surname_r)"),
        "no level asks for equality on its term frequency column surname",
    ),
    "term frequencies of an expression": (
        lambda c: level(c, 0, 1).update(tf_adjustment_column="lower(surname)"),
        "no plain column",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_settings_that_cannot_be_used_are_refused_with_the_place(name):
    spoil, said = FAULTS[name]
    with pytest.raises(DataError, match=said) as fault:
        from_splink(changed(spoil))
    assert fault.value.remedy


UNUSABLE = {
    "a column that the records do not have": (
        lambda c: level(c, 1, 1).update(sql_condition="county_l = county_r"),
        "column 'town': the model compares what these records do not have: county",
    ),
    "a term frequency column that they do not have": (
        lambda c: level(c, 0, 1).update(tf_adjustment_column="county", disable_tf_exact_match_detection=True),
        "column 'county': the model counts the values of a column",
    ),
    "a function that there is not": (
        lambda c: level(c, 0, 2).update(sql_condition="soundlike(surname_l, surname_r)"),
        "column 'surname': a condition of the model cannot be used: Catalog Error",
    ),
    "a file": (
        lambda c: level(c, 0, 2).update(sql_condition="length(getenv(surname_l)) > 1"),
        "column 'surname': a condition of the model (cannot be used|fails)",
    ),
    "a value that it fails on": (
        lambda c: level(c, 0, 2).update(sql_condition="CAST(surname_l AS INT) = CAST(surname_r AS INT)"),
        r"column 'surname': a condition of the model fails on some values \(ConversionException\)",
    ),
    "no last level": (
        lambda c: c["comparisons"][1]["comparison_levels"][2].update(sql_condition="town_l > town_r AND false"),
        "column 'town': some pairs fit no level",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_settings_that_do_not_fit_the_records_are_refused_without_a_value(name, people, tmp_path):
    spoil, said = UNUSABLE[name]
    with pytest.raises(DataError, match=said) as fault:
        weights(people, changed(spoil), tmp_path)
    assert fault.value.remedy
    for value in ("SMITH", "SMYTH", "JONES", "OKAFOR"):
        assert value not in str(fault.value)


def test_settings_are_told_from_a_model_of_ours():
    assert is_splink(SETTINGS)
    assert not is_splink(from_splink(SETTINGS).as_json())
    assert not is_splink({"comparisons": []})
