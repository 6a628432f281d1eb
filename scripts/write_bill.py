"""Writes the bill of materials: every library that the program is made of, its version and its licence, as CycloneDX.

    python -m scripts.write_bill [FILE]

Takes what is installed, gives JSON of CycloneDX 1.6. Only what the program needs to run is listed, found from the
dependencies of ``pyproject.toml`` on; tools of developers are not. Scripts and styles come from the lock file of
``frontend``. It is written here, and by no library: it is a hundred lines, asks nobody anything, and needs no
dependency of its own.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROGRAM = "insighthub"
_LICENCE_CLASSIFIER = "License :: OSI Approved :: "


def bill_of_materials() -> dict[str, Any]:
    """Return the bill of materials."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    direct = [_tidy(Requirement(text).name) for text in wanted]
    program, libraries = distribution(PROGRAM), _needed(direct)
    components = [_of_library(each) for each in sorted(libraries, key=_name)]
    by_name = {_name(each) for each in libraries}
    requires = {_purl(program): direct} | {_purl(each): _requires(each) for each in libraries}
    depends = [
        {"ref": ref, "dependsOn": sorted(_purl(distribution(one)) for one in names if one in by_name)}
        for ref, names in requires.items()
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**_of_library(program), "type": "application"}},
        "components": components + list(_of_frontend()),
        "dependencies": depends,
    }


def _needed(names: list[str]) -> list[Distribution]:
    """Return some libraries and all that they need to run, each once."""
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        one = waiting.pop(0)
        if one in found:
            continue
        found[one] = distribution(one)
        waiting += _requires(found[one])
    return list(found.values())


def _requires(library: Distribution) -> list[str]:
    wanted = (Requirement(text) for text in library.requires or ())
    return [_tidy(one.name) for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]


def _of_library(library: Distribution) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": _purl(library),
        "name": _name(library),
        "version": library.version,
        "purl": _purl(library),
        "licenses": _licences(library),
    }


def _licences(library: Distribution) -> list[dict[str, Any]]:
    about = library.metadata
    if expression := about.get("License-Expression"):
        return [{"expression": expression}]
    said = [one.removeprefix(_LICENCE_CLASSIFIER) for one in about.get_all("Classifier") or () if "License ::" in one]
    text = (about.get("License") or "").strip().splitlines()
    names = said or ([text[0]] if text and text[0] else [])
    return [{"license": {"name": name}} for name in names]


def _of_frontend() -> Iterator[dict[str, Any]]:
    """Return the scripts and styles that are built into the app, with the hashes that their build is locked to."""
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    for path, one in sorted(lock["packages"].items()):
        if not path or one.get("link") or one.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{name.replace('@', '%40')}@{one['version']}"
        algorithm, _, digest = one["integrity"].partition("-")
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": one["version"],
            "purl": purl,
            "licenses": [{"license": {"name": one["license"]}}] if "license" in one else [],
            "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}],
        }


def _name(library: Distribution) -> str:
    return _tidy(library.metadata["Name"])


def _purl(library: Distribution) -> str:
    return f"pkg:pypi/{_name(library)}@{library.version}"


def _tidy(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Write the bill of materials into a file, or print it."""
    text = json.dumps(bill_of_materials(), indent=2) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
