"""Tells what a file is by its content, and holds that against its name.

Takes bytes and a name, gives the reader to use. A name is only a promise: spreadsheets arrive as .csv and web pages as
.xls, and reading them by name gives rubbish or a baffling fault far from its cause.
"""

from __future__ import annotations

from typing import Literal

from insighthub.errors import DataError

Kind = Literal["csv", "excel", "parquet", "jsonl"]

_BY_SUFFIX: dict[str, Kind] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".psv": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_WORDS: dict[Kind, str] = {"csv": "text", "excel": "an Excel workbook", "parquet": "Parquet", "jsonl": "JSON lines"}

#: First bytes of files that are often sent in an extract's place.
_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"{\\rtf", "a rich text document"),
)
_MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<table", b"<meta")


def is_gzip(data: bytes) -> bool:
    """Say whether the content is compressed with gzip."""
    return data.startswith(b"\x1f\x8b")


def tell_kind(data: bytes, name: str, declared: Kind | Literal["auto"], file: str) -> Kind:
    """Return which reader a file needs.

    Args:
        data: the content, unpacked.
        name: the file's own name, without ``.gz``.
        declared: the contract's format, or ``auto``.
        file: the file, for messages.

    Raises:
        DataError: the content is of no kind that can be read, or not of the kind that the contract or name says.
    """
    content = _by_content(data, file)
    suffix = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    promised = declared if declared != "auto" else _BY_SUFFIX.get(suffix)
    if promised is None:
        return content or ("jsonl" if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "csv")
    if content is None and promised in {"csv", "jsonl"}:
        return "csv" if promised == "csv" else "jsonl"
    found = content or "csv"
    if found != promised:
        says = "contract's format" if declared != "auto" else "name"
        fix = "format in the contract" if declared != "auto" else f"the name, or set format = {found!r} in the contract"
        raise DataError(
            f"the {says} says {_WORDS[promised]}, but the content is {_WORDS[found]}",
            remedy=f"Correct {fix}, or ask for the extract again",
            file=file,
        )
    return found


def _by_content(data: bytes, file: str) -> Kind | None:
    """Return the kind that the first bytes show; None for text."""
    head = data[:512]
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "excel"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        if b"xl/workbook" in data or b"[Content_Types].xml" in data:
            return "excel"
        raise _foreign("a zip archive", file, "Unpack it, and deliver the file within")
    for start, what in _FOREIGN:
        if head.startswith(start):
            raise _foreign(what, file)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise _foreign("a web page or XML", file)
    return None


def _foreign(what: str, file: str, remedy: str | None = None) -> DataError:
    return DataError(
        f"the content is {what}, not an extract",
        remedy=remedy or "Ask for the extract as CSV, Excel, Parquet or JSON lines",
        file=file,
    )
