"""An output folder that is either whole or not there.

A run writes into a folder of its own beside the one that was asked for, and at the end takes its place by renaming.
Killed at any moment it leaves the output of the run before, or none; the next run clears away what it left. Two runs
into one folder at once: the second is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from insighthub.errors import DataError, RunError
from insighthub.store.lock import only_holder

#: Lists the files of a finished run with their size and SHA-256; written last.
MANIFEST = "run.json"


@contextmanager
def output_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write into, which becomes ``out`` when the block ends without an error.

    Args:
        out: the folder asked for: new, empty, or the output of an earlier run, which is then replaced.

    Raises:
        RunError: another run writes there, the folder holds something else, or it cannot be written.
    """
    out = out.resolve()
    beside, old = out.with_name(f".{out.name}.partial"), out.with_name(f".{out.name}.previous")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with only_holder(out.with_name(f".{out.name}.lock"), _taken(out)):
            _tidy(out, beside, old)
            _refuse_strangers(out)
            beside.mkdir()
            try:
                yield beside
                _finish(beside)
                if out.exists():
                    out.rename(old)
                beside.rename(out)
                sync_folder(out.parent)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
                if out.exists():
                    shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise RunError(
            f"the output cannot be written ({(error.strerror or type(error).__name__).lower()})",
            remedy="Check that there is space, and that you may write there",
            file=out,
        ) from error


def check_whole(out: Path) -> dict[str, Any]:
    """Return the manifest of a finished run, having checked that its files are there and whole.

    Raises:
        DataError: this is not the output of a finished run.
    """
    remedy = "Run insighthub link again"
    try:
        manifest: dict[str, Any] = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        files = [(out / name, entry["bytes"], entry["sha256"]) for name, entry in manifest["files"].items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise DataError("this is not the output of a finished run", remedy=remedy, file=out) from None
    for path, size, digest in files:
        if not path.is_file() or path.stat().st_size != size:
            raise DataError("a file of this run is missing or cut short", remedy=remedy, file=path)
        with path.open("rb") as handle:
            if hashlib.file_digest(handle, "sha256").hexdigest() != digest:
                raise DataError("a file of this run was changed after it", remedy=remedy, file=path)
    return manifest


def _tidy(out: Path, beside: Path, old: Path) -> None:
    """Clear away what a killed run left; give back the earlier output if it died between two renames."""
    if old.exists() and not out.exists():
        old.rename(out)
    for folder in (beside, old):
        if folder.exists():
            shutil.rmtree(folder)


def _taken(out: Path) -> RunError:
    return RunError(
        "another run is writing this output folder",
        remedy="Wait until it has ended, or choose another folder",
        file=out,
    )


def _refuse_strangers(out: Path) -> None:
    if out.is_file():
        raise RunError("there is a file where the output folder should be", remedy="Choose another name", file=out)
    if not out.exists() or not any(out.iterdir()):
        return
    try:
        ours = {MANIFEST, *json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        ours = set()
    strangers = sorted(p.name for p in out.iterdir() if p.name not in ours)
    if strangers:
        raise RunError(
            f"the output folder holds files that no run of this program wrote ({len(strangers)} of them)",
            remedy="Choose a new or an empty folder; an output folder is replaced as a whole",
            file=out / strangers[0],
        )


def _finish(folder: Path) -> None:
    """Make sure that every file is on the disk, and list them."""
    files = {}
    for path in sorted(p for p in folder.iterdir() if p.is_file() and p.name != MANIFEST):
        with path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
            os.fsync(handle.fileno())
        files[path.name] = {"bytes": path.stat().st_size, "sha256": digest}
    with (folder / MANIFEST).open("w", encoding="utf-8") as handle:
        json.dump({"files": files}, handle, indent=1)
        handle.flush()
        os.fsync(handle.fileno())
    sync_folder(folder)


def sync_tree(folder: Path) -> None:
    """Make sure that everything in a folder is on the disk; nothing is done where there is none."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    if folder.is_dir():
        sync_folder(folder)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk."""
    if os.name != "posix":  # elsewhere a folder cannot be opened to be flushed
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
