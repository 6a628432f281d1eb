"""Insight Hub on the same data, in a process of its own: from the files to clusters, with default settings.

python -m benchmarks.peers.ours CONTRACT OUT
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.peers.clock import clocked
from benchmarks.peers.job import Figures
from insighthub import __version__
from insighthub.pipeline import link_files


def main(arguments: list[str] | None = None) -> int:
    """Link the files of a contract and write the links and what it took."""
    parser = argparse.ArgumentParser(description="Link with default settings.")
    parser.add_argument("contract", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    result, took = clocked(lambda: link_files(options.contract, options.out / "run"))
    pq.write_table(result.links, options.out / "links.parquet")
    figures = Figures(**asdict(took), threshold=None, labels=0, versions={"insighthub": __version__})
    (options.out / "figures.json").write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
