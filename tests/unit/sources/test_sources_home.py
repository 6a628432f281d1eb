"""A new hub's folder, and the contracts found in one."""

import json
import tomllib

import jsonschema
import pytest

from insighthub.errors import ContractError, RunError
from insighthub.sources import home
from insighthub.sources.contract import contract_schema
from insighthub.sources.home import load_home, write_examples

CONTRACT = '[[source]]\nname = "{}"\npath = "x.csv"\nrecord_id = "id"\n'


@pytest.fixture
def examples(monkeypatch):
    made = {"council_tax.toml": CONTRACT.format("council_tax"), "rents.toml": CONTRACT.format("rents")}
    monkeypatch.setattr(home, "_examples", lambda: made)
    return made


def test_a_new_hub_has_settings_examples_and_their_schema(tmp_path, examples):
    written = write_examples(tmp_path / "hub")
    assert sorted(p.relative_to(tmp_path / "hub").as_posix() for p in written) == [
        "contracts/contract.schema.json",
        "contracts/council_tax.toml",
        "contracts/rents.toml",
        "insighthub.toml",
    ]
    assert json.loads((tmp_path / "hub/contracts/contract.schema.json").read_text()) == contract_schema()
    assert tomllib.loads((tmp_path / "hub/insighthub.toml").read_text()) == {}
    assert [s.name for c in load_home(tmp_path / "hub") for s in c.contract.source] == ["council_tax", "rents"]


def test_nothing_is_overwritten_and_then_nothing_is_written(tmp_path, examples):
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/rents.toml").write_text("mine")
    with pytest.raises(RunError) as caught:
        write_examples(tmp_path)
    assert caught.value.file.endswith("rents.toml")
    assert (tmp_path / "contracts/rents.toml").read_text() == "mine"
    assert not (tmp_path / "insighthub.toml").exists()


def test_a_path_that_is_a_file_is_refused(tmp_path, examples):
    (tmp_path / "hub").write_text("")
    with pytest.raises(RunError):
        write_examples(tmp_path / "hub")


def test_the_packages_own_examples_load_and_fit_the_schema(tmp_path):
    for path in write_examples(tmp_path):
        if path.suffix == ".toml" and path.parent.name == "contracts":
            jsonschema.validate(tomllib.loads(path.read_text()), contract_schema())
    loaded = load_home(tmp_path) if any((tmp_path / "contracts").glob("*.toml")) else ()
    assert all(c.base == tmp_path / "contracts" for c in loaded)


def test_sources_may_stand_in_the_settings_file_beside_settings(tmp_path):
    (tmp_path / "insighthub.toml").write_text(CONTRACT.format("a") + "[web]\nport = 1\n")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/b.toml").write_text(CONTRACT.format("b"))
    assert [(c.contract.source[0].name, c.base) for c in load_home(tmp_path)] == [
        ("a", tmp_path),
        ("b", tmp_path / "contracts"),
    ]


def test_two_sources_of_one_name_in_a_hub_are_refused(tmp_path):
    (tmp_path / "insighthub.toml").write_text(CONTRACT.format("a"))
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/b.toml").write_text(CONTRACT.format("a"))
    with pytest.raises(ContractError, match="name of its own"):
        load_home(tmp_path)


@pytest.mark.parametrize("text", [None, "x = ", '[[source]]\nname = "A"\n'])
def test_a_hub_without_a_contract_that_can_be_used_is_refused(tmp_path, text):
    if text:
        (tmp_path / "insighthub.toml").write_text(text)
    with pytest.raises(ContractError):
        load_home(tmp_path)
