"""A day's deliveries of the fictional borough: the same text files again, in which some records are other than before.

Two kinds of day: ``redeliver`` lets people move, a change that reaches further than any other; ``redeliver_of`` takes
at random what the files of a later month have otherwise: balances, ends of tenancies, new records, new names, moves.
Both take the borough's extracts and their contract, and write anew the text files among them. What is delivered in
other formats stays as it is.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from insighthub.sources.contract import Source, load_contract

_DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "|"}
_PLACE = ("address", "postcode", "uprn")
_ENCODINGS = ("utf-8", "cp1252")
_Row = list[str]
_Records = dict[tuple[str, ...], list[_Row]]


class _File(NamedTuple):
    """A text file of a source: how it is written, the lines up to its header, and the whole rows below."""

    encoding: str
    head: list[_Row]
    body: list[_Row]

    def columns(self, names: tuple[str, ...] | list[str]) -> list[int]:
        """Return where columns stand."""
        return [self.head[-1].index(name) for name in names]

    def write(self, path: Path, body: list[_Row]) -> None:
        """Write the file with these rows."""
        with path.open("w", encoding=self.encoding, newline="") as handle:
            csv.writer(handle, delimiter=_DELIMITERS[path.suffix]).writerows([*self.head, *body])


def redeliver(extracts: Path, records: int, rng: np.random.Generator) -> int:
    """Let people move in the text extracts of a folder, until so many records are changed; return how many were."""
    of_place = {
        path: (found, found.columns(place))
        for path, source in _text_files(extracts)
        if (place := _place_columns(source)) and (found := _read(path, place)) is not None
    }
    total = sum(len(file.body) for file, _ in of_place.values())
    changed = 0
    for path, (file, places) in of_place.items():
        wanted = round(records * len(file.body) / total)
        chosen = rng.choice(len(file.body), size=min(wanted, len(file.body)), replace=False)
        others = rng.integers(len(file.body), size=len(chosen))
        before = [[file.body[row][k] for k in places] for row in others.tolist()]
        for row, texts in zip(chosen.tolist(), before, strict=True):
            if [file.body[row][k] for k in places] != texts:
                changed += 1
                for k, text in zip(places, texts, strict=True):
                    file.body[row][k] = text
        file.write(path, file.body)
    return changed


def redeliver_of(extracts: Path, later: Path, records: int, rng: np.random.Generator) -> int:
    """Bring into the text extracts of a folder some of what those of another have otherwise; return how many records.

    Args:
        extracts: the folder that a hub reads.
        later: the extracts of a later month.
        records: how many are to be added, changed or taken away; fewer are, where fewer are different.
        rng: says which.
    """
    files: dict[Path, tuple[_File, _Records, _Records]] = {}
    for path, source in _text_files(extracts):
        file, other = (_read(folder / path.name, source.record_id) for folder in (extracts, later))
        if file is not None and other is not None and file.head[-1] == other.head[-1]:
            files[path] = (file, _by_id(file, source.record_id), _by_id(other, source.record_id))
    different = [
        (path, key)
        for path, (_, before, now) in files.items()
        for key in dict.fromkeys([*before, *now])
        if before.get(key) != now.get(key)
    ]
    chosen = rng.choice(len(different), size=min(records, len(different)), replace=False).tolist()
    by_file: dict[Path, set[tuple[str, ...]]] = defaultdict(set)
    for path, key in (different[place] for place in chosen):
        by_file[path].add(key)
    for path, keys in by_file.items():
        file, before, now = files[path]
        after = {key: now.get(key, []) if key in keys else rows for key, rows in before.items()}
        after |= {key: now[key] for key in now if key in keys and key not in before}
        file.write(path, [row for rows in after.values() for row in rows])
    return len(chosen)


def _text_files(extracts: Path) -> list[tuple[Path, Source]]:
    sources = {each.name: each for each in load_contract(extracts / "contract.toml").source}
    files = [path for path in sorted(extracts.iterdir()) if path.suffix in _DELIMITERS and path.stem in sources]
    return [(path, sources[path.stem]) for path in files]


def _place_columns(source: Source) -> list[str]:
    return [name for field in _PLACE if (mapped := getattr(source.person, field)) for name in mapped.names()]


def _by_id(file: _File, record_id: tuple[str, ...]) -> _Records:
    """Return the rows of each record; a record may stand in the file twice."""
    places, out = file.columns(record_id), defaultdict[tuple[str, ...], list[_Row]](list)
    for row in file.body:
        out[tuple(row[place] for place in places)].append(row)
    return dict(out)


def _read(path: Path, wanted: tuple[str, ...] | list[str]) -> _File | None:
    """Return a text file whose header has some columns."""
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as handle:
                rows = list(csv.reader(handle, delimiter=_DELIMITERS[path.suffix]))
        except UnicodeDecodeError:
            continue
        header = next((k for k, row in enumerate(rows) if set(wanted) <= set(row)), None)
        if header is None:
            return None  # it has those columns under other names
        width = len(rows[header])
        body = [row for row in rows[header + 1 :] if len(row) == width]  # whole rows; others are quarantined anyway
        return _File(encoding, rows[: header + 1], body)
    return None
