"""The model file: all that was learned, as JSON that a person can read.

Takes the learned model, gives ``model.json``: class sizes, m, u and free distributions by comparison and level, term
frequencies, settings, a fingerprint of the data, and the version that wrote it. A value that fewer than ten records
hold is not written: a rare name is somebody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import insighthub
from insighthub.linkage.em import CLASSES, A, F, M, N, rule_of
from insighthub.linkage.encode import Encoded
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.source_pairs_file import describe_source_pairs

FORMAT = "insighthub-linkage-model/1"
LEAST_RECORDS = 10


@dataclass(frozen=True)
class Model:
    """A learned model, ready to be written."""

    content: dict[str, Any]

    @classmethod
    def of(cls, fitted: Fitted, settings: LinkSettings) -> Model:
        """Gather what was learned."""
        data, parameters, frequencies = fitted.data, fitted.parameters, fitted.frequencies
        described = []
        for k, comparison in enumerate(fitted.comparisons):
            entry: dict[str, Any] = {
                "name": comparison.name,
                "levels": list(comparison.labels),
                "m": _rounded(parameters.m[k]),
                "u": _rounded(parameters.u[k]),
                "agreeing": comparison.agreeing,
                "follows": {CLASSES[c]: rule_of(comparison, c).value for c in range(M, len(CLASSES))},
            }
            free = {CLASSES[c]: _rounded(parameters.free[c, k]) for c in (F, A, N) if (c, k) in parameters.free}
            if free:
                entry["free"] = free
            if k in frequencies:
                entry["term_frequencies"] = _term_frequencies(data, comparison.rarity or "", frequencies[k])
            described.append(entry)
        own = parameters.by_source
        by_source = [] if own is None else describe_source_pairs(own, fitted.comparisons)
        return cls(
            {
                "format": FORMAT,
                "version": insighthub.__version__,
                "data": {
                    "rows": data.n,
                    "sources": list(data.sources),
                    "rows_by_source": np.bincount(data.source, minlength=len(data.sources)).tolist(),
                    "single_sources": [s for s, single in zip(data.sources, data.single, strict=True) if single],
                    "fingerprint": fingerprint(data),
                },
                "settings": {k: v for k, v in asdict(settings).items() if k != "threads"},
                "classes": dict(zip(CLASSES, _rounded(parameters.sizes), strict=True)),
                "comparisons": described,
                "source_pairs": by_source,
                "iterations": parameters.iterations,
                "converged": parameters.converged,
            }
        )

    def as_dict(self) -> dict[str, object]:
        """Return the content, ready for JSON."""
        return dict(self.content)


def _rounded(values: npt.NDArray[np.float64]) -> list[float]:
    # Twelve significant digits: the last bits of a sum can differ between builds of a numeric library.
    return [float(f"{v:.12g}") for v in values]


def _term_frequencies(data: Encoded, field: str, log_share: npt.NDArray[np.float64]) -> dict[str, Any]:
    codes = data.codes[field]
    counts = np.bincount(codes[codes >= 0], minlength=len(log_share))
    common = np.flatnonzero(counts >= LEAST_RECORDS)
    shares = _rounded(np.exp(log_share[common]))
    return {
        "field": field,
        "records": int(counts.sum()),
        "distinct_values": int(np.count_nonzero(counts)),  # the pool may be shared with other fields
        "least_records": LEAST_RECORDS,
        "shares": {str(data.pools[field].values[v]): share for v, share in zip(common, shares, strict=True)},
    }


def fingerprint(data: Encoded) -> str:
    """Return a SHA-256 over the rows and all their values: equal for the same records, whatever their order."""
    digest = hashlib.sha256()

    def add(values: Iterable[str]) -> None:
        digest.update("\0".join(values).encode())
        digest.update(b"\1")

    for name in data.rows.column_names[:2]:
        _add_text(digest, data.rows[name])
    for name in sorted(data.codes):
        add([name])
        digest.update(np.ascontiguousarray(data.codes[name]).tobytes())
        if name in data.pools and name not in data.by_value:  # what is derived says nothing that its parent does not
            add(map(str, data.pools[name].values))
    for name in sorted(data.days):
        digest.update(np.ascontiguousarray(data.days[name]).tobytes())
    return digest.hexdigest()


def _add_text(digest: hashlib._Hash, column: pa.ChunkedArray) -> None:
    """Take text into a digest as Arrow holds it, without a Python object for each value."""
    array = pa.concat_arrays([column.combine_chunks(), pa.array([], column.type)])
    _, ends, letters = array.buffers()
    offsets = np.frombuffer(ends, np.int32)[array.offset : array.offset + len(array) + 1]
    digest.update((offsets - offsets[:1]).tobytes())
    if letters is not None and len(offsets):
        digest.update(memoryview(letters)[int(offsets[0]) : int(offsets[-1])])
