"""Writes the reference pages from the code: commands, the contract, settings, person records, output files, releases.

Takes the command line's own declarations, the JSON Schema of a contract and the schemas of the tables; gives Markdown
in docs/reference. ``make reference`` runs it, and a test fails where a page is behind the code or a word is wanting.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from insighthub.cli import app
from insighthub.linkage.labels.pair_file import REFERENCES
from insighthub.linkage.model_schema import FORMAT, ModelFile
from insighthub.sources.contract import contract_schema
from insighthub.standardise.schema import OTHER_PREFIX, PERSON_RECORDS
from scripts import reference_words
from scripts.markdown import WRITTEN, markdown_table, sentence
from scripts.reference_hub import policy_page, release_tables_page, settings_page

FOLDER = Path(__file__).parent.parent / "docs" / "reference"

# The models of a contract in the order in which a reader meets them, with the heading of the table in TOML.
_MODELS = {
    "Contract": "The file",
    "Source": "`[[source]]`",
    "PersonMap": "`[source.person]`",
    "FieldMap": "A field",
    "OtherField": "`[source.person.other.NAME]`",
    "OtherPerson": "`[[source.other_person]]`",
    "Exclusion": "`[[source.exclude]]`",
    "Fact": "`[[source.fact]]`",
}

_SHORT_FORMS = """\
A field may be written in three ways:

```toml
uprn = "uprn"                                                  # one column
address = ["addr1", "addr2", "addr3"]                          # columns joined in order
date_of_birth = { column = "dob", format = "%d/%m/%Y" }        # with settings
```"""


def pages() -> dict[str, str]:
    """Return every reference page by its file name."""
    return {
        "commands.md": commands_page(),
        "contract.md": contract_page(),
        "person-records.md": person_records_page(),
        "output-files.md": output_files_page(),
        "model-file.md": model_file_page(),
        "settings.md": settings_page(),
        "policy.md": policy_page(),
        "release-tables.md": release_tables_page(),
    }


# Commands -----------------------------------------------------------------------------------------------------


def commands() -> dict[str, TyperCommand]:
    """Return the commands by name, in the order in which ``insighthub --help`` lists them."""
    group = get_command(app)
    if not isinstance(group, TyperGroup):
        raise TypeError("the command line has no commands")
    found: dict[str, TyperCommand] = {}
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            found |= {f"{name} {n}": c for n, c in command.commands.items() if isinstance(c, TyperCommand)}
        elif isinstance(command, TyperCommand):
            found[name] = command
    return found


def commands_page() -> str:
    """Describe every command with its arguments and options."""
    exits = (
        "Exit status: 0 done; 1 the data, the contract or the place is at fault, and the message says which file, row "
        "and column and what to do; 2 wrong usage; 3, of `insighthub drift --alarm` alone, a change calls for action. "
        "Progress goes to standard error, results to standard output."
    )
    parts = ["# Commands", WRITTEN, exits]
    for name, command in commands().items():
        arguments = [p.metavar or p.name for p in command.params if isinstance(p, TyperArgument)]
        needed = [f"{p.opts[0]} {_value(p)}" for p in _options(command) if p.required]
        rest = ["[OPTIONS]"] if any(not p.required for p in _options(command)) else []
        usage = " ".join(["insighthub", name, *(str(a) for a in arguments), *needed, *rest])
        parts += [f"## insighthub {name}", f"```\n{usage}\n```", sentence(command.help)]
        rows = [
            (f"`{p.metavar or p.name}`", _help(p), "needed") for p in command.params if isinstance(p, TyperArgument)
        ]
        for option in _options(command):
            names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
            rows.append((f"{names} {_value(option)}".strip(), _help(option), _default(option)))
        parts.append(markdown_table(("Argument or option", "What it is", "Default"), rows))
    return "\n\n".join(parts) + "\n"


def _options(command: TyperCommand) -> list[TyperOption]:
    return [p for p in command.params if isinstance(p, TyperOption)]


def _help(parameter: TyperArgument | TyperOption) -> str:
    words = sentence(parameter.help)
    if parameter.envvar:
        words += f" Environment variable: `{parameter.envvar}`."
    return words


def _value(option: TyperOption) -> str:
    if option.is_flag:
        return ""
    return option.metavar or ("N" if isinstance(option.default, int) else "PATH")


def _default(option: TyperOption) -> str:
    if option.required:
        return "needed"
    if option.is_flag:
        chosen = option.opts if option.default else option.secondary_opts
        return f"`{chosen[0]}`" if chosen else ""
    return "" if option.default is None else f"`{option.default}`"


# The contract -------------------------------------------------------------------------------------------------


def contract_models() -> dict[str, dict[str, Any]]:
    """Return the models of a contract by name, each as the schema of its table."""
    schema = contract_schema()
    models = {"Contract": schema, **schema["$defs"]}
    return {name: next(part for part in _parts(model) if "properties" in part) for name, model in models.items()}


def contract_page() -> str:
    """Describe every setting of a contract."""
    models = contract_models()
    unknown = set(models) - set(_MODELS)
    if unknown:
        raise ValueError(f"no heading for these parts of a contract: {', '.join(sorted(unknown))}")
    lead = (
        "A contract is a TOML file. It says what the files are and which column holds what; "
        "[Write a contract](../how-to/write-a-contract.md) says how to go about it. `insighthub init` writes an "
        "example for every usual data set. A setting that is not listed here is an error."
    )
    parts = ["# The contract", WRITTEN, lead]
    for name, heading in _MODELS.items():
        model = models[name]
        needed = set(model.get("required", ()))
        inherited = set(models["PersonMap"]["properties"]) if name == "OtherPerson" else set()
        inherited |= set(models["FieldMap"]["properties"]) if name == "OtherField" else set()
        rows = [
            (f"`{setting}`", _type(words), setting_words(words), "needed" if setting in needed else _toml(words))
            for setting, words in model["properties"].items()
            if setting not in inherited
        ]
        parts += [f"## {heading}", sentence(model.get("description", ""))]
        if name == "FieldMap":
            parts.append(_SHORT_FORMS)
        if inherited:
            parent = "`[source.person]`" if name == "OtherPerson" else "a field"
            parts.append(f"Has every setting of {parent}, and:")
        parts.append(markdown_table(("Setting", "Kind", "What it is", "Default"), rows))
    return "\n\n".join(parts) + "\n"


def setting_words(schema: Mapping[str, Any]) -> str:
    """Return what the code says of one setting, as a sentence."""
    return sentence(str(schema.get("description", "")))


def _parts(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a schema's alternatives, all the way down."""
    if "anyOf" in schema:
        return [part for one in schema["anyOf"] for part in _parts(one)]
    return [dict(schema)]


