"""Coded rows as a table, and back.

Takes ``Encoded``, gives one Arrow table with a row for each record, and what all rows share (the dictionaries). A
worker that is handed some rows of the table makes a small ``Encoded`` of them over the same dictionaries, so that
every comparison runs there as it is, and knows nothing of Spark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.encode import Codes, Encoded, Pool
from insighthub.linkage.frequencies import NameRarity
from insighthub.linkage.spark.statements import CODE

FLAG, DAY, RARITY = "flag_", "day_", "rarity_"
Columns = Mapping[str, npt.NDArray[Any]]


@dataclass
class Shared:
    """What all rows of a run share: sources, dictionaries, and what is worked out once a value.

    ``memory`` holds what comparisons need of other rows than the pair's; a worker's comparisons keep in it what they
    work out of the dictionaries, once for all the rows that the worker is handed.
    """

    sources: tuple[str, ...]
    single: npt.NDArray[np.bool_]
    pools: dict[str, Pool]
    by_value: dict[str, Codes]
    memory: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Encoded, comparisons: Sequence[Comparison]) -> Shared:
        """Take it from coded rows, with what the comparisons need of all of them."""
        for comparison in comparisons:
            if comparison.prepare is not None:
                comparison.prepare(data)
        # Pools as they were before anybody looked at their values as Python texts, which are several times larger;
        # fields that share a pool go on sharing one.
        fresh = {id(pool): Pool(pool.text) for pool in data.pools.values()}
        pools = {name: fresh[id(pool)] for name, pool in data.pools.items()}
        return cls(data.sources, data.single, pools, data.by_value, dict(data.memory))


def row_table(data: Encoded, rarity: NameRarity, copy_of: npt.NDArray[np.int32]) -> pa.Table:
    """Return the rows as a table: row_no, copy_of, source, and a column for each code, flag, day and rarity.

    Args:
        data: coded rows.
        rarity: how rare the names of each row are.
        copy_of: for each row, the first that says the same of a person; shape (n,).
    """
    columns: dict[str, npt.NDArray[Any]] = {
        "row_no": np.arange(data.n, dtype=np.int32),
        "copy_of": copy_of,
        "source": data.source,
    }
    columns |= {CODE + name: codes for name, codes in data.codes.items()}
    columns |= {FLAG + name: flags for name, flags in data.flags.items()}
    columns |= {DAY + name: days for name, days in data.days.items()}
    columns |= {RARITY + part.name: getattr(rarity, part.name) for part in fields(NameRarity)}
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def encoded_rows(shared: Shared, columns: Columns) -> Encoded:
    """Make ``Encoded`` of some rows; their numbers are their places among these.

    Args:
        shared: what all rows share.
        columns: by the names that ``row_table`` gave, one array a column.
    """

    def parts(prefix: str) -> dict[str, npt.NDArray[Any]]:
        return {name.removeprefix(prefix): values for name, values in columns.items() if name.startswith(prefix)}

    rows = pa.table({"row_no": columns["row_no"]})
    return Encoded(
        rows=rows,
        everyone=rows,
        linkable=None,
        source=columns["source"],
        sources=shared.sources,
        single=shared.single,
        codes=parts(CODE),
        pools=shared.pools,
        flags=parts(FLAG),
        days=parts(DAY),
        by_value=shared.by_value,
        memory=shared.memory,
    )


def rarity_rows(columns: Columns) -> NameRarity:
    """Make ``NameRarity`` of some rows, from the same columns."""
    return NameRarity(**{part.name: columns[RARITY + part.name] for part in fields(NameRarity)})


def arrays(batch: pa.RecordBatch | pa.Table, prefix: str = "") -> dict[str, npt.NDArray[Any]]:
    """Return the columns of a batch whose names begin with a prefix, without it, as arrays."""
    return {
        name.removeprefix(prefix): batch.column(i).to_numpy(zero_copy_only=False)
        if isinstance(batch, pa.RecordBatch)
        else batch.column(i).to_numpy()
        for i, name in enumerate(batch.schema.names)
        if name.startswith(prefix)
    }
