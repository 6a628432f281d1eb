"""How fast the full picture of a resident is: milliseconds each, for residents picked by chance.

Takes a hub that has run, gives for every purpose of its settings the median and the 95th of a hundred.

    python -m benchmarks.picture HUB [--residents N]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

from insighthub.errors import RunError
from insighthub.hub import Hub


def main(arguments: list[str] | None = None) -> int:
    """Measure the pictures of one hub."""
    parser = argparse.ArgumentParser(description="Measure how fast full pictures are.")
    parser.add_argument("hub", type=Path)
    parser.add_argument("--residents", type=int, default=500)
    options = parser.parse_args(arguments)
    with Hub(options.hub) as hub:
        with hub.release() as db:
            query = "SELECT resident_id FROM resident ORDER BY hash(resident_id), resident_id LIMIT ?"
            ids = [row[0] for row in db.execute(query, [options.residents + 1]).fetchall()]
            known = db.execute("SELECT count(*) FROM resident").fetchall()[0][0]
        print(f"{known} residents in the release")
        for purpose in hub.policy().purpose:
            took = []
            began = time.process_time()
            for resident in ids:
                start = time.perf_counter()
                try:
                    hub.residents.picture(resident, purpose.name)
                except RunError:  # not to be seen for this purpose
                    continue
                took.append(1000 * (time.perf_counter() - start))
            processor = 1000 * (time.process_time() - began) / len(ids)
            cuts = statistics.quantiles(took[1:], n=100)  # the first opens the release
            print(
                f"{purpose.name:20s} {len(took) - 1:4d} pictures  p50 {cuts[49]:6.1f}  p95 {cuts[94]:6.1f} ms  "
                f"processor {processor:5.1f} ms"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
