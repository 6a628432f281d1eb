"""The tables of a run with their references turned into row numbers, so that questions are quick.

Takes links, pairs, the pairs that clustering weighed beside them, and who has which identifier. Linked rows are
numbered in the order of the links table, which is the order in which linkage itself numbers them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.errors import DataError
from insighthub.linkage.cluster import components
from insighthub.linkage.reference import Reference

Rows = npt.NDArray[np.int32]
KEY = ("source", "record_id", "person")


@dataclass(frozen=True)
class RunTables:
    """What a run wrote; see ``LinkResult``. Pairs of ``threshold_bits`` or more join."""

    links: pa.Table
    pairs: pa.Table
    against: pa.Table
    identifiers: pa.Table
    threshold_bits: float

    @cached_property
    def linked(self) -> pa.Table:
        """The rows of the links table that have a cluster, in order."""
        return self.links.filter(pc.is_valid(self.links["cluster_id"])).combine_chunks()

    @cached_property
    def cluster_of_row(self) -> Rows:
        """Number of each linked row's cluster: its place in ``cluster_ids``."""
        return np.asarray(self._clusters.indices.to_numpy(zero_copy_only=False), np.int32)

    @cached_property
    def ends(self) -> tuple[Rows, Rows]:
        """Left and right rows of all pairs: those kept, then those that clustering weighed beside them."""
        left, right = (
            np.concatenate([self._rows_of_keys(table, side) for table in (self.pairs, self.against)])
            for side in ("_l", "_r")
        )
        return left, right

    @cached_property
    def weight(self) -> npt.NDArray[np.float32]:
        """Match weight of all pairs, in bits, in the order of ``ends``."""
        parts = [t["match_weight"].to_numpy() for t in (self.pairs, self.against)]
        return np.concatenate(parts).astype(np.float32)

    @cached_property
    def component(self) -> Rows:
        """Number of each linked row's component: the rows that pairs over the threshold join, one way or another."""
        joins = self.weight >= self.threshold_bits
        return components(self.linked.num_rows, self.ends[0][joins], self.ends[1][joins])

    def levels(self, comparison: str, at: npt.NDArray[np.integer]) -> npt.NDArray[np.int8]:
        """Level of a comparison for the pairs at some places."""
        kept = self.pairs.num_rows
        parts = [(self.pairs, at[at < kept]), (self.against, at[at >= kept] - kept)]
        return np.concatenate([t[f"level_{comparison}"].take(pa.array(places)).to_numpy() for t, places in parts])

    @cached_property
    def identifier(self) -> Rows:
        """A number that stands for the identifier of each linked row, -1 where it has none."""
        out = np.full(self.linked.num_rows, -1, np.int32)
        out[self._rows_of_keys(self.identifiers, "")] = self.identifiers["identifier"].to_numpy()
        return out

    def telling(self, fields: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Whether each linked row holds each of some fields, so far as its pairs tell; shape (rows, fields)."""
        every = np.arange(len(self.ends[0]))
        out = np.zeros((self.linked.num_rows, len(fields)), bool)
        for place, name in enumerate(fields):
            known = self.levels(name, every) >= 0
            for end in self.ends:
                out[end[known], place] = True
        return out

    @cached_property
    def record(self) -> Rows:
        """Number of each linked row's record: equal for the people of a joint record, which stand together."""
        source, record_id, _ = self._codes
        another = np.ones(len(source), bool)
        another[1:] = (source[1:] != source[:-1]) | (record_id[1:] != record_id[:-1])
        return (np.cumsum(another) - 1).astype(np.int32)

    def reference(self, row: int) -> Reference:
        """Return the name of a linked row."""
        return Reference(*(self.linked[name][row].as_py() for name in KEY))

    def sources_of(self, rows: npt.NDArray[np.integer]) -> list[str]:
        """Return the source of each of some linked rows."""
        return [str(s) for s in self.linked["source"].take(pa.array(rows)).to_pylist()]

    def cluster_id(self, number: int) -> str:
        """Return a cluster's id."""
        return str(self._clusters.dictionary[number].as_py())

    def cluster_number(self, cluster_id: str) -> int:
        """Return the number of a cluster.

        Raises:
            DataError: there is no such cluster.
        """
        number = int(pc.index(self._clusters.dictionary, cluster_id).as_py())
        if number < 0:
            raise DataError(
                f"this run has no cluster {cluster_id!r}", remedy="Take a cluster_id from links.parquet of this run"
            )
        return number

    def rows_of_cluster(self, number: int) -> npt.NDArray[np.intp]:
        """Return the linked rows of a cluster."""
        return np.flatnonzero(self.cluster_of_row == number)

    def row_of(self, source: str, record_id: str, person: int | None) -> int:
        """Return the number of a linked row.

        Raises:
            DataError: there is no such record, it was not linked, or it names several people and none is chosen.
        """
        named = pc.and_(pc.equal(self.links["source"], source), pc.equal(self.links["record_id"], record_id))
        found = self.links.filter(named).to_pylist()
        where = f"record {record_id!r} of source {source!r}"
        if not found:
            sources = ", ".join(sorted(pc.unique(self.links["source"]).to_pylist()))
            raise DataError(
                f"this run has no {where}", remedy=f"Its sources are {sources}; ids are as in links.parquet"
            )
        if person is not None:
            found = [row for row in found if row["person"] == person]
            if not found:
                raise DataError(f"{where} names no person {person}", remedy="People are counted from 1")
        linked = [row for row in found if row["cluster_id"] is not None]
        if not linked:
            raise DataError(f"{where} was never linked", remedy="The report counts the reasons, by source")
        if len(linked) > 1:
            people = ", ".join(str(row["person"]) for row in linked)
            raise DataError(f"{where} names several people", remedy=f"Say which of them is meant: {people}")
        its = [pc.equal(self.linked[name], linked[0][name]) for name in KEY]
        return int(pc.index(pc.and_(pc.and_(its[0], its[1]), its[2]), True).as_py())

    def place_of_pair(self, left: int, right: int) -> int | None:
        """Return the place of a pair (left before right), or None where it was not kept."""
        found = np.flatnonzero((self.ends[0] == left) & (self.ends[1] == right))
        return int(found[0]) if len(found) else None

    def evidence(self, at: int) -> dict[str, Any]:
        """Return the row of a pair by its place."""
        kept = self.pairs.num_rows
        table, place = (self.pairs, at) if at < kept else (self.against, at - kept)
        row: dict[str, Any] = table.slice(place, 1).to_pylist()[0]
        return row

    @cached_property
    def _clusters(self) -> pa.DictionaryArray:
        return pa.concat_arrays(self.linked["cluster_id"].chunks or [pa.array([], pa.string())]).dictionary_encode()

    @cached_property
    def _names(self) -> tuple[pa.Array, pa.Array]:
        """The distinct sources and record ids of linked rows."""
        return pc.unique(self.linked["source"]), pc.unique(self.linked["record_id"])

    @cached_property
    def _codes(self) -> tuple[Rows, Rows, Rows]:
        return self._coded(self.linked, "")

    @cached_property
    def _sorted_keys(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.intp]]:
        keys = self._combined(*self._codes)
        order = np.argsort(keys)
        return keys[order], order

    def _combined(self, source: Rows, record_id: Rows, person: Rows) -> npt.NDArray[np.int64]:
        _, ids = self._names
        most = int(self._codes[2].max(initial=0)) + 1
        return (source.astype(np.int64) * len(ids) + record_id) * most + person

    def _coded(self, table: pa.Table, side: str) -> tuple[Rows, Rows, Rows]:
        sources, ids = self._names
        person = table[f"person{side}"].to_numpy().astype(np.int32)
        return _codes_among(table[f"source{side}"], sources), _codes_among(table[f"record_id{side}"], ids), person

    def _rows_of_keys(self, table: pa.Table, side: str) -> Rows:
        """Return the linked row of each row of a table by its three keys."""
        keys, order = self._sorted_keys
        wanted = self._combined(*self._coded(table, side))
        return order[np.searchsorted(keys, wanted)].astype(np.int32) if len(keys) else np.empty(0, np.int32)


def _codes_among(column: pa.ChunkedArray, values: pa.Array) -> Rows:
    """Return the place of each text among values."""
    # Each chunk of a coded column has a dictionary of its own, nearly as long as itself: text is quicker to look up.
    texts = column.cast(pa.string())
    return np.asarray(pc.index_in(texts, value_set=values).to_numpy(), np.int32)
