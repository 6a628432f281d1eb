"""The model of a run, opened to weigh records again: all of them, or a handful.

Takes the model folder and the linkage folder of a release, gives ``RunModel``. Under a model and its plan, whether two
records are compared, and what their pair weighs, is a matter of the two alone; so what is weighed here is, to the bit,
what the run found, and the release need not keep it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.linkage.cluster import exclusive_of
from insighthub.linkage.comparisons.comparison import telling_fields
from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.run_tables import RunTables
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing.candidates import pairs_under
from insighthub.linkage.standing.folder import CONTENT_FILE, Standing
from insighthub.linkage.standing.hashes import Hashes
from insighthub.linkage.standing.linking import ModelledRows, threshold_bits
from insighthub.linkage.standing.plan import MODEL_FILE, ModelFolder
from insighthub.linkage.standing.segments import linkable, rows_at
from insighthub.linkage.tables import evidence_table, identifiers_table, pairs_table
from insighthub.linkage.unlikely import unlikely_pairs
from insighthub.progress import Progress, Silent

Rows = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Everything:
    """All that a run compared.

    Attributes:
        rows: source, record_id, person of every linked record.
        kept: the pairs at or over the probability that the run keeps, with their evidence; see ``evidence_table``.
        unlikely: a sample of the others; see ``unlikely_pairs``.
        modelled: the rows as the model takes them, with which further pairs can be weighed.
    """

    rows: pa.Table
    kept: pa.Table
    unlikely: pa.Table
    modelled: ModelledRows

    def weighed(self, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> pa.Table:
        """Return the evidence of some pairs of rows, whether or not they were ever compared."""
        return _weighed(self.modelled, left, right)


@dataclass(frozen=True)
class RunModel:
    """The model that a release was linked by.

    Attributes:
        folder: the model and its plan.
        learned: the model as explanations need it.
        outgrown: for each rule of the plan, the keys of the blocks that have outgrown it.
        single_sources: sources that hold one record a person.
        keep: the match probability from which the run keeps pairs.
        linkage: the folder of the linkage.
    """

    folder: ModelFolder
    learned: Learned
    outgrown: tuple[Hashes, ...]
    single_sources: tuple[str, ...]
    keep: float
    linkage: Path

    @classmethod
    def open(cls, model: Path, linkage: Path) -> RunModel:
        """Open the model of a release.

        Args:
            model: the model's folder.
            linkage: the release's linkage folder.

        Raises:
            DataError: one of them cannot be read.
        """
        folder = ModelFolder.open(model)
        path = linkage / CONTENT_FILE
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            learned = Learned.read(json.loads((model / MODEL_FILE).read_text(encoding="utf-8")))
            outgrown = tuple(np.array(keys, np.uint64) for keys in content["outgrown"])
            single, keep = tuple(content["single_sources"]), float(content["keep_probability"])
        except (OSError, ValueError, KeyError):
            raise DataError(
                "the linkage of this release cannot be read", remedy="Run insighthub run --full", file=path
            ) from None
        threshold = folder.model.file.threshold or LinkSettings().threshold
        learned = replace(learned, threshold=threshold, single_sources=frozenset(single))
        return cls(folder, learned, outgrown, single, keep, linkage)

    @property
    def threshold_bits(self) -> float:
        """The weight from which pairs join."""
        return threshold_bits(self.folder, LinkSettings())

    @property
    def rare(self) -> frozenset[str]:
        """The comparisons in which it counts how rare the value agreed on is."""
        return frozenset(part.name for part in self.folder.model.file.comparisons if part.term_frequencies is not None)

    def everything(self, *, threads: int = 0, progress: Progress | None = None) -> Everything:
        """Compare all records again, as the run did. This takes about as long as linking them."""
        progress, threads = progress or Silent(), threads or os.cpu_count() or 1
        standing = Standing.open(self.linkage)
        slots = np.flatnonzero(standing.state.region >= 0)
        slots = slots[np.argsort(standing.state.place[slots])]
        rows = ModelledRows.of(rows_at(standing.segments, slots, threads), self.folder, self.single_sources, threads)
        pairs = pairs_under(self.folder.plan, rows.hashes, self.outgrown, threads=threads, progress=progress).pairs
        patterns, weight = rows.compared(pairs, threads, progress)
        rough, fitted = weight.astype(np.float32), rows.model.fitted
        barred = patterns.barred[patterns.of_pair]
        unlikely = unlikely_pairs(rows.data, pairs, rough, barred, keep=self.keep)
        kept = pairs_table(fitted, pairs, patterns, weight, keep=self.keep)
        return Everything(rows.data.rows, kept, unlikely, rows)

    def few(self, records: pa.Table) -> Few:
        """Take a handful of person-records, to weigh every pair of them.

        Args:
            records: rows of ``person_record``.
        """
        return Few(self, ModelledRows.of(linkable(records), self.folder, self.single_sources, 1))


@dataclass(frozen=True)
class Few:
    """A handful of records as the model takes them."""

    of: RunModel
    modelled: ModelledRows

    @property
    def rows(self) -> pa.Table:
        """Source, record_id, person of the records, sorted."""
        return self.modelled.data.rows

    def weighed(self) -> pa.Table:
        """Return the evidence of every pair of the records, compared by the run or not."""
        left, right = np.triu_indices(self.modelled.data.n, 1)
        return _weighed(self.modelled, left, right)

    def tables(self, cluster: Collection[str]) -> RunTables:
        """Return what the run found among these records, as explanations take it.

        Args:
            cluster: of each row its resident, in the order of ``rows``.
        """
        modelled, plan = self.modelled, self.of.folder.plan
        pairs = pairs_under(plan, modelled.hashes, self.of.outgrown, threads=1, progress=Silent()).pairs
        patterns, weight = modelled.compared(pairs, 1)
        fitted = modelled.model.fitted
        every = evidence_table(fitted, pairs, patterns, weight, np.arange(len(pairs)))
        exclusive = exclusive_of(modelled.data, telling_fields(fitted.comparisons))
        links = self.rows.append_column("cluster_id", pa.array(list(cluster), pa.string()))
        identifiers = identifiers_table(modelled.data, exclusive.identifier)
        return RunTables(_plain(links), _plain(every), _plain(every.slice(0, 0)), identifiers, self.of.threshold_bits)


def _weighed(modelled: ModelledRows, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> pa.Table:
    low, high = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((high, low))  # pairs are compared in order; they are given as they were asked for
    pairs = Pairs(low[order].astype(np.int32), high[order].astype(np.int32))
    patterns: Patterns
    patterns, weight = modelled.compared(pairs, 1)
    table = evidence_table(modelled.model.fitted, pairs, patterns, weight, np.arange(len(pairs)))
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return _plain(table).take(pa.array(back))


def _plain(table: pa.Table) -> pa.Table:
    """Return a table whose texts are texts, and not codes."""
    kinds = [pa.field(f.name, pa.string()) if pa.types.is_dictionary(f.type) else f for f in table.schema]
    return table.cast(pa.schema(kinds)).combine_chunks()
