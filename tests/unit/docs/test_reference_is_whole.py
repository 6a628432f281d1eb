import re
from pathlib import Path
from typing import get_args

import pytest

from insighthub.groups.attributes import GROUPS
from insighthub.linkage.engine import link_records
from insighthub.linkage.evaluate_run import as_plain, evaluate_run
from insighthub.linkage.exchange.record_columns import column_names
from insighthub.linkage.exchange.splink_export import splink_records
from insighthub.linkage.prepare import prepare
from insighthub.sources.contract import PersonMap, Source, parse_contract
from insighthub.sources.reading import QUARANTINE
from insighthub.standardise.dates import Flag
from insighthub.standardise.schema import PERSON_RECORDS
from scripts import reference_words, write_reference

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"


def page(name):
    return (REFERENCE / name).read_text(encoding="utf-8")


def every_page():
    return sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


@pytest.mark.parametrize(
    "name", ["commands.md", "contract.md", "person-records.md", "output-files.md", "model-file.md"]
)
def test_reference_pages_are_as_the_code_is(name):
    assert page(name) == write_reference.pages()[name], "run: make reference"


def test_every_command_and_option_is_explained():
    text = page("commands.md")
    commands = write_reference.commands()
    assert {"demo", "init", "check", "link", "sample", "evaluate", "export", "drift", "explain"} <= set(commands)
    for name, command in commands.items():
        assert f"## insighthub {name}\n" in text
        assert command.help, name
        for parameter in command.params:
            assert parameter.help, f"{name} {parameter.name}"
            assert (parameter.metavar or parameter.opts[0]).replace("|", "\\|") in text


def test_every_setting_of_a_contract_is_explained():
    models = write_reference.contract_models()
    assert {"Source", "PersonMap", "FieldMap"} <= set(models)
    text = page("contract.md")
    for name, model in models.items():
        for setting, schema in model["properties"].items():
            assert write_reference.setting_words(schema), f"{name}.{setting} has no description"
            assert f"| `{setting}` |" in text
    assert set(Source.model_fields) == set(models["Source"]["properties"])
    assert set(PersonMap.model_fields) == set(models["PersonMap"]["properties"])


def test_every_column_of_person_records_is_explained():
    assert list(reference_words.PERSON_RECORDS) == PERSON_RECORDS.names
    for flag in get_args(Flag):
        assert f"`{flag}`" in reference_words.PERSON_RECORDS["date_of_birth_flags"]


def test_every_column_of_the_output_is_explained():
    rows = [
        {
            "source": source,
            "record_id": str(n),
            "person": 1,
            "given_name": given,
            "family_name": family,
            "date_of_birth": f"19{60 + n}-03-{10 + n}",
        }
        for source in ("a", "b")
        for n, (given, family) in enumerate(
            zip(("ANNA", "BEN", "CARA", "DAN", "EVE"), ("LOW", "MAY", "NASH", "OAK", "POE"), strict=True)
        )
    ]
    result = link_records(PERSON_RECORDS.empty_table().from_pylist(rows, schema=PERSON_RECORDS))
    assert result.links.column_names == list(reference_words.LINKS)
    explained = [name for name in reference_words.PAIRS if "<" not in name]
    by_comparison = {f"{column}_{c['name']}" for c in result.model["comparisons"] for column in ("level", "rarity")}
    assert [name for name in result.pairs.column_names if name not in by_comparison] == explained
    assert {"level_given_name", "rarity_given_name"} <= set(result.pairs.column_names)
    assert result.against.column_names == result.pairs.column_names
    assert result.identifiers.column_names == list(reference_words.IDENTIFIERS)
    weighed = [name for name in explained if not name.startswith("rarity_")]
    assert result.unlikely.column_names == [*weighed, *reference_words.UNLIKELY]
    text = page("model-file.md")
    for key in keys_of(result.model):
        assert f"| `{key}` |" in text, key
    assert QUARANTINE.names == list(reference_words.QUARANTINE)
    assert GROUPS.names == list(reference_words.GROUPS)
    truth = result.links.append_column("entity_id", result.links["record_id"]).drop_columns(["cluster_id"])
    evaluation = evaluate_run(result.links, truth, pairs=result.pairs, groups=None)
    assert list(as_plain(evaluation)) == list(reference_words.EVALUATION)


def keys_of(part):
    """Return the keys of a model file, but for those that are names of kinds of pair or values."""
    named = {"classes", "follows", "free", "shares", "full_names", "shared_values", "settings"}
    if isinstance(part, list):
        return {key for one in part for key in keys_of(one)}
    if not isinstance(part, dict):
        return set()
    return set(part) | {key for name, one in part.items() if name not in named for key in keys_of(one)}


def test_every_key_of_a_model_file_is_explained():
    text = page("model-file.md")
    for name, model in write_reference.model_file_models().items():
        for key, words in model["properties"].items():
            assert write_reference.setting_words(words), f"{name}.{key} has no description"
            assert f"| `{key}` |" in text


def test_every_column_that_a_condition_may_name_is_explained():
    columns = set(column_names(prepare(PERSON_RECORDS.empty_table())))
    assert columns - set(PERSON_RECORDS.names) == set(reference_words.RECORD_COLUMNS) - {"unique_id"}
    assert splink_records(prepare(PERSON_RECORDS.empty_table())).column_names[0] == "unique_id"


@pytest.mark.parametrize("path", every_page(), ids=lambda path: path.stem)
def test_every_contract_in_the_documentation_is_one(path):
    for block in re.findall(r"```toml\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
        if block.startswith("[[source]]"):
            parse_contract(block, path.name)


def test_every_command_in_the_documentation_is_one():
    known = set(write_reference.commands())
    groups = {name.split()[0] for name in known if " " in name}
    named = {
        f"{first}{second}" if first in groups else first
        for path in every_page()
        for first, second in re.findall(
            r"(?:^    |`)(?:\.venv/bin/)?insighthub ([a-z]+)( [a-z-]+)?", path.read_text(encoding="utf-8"), re.M
        )
    }
    assert named
    assert named <= known | groups


def test_every_make_target_in_the_documentation_is_one():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {
        target
        for path in every_page()
        for target in re.findall(r"(?:^    |`)make ([a-z-]+)", path.read_text(encoding="utf-8"), re.M)
    }
    assert {"demo", "test"} <= named
    assert named <= targets


def test_every_page_is_in_the_contents():
    listed = (ROOT / "properdocs.yml").read_text(encoding="utf-8")
    for path in DOCS.rglob("*.md"):
        assert f": {path.relative_to(DOCS).as_posix()}\n" in listed


def test_every_decision_is_in_the_list_of_decisions():
    listed = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    decisions = list((DOCS / "decisions").glob("0*.md"))
    assert decisions
    for path in decisions:
        assert f"]({path.name})" in listed


def test_glossary_explains_each_word_once_in_order():
    words = re.findall(r"^\| ([^|]+?) \|", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"), re.M)[1:]
    assert len(words) > 30
    assert words == sorted(words, key=str.casefold)
    assert len(words) == len({word.casefold() for word in words})
