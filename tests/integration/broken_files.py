"""Makes whole deliveries in every format, and breaks them in the ways that deliveries break.

Takes nothing, gives cases: a file, how its source is declared, and what must become of it. Everything is made from
a seed, so a failure can be made again.
"""

import gzip
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

#: A name that no message may hold.
PERSON = "Quillfeather"
COLUMNS = ("id", "name", "dob", "postcode", "uprn")
PEOPLE = [
    (f"T{n:04d}", f"Zo\u00eb {PERSON}{n}", f"{n % 28 + 1:02d}/03/1985", f"IG{n % 12 + 1} 8AA", str(100_000_000_000 + n))
    for n in range(40)
]


@dataclass(frozen=True)
class Case:
    """A delivery, and what must become of it.

    Args:
        name: what is wrong with it.
        file: its name.
        make: gives its content.
        outcome: "refused" for an error; "put aside" for quarantine; "read" for nothing lost; "told" for any of these.
        delivered: how many rows it holds, where that can be said.
        settings: what its source declares.
    """

    name: str
    file: str
    make: Callable[[], bytes]
    outcome: str
    delivered: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)


def csv_lines(rows=PEOPLE, columns=COLUMNS, delimiter=","):
    return [delimiter.join(r) for r in (columns, *rows)]


def csv_bytes(rows=PEOPLE, columns=COLUMNS, codec="utf-8", end="\n"):
    return (end.join(csv_lines(rows, columns)) + end).encode(codec)


def jsonl_bytes(rows=PEOPLE):
    return "".join(json.dumps(dict(zip(COLUMNS, r, strict=True))) + "\n" for r in rows).encode()


def parquet_bytes(rows=PEOPLE, **options):
    out = io.BytesIO()
    pq.write_table(pa.table(dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))), out, **options)
    return out.getvalue()


def xlsx_bytes(rows=PEOPLE, columns=COLUMNS):
    book = openpyxl.Workbook()
    for row in (columns, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls_bytes(rows=PEOPLE):
    """Write the old Excel format: BIFF8 records in one stream of a compound file."""

    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    def text(value):
        return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")

    begin, end = 0x0809, record(0x000A, b"")
    sheet = record(begin, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for y, row in enumerate((COLUMNS, *rows)):
        for x, value in enumerate(row):
            sheet += record(0x0204, struct.pack("<HHH", y, x, 0) + text(value))
    name = struct.pack("<BB", 5, 0) + b"Sheet"
    head = record(begin, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    place = len(head) + 4 + 6 + len(name) + len(end)
    stream = head + record(0x0085, struct.pack("<IBB", place, 0, 0) + name) + end + sheet + end
    stream += b"\0" * (-len(stream) % 512)
    if len(stream) < 4096:
        stream += b"\0" * (4096 - len(stream))
    sectors = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    fat = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))

    def entry(label, kind, child, start, size):
        raw = (label + "\0").encode("utf-16-le")
        links = struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return raw.ljust(64, b"\0") + links + b"\0" * 36 + struct.pack("<IQ", start, size)

    empty = b"\0" * 68 + struct.pack("<III", *[0xFFFFFFFF] * 3) + b"\0" * 48
    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream)) + empty * 2
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    start += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    start += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return start + fat + folder + stream


WHOLE = {
    "t.csv": csv_bytes,
    "t.csv.gz": lambda: gzip.compress(csv_bytes(), mtime=0),
    "t.jsonl": jsonl_bytes,
    "t.jsonl.gz": lambda: gzip.compress(jsonl_bytes(), mtime=0),
    "t.parquet": parquet_bytes,
    "t.xlsx": xlsx_bytes,
    "t.xls": xls_bytes,
}


def _filled_lines(data):
    """Count the lines of UTF-8 text that hold anything, but for the first."""
    return sum(1 for line in data.split(b"\n")[1:] if line.strip(b' ,"\r\t'))


def truncated():
    """Cut every format short at many places."""
    for file, make in WHOLE.items():
        whole = make()
        for tenth in (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.999):
            cut = whole[: max(1, int(len(whole) * tenth))]
            text = file in {"t.csv", "t.jsonl"}
            early = file == "t.csv" and b"\n" not in cut
            outcome = "refused" if not text or early else "told"
            delivered = None
            if file == "t.csv" and not early:
                delivered = _filled_lines(cut)
            elif file == "t.jsonl":
                delivered = 1 + _filled_lines(cut)
            if file == "t.xls":
                outcome = "told"
            yield Case(f"cut to {tenth:.1%}", file, lambda cut=cut: cut, outcome, delivered)


