"""The reference pages of a hub: its settings, and the tables of a release, as the code declares them.

Takes the JSON Schema of ``insighthub.toml`` and the CREATE statements with their comments, gives Markdown.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from insighthub.config import HubSettings
from insighthub.governance.actions import OF_A_PERSON, WORDS, Action
from insighthub.governance.policy import Policy
from scripts.markdown import WRITTEN, markdown_table, sentence

# Parts of a release in the order in which a reader meets them: heading, and the modules whose statements make them.
_PARTS = {
    "Runs, sources and records": ("residents.record_tables",),
    "Residents who may be one person": ("residents.possible_matches",),
    "The golden record": ("residents.golden", "residents.rectified", "residents.names", "residents.contacts"),
    "Addresses": ("residents.addresses", "residents.residence", "residents.place_kinds"),
    "Households and relations": ("residents.households", "residents.relations"),
    "Facts": ("residents.resident_facts",),
    "Corrections": ("corrections.case_tables",),
    "Measures": ("measures.build", "measures.publish"),
    "Figures of residents": ("population.build",),
    "Data quality": ("quality.statements",),
    "Search": ("residents.search.tables",),
    "What is learned, and what later runs begin from": (
        "residents.golden_dates",
        "residents.place_keys",
        "residents.address_evidence",
    ),
}
_TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+) \(\n(.*?)\n\)", re.DOTALL)
_COLUMN = re.compile(r'^"?(\w+)"? ([A-Z]+(?:\[\])*)')


class Column(NamedTuple):
    """A column of a table, and what the statement says of it."""

    name: str
    kind: str
    words: str


def release_tables() -> dict[str, dict[str, list[Column]]]:
    """Return the tables of a release with their columns, by the heading under which they are told."""
    return {
        heading: {name: columns for module in modules for name, columns in _tables_of(module)}
        for heading, modules in _PARTS.items()
    }


def release_tables_page() -> str:
    """Describe every table of a release."""
    lead = (
        "A release is one DuckDB file in `releases/` of a hub, which any program that reads DuckDB can open. It holds "
        "people's data, without the rules on purposes that the commands keep to: who may read the file is a decision "
        "of your information-governance lead. A full run and runs of changes give the same rows."
    )
    parts = ["# Tables of a release", WRITTEN, lead]
    for heading, tables in release_tables().items():
        parts.append(f"## {heading}")
        for name, columns in tables.items():
            rows = [(f"`{c.name}`", c.kind, sentence(c.words)) for c in columns]
            parts += [f"### {name}", markdown_table(("Column", "Type", "What it is"), rows)]
    return "\n\n".join(parts) + "\n"


def _tables_of(module: str) -> Iterator[tuple[str, list[Column]]]:
    found = importlib.import_module(f"insighthub.{module}")
    texts = [value for value in vars(found).values() if isinstance(value, str) and "CREATE TABLE IF NOT" in value]
    for text in dict.fromkeys(texts):
        for name, body in _TABLE.findall(text):
            yield name, list(_columns(body))


def _columns(body: str) -> Iterator[Column]:
    """Give the columns of a statement; a comment on a line of its own goes on with the one before."""
    column: Column | None = None
    for line in body.splitlines():
        code, _, words = (part.strip() for part in line.partition("--"))
        places = list(re.finditer(r'"?\w+"? [A-Z]+(?:\[\])*(?: NOT NULL)?', code))
        if not places:
            if column is not None and words:
                column = column._replace(words=f"{column.words} {words}")
            continue
        for place in places:
            if column is not None:
                yield column
            match = _COLUMN.match(place.group())
            if match is None:
                raise ValueError(f"no column: {line}")
            column = Column(match[1], match[2], "")
        if column is not None:
            column = column._replace(words=words)
    if column is not None:
        yield column


# Settings -----------------------------------------------------------------------------------------------------


def settings_models() -> dict[str, dict[str, Any]]:
    """Return the sections of ``insighthub.toml`` by their heading in TOML, each as its schema."""
    schema = HubSettings.model_json_schema()
    models = {}
    for name, words in schema["properties"].items():
        several = words.get("type") == "array"
        reference = words["items"]["$ref"] if several else words["$ref"]
        models[f"[[{name}]]" if several else f"[{name}]"] = schema["$defs"][reference.rpartition("/")[2]]
    return models


def policy_page() -> str:
    """Describe every part of the policy."""
    lead = (
        "`policy.toml` in a hub's folder says who may do what, and what for. What it does not allow is denied. The "
        "file is the first version; after that a change of it is a proposal, until somebody else approves it, as "
        "[Control who sees what](../how-to/control-access.md) explains. A part that is not listed here is an error."
    )
    parts = ["# The policy", WRITTEN, lead]
    schema = Policy.model_json_schema()
    for heading, model in (
        ("The file", schema),
        ("`[[purpose]]`", schema["$defs"]["Purpose"]),
        ("`[[role]]`", schema["$defs"]["Role"]),
    ):
        needed = set(model.get("required", ()))
        rows = [
            (f"`{name}`", sentence(words["description"]), "needed" if name in needed else _default(words))
            for name, words in model["properties"].items()
        ]
        parts += [f"## {heading}", markdown_table(("Part", "What it is", "Default"), rows)]
    actions = [(f"`{action}`", sentence(WORDS[action]), "yes" if action in OF_A_PERSON else "") for action in Action]
    parts += ["## Actions", markdown_table(("Action", "What it lets somebody do", "Needs a purpose"), actions)]
    return "\n\n".join(parts) + "\n"


def settings_page() -> str:
    """Describe every setting of a hub."""
    lead = (
        "`insighthub.toml` in a hub's folder holds its settings. Every one has a default. A setting that is not listed "
        "here is an error. The file may hold sources as well, as [the contract](contract.md) explains them. Who may "
        "see what, and what for, is [the policy](policy.md)."
    )
    parts = ["# Settings of a hub", WRITTEN, lead]
    for heading, model in settings_models().items():
        needed = set(model.get("required", ()))
        rows = [
            (f"`{name}`", sentence(words["description"]), "needed" if name in needed else _default(words))
            for name, words in model["properties"].items()
        ]
        parts += [
            f"## `{heading}`",
            sentence(model.get("description", "")),
            markdown_table(("Setting", "What it is", "Default"), rows),
        ]
    return "\n\n".join(parts) + "\n"


def _default(words: Mapping[str, Any]) -> str:
    default = words.get("default")
    if default is None or default in ([], {}):
        return ""
    if isinstance(default, list):
        return ", ".join(f"`{value}`" for value in default)
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
