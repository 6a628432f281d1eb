"""Our weights and those of the installed Splink 5 on the same pairs, whichever of the two a model comes from."""

import json

import pytest
import splink
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import block_on

from insighthub.linkage.engine import link_records
from insighthub.linkage.exchange.read import model_text, read_model, read_model_file
from insighthub.linkage.exchange.splink_export import approximate_levels, splink_records, splink_settings
from insighthub.linkage.model import see_as
from insighthub.linkage.prepare import prepare
from insighthub.linkage.settings import LinkSettings
from tests.made_people import made_people
from tests.splink_weights import in_order, model_of_two_kinds, our_weights, splink_weights, term_frequencies

CLOSE = 1e-6
#: No block is left out here, so that all pairs that Splink weighs are weighed.
SETTINGS = LinkSettings(threads=1, keep_probability=0.0, random_pairs=100_000, iterations=60, block_cap=100_000)
#: Pairs that our own blocking finds too: it takes whole dates alone.
BORN = "l.date_of_birth = r.date_of_birth AND l.date_of_birth NOT LIKE '%X%'"
RULES = [
    block_on("given_name", "family_name"),
    f"l.family_name = r.family_name AND {BORN}",
    f"l.given_name = r.given_name AND {BORN}",
    block_on("postcode", "given_name"),
]


def comparisons():
    """Return comparisons that between them use all that a level can say of itself."""
    renamed = "family_name_l = previous_family_name_r OR family_name_r = previous_family_name_l"
    return [
        cl.NameComparison("given_name"),
        cl.CustomComparison(
            [
                cll.NullLevel("family_name"),
                cll.ExactMatchLevel("family_name").configure(
                    tf_adjustment_column="family_name", tf_adjustment_weight=0.5, tf_minimum_u_value=0.01
                ),
                cll.JaroWinklerLevel("family_name", 0.9).configure(tf_adjustment_column="family_name"),
                cll.CustomLevel(renamed, "renamed").configure(
                    tf_adjustment_column="street", disable_tf_exact_match_detection=True
                ),
                cll.ElseLevel(),
            ],
            output_column_name="family_name",
        ),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True),
        cl.PostcodeComparison("postcode"),
        cl.CustomComparison(
            [
                cll.CustomLevel("mobile_l IS NULL OR mobile_r IS NULL", "not known").configure(is_null_level=True),
                cll.ExactMatchLevel("mobile").configure(m_probability=0.7, u_probability=0.0001),
                cll.CustomLevel('"mobile_l"[1:8] = "mobile_r"[1:8]', "one exchange"),  # neither m nor u is known
                cll.ElseLevel().configure(m_probability=0.2, u_probability=0.9),
            ],
            output_column_name="Mobile number",
        ),
        cl.ExactMatch("other_ref").configure(term_frequency_adjustments=True),
        cl.ExactMatch("sex"),
    ]


def train(linker):
    linker.training.estimate_u_using_random_sampling(max_pairs=2e5, seed=1)
    # m of given names stays untrained, and is what Splink takes it for.
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("given_name", "date_of_birth"))


@pytest.fixture(scope="module")
def people():
    return made_people(11, 1_500)


@pytest.fixture(scope="module")
def trained(people, tmp_path_factory):
    """Return Splink's saved settings, and its weights."""
    path = tmp_path_factory.mktemp("splink") / "settings.json"
    made = splink.SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons(), blocking_rules_to_generate_predictions=RULES
    )
    return path, splink_weights(in_order(people), made, train=train, save=path)


@pytest.fixture(scope="module")
def by_splinks_model(people, trained):
    return link_records(people, model=read_model(trained[0]), settings=SETTINGS)


def differing(one, other):
    """Return the pairs that both weigh, and those among them that they weigh differently."""
    both = one.keys() & other.keys()
    return both, {pair: (one[pair], other[pair]) for pair in both if not abs(one[pair] - other[pair]) <= CLOSE}


def test_a_model_that_splink_trained_weighs_pairs_here_as_there(people, trained, by_splinks_model):
    path, theirs = trained
    ours = our_weights(by_splinks_model.pairs, in_order(people))
    both, differ = differing(ours, theirs)
    assert len(both) > 1_500
    # We pair a copy of a record with the first of them alone, and our blocking leaves out what is hardly a match.
    likely = {pair for pair, weight in theirs.items() if weight > 0}
    assert len(both & likely) > 0.7 * len(likely)
    assert len(both - likely) > 500
    assert differ == {}
    # It is no test of a level that no pair shows, nor of a probability that is there.
    for column in by_splinks_model.pairs.column_names:
        if column.startswith("level_"):
            assert len(set(by_splinks_model.pairs[column].to_pylist())) >= 3, column
    levels = [level for c in json.loads(path.read_text())["comparisons"] for level in c["comparison_levels"]]
    assert any("m_probability" not in level and not level.get("is_null_level") for level in levels)
    assert any("u_probability" not in level and not level.get("is_null_level") for level in levels)


