"""A day's deliveries of the fictional borough: the same files again, in which some people have moved.

Takes the borough's extracts and their contract, and writes anew the text files among them; in some rows the columns of
the address are those of another row. What is delivered in other formats stays as it is.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from insighthub.sources.contract import Source, load_contract

_DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "|"}
_PLACE = ("address", "postcode", "uprn")
_ENCODINGS = ("utf-8", "cp1252")


def redeliver(extracts: Path, records: int, rng: np.random.Generator) -> int:
    """Let people move in the text extracts of a folder, until so many records are changed; return how many were."""
    sources = {each.name: each for each in load_contract(extracts / "contract.toml").source}
    files = [path for path in sorted(extracts.iterdir()) if path.suffix in _DELIMITERS and path.stem in sources]
    tables = {path: _read(path, sources[path.stem]) for path in files}
    rows = {path: found for path, found in tables.items() if found is not None}
    total = sum(len(body) for _, _, body, _ in rows.values())
    changed = 0
    for path, (encoding, head, body, places) in rows.items():
        wanted = round(records * len(body) / total)
        chosen = rng.choice(len(body), size=min(wanted, len(body)), replace=False)
        others = rng.integers(len(body), size=len(chosen))
        before = [tuple(body[row][k] for k in places) for row in others.tolist()]
        for row, place in zip(chosen.tolist(), before, strict=True):
            if tuple(body[row][k] for k in places) != place:
                changed += 1
                for k, text in zip(places, place, strict=True):
                    body[row][k] = text
        with path.open("w", encoding=encoding, newline="") as handle:
            csv.writer(handle, delimiter=_DELIMITERS[path.suffix]).writerows([*head, *body])
    return changed


def _read(path: Path, source: Source) -> tuple[str, list[list[str]], list[list[str]], list[int]] | None:
    """Return the encoding, the rows to the header, those after it, and the columns of the address, if it has some."""
    wanted = [name for field in _PLACE if (mapped := getattr(source.person, field)) for name in mapped.names()]
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as handle:
                rows = list(csv.reader(handle, delimiter=_DELIMITERS[path.suffix]))
        except UnicodeDecodeError:
            continue
        header = next(k for k, row in enumerate(rows) if set(wanted) <= set(row))
        width = len(rows[header])
        body = [row for row in rows[header + 1 :] if len(row) == width]  # whole rows; others are quarantined anyway
        return (encoding, rows[: header + 1], body, [rows[header].index(name) for name in wanted]) if wanted else None
    return None
