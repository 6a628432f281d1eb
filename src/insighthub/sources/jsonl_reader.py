"""Reads a delivery of JSON lines: one object a line, its keys the columns.

Takes bytes, gives an extract. Numbers stay as they are written, an object or list within a record becomes its JSON
text, and a key that a record lacks is null there.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa

from insighthub.errors import DataError
from insighthub.sources.cell_text import cell_text
from insighthub.sources.contract import Source
from insighthub.sources.encoding import read_text
from insighthub.sources.extract import ROW_COLUMN, Extract, Fault, bounded
from insighthub.sources.header import MAX_COLUMNS, settle
from insighthub.sources.row_checks import CONTROLS

NOT_JSON = "not JSON"
NOT_AN_OBJECT = "not a JSON object"
KEY_TWICE = "a key given twice"

_SURROGATE = re.compile("[\ud800-\udfff]")


class _RepeatedKeyError(ValueError):
    """An object gives one key twice, so that a value would be lost."""


def read_jsonl(data: bytes, source: Source, file: str) -> Extract:
    """Read JSON lines.

    Raises:
        DataError: no line is an object, or a column is missing.
    """
    text = read_text(data, source.encoding)
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=str, strict=False
    )
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.data.decode().split("\n"), start=1):
        stripped = line.strip()
        if not stripped:
            continue
        record, reason = _record(decoder, stripped)
        if record is None:
            faults.append(Fault(number, None, reason, bounded(stripped)))
        else:
            records.append(record)
            numbers.append(number)
    keys = dict.fromkeys(key for record in records for key in record)
    if not keys or len(keys) > MAX_COLUMNS:
        raise DataError(
            "no line is a JSON object" if not keys else "there are more different keys than an extract has columns",
            remedy="Deliver one JSON object a line, each a record; a JSON array must be split into lines",
            file=file,
        )
    header = settle(None, list(keys), source.columns(), file)
    columns = {
        name: pa.array([v if v.__class__ is str else cell_text(v) for r in records for v in (r.get(key),)], pa.string())
        for name, key in zip(header.names, keys, strict=True)
    }
    return Extract(
        header=header,
        table=pa.table({**columns, ROW_COLUMN: pa.array(numbers, pa.int64())}),
        faults=faults,
        kind="jsonl",
        encoding=text.encoding,
        warnings=text.warnings,
    )


def _record(decoder: json.JSONDecoder, line: str) -> tuple[dict[str, Any] | None, str]:
    """Return a line's object, or why it is none."""
    try:
        record, end = decoder.raw_decode(line)
    except _RepeatedKeyError:
        return None, KEY_TWICE
    except (ValueError, RecursionError):
        return None, NOT_JSON
    if end != len(line):
        return None, NOT_JSON
    if not isinstance(record, dict):
        return None, NOT_AN_OBJECT
    if "\\u" in line and _SURROGATE.search(json.dumps(record, ensure_ascii=False)):
        return None, CONTROLS
    return record, ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _RepeatedKeyError
    return made
