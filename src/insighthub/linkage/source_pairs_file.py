"""What is particular to each pair of sources, as the model file holds it.

Takes what was learned of pairs of sources, gives a list for ``model.json``, and reads it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.em import CLASSES, SourcePairs


def describe_source_pairs(by_source: SourcePairs, comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Return one entry for each pair of sources, and for each source with itself: class sizes, and its own m."""
    names = by_source.names
    out = []
    for a, one in enumerate(names):
        for b in range(a, len(names)):
            code = a * len(names) + b
            own = {comparisons[k].name: _rounded(m[code]) for k, m in sorted(by_source.m.items())}
            sizes = dict(zip(CLASSES, _rounded(by_source.sizes[code]), strict=True))
            out.append({"sources": [one, names[b]], "classes": sizes, "m": own})
    return out


def read_source_pairs(model: Mapping[str, Any]) -> SourcePairs | None:
    """Return what the content of a model file says of pairs of sources, or None where it says nothing."""
    entries = model.get("source_pairs")
    if not entries:
        return None
    names = tuple(model["data"]["sources"])
    place = {name: i for i, name in enumerate(names)}
    comparisons = [entry["name"] for entry in model["comparisons"]]
    sizes = np.zeros((len(names) ** 2, len(CLASSES)))
    sizes[:, -1] = 1.0
    m = {
        comparisons.index(name): np.tile(np.array(model["comparisons"][comparisons.index(name)]["m"]), (len(sizes), 1))
        for name in entries[0]["m"]
    }
    for entry in entries:
        a, b = sorted(place[name] for name in entry["sources"])
        code = a * len(names) + b
        sizes[code] = [entry["classes"][name] for name in CLASSES]
        for name, shares in entry["m"].items():
            m[comparisons.index(name)][code] = shares
    return SourcePairs(names, np.array(model["data"]["rows_by_source"], np.int64), sizes, m)


def _rounded(values: npt.NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.12g}") for value in values]
