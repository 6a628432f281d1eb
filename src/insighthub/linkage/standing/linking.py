"""Linkage of some rows under a model and its plan: a region, several, or all there are.

Takes rows that nothing outside them can change, gives their pairs, clusters and regions. It is what the engine does
with a given model, save that pairs are found and house-mates known by the plan.

A region is a component of the graph of the pairs that clustering may look at: those over the threshold, those that the
second pass takes for near, decisions, and copies with what they are copies of. Average linkage works within
components of the first, the second pass between clusters that are near; so whatever decides a cluster is in its region.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.blocking.copies import first_identical
from insighthub.linkage.cluster import cluster, components, exclusive_of
from insighthub.linkage.comparisons.comparison import Comparison, telling_fields
from insighthub.linkage.encode import Encoded
from insighthub.linkage.exchange.own_model import OwnModelOnRows
from insighthub.linkage.labels.decisions import constrained
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns, compare
from insighthub.linkage.prepare import prepare
from insighthub.linkage.second_pass import NEAR_BITS, join_again
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing.candidates import pairs_under
from insighthub.linkage.standing.hashes import Hashes, RowHashes
from insighthub.linkage.standing.plan import ModelFolder
from insighthub.linkage.tables import pairs_table
from insighthub.progress import Progress

Rows = npt.NDArray[np.int32]
LEAST_PART = 1 << 17  # fewer pairs are weighed in one go


@dataclass(frozen=True)
class ModelledRows:
    """Rows as a model takes them.

    Attributes:
        model: on the rows, with what the plan knows of house-mates and full names.
        hashes: of the rows.
    """

    model: OwnModelOnRows
    hashes: RowHashes

    @property
    def data(self) -> Encoded:
        """The rows."""
        return self.model.fitted.data

    @classmethod
    def of(cls, rows: pa.Table, folder: ModelFolder, single_sources: tuple[str, ...], threads: int) -> ModelledRows:
        """Code rows, and make of them what the model takes them for.

        Args:
            rows: coded person-records, all of which are linkable.
            folder: the model and its plan.
            single_sources: sources that hold one record a person.
            threads: fields to code at once.
        """
        # A model says by itself which values are shared by too many, however many share them here.
        no_limit = 2 * rows.num_rows + 1
        data = prepare(rows, single=single_sources, shared_value_limit=no_limit, infer_sex=False, threads=threads)
        on = folder.model.on(data)
        hashes = RowHashes(data, folder.plan.salt)
        plan, fitted = folder.plan, on.fitted
        if plan.mates is not None:
            mates = plan.mates.on(hashes)

            def by_plan(comparison: Comparison) -> Comparison:
                return replace(comparison, levels=mates.levels, of_others=False, prepare=None)

            comparisons = tuple(by_plan(c) if c.name == "mates" else c for c in fitted.comparisons)
            fitted = replace(fitted, comparisons=comparisons)
        if plan.names is not None:
            fitted = replace(fitted, namesakes=plan.names.on(hashes, fitted.namesakes))
        on = replace(on, fitted=fitted, rarity=replace(on.rarity, namesakes=fitted.namesakes))
        return cls(on, hashes)

    def compared(
        self, pairs: Pairs, threads: int, progress: Progress | None = None
    ) -> tuple[Patterns, npt.NDArray[np.float64]]:
        """Compare and weigh pairs."""
        on = self.model
        patterns = compare(self.data, on.fitted.comparisons, on.rarity, pairs, threads=threads, progress=progress)
        size = max(LEAST_PART, -(-len(pairs) // threads))

        def weights(start: int) -> npt.NDArray[np.float64]:
            part = slice(start, start + size)
            of_part = replace(patterns, of_pair=patterns.of_pair[part])
            return on.weights(of_part, Pairs(pairs.left[part], pairs.right[part]))

        with ThreadPoolExecutor(threads) as pool:
            every = list(pool.map(weights, range(0, max(1, len(pairs)), size)))
        return patterns, np.concatenate(every)


@dataclass(frozen=True)
class Linked:
    """What came of linking some rows.

    Attributes:
        cluster: of each row, shape (n,).
        region: of each row.
        first: the first row that says the same as each row.
        pairs: the pairs that are kept, with their evidence.
        compared: how many pairs were compared.
    """

    cluster: Rows
    region: Rows
    first: Rows
    pairs: pa.Table
    compared: int


def threshold_bits(folder: ModelFolder, settings: LinkSettings) -> float:
    """Return the weight from which pairs join: the model brings it, whatever the settings say."""
    return replace(settings, threshold=folder.model.file.threshold or settings.threshold).threshold_bits


def link_rows(
    rows: ModelledRows,
    folder: ModelFolder,
    outgrown: tuple[Hashes, ...],
    decisions: pa.Table | None,
    *,
    settings: LinkSettings,
    threads: int,
    progress: Progress,
) -> Linked:
    """Link rows.

    Args:
        rows: all rows of some regions.
        folder: the model and its plan.
        outgrown: for each rule, the keys of the blocks that have outgrown the plan.
        decisions: those that clusters keep to.
        settings: the run's few numbers.
        threads: threads to use.
        progress: told of each step.

    Raises:
        DataError: two decisions contradict each other.
    """
    data, bits = rows.data, threshold_bits(folder, settings)
    exclusive = constrained(exclusive_of(data, telling_fields(rows.model.fitted.comparisons)), decisions, data.rows)
    candidates = pairs_under(folder.plan, rows.hashes, outgrown, threads=threads, progress=progress)
    pairs = candidates.pairs
    patterns, weight = rows.compared(pairs, threads, progress)
    rough = weight.astype(np.float32)
    fitted = rows.model.fitted
    first = cluster(data.n, pairs, rough, exclusive, threshold_bits=bits)
    people = join_again(fitted, pairs, patterns, rough, labels=first, exclusive=exclusive, threshold_bits=bits)
    ties = (rough > NEAR_BITS) | (rough >= bits) | (candidates.rules & 1 != 0)
    must = exclusive.together
    region = components(
        data.n, np.concatenate([pairs.left[ties], must.left]), np.concatenate([pairs.right[ties], must.right])
    )
    kept = pairs_table(fitted, pairs, patterns, weight, keep=settings.keep_probability)
    return Linked(people, region, first_identical(data), kept, len(pairs))