def test_splinks_model_explains_itself_and_links_here(by_splinks_model):
    assert by_splinks_model.samples
    for sample in by_splinks_model.samples:
        assert sum(step.weight for step in sample.steps) == pytest.approx(sample.match_weight, abs=1e-9)
    assert any("how rare the value is" in step.label for s in by_splinks_model.samples for step in s.steps)
    assert {level.comparison for level in by_splinks_model.levels} >= {"given_name", "Mobile_number"}
    assert len(set(by_splinks_model.links["cluster_id"].to_pylist())) < by_splinks_model.links.num_rows


def test_splinks_model_goes_back_to_splink_as_it_came(people, trained, by_splinks_model, tmp_path):
    written = tmp_path / "model.json"
    written.write_text(model_text(by_splinks_model.model), encoding="utf-8")
    back = tmp_path / "settings.json"
    settings = splink_settings(read_model_file(written))
    settings["blocking_rules_to_generate_predictions"] = json.loads(trained[0].read_text())[
        "blocking_rules_to_generate_predictions"
    ]
    back.write_text(json.dumps(settings), encoding="utf-8")
    again = splink_weights(in_order(people), back)
    assert again.keys() == trained[1].keys()
    assert differing(again, trained[1])[1] == {}


def test_the_model_that_a_run_with_splinks_wrote_needs_no_data_but_the_pair(people, by_splinks_model, tmp_path):
    path = tmp_path / "model.json"
    path.write_text(model_text(by_splinks_model.model), encoding="utf-8")
    model = read_model(path)
    whole = link_records(people, model=model, settings=SETTINGS)
    part = link_records(people.slice(0, people.num_rows // 3), model=model, settings=SETTINGS)
    ours, few = (our_weights(r.pairs, in_order(people)) for r in (whole, part))
    both = ours.keys() & few.keys()
    assert len(both) > 300
    assert all(ours[pair] == few[pair] for pair in both)
    assert part.model == whole.model == by_splinks_model.model


@pytest.fixture(scope="module")
def learned(people, tmp_path_factory):
    """Return a model that was learned here, as a file."""
    path = tmp_path_factory.mktemp("ours") / "model.json"
    result = link_records(people, other_kinds={"other_ref": "identifier"}, settings=SETTINGS)
    path.write_text(model_text(result.model), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def exported(people, learned, tmp_path_factory):
    """Return the settings for Splink, the records that they read, and how common the model takes their values to be."""
    file = read_model_file(learned)
    path = tmp_path_factory.mktemp("export") / "settings.json"
    path.write_text(json.dumps(splink_settings(file, learned)), encoding="utf-8")
    data = prepare(people, shared_value_limit=2 * people.num_rows, infer_sex=False)
    see_as(data, file)
    records = splink_records(data)
    return path, records, term_frequencies(file, records)


@pytest.fixture(scope="module")
def of_two_kinds(learned, tmp_path_factory):
    """Return our model with matches and unrelated pairs alone: u as the export folds it."""
    path = tmp_path_factory.mktemp("two") / "model.json"
    path.write_text(model_of_two_kinds(learned), encoding="utf-8")
    return path


def test_our_model_of_matches_and_unrelated_pairs_weighs_them_in_splink_as_here(people, exported, of_two_kinds):
    path, records, shares = exported
    theirs = splink_weights(records, path, shares=shares)
    result = link_records(people, model=read_model(of_two_kinds), settings=SETTINGS)
    ours = our_weights(result.pairs, records)
    both, differ = differing(ours, theirs)
    assert len(both) > 2_000
    assert {c.split("_", 1)[1] for c in result.pairs.column_names if c.startswith("level_")} == {
        *(c["output_column_name"] for c in json.loads(path.read_text())["comparisons"]),
        "mates",  # looks at other records than the two
    }
    # Only where two addresses are alike by their words may the two see another level, and it is said to be so.
    assert {words.partition(":")[0] for words in approximate_levels(json.loads(path.read_text()))} == {"address"}
    level = dict(zip(ours, result.pairs["level_address"].to_pylist(), strict=True))
    assert {level[pair] for pair in differ} <= {1, 2, 3, 4}
    assert len(differ) < 0.002 * len(both)


def test_our_model_in_splinks_form_weighs_pairs_here_as_splink_does(people, exported):
    path, records, _ = exported
    theirs = splink_weights(records, path)
    ours = our_weights(link_records(people, model=read_model(path), settings=SETTINGS).pairs, records)
    both, differ = differing(ours, theirs)
    assert len(both) > 2_000
    shared = {p for p in differ if None in (records["phone"][p[0]].as_py(), records["phone"][p[1]].as_py())}
    assert differ.keys() == shared  # a telephone that the records no longer hold is known to the other run


def test_every_level_of_an_export_says_whether_it_is_exactly_ours(exported):
    settings = json.loads(exported[0].read_text())
    for comparison in settings["comparisons"]:
        assert comparison["comparison_description"].startswith(("Exact", "Approximate"))
        for level in comparison["comparison_levels"]:
            assert level["label_for_charts"].endswith((" (exact)", " (approximate)"))
