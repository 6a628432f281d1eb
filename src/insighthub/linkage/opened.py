"""A run of linkage, opened for questions: why two records are one person, why a record is in its cluster.

Takes the output folder of ``insighthub link`` or the result of a run in memory, gives explanations. Both are read as
the same tables, so that both give the same answers; a run in memory can also compare two records that no rule paired.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insighthub.charts.numbers import of
from insighthub.errors import DataError
from insighthub.linkage.explain.cluster import ClusterExplanation, explain_cluster
from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.pair import PairExplanation, explain_pair
from insighthub.linkage.explain.run_tables import RunTables
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.frequencies import name_rarity
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import compare
from insighthub.linkage.reference import Reference
from insighthub.linkage.result import LinkResult
from insighthub.linkage.score import score
from insighthub.linkage.tables import evidence_table
from insighthub.store.output_folder import check_whole


def open_linkage(directory: Path | str) -> Linkage:
    """Open the output folder of ``insighthub link``; see ``Linkage``."""
    return Linkage.open(directory)


@dataclass(frozen=True)
class Linkage:
    """A run that can be asked.

    Attributes:
        tables: what the run wrote.
        learned: what it learned.
        fitted: the model on its records, where the run is in memory.
    """

    tables: RunTables = field(repr=False)
    learned: Learned = field(repr=False)
    fitted: Fitted | None = field(default=None, repr=False)

    def __str__(self) -> str:
        clusters = len(np.unique(self.tables.cluster_of_row))
        return f"{of(self.tables.linked.num_rows, 'linked record')} of {of(clusters, 'person', 'people')}"

    @classmethod
    def open(cls, directory: Path | str) -> Linkage:
        """Open an output folder.

        Raises:
            DataError: this is not the output of a finished run, or of an older version that kept too little; or its
                model came from Splink, or from sources that are not those of the run.
        """
        folder = Path(directory)
        names = check_whole(folder)["files"]
        wanted = ("links", "pairs", "against", "identifiers")
        if not {f"{name}.parquet" for name in wanted} <= set(names):
            raise DataError(
                "this run is of an older version, which kept too little to explain",
                remedy="Run insighthub link again",
                file=folder,
            )
        links, pairs, against, identifiers = (pq.read_table(folder / f"{name}.parquet") for name in wanted)
        model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        _check_ours(model, folder)
        _check_sources(model, links, folder)
        learned = Learned.read(model)
        return cls(RunTables(links, pairs, against, identifiers, learned.threshold_bits), learned)

    @classmethod
    def of(cls, result: LinkResult) -> Linkage:
        """Open the result of a run in memory.

        Raises:
            ValueError: the result is not that of a run.
            DataError: its model came from Splink.
        """
        _check_ours(result.model, None)
        if result.against is None or result.identifiers is None:
            raise ValueError("this result holds no evidence: take it from link_records")
        learned = Learned.read(result.model)
        if result.fitted is not None:
            learned = learned.on(result.fitted, result.threshold)
        tables = RunTables(result.links, result.pairs, result.against, result.identifiers, learned.threshold_bits)
        return cls(tables, learned, result.fitted)

    def pair(
        self,
        source_l: str,
        record_id_l: str,
        source_r: str,
        record_id_r: str,
        *,
        person_l: int | None = None,
        person_r: int | None = None,
    ) -> PairExplanation:
        """Explain two records.

        Args:
            source_l: the one record's source.
            record_id_l: its number.
            source_r: the other record's source.
            record_id_r: its number.
            person_l: which of the people that the one names, where it names several.
            person_r: which of the people that the other names.

        Raises:
            DataError: there is no such record, it was not linked, or the run did not keep the pair and is not in
                memory.
        """
        left, right = sorted(
            (self.tables.row_of(source_l, record_id_l, person_l), self.tables.row_of(source_r, record_id_r, person_r))
        )
        if left == right:
            raise DataError("these are not two records but one", remedy="Name two records")
        at = self.tables.place_of_pair(left, right)
        together = bool(self.tables.cluster_of_row[left] == self.tables.cluster_of_row[right])
        if at is not None:
            return explain_pair(self.learned, self.tables.evidence(at), same_cluster=together)
        if self.fitted is None:
            raise DataError(
                "the run did not keep this pair: no blocking rule brought the two records together, or they share too "
                "little",
                remedy="In Python, Linkage.of(the result of the run) compares any two records",
            )
        return explain_pair(self.learned, self._compared(left, right), same_cluster=together, kept=False)

    def record(self, source: str, record_id: str, person: int | None = None) -> ClusterExplanation:
        """Explain the cluster of a record.

        Args:
            source: the record's source.
            record_id: its number.
            person: which of the people that it names, where it names several.

        Raises:
            DataError: there is no such record, or it was not linked.
        """
        row = self.tables.row_of(source, record_id, person)
        return explain_cluster(self.learned, self.tables, int(self.tables.cluster_of_row[row]))

    def cluster(self, cluster_id: str) -> ClusterExplanation:
        """Explain a cluster by its id.

        Raises:
            DataError: there is no such cluster.
        """
        return explain_cluster(self.learned, self.tables, self.tables.cluster_number(cluster_id))

    def references(self, cluster_id: str) -> tuple[Reference, ...]:
        """Return the records of a cluster.

        Raises:
            DataError: there is no such cluster.
        """
        rows = self.tables.rows_of_cluster(self.tables.cluster_number(cluster_id))
        return tuple(self.tables.reference(int(row)) for row in rows)

    def _compared(self, left: int, right: int) -> dict[str, Any]:
        """Compare two rows as the run would have."""
        fitted, rarity = self._on_records
        pairs = Pairs(np.array([left], np.int32), np.array([right], np.int32))
        patterns = compare(fitted.data, fitted.comparisons, rarity, pairs)
        weight = score(fitted, patterns, pairs.left)
        row: dict[str, Any] = evidence_table(fitted, pairs, patterns, weight, np.array([0])).to_pylist()[0]
        return row

    @cached_property
    def _on_records(self) -> tuple[Fitted, Any]:
        if self.fitted is None:
            raise AssertionError("asked for by runs in memory alone")
        # The rows that namesakes are averaged over matter to nothing here: how common full names are is known already.
        everyone = np.ones(self.fitted.data.n, bool)
        rarity = name_rarity(self.fitted.data, self.fitted.comparisons, everyone)
        return self.fitted, replace(rarity, namesakes=self.fitted.namesakes)


def _check_ours(model: Mapping[str, Any], folder: Path | None) -> None:
    if any(comparison.get("sql") for comparison in model["comparisons"]):
        raise DataError(
            "this run used a model from Splink, whose weights cannot be explained by kinds of pair",
            remedy="Its report shows pairs near the threshold step by step; for more, link without --model",
            file=folder,
        )


def _check_sources(model: Mapping[str, Any], links: pa.Table, folder: Path) -> None:
    """Refuse a model of other sources: a folder does not say which of its own sources hold one record a person."""
    linked = pc.unique(links.filter(pc.is_valid(links["cluster_id"]))["source"]).to_pylist()
    if set(linked) - set(model.get("data", {}).get("sources", ())):
        raise DataError(
            "this run used a model that was learned from other sources, and does not hold enough to explain it",
            remedy="In Python, Linkage.of(the result of the run) explains it; or link without --model",
            file=folder,
        )
