"""Writes extracts to files the way that systems deliver them.

Takes an extract, gives its file or folder of files: CSV in Windows-1252 or UTF-8 with a header on the first row or the
fourth, a totals row or a line cut short at the end, rows delivered twice; one Excel workbook, one JSON lines file, one
Parquet file. The bytes depend on the extract alone: no clock, no machine.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from insighthub.later import later
from insighthub.synthetic.calibration import REFERENCE_DATE
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.writing import plain

openpyxl = later("openpyxl")


@dataclass(frozen=True)
class Delivery:
    """How one source's extract arrives."""

    path: str
    kind: str = "csv"  # csv, excel, jsonl, parquet
    encoding: str = "utf-8"
    delimiter: str = ","
    preamble: tuple[str, ...] = ()  # lines above the header; {day} is the day of extraction
    totals: str | None = None  # column that is summed in a last row
    cut_short: bool = False  # the last line stops in the middle
    split_by: str | None = None  # column whose values are files of a folder, and is itself kept
    encodings: tuple[str, ...] = ()  # of those files in order


DELIVERIES: dict[str, Delivery] = {
    "council_tax": Delivery("council_tax.csv", encoding="cp1252"),
    "benefits": Delivery("benefits.txt", delimiter="|"),
    "housing_rents": Delivery("housing_rents.csv", totals="lpar_balance"),
    "adult_social_care": Delivery("adult_social_care.parquet", kind="parquet"),
    "childrens_social_care": Delivery("childrens_social_care.csv", encoding="utf-8-sig"),
    "school_pupils": Delivery("school_pupils", split_by="census", encodings=("utf-8-sig", "cp1252", "utf-8")),
    "school_admissions": Delivery("school_admissions.csv", encoding="cp1252"),
    "homelessness": Delivery("homelessness.jsonl", kind="jsonl"),
    "electoral_register": Delivery("electoral_register.csv", cut_short=True),
    "parking_permits": Delivery(
        "parking_permits.csv", preamble=("Parking permits: all permits", "Run on {day} 06:00 by SYSTEM", "")
    ),
    "freedom_pass": Delivery("freedom_pass.csv", encoding="cp1252"),
    "blue_badge": Delivery("blue_badge.xlsx", kind="excel"),
    "libraries": Delivery("libraries.tsv", delimiter="\t"),
    "antisocial_behaviour": Delivery("antisocial_behaviour.csv", encoding="cp1252"),
    "licensed_premises": Delivery("licensed_premises.csv"),
}


def deliver(
    extract: Extract,
    out: Path,
    rng: np.random.Generator,
    repeated_rows: float,
    *,
    day: dt.date = REFERENCE_DATE,
    in_order: bool = True,
) -> list[Path]:
    """Write the extract under ``out``; return the files written.

    Rows are put in order of record id, as exports are; a share of them comes twice, the second time right after.
    day: of extraction. in_order: false for the same rows in no order at all.
    """
    how = DELIVERIES[extract.name]
    order = np.argsort(np.array(extract.record_ids(), dtype=object), kind="stable")
    again = order[rng.random(len(order)) < repeated_rows] if how.kind == "csv" else order[:0]
    position = np.r_[
        np.arange(len(order)), np.searchsorted(np.arange(len(order)), np.flatnonzero(np.isin(order, again)))
    ]
    rows = np.r_[order, order[np.isin(order, again)]][np.argsort(position, kind="stable")]
    if not in_order:
        rows = rng.permutation(rows)
    table = pa.table({name: pa.array(column[rows].tolist(), pa.string()) for name, column in extract.columns.items()})
    target = out / how.path
    if how.kind == "parquet":
        pa.parquet.write_table(table, target, compression="zstd")
    elif how.kind == "jsonl":
        _write_jsonl(table, target)
    elif how.kind == "excel":
        _write_excel(table, target)
    elif how.split_by:
        return _write_folder(table, target, how, day)
    else:
        target.write_bytes(_csv_bytes(table, how, how.encoding, day))
    return [target]


def _csv_bytes(table: pa.Table, how: Delivery, encoding: str, day: dt.date) -> bytes:
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=how.delimiter, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(zip(*(table[c].to_pylist() for c in table.column_names), strict=True))
    data = sink.getvalue().encode()
    if how.totals is not None:
        total = sum(float(v) for v in table[how.totals].to_pylist() if v)
        cells = ["Total"] + [f"{total:.2f}" if c == how.totals else "" for c in table.column_names[1:]]
        data += (how.delimiter.join(cells) + "\n").encode()
    if how.cut_short:
        data += _cut_line(data, how.delimiter)
    if how.preamble:
        data = "".join(line.format(day=f"{day:%d/%m/%Y}") + "\n" for line in how.preamble).encode() + data
    if encoding == "utf-8":
        return data
    if encoding == "utf-8-sig":
        return b"\xef\xbb\xbf" + data
    return _to_codepage(data.decode("utf-8"), encoding).replace(b"\n", b"\r\n")


def _cut_line(data: bytes, delimiter: str) -> bytes:
    """Return what is left of a line after the last one: a new reference and the start of a name."""
    last = data[data.rstrip(b"\n").rfind(b"\n") + 1 :].decode()
    reference, name, *_ = last.split(delimiter)
    digits = re.sub(r"\D", "", reference)
    following = f"{int(digits) + 1:0{len(digits)}d}"
    return f"{re.sub(r'[0-9]', '', reference)}{following}{delimiter}{name[:2]}".encode()


def _to_codepage(text: str, encoding: str) -> bytes:
    """Encode for Windows; letters that the code page lacks lose their marks, as its best fit does."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        table = {}
        for letter in set(text):
            try:
                letter.encode(encoding)
            except UnicodeEncodeError:
                table[ord(letter)] = plain(letter)
        return text.translate(table).encode(encoding, errors="replace")


def _write_folder(table: pa.Table, folder: Path, how: Delivery, day: dt.date) -> list[Path]:
    folder.mkdir(exist_ok=True)
    labels = table[how.split_by].to_pylist()
    written = []
    for k, label in enumerate(sorted(set(labels))):
        part = table.filter(pa.array([x == label for x in labels]))
        target = folder / f"{label.replace(' ', '_')}.csv"
        target.write_bytes(_csv_bytes(part, how, how.encodings[k % len(how.encodings)], day))
        written.append(target)
    return written


def _write_jsonl(table: pa.Table, target: Path) -> None:
    """Write one JSON object a line; an empty cell is null, as an interface gives it."""
    with target.open("w", encoding="utf-8", newline="\n") as file:
        for row in table.to_pylist():
            file.write(json.dumps({k: v or None for k, v in row.items()}, ensure_ascii=False) + "\n")


def _write_excel(table: pa.Table, target: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    sheet.append(table.column_names)
    columns = [table[c].to_pylist() for c in table.column_names]
    for row in zip(*columns, strict=True):
        sheet.append([v or None for v in row])
    held = io.BytesIO()
    book.save(held)
    _without_clock(held, target)


def _without_clock(workbook: io.BytesIO, target: Path) -> None:
    """Copy a workbook with every time in it set to one day: openpyxl stamps the present."""
    stamp = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in source.infolist():
            data = source.read(member)
            if member.filename.startswith("docProps/"):
                data = stamp.sub(b"2026-09-30T06:00:00Z", data)
            entry = zipfile.ZipInfo(member.filename, (2026, 9, 30, 6, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(entry, data)