def _type(schema: Mapping[str, Any]) -> str:
    kinds = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    said: list[str] = []
    for part in _parts(schema):
        if "$ref" in part:
            model = part["$ref"].rpartition("/")[2]
            said.append("a field" if model == "FieldMap" else _MODELS[model])
        elif "enum" in part:
            said.append(", ".join(f"`{value}`" for value in part["enum"]))
        elif part.get("type") == "array":
            inner = part.get("items", {})
            said.append(_type(inner) if "$ref" in inner else "list of texts")
        elif part.get("type") == "object":
            said.append(_type(part["additionalProperties"]))
        elif part.get("type") in kinds:
            said.append(kinds[part["type"]])
    return " or ".join(dict.fromkeys(said))


def _toml(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    if default is None or default == [] or isinstance(default, dict):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


# Tables and files ---------------------------------------------------------------------------------------------


def person_records_page() -> str:
    """Describe the table between standardisation and linkage."""
    lead = (
        "Standardisation turns every landed record into one row for each person it names, and linkage reads these "
        "rows. Every column but the first three may be empty: a source that does not map a field has none of it. What "
        "cannot be read as what it should be is left empty, and never guessed."
    )
    rows = [
        (f"`{column.name}`", str(column.type), sentence(reference_words.PERSON_RECORDS[column.name]))
        for column in PERSON_RECORDS
    ]
    rows.append((f"`{OTHER_PREFIX}<name>`", "string", "A field of your own: `[source.person.other.NAME]`."))
    return (
        "\n\n".join(["# Person records", WRITTEN, lead, markdown_table(("Column", "Type", "What it is"), rows)]) + "\n"
    )


def output_files_page() -> str:
    """Describe the files that ``insighthub link`` writes."""
    lead = (
        "`insighthub link` writes these into the folder named by `--out`. The folder appears whole or not at all: a "
        "run that is killed leaves what was there before."
    )
    files = {**reference_words.FILES, **reference_words.FILES_OF_A_TRUTH}
    parts = [
        "# Output files",
        WRITTEN,
        lead,
        markdown_table(("File", "What it is"), [(f"`{n}`", sentence(w)) for n, w in files.items()]),
    ]
    for file, words in (
        ("links.parquet", reference_words.LINKS),
        ("pairs.parquet", reference_words.PAIRS),
        ("groups.parquet", reference_words.GROUPS),
        ("pairs.parquet and against.parquet", reference_words.PAIRS),
        ("identifiers.parquet", reference_words.IDENTIFIERS),
        (
            "unlikely_pairs.parquet",
            {n: w for n, w in reference_words.PAIRS.items() if "<" not in n} | reference_words.UNLIKELY,
        ),
        ("quarantine.parquet", reference_words.QUARANTINE),
    ):
        rows = [(f"`{name}`", sentence(text)) for name, text in words.items()]
        parts += [f"## {file}", markdown_table(("Column", "What it is"), rows)]
    rows = [(f"`{name}`", sentence(text)) for name, text in reference_words.EVALUATION.items()]
    parts += [
        "## evaluation.json",
        "`insighthub evaluate --json FILE` writes the same. It holds counts and rates, and nothing of a person.",
        markdown_table(("Entry", "What it is"), rows),
    ]
    sheet = (
        "`insighthub sample` writes it: references and no other data of anybody, so that whoever fills it in looks the "
        "records up. See [Evaluate without a truth](../how-to/evaluate-without-a-truth.md)."
    )
    parts += [
        "## model.json",
        "[The model file](model-file.md) explains every key.",
        "## The sheet of a sample",
        sheet,
        markdown_table(
            ("Column", "What it is"),
            [
                (f"`{name}`", sentence(words))
                for name, words in (
                    {n: w for n, w in reference_words.PAIRS.items() if n in REFERENCES} | reference_words.SHEET
                ).items()
            ],
        ),
    ]
    return "\n\n".join(parts) + "\n"


# The parts of a model file in the order in which a reader meets them, with their headings.
_MODEL_PARTS = {
    "ModelFile": "The file",
    "LearnedFrom": "`data`",
    "ComparisonPart": "An entry of `comparisons`",
    "TermFrequencies": "`term_frequencies`",
    "SourcePair": "An entry of `source_pairs`",
    "Namesakes": "`namesakes`",
    "LabelsPart": "`labels`",
    "ShiftPart": "An entry of `shifts`",
    "SqlLevel": "An entry of `sql`",
    "SqlRarity": "An entry of `rarity`",
}


def model_file_models() -> dict[str, dict[str, Any]]:
    """Return the parts of a model file by name, each as its schema."""
    schema = ModelFile.model_json_schema()
    return {"ModelFile": schema, **schema["$defs"]}


def model_file_page() -> str:
    """Describe every key of a model file, and the columns that conditions in SQL may name."""
    models = model_file_models()
    unknown = set(models) ^ set(_MODEL_PARTS)
    if unknown:
        raise ValueError(f"no heading for these parts of a model file: {', '.join(sorted(unknown))}")
    lead = (
        f"`model.json` holds what a run learned, as JSON in the form `{FORMAT}`. `insighthub link --model` uses such a "
        "file as it is, and then the weight of a pair is a matter of its two records and the file alone. A key that "
        "is not listed here is an error. A value that only a few records hold is not written, since a rare name is "
        "somebody."
    )
    parts = ["# The model file", WRITTEN, lead]
    for name, heading in _MODEL_PARTS.items():
        rows = [(f"`{key}`", setting_words(words)) for key, words in models[name]["properties"].items()]
        words = [sentence(models[name].get("description", "")), markdown_table(("Key", "What it is"), rows)]
        parts += [f"## {heading}", *words]
    columns = [(f"`{name}`", sentence(text)) for name, text in reference_words.RECORD_COLUMNS.items()]
    parts += [
        "## Columns that conditions may name",
        sentence(
            "A condition in `sql` names columns of [the person records](person-records.md), a field of your own (with "
            "or without `other_` before its name), and the following. `insighthub export records` writes the same ones"
        ),
        markdown_table(("Column", "What it is"), columns),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