def flipped():
    """Change bytes here and there in every format."""
    for file, make in WHOLE.items():
        whole = make()
        for seed in range(10):
            chance = random.Random(f"{file} {seed}")
            broken = bytearray(whole)
            for _ in range(1 + seed * 3):
                # the header line of text stays, so that the rows under it are what is tried
                broken[chance.randrange(40 if file.startswith("t.csv") else 0, len(broken))] = chance.randrange(256)
            delivered = _filled_lines(bytes(broken)) if file == "t.csv" else None
            yield Case(f"bytes changed, {seed}", file, lambda b=bytes(broken): b, "told", delivered)


def junk():
    """Give what is no extract at all, under every name."""
    starts = {
        "nothing": b"",
        "a zip": b"PK\x03\x04",
        "a workbook": b"PK\x03\x04[Content_Types].xml",
        "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "Parquet": b"PAR1",
        "gzip": b"\x1f\x8b\x08",
    }
    for file in ("t.csv", "t.xlsx", "t.xls", "t.parquet", "t.jsonl"):
        for label, start in starts.items():
            noise = random.Random(f"{file} {label}").randbytes(3000)
            yield Case(f"noise that begins like {label}", file, lambda d=start + noise: d, "refused")
        yield Case("empty", file, bytes, "refused")
        yield Case("zero bytes", file, lambda: b"\0" * 5000, "refused")
    for label, content in {
        "a web page": b"<!DOCTYPE html><html><body>Sign in</body></html>",
        "XML": b"<?xml version='1.0'?><rows/>",
        "a PDF": b"%PDF-1.7\n%\xe2\xe3",
        "a picture": b"\x89PNG\r\n\x1a\n",
        "a database": b"SQLite format 3\x00",
        "prose": b"Please find attached the extract you asked for.\n",
        "line ends": b"\n\r\n\n",
        "spaces": b"    \n   ",
        "only delimiters": b",,,,\n,,,,\n",
        "only quotes": b'"""""\n"\n""\n',
    }.items():
        yield Case(f"{label} as CSV", "t.csv", lambda c=content: c, "refused")
    yield Case(
        "random noise under a header", "t.csv", lambda: csv_bytes([]) + random.Random(1).randbytes(20_000), "told"
    )


def headers():
    """Break the header."""
    lines = csv_lines()

    def text(header):
        return ("\n".join([header, *lines[1:]]) + "\n").encode

    for label, header in {
        "no id": "ref,name,dob,postcode,uprn",
        "a column renamed": "id,full name,dob,postcode,uprn",
        "a column gone": "id,name,dob,postcode",
        "two ids": "Id,ID,name,dob,postcode,uprn",
        "a column twice": "id,name,name,postcode,uprn",
        "all in one cell": '"id,name,dob,postcode,uprn"',
        "an open quote": '"id,name,dob,postcode,uprn',
        "dots for commas": "id.name.dob.postcode.uprn",
        "another language": "Kennung,Name der Person,Geburt,PLZ,Objekt",
    }.items():
        yield Case(f"header: {label}", "t.csv", text(header), "refused")
    yield Case("header gone", "t.csv", lambda: "\n".join(lines[1:]).encode(), "refused")
    yield Case("header only", "t.csv", lambda: csv_bytes([]), "refused")
    yield Case("header only, in Excel", "t.xlsx", lambda: xlsx_bytes([]), "refused")
    yield Case("header only, in Parquet", "t.parquet", _no_rows, "refused")
    yield Case("header too far down", "t.csv", lambda: b"note\n" * 60 + csv_bytes(), "refused")
    yield Case("header of ten megabytes", "t.csv", lambda: b"id," + b"a" * 10_000_000 + b"\n1,2\n", "refused")
    wide = ",".join(f"c{n}" for n in range(200_000))
    yield Case("header of 200,000 columns", "t.csv", f"id,{wide}\n1\n".encode, "refused")
    extra = ",".join(["note"] * 50)
    filled = "".join(f"{r},{',' * 49}\n" for r in lines[1:])
    yield Case("fifty columns of one name", "t.csv", f"{lines[0]},{extra}\n{filled}".encode, "read", 40)
    yield Case("header in capitals", "t.csv", text(lines[0].upper()), "read", 40)
    yield Case(
        "header with NULs", "t.csv", text("\0id,na\0me,dob,postcode,uprn".replace("na\0me", "name\0")), "read", 40
    )
    yield Case(
        "header repeated half-way", "t.csv", lambda: csv_bytes(PEOPLE[:20]) + csv_bytes(PEOPLE[20:]), "put aside", 41
    )
    yield Case("header of other columns in Excel", "t.xlsx", lambda: xlsx_bytes(PEOPLE, tuple("abcde")), "refused")
    yield Case("keys of other columns", "t.jsonl", lambda: b'{"a": 1}\n{"b": 2}\n', "refused")


