"""A region of several fictional boroughs as one benchmark input, for more residents than one borough can hold.

Takes a number of boroughs, their residents and a seed, gives a folder as ``benchmarks.borough`` does: ``extracts`` with
``contract.toml`` and ``truth.parquet``, and ``person_records.parquet``. Each borough is made from a seed of its own.
Its rows are landed and written again as CSV, one file a borough in a folder a source, with the borough's number before
every record id, and with postcodes and UPRNs of its own, so that no two boroughs have a home in common. Names and dates
of birth come from one distribution, as they do in a region: namesakes grow with its size.

    python -m benchmarks.region OUT BOROUGHS RESIDENTS SEED
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from insighthub.sources.contract import Contract, Source, load_contract
from insighthub.sources.landing import land
from insighthub.standardise import standardise_all
from insighthub.synthetic.borough import TRUTH, generate

#: Postcode areas that stand for IG and RM, a pair a borough.
AREAS = (
    ("IG", "RM"), ("EN", "HA"), ("UB", "TW"), ("KT", "SM"), ("CR", "BR"), ("DA", "SE"), ("NW", "SW"), ("AL", "SG"),
    ("CM", "SS"), ("GU", "RH"), ("ME", "TN"), ("HP", "LU"),
)  # fmt: skip
#: Settings that say how a file is written; what is written here needs none.
_HOW = re.compile(r"(?m)^(?:format|encoding|delimiter|header_row|sheet|totals_row) = .*\n")


def main(arguments: list[str] | None = None) -> int:
    """Make a region."""
    parser = argparse.ArgumentParser(description="Make a region of fictional boroughs, and standardise it.")
    parser.add_argument("out", type=Path)
    parser.add_argument("boroughs", type=int, choices=range(1, len(AREAS) + 1), metavar="BOROUGHS")
    parser.add_argument("residents", type=int, help="of each borough")
    parser.add_argument("seed", type=int, help="of the first borough; the next has the next")
    options = parser.parse_args(arguments)
    extracts = options.out / "extracts"
    extracts.mkdir(parents=True)
    truth: list[pa.Table] = []
    writer: pq.ParquetWriter | None = None
    for number in range(options.boroughs):
        print(f"borough {number + 1} of {options.boroughs}", flush=True)
        with tempfile.TemporaryDirectory(dir=options.out) as folder:
            made = generate(Path(folder), residents=options.residents, seed=options.seed + number)
            contract = load_contract(made.contract)
            items = []
            for source in contract.source:
                landed = pq.read_table(_landed(source, made.folder, Path(folder) / "landing"))
                rows = moved(landed, source, number)
                _write(rows, extracts / source.name / f"{number:02}.csv")
                items.append((rows, source))
            records = standardise_all(items)
            truth.append(_numbered(pq.read_table(made.truth), ("record_id", "entity_id"), number))
            if number == 0:
                text = made.contract.read_text(encoding="utf-8")
                (extracts / "contract.toml").write_text(contract_text(text, contract), encoding="utf-8")
            if writer is None:
                writer = pq.ParquetWriter(options.out / "person_records.parquet", records.schema)
            writer.write_table(records)
    assert writer is not None
    writer.close()
    pq.write_table(pa.concat_tables(truth).cast(TRUTH), extracts / "truth.parquet", compression="zstd")
    return 0


def contract_text(text: str, contract: Contract) -> str:
    """Return a borough's contract for the region's files: a folder a source, plain CSV."""
    head, *parts = re.split(r"(?m)^(?=\[\[source\]\]$)", _HOW.sub("", text))
    named = [
        re.sub(r"(?m)^path = .*$", f'path = "{source.name}"', part)
        for part, source in zip(parts, contract.source, strict=True)
    ]
    return head + "".join(named)


def moved(landed: pa.Table, source: Source, number: int) -> pa.Table:
    """Return a source's landed rows as those of borough ``number``: its own ids, postcodes and UPRNs."""
    rows = landed.drop_columns([name for name in landed.column_names if name.startswith("_")])
    rows = _numbered(rows, source.record_id[:1], number)
    people = (source.person, *source.other_person)
    homes = {name for p in people for field in (p.address, p.postcode) if field for name in field.names()}
    for name in homes:
        for old, new in zip(AREAS[0], AREAS[number], strict=True):
            rows = _replaced(rows, name, rf"(?i)\b{old}([23][123]\s*[0-9][A-Z]{{2}})\b", rf"{new}\1")
    for name in {name for p in people if p.uprn for name in p.uprn.names()}:
        rows = _replaced(rows, name, r"^(0*)10009", r"\1" + f"1001{number % 10}")
    return rows


def _numbered(table: pa.Table, names: Iterable[str], number: int) -> pa.Table:
    for name in names:
        with_number = pc.binary_join_element_wise(f"{number}-", table[name].cast(pa.string()), "")
        table = table.set_column(table.schema.get_field_index(name), name, with_number)
    return table


def _replaced(table: pa.Table, name: str, pattern: str, to: str) -> pa.Table:
    column = pc.replace_substring_regex(table[name].cast(pa.string()), pattern, to)
    return table.set_column(table.schema.get_field_index(name), name, column)


def _landed(source: Source, base: Path, landing: Path) -> Path:
    path = land(source, base, landing).path
    assert path is not None
    return path


def _write(rows: pa.Table, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    pa_csv.write_csv(rows, path)


if __name__ == "__main__":
    sys.exit(main())
