"""How long an index of a whole country takes with its uncertainty, and what memory.

Makes areas of made-up counts with a common cause, and builds an index of them many times over, with weights and
sampling varied and, asked to, the scale and the means as well. Gives, as text or JSON, seconds by the clock and of
processors, and the most memory used.

    python -m benchmarks.area_index [--areas 33755] [--indicators 20] [--draws 10000] [--all] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from insighthub.area_index.build import build
from insighthub.area_index.definition import Domain, IndexDefinition, Indicator, Uncertainty
from insighthub.area_index.uncertainty import simulate

DOMAINS = 5


def made_table(areas: int, indicators: int, seed: int = 1) -> pa.Table:
    """Return counts of people in areas of about 1,700 residents, whose shares follow one risk and much else."""
    rng = np.random.default_rng(seed)
    risk = rng.standard_normal(areas)
    columns: dict[str, Any] = {"area": [f"E{number:08d}" for number in range(areas)]}
    for number in range(indicators):
        population = rng.integers(1000, 3000, areas)
        logit = -2.5 + 0.4 * risk + 0.4 * rng.standard_normal(areas)
        columns[f"i{number}_count"] = rng.binomial(population, 1 / (1 + np.exp(-logit)))
        columns[f"i{number}_population"] = population
    return pa.table(columns)


def made_definition(indicators: int, *, everything: bool = False) -> IndexDefinition:
    """Return an index of made-up indicators in five domains."""
    return IndexDefinition(
        id="made",
        title="Made-up index",
        description="For measuring speed",
        domains=tuple(Domain(id=f"d{number}", title=f"Domain {number}") for number in range(min(DOMAINS, indicators))),
        indicators=tuple(
            Indicator(
                id=f"i{number}",
                title=f"Indicator {number}",
                definition="made-up",
                domain=f"d{number % DOMAINS}",
                direction="higher is worse",
                source="made-up",
                evidence="none",
                citation="none",
                lag=0,
                evidence_score=1,
                shrink=True,
            )
            for number in range(indicators)
        ),
        normalise="min-max" if everything else "z",
        uncertainty=Uncertainty(
            vary=("weights", "sampling", "normalise", "aggregate") if everything else ("weights", "sampling")
        ),
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure an index of areas and its uncertainty.")
    parser.add_argument("--areas", type=int, default=33_755, help="how many areas; England has 33,755 LSOAs")
    parser.add_argument("--indicators", type=int, default=20)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--all", action="store_true", help="vary the scale and the means too")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    table, definition = (
        made_table(options.areas, options.indicators),
        made_definition(options.indicators, everything=options.all),
    )
    began = time.perf_counter()
    worked = time.process_time()
    result = build(definition, table)
    built = time.perf_counter()
    intervals = simulate(definition, table, options.draws, seed=1)
    done = time.perf_counter()
    rank = result.scores["rank"].to_numpy()
    within = (intervals["rank_low"].to_numpy() <= rank) & (rank <= intervals["rank_high"].to_numpy())
    figures = {
        "areas": options.areas,
        "indicators": options.indicators,
        "draws": options.draws,
        "build_seconds": round(built - began, 2),
        "simulate_seconds": round(done - built, 2),
        "processor_seconds": round(time.process_time() - worked, 2),
        "peak_gigabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2),
        "areas_with_rank_in_interval": round(float(within.mean()), 4),
    }
    print(
        f"{options.draws:,} draws of {options.areas:,} areas and {options.indicators} indicators:"
        f" {figures['simulate_seconds']} s (build {figures['build_seconds']} s),"
        f" {figures['processor_seconds']} s of processors, {figures['peak_gigabytes']} GB at most"
    )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
