"""The standing folder: what a linkage leaves for the next delivery to start from.

Takes segments, their indexes and the state of every slot, writes a folder; opens one. A folder is never changed once
it is written: the next one holds links to the files that stay as they are (copies, where the disk has no links), the
segment of what came anew, and the state of all. What a slot has is

- ``place``: where its row stands among all by key, which every run keeps to in order and in ties;
- ``region``: a slot that stands for its region, -1 once the row is gone. Nothing outside a region decides its clusters;
- ``cluster``: a slot that stands for its cluster;
- ``copy_of``: the slot of the first row that says exactly the same, itself where none does.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.errors import DataError
from insighthub.linkage.standing.hashes import Hashes
from insighthub.linkage.standing.index import INDEX_FILES, Index
from insighthub.linkage.standing.segments import Segment

FORMAT = "insighthub-standing/2"
CONTENT_FILE, DECISIONS_FILE = "standing.json", "decisions.parquet"
_STATE = ("place", "region", "cluster", "copy_of")

Slots = npt.NDArray[np.int32]


@dataclass(frozen=True)
class State:
    """What each slot has; see the module. Arrays of shape (slots,)."""

    place: Slots
    region: Slots
    cluster: Slots
    copy_of: Slots


@dataclass(frozen=True)
class Standing:
    """A standing linkage.

    Attributes:
        segments: the rows, by slot.
        indexes: of the segments.
        state: of the slots.
        outgrown: for each rule of the plan, the keys of the blocks that have outgrown it, sorted.
        decisions: those that the clusters keep to; see ``decided.with_persons``.
        identity: of the model folder that it was made under.
        single_sources: sources that hold one record a person, sorted.
        keep_probability: the match probability from which pairs are given, in each run that goes on from here.
        folder: where it was opened from, if it was.
        sizes: of the tables of each index that is on disk, by the name of its segment.
    """

    segments: tuple[Segment, ...]
    indexes: tuple[Index, ...]
    state: State
    outgrown: tuple[Hashes, ...]
    decisions: pa.Table
    identity: str
    single_sources: tuple[str, ...]
    keep_probability: float
    folder: Path | None = None
    sizes: dict[str, list[int]] | None = None

    @classmethod
    def open(cls, folder: Path) -> Standing:
        """Open a standing folder.

        Raises:
            DataError: there is none, or it cannot be read.
        """
        path = folder / CONTENT_FILE
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["format"] != FORMAT:
                raise DataError("the standing linkage was written in another form", remedy="Link all again", file=path)
            sizes: dict[str, list[int]] = content["segments"]
            state = State(*(np.load(folder / f"{name}.npy") for name in _STATE))
            decisions = pq.read_table(folder / DECISIONS_FILE)
            return cls(
                tuple(Segment.read(folder, name) for name in sizes),
                tuple(Index.read(folder, name, of) for name, of in sizes.items()),
                state,
                tuple(np.array(keys, np.uint64) for keys in content["outgrown"]),
                decisions,
                content["identity"],
                tuple(content["single_sources"]),
                content["keep_probability"],
                folder,
                sizes,
            )
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowInvalid):
            raise DataError(
                "there is no standing linkage here that can be read", remedy="Link all again", file=path
            ) from None

    def write(self, folder: Path) -> None:
        """Write the standing linkage into a folder.

        Raises:
            DataError: there is something in the folder.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DataError(
                "the folder for the standing linkage is not empty", remedy="Name one that is not there yet", file=folder
            )
        sizes: dict[str, list[int]] = {}
        for segment, index in zip(self.segments, self.indexes, strict=True):
            if self.folder is not None and self.sizes is not None and segment.name in self.sizes:
                sizes[segment.name] = self.sizes[segment.name]
                for part in (".arrow", *(f"-{kind}.npy" for kind in INDEX_FILES)):
                    _carry_on(self.folder / f"{segment.name}{part}", folder / f"{segment.name}{part}")
            else:
                segment.write(folder)
                sizes[segment.name] = index.write(folder, segment.name)
        for name in _STATE:
            np.save(folder / f"{name}.npy", getattr(self.state, name))
        pq.write_table(self.decisions, folder / DECISIONS_FILE)
        content = {
            "format": FORMAT,
            "identity": self.identity,
            "single_sources": list(self.single_sources),
            "keep_probability": self.keep_probability,
            "segments": sizes,
            "outgrown": [keys.tolist() for keys in self.outgrown],
        }
        (folder / CONTENT_FILE).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @property
    def slots(self) -> int:
        """Number of slots."""
        return len(self.state.region)

    @property
    def next_name(self) -> str:
        """Name for one more segment."""
        return f"segment-{1 + int(self.segments[-1].name.rpartition('-')[2]):04d}"


def _carry_on(file: Path, to: Path) -> None:
    try:
        os.link(file, to)
    except OSError:
        shutil.copyfile(file, to)