def _no_rows():
    out = io.BytesIO()
    pq.write_table(pa.table({c: pa.array([], pa.string()) for c in COLUMNS}), out)
    return out.getvalue()


def encodings():
    """Write text otherwise than it is declared, or several ways at once."""
    for codec in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1252", "latin-1"):
        yield Case(f"written in {codec}", "t.csv", lambda c=codec: csv_bytes(codec=c), "read", 40)
    for end, label in (("\r", "carriage returns"), ("\r\n", "both line ends")):
        yield Case(f"lines ended by {label}", "t.csv", lambda e=end: csv_bytes(end=e), "read", 40)
    half = csv_bytes(PEOPLE[:20])
    rest = "\n".join(csv_lines(PEOPLE[20:])[1:])
    for codec in ("windows-1252", "utf-8"):
        yield Case(f"half UTF-8, half {codec}", "t.csv", lambda c=codec: half + rest.encode(c), "read", 40)
    yield Case("half UTF-8, half UTF-16", "t.csv", lambda: half + rest.encode("utf-16"), "told")
    yield Case("a mark within the file", "t.csv", lambda: half + b"\xef\xbb\xbf" + rest.encode(), "read", 40)
    for declared in ("utf-16", "utf-32", "cp037", "ascii", "shift_jis"):
        yield Case(f"declared {declared}, but UTF-8", "t.csv", csv_bytes, "told", None, {"encoding": declared})
    yield Case("UTF-16 cut within a character", "t.csv", lambda: csv_bytes(codec="utf-16")[:-1], "put aside")
    for label, bad in {
        "a lone surrogate": b"\xed\xa0\x80",
        "an overlong slash": b"\x81\x8d",
        "NULs": b"\0\0",
        "a bell": b"\x07",
        "an escape sequence": b"\x1b[2J",
        "half a character": b"\xe2\x81",
    }.items():
        line = b"T9999,Ann" + bad + b",01/01/1985,IG1 1AA,1\n"
        yield Case(f"a row with {label}", "t.csv", lambda d=line: csv_bytes() + d, "put aside", 41)
    escaped = b'{"id": "T9999", "name": "\\ud83d", "dob": "", "postcode": "", "uprn": ""}\n'
    yield Case("a lone surrogate, escaped", "t.jsonl", lambda: jsonl_bytes() + escaped, "put aside", 41)


