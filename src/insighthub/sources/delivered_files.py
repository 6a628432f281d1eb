"""Finds the files of a source, and reads their bytes.

Takes the contract's path (a file, a folder or a glob, or several), gives the files sorted by name: councils name
deliveries by date, so the last is the newest. Files are read whole into memory, with a bound: a file that is
written to while it is read then cannot change under the reader.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import NamedTuple

from insighthub.errors import DataError
from insighthub.sources.contract import Source

#: The largest file that is read, in bytes.
MAX_FILE = 4 * 1024**3

_SUFFIXES = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".dat", ".psv", ".xlsx", ".xlsm", ".xls", ".parquet", ".jsonl", ".ndjson"}
)


class DeliveredFile(NamedTuple):
    """A file, and the name it goes by in tables and messages: its path from the contract's folder."""

    path: Path
    name: str


class Found(NamedTuple):
    """The files of a source in order, and what the user should know, in sentences."""

    files: list[DeliveredFile]
    warnings: list[str]


def find_files(source: Source, base: Path) -> Found:
    """Return the files that a source's path means, sorted by name within each path.

    Raises:
        DataError: there is no such file, or none in the folder or glob.
    """
    files: dict[Path, None] = {}
    left: list[str] = []
    for text in source.path:
        try:
            matched = _match(text, base, left)
        except (OSError, RuntimeError, ValueError, NotImplementedError) as error:
            raise DataError(
                f"the path cannot be followed ({type(error).__name__})",
                remedy="Check the path for links that lead in a circle, characters that no path has, and permissions",
                file=text,
            ) from None
        if not matched:
            raise _nothing(text, base)
        files |= dict.fromkeys(matched[-1:] if source.delivers == "latest" else matched)
    warnings = [f"{name}: not read, as it is no file of a kind that can be." for name in sorted(left)]
    return Found([DeliveredFile(path, _name(path, base)) for path in files], warnings)


def read_bytes(file: DeliveredFile) -> bytes:
    """Return a file's content.

    Raises:
        DataError: it cannot be opened, is no regular file, or is larger than can be read.
    """
    try:
        with file.path.open("rb") as handle:
            size = os.fstat(handle.fileno()).st_size
            if size > MAX_FILE:
                raise DataError(
                    f"the file has {size / 1024**3:.1f} GiB, more than the {MAX_FILE // 1024**3} GiB that can be read",
                    remedy="Deliver it as Parquet, or split it into several files in a folder",
                    file=file.name,
                )
            return handle.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise DataError(
            f"the file cannot be read ({reason.lower()})",
            remedy="Check that it exists, that you may read it, and that no other program holds it",
            file=file.name,
        ) from None


def _match(text: str, base: Path, left: list[str]) -> list[Path]:
    path = base / text
    if path.is_dir():
        found = []
        for entry in sorted(path.iterdir()):
            if _is_hidden(entry):
                continue
            if entry.is_file() and _looks_like_data(entry):
                found.append(entry)
            else:
                left.append(_name(entry, base))
        return found
    if path.is_file():
        return [path]
    if any(c in text for c in "*?["):
        root = Path(path.anchor)
        return sorted(p for p in root.glob(str(path.absolute().relative_to(root))) if p.is_file() and not _is_hidden(p))
    if path.exists():
        raise DataError("this is neither a file nor a folder", remedy="Give the path of a file", file=text)
    return []


def _is_hidden(path: Path) -> bool:
    """Say whether a file is the system's or an editor's own, such as a lock file of Excel."""
    return path.name.startswith((".", "~$")) or path.name in {"Thumbs.db", "desktop.ini"}


def _looks_like_data(path: Path) -> bool:
    suffixes = [s.lower() for s in path.suffixes]
    return bool(suffixes) and (suffixes[-1] in _SUFFIXES or suffixes[-1] == ".gz")


def _name(path: Path, base: Path) -> str:
    try:
        name = path.relative_to(base).as_posix()
    except ValueError:
        name = path.as_posix()
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _nothing(text: str, base: Path) -> DataError:
    path = base / text
    if any(c in text for c in "*?["):
        return DataError("no file matches this pattern", remedy="Check the pattern and the folder", file=text)
    if path.is_dir():
        return DataError(
            "the folder holds no file that can be read",
            remedy="Put CSV, Excel, Parquet or JSON lines files in it, or correct path in the contract",
            file=text,
        )
    try:
        beside = [p.name for p in path.parent.iterdir()]
    except OSError:
        beside = []
    near = difflib.get_close_matches(path.name, beside, n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return DataError(
        "there is no such file", remedy=f"{hint}Put the extract there, or correct path in the contract", file=text
    )
