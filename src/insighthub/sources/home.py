"""The contracts of a hub's home folder: writes the examples to begin with, and loads what is there.

Takes a folder, gives contracts. A home has ``insighthub.toml`` for its settings, and a contract for each data set in
``contracts/``; a source may stand in ``insighthub.toml`` too. The example contracts are part of the package, one
for every data set that councils usually hold.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from insighthub.errors import ContractError, RunError
from insighthub.sources.contract import Contract, contract_schema, load_contract, parse_contract

SETTINGS = "insighthub.toml"
CONTRACTS = "contracts"
SCHEMA = "contract.schema.json"

_SETTINGS_TEXT = """\
# An Insight Hub. This folder is its home: give it to a command with --home, or set INSIGHTHUB_HOME.
#
# Each data set has a contract in contracts/, which says where its files are, by which right they are used, and which
# column holds what. The files there are examples: keep those of the data sets you have, correct them, delete the
# rest. Then run
#
#     insighthub check --home .
#
# which reads every file and says what would be put aside and why, without changing anything.
#
# and
#
#     insighthub run --home .
#
# which links all that was delivered and publishes the index of residents. A source is taken in only with its entries:
# lawful_basis, legal_gateway, owner, retention_months, and for special category data the two conditions.
#
# contracts/contract.schema.json lets an editor check a contract as it is written, and complete the names of settings.

# Who may see what, and what for, is the hub's policy: policy.toml beside this file.
"""


class HomeContract(NamedTuple):
    """A contract of a hub, and the folder that its paths start from."""

    file: Path
    contract: Contract

    @property
    def base(self) -> Path:
        """The folder that the contract's paths start from."""
        return self.file.parent


def write_examples(directory: Path, more: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """Write a new hub's settings, the example contracts and their schema.

    Args:
        directory: the hub's home; made where it is not there.
        more: further files of the home, by name: the policy, which is of a later stage.

    Returns:
        The files written.

    Raises:
        RunError: one of the files is there already, in which case none is written; or the folder cannot be written.
    """
    texts = {directory / SETTINGS: _SETTINGS_TEXT}
    texts |= {directory / name: text for name, text in (more or {}).items()}
    texts |= {directory / CONTRACTS / name: text for name, text in _examples().items()}
    texts[directory / CONTRACTS / SCHEMA] = json.dumps(contract_schema(), indent=2, ensure_ascii=False) + "\n"
    for path in texts:
        if path.exists() or path.is_symlink():
            raise RunError("this file is there already", remedy="Name an empty folder, or move the file", file=path)
    try:
        (directory / CONTRACTS).mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            with path.open("x", encoding="utf-8", newline="\n") as handle:
                handle.write(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise RunError(
            f"the folder cannot be written ({reason.lower()})",
            remedy="Check that the path is a folder, that there is space, and that you may write there",
            file=directory,
        ) from None
    return tuple(texts)


def load_home(home: Path) -> tuple[HomeContract, ...]:
    """Load every contract of a hub: the sources of ``insighthub.toml``, then ``contracts/*.toml`` by name.

    Raises:
        ContractError: there is none, one is at fault, or two sources have one name.
    """
    loaded: list[HomeContract] = []
    settings = home / SETTINGS
    if settings.is_file():
        sources = _sources_of(settings)
        if sources is not None:
            loaded.append(HomeContract(settings, sources))
    loaded += [HomeContract(path, load_contract(path)) for path in sorted((home / CONTRACTS).glob("*.toml"))]
    if not loaded:
        raise ContractError(
            "there is no contract in this hub",
            remedy="Write one in its folder contracts, or run insighthub init to get examples",
            file=home,
        )
    names: dict[str, Path] = {}
    for file, contract in loaded:
        for source in contract.source:
            if source.name in names:
                raise ContractError(
                    f"{names[source.name].name} has a source {source.name!r} too",
                    remedy="Give every source of a hub a name of its own",
                    file=file,
                )
            names[source.name] = file
    return tuple(loaded)


def _sources_of(settings: Path) -> Contract | None:
    """Return the sources that stand in a settings file, which other settings stand beside."""
    try:
        text = settings.read_bytes().decode("utf-8-sig")
        tables = tomllib.loads(text)
    except (OSError, ValueError, RecursionError):
        return load_contract(settings)  # which says what is wrong
    if "source" not in tables:
        return None
    return parse_contract({"source": tables["source"]}, settings)


def _examples() -> dict[str, str]:
    """Return the package's example contracts, by file name."""
    folder = files("insighthub.sources").joinpath("examples")
    if not folder.is_dir():
        return {}
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return {entry.name: entry.read_text(encoding="utf-8") for entry in sorted(found, key=lambda e: e.name)}