def rows():
    """Break single rows of an otherwise good file."""
    tails: dict[str, tuple[bytes, int, str]] = {
        "too few fields": (b"T9999,Ann\n", 1, "put aside"),
        "too many fields": (b"T9999,Ann,x,y,z,1,2,3\n", 1, "put aside"),
        "no line end": (b"T9999,Ann,01/01/1985,IG1", 1, "put aside"),
        "an unclosed quote": (b'T9999,"Ann,01/01/1985,IG1 1AA,1\n', 1, "put aside"),
        "an unclosed quote before good rows": (b'T9998,"Ann,1,2,3\nT9999,Ann,1,2,3\n', 2, "put aside"),
        "a quote in the middle": (b'T9999,Ann "A" Lee,1,2,3\n', 1, "read"),
        "no id": (b",Ann,01/01/1985,IG1 1AA,1\n", 1, "put aside"),
        "an id of blanks": (b"   ,Ann,01/01/1985,IG1 1AA,1\n", 1, "put aside"),
        "a repeated row": (("\n".join(csv_lines(PEOPLE[3:4])[1:]) + "\n").encode(), 1, "put aside"),
        "an id used twice": (b"T0003,Ann,01/01/1985,IG1 1AA,1\n", 1, "put aside"),
        "a total": (b"Total,,,,40\n", 1, "put aside"),
        "a total in words": (b"40 records selected\n", 1, "put aside"),
        "a total and a footer": (b"Total,40\nPrinted on 5 March\n", 2, "put aside"),
        "blank lines": (b"\n\n   \n,,,,\n", 0, "read"),
        "an end-of-file mark": (b"\x1a", 1, "put aside"),
        "NULs at the end": (b"\0" * 100, 1, "put aside"),
        "a formula": (b'T9999,"=HYPERLINK(""http://a.example"")",1,2,3\n', 1, "read"),
        "a UPRN in scientific notation": (b"T9999,Ann,01/01/1985,IG1 1AA,1.00021E+11\n", 1, "read"),
        "a line of ten megabytes": (b"a" * 10_000_000 + b"\n", 1, "put aside"),
        "a field of ten megabytes": (b"T9999," + b"a" * 10_000_000 + b",1,2,3\n", 1, "put aside"),
        "a thousand rubbish lines": (b"rubbish\n" * 1000, 1000, "put aside"),
        "a merge left half done": (b"<<<<<<< HEAD\n=======\n>>>>>>> x\n", 3, "put aside"),
        "only quotes": (b'""""""\n', 0, "read"),
        "extra empty fields": (b"T9999,Ann,1,2,3,,,,\n", 1, "read"),
    }
    for label, (tail, more, outcome) in tails.items():
        yield Case(f"ends with {label}", "t.csv", lambda t=tail: csv_bytes() + t, outcome, 40 + more)
    crowd = [("T0001", *r[1:]) for r in PEOPLE]
    yield Case("every id the same", "t.csv", lambda: csv_bytes(crowd), "put aside", 40)
    yield Case("every row the same", "t.csv", lambda: csv_bytes(PEOPLE[:1] * 40), "put aside", 40)
    yield Case("no id anywhere", "t.csv", lambda: csv_bytes([("", *r[1:]) for r in PEOPLE]), "put aside", 40)
    swapped = "\n".join([csv_lines()[0], *csv_lines(delimiter=";")[1:]]).encode()
    yield Case("rows with another delimiter than the header", "t.csv", lambda: swapped, "put aside", 40)
    for label, line in {
        "half an object": b'{"id": "T9999", "na',
        "a list": b"[1, 2]",
        "a number": b"7",
        "a key twice": b'{"id": "T9999", "id": "T9998"}',
        "prose": b"the end",
        "deep nesting": b"[" * 200_000,
        "no id": b'{"name": "Ann"}',
        "a NUL": b'{"id": "T9999", "name": "a\\u0000"}',
        "ten megabytes": b'{"id": "T9999", "name": "' + b"a" * 10_000_000 + b'"}',
        "a bare word": b"NaN",
    }.items():
        yield Case(f"ends with {label}", "t.jsonl", lambda d=line: jsonl_bytes() + d + b"\n", "put aside", 41)
    for label, row in {
        "no id": ("", "Ann", "", "", ""),
        "a used id": ("T0003", "Ann", "", "", ""),
        "a total": ("Total", 40, None, None, None),
    }.items():
        yield Case(f"ends with {label}", "t.xlsx", lambda r=row: xlsx_bytes([*PEOPLE, r]), "put aside", 41)
    for label, row in {
        "a formula": ("T9999", "=1+1", "", "", ""),
        "a number as UPRN": ("T9999", "Ann", None, None, 1.00021e11),
        "an error value": ("T9999", "#N/A", "", "", ""),
    }.items():
        yield Case(f"ends with {label}", "t.xlsx", lambda r=row: xlsx_bytes([*PEOPLE, r]), "read", 41)
    yield Case(
        "rows of other widths", "t.xlsx", lambda: xlsx_bytes([("T9998", "Ann"), *PEOPLE, ("T9999",)]), "read", 42
    )


