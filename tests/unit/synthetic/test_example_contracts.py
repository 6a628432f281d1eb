"""The example contracts load, say what they must, and map nothing that they must not."""

import pytest

from insighthub.sources.contract import load_contract
from insighthub.sources.examples import EXAMPLES, example_text


@pytest.fixture(params=EXAMPLES)
def source(request, tmp_path):
    path = tmp_path / "one.toml"
    path.write_text(example_text(request.param), encoding="utf-8")
    (only,) = load_contract(path).source
    assert only.name == request.param
    return only


def test_every_example_says_its_basis_owner_and_retention(source):
    assert source.lawful_basis
    assert source.owner
    assert source.retention_months


def test_every_example_names_its_gateway_but_council_tax(source):
    assert bool(source.legal_gateway) == (source.name != "council_tax")


def test_special_category_data_have_their_conditions(source):
    assert source.special_category == bool(source.article_9_condition) == bool(source.schedule_1_condition)


def test_religion_orientation_and_borrowing_are_never_mapped(source):
    columns = {c for f in source.person.fields().values() for c in f.names()}
    columns |= {f.value for f in source.fact if f.value}
    assert not any(word in c.lower() for c in columns for word in ("religion", "orientation", "borrowing", "loan"))


def test_every_example_is_explained_to_the_officer_who_edits_it(source):
    lines = example_text(source.name).splitlines()
    assert lines[0].startswith("# ")
    assert sum("#" in line for line in lines) >= 6


def test_sealed_adoptions_and_unborn_children_are_excluded(tmp_path):
    path = tmp_path / "one.toml"
    path.write_text(example_text("childrens_social_care"), encoding="utf-8")
    reasons = {e.reason for e in load_contract(path).source[0].exclude}
    assert reasons == {"unborn child", "sealed adoption"}


def test_licensed_premises_map_nobody(tmp_path):
    path = tmp_path / "one.toml"
    path.write_text(example_text("licensed_premises"), encoding="utf-8")
    (only,) = load_contract(path).source
    assert not only.person.fields()
    assert not only.other_person


def test_an_unknown_example_is_refused():
    with pytest.raises(KeyError):
        example_text("../secrets")
