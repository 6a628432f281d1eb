"""Vulnerable components: what the program is made of is pinned, listed, and comes with the hashes of what was built."""

import json
import re
from importlib.metadata import version
from pathlib import Path

from scripts.write_bill import bill_of_materials
from tests.security.attempts import attempt

ROOT = Path(__file__).parents[2]


@attempt(
    "A06",
    "Bring in a library that nobody agreed to, or another version of one",
    "the bill of materials lists every library that is run with its version and licence, and each is the one pinned",
)
def test_every_library_is_listed_and_pinned():
    pinned = dict(
        line.lower().replace("_", "-").split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    )
    bill = bill_of_materials()
    assert bill["bomFormat"] == "CycloneDX"
    listed = {c["name"]: c for c in bill["components"] if c["purl"].startswith("pkg:pypi/")}
    assert {"duckdb", "fastapi", "sqlalchemy", "argon2-cffi", "jinja2"} <= set(listed)
    for name, component in listed.items():
        assert component["version"] == version(name)
        assert pinned.get(name) == component["version"].lower(), f"{name} is not the version of constraints.txt"
        assert component["licenses"], f"{name} names no licence"


@attempt(
    "A06",
    "Have another script delivered in place of one of the app's",
    "the build is locked with hashes, and files bear theirs",
)
def test_scripts_are_locked():
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    packages = [one for path, one in lock["packages"].items() if path and not one.get("link")]
    assert packages
    assert all(re.match(r"sha512-", one["integrity"]) for one in packages)
    manifest = json.loads((ROOT / "src/insighthub/web/static/manifest.json").read_text())
    assert all(re.search(r"\.[0-9a-f]{12}\.\w+$", str(name)) for name in manifest["files"].values())
