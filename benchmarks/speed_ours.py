"""One run of Insight Hub from files to clusters, in a process of its own.

Takes a contract, gives an output folder as ``insighthub link --no-report`` writes it, and beside it ``NAME.json``: the
seconds by stage and, with ``--account``, the least work of each. The account is worked out after the run and is for a
run that is not timed.

    python -m benchmarks.speed_ours CONTRACT.toml OUT [--account]
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from insighthub.pipeline import run_link


def main(arguments: list[str] | None = None) -> int:
    """Link once and write what it took."""
    parser = argparse.ArgumentParser(description="One run of Insight Hub.")
    parser.add_argument("contract", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--account", action="store_true", help="work out the least work of each stage as well")
    options = parser.parse_args(arguments)
    result = run_link(options.contract, options.out, report=False, account=options.account).result
    figures = {"seconds": result.seconds, "least": [asdict(entry) for entry in result.least]}
    options.out.with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