def _repacked(change, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes())) as old, zipfile.ZipFile(out, "w", method) as new:
        parts = {name: old.read(name) for name in old.namelist()}
        for name, content in change(parts).items():
            new.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def archives():
    """Break what is within an archive, or make it a bomb."""
    changes: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
        "a sheet of 60 MB of spaces": lambda p: p | {SHEET: b" " * 60_000_000},
        "no sheet": lambda p: {n: c for n, c in p.items() if n != SHEET},
        "no list of sheets": lambda p: {n: c for n, c in p.items() if n != "xl/workbook.xml"},
        "an empty sheet": lambda p: p | {SHEET: b""},
        "a sheet that is not XML": lambda p: p | {SHEET: b"\x00\x01\x02" * 100},
        "a sheet cut short": lambda p: p | {SHEET: p[SHEET][: len(p[SHEET]) // 2]},
        "six thousand parts": lambda p: p | {f"x{n}": b"" for n in range(6000)},
        "a cell a million rows down": lambda p: (
            p | {SHEET: p[SHEET].replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"/></row></sheetData>')}
        ),
        "a cell beyond the last": lambda p: (
            p | {SHEET: p[SHEET].replace(b"</sheetData>", b'<row r="9999999"><c r="A9999999"/></row></sheetData>')}
        ),
        "entities that expand": lambda p: (
            p
            | {SHEET: b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + p[SHEET].replace(b"T0001", b"&b;")}
        ),
    }
    for label, change in changes.items():
        outcome = "told" if label in {"a sheet cut short", "entities that expand", "no sheet"} else "refused"
        yield Case(f"workbook with {label}", "t.xlsx", lambda c=change: _repacked(c), outcome)
    for size in (40_000_000, 80_000_000):
        bomb = gzip.compress(b"a" * size, mtime=0)
        yield Case(f"gzip of {size:,} equal bytes", "t.csv.gz", lambda b=bomb: b, "refused")
    nested = gzip.compress(gzip.compress(csv_bytes(), mtime=0), mtime=0)
    yield Case("gzip within gzip", "t.csv.gz", lambda: nested, "refused")
    yield Case("gzip with a wrong checksum", "t.csv.gz", lambda: gzip.compress(csv_bytes())[:-8] + b"\1" * 8, "refused")
    yield Case("gzip with rubbish after it", "t.csv.gz", lambda: gzip.compress(csv_bytes()) + b"rubbish", "refused")
    yield Case("a plain file named gz", "t.csv.gz", csv_bytes, "read", 40)
    plain = _repacked(lambda _: {"t.csv": csv_bytes()})
    yield Case("a zip with a CSV within", "t.csv", lambda: plain, "refused")
    yield Case("a zip with a CSV within, named xlsx", "t.xlsx", lambda: plain, "refused")
    yield Case(
        "Parquet of 200,000 equal rows", "t.parquet", lambda: parquet_bytes(PEOPLE[:1] * 200_000), "put aside", 200_000
    )


def names():
    """Give content under a name that promises another kind."""
    makes = {"csv": csv_bytes, "jsonl": jsonl_bytes, "parquet": parquet_bytes, "xlsx": xlsx_bytes, "xls": xls_bytes}
    for promised in makes:
        for given, make in makes.items():
            alike = {promised, given} == {"xls", "xlsx"}
            if promised != given:
                outcome = "read" if alike else "refused"
                yield Case(f"{given} by content", f"t.{promised}", make, outcome, 40 if alike else None)
    for declared in ("csv", "excel", "parquet", "jsonl"):
        for file, make in WHOLE.items():
            kind = {"csv": "csv", "jsonl": "jsonl", "parquet": "parquet", "xlsx": "excel", "xls": "excel"}[
                file.split(".")[1]
            ]
            if declared != kind:
                yield Case(f"declared {declared}", file, make, "refused", None, {"format": declared})
    for setting in ({"delimiter": "|"}, {"header_row": 2}, {"header_row": 500}, {"record_id": "T0001"}):
        yield Case(f"declared {setting}", "t.csv", csv_bytes, "refused", None, setting)
    yield Case("declared a sheet that is not there", "t.xlsx", xlsx_bytes, "refused", None, {"sheet": "Tenants"})
    yield Case("declared a header row below", "t.xlsx", xlsx_bytes, "refused", None, {"header_row": 9})


def every_case() -> list[Case]:
    """Return every broken delivery."""
    families = (truncated, flipped, junk, headers, encodings, rows, archives, names)
    return [case for family in families for case in family()]
