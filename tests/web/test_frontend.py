"""What is built for pages: nobody else's marks, nothing from another host, names that change with what is in them."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from insighthub.errors import RunError
from insighthub.web.assets import FOLDER, Assets

FRONTEND = Path(__file__).parents[2] / "frontend"
BUILT = sorted(path for path in FOLDER.iterdir() if path.suffix in {".css", ".js", ".svg"})


@pytest.mark.parametrize("path", BUILT, ids=lambda p: p.name.partition(".")[0] + p.suffix)
def test_a_file_bears_the_hash_of_what_is_in_it(path):
    assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(path.name.split(".")[-2])


def test_the_stylesheet_is_in_arial_and_loads_nothing():
    css = next(path for path in BUILT if path.suffix == ".css").read_text(encoding="utf-8")
    assert set(re.findall(r"font-family:([^;}]*)", css)) <= {"arial,helvetica,sans-serif", "sans-serif", "monospace"}
    assert not re.search(r"@font-face|@import|GDS Transport|crest", css)
    assert set(re.findall(r"url\(\"?(.{5})", css)) <= {"data:"}


def test_no_script_names_another_host_that_it_would_ask():
    for path in BUILT:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?:fetch|import|src=|href=)\s*\(?[\"']https?://", text), path.name


def test_packages_are_pinned_and_the_lock_names_no_registry():
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    locked = {place.removeprefix("node_modules/"): entry for place, entry in lock.items() if place}
    assert all(locked[name]["version"] == version for name, version in wanted.items())
    assert all("integrity" in entry for entry in locked.values())
    assert not any("resolved" in entry for entry in locked.values())


def test_the_licences_of_what_is_built_are_with_it():
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    notices = (FOLDER / manifest["files"]["notices.txt"]).read_text(encoding="utf-8")
    assert "GOV.UK Frontend" in notices
    assert "Permission is hereby granted" in notices


def test_styles_that_were_not_built_are_told_with_what_to_do(tmp_path):
    with pytest.raises(RunError, match="Run: make frontend"):
        Assets(tmp_path)
