"""How fast residents are found, and whether the right one is: search beside DuckDB's own scan, in one run.

Takes a release, its truth, and the size and seed of the fictional borough that it was made from. Gives, as text or
JSON: how long the search tables take to build whole and for 1% of the residents; how long opening takes and what
memory; for each kind of query the share with the right resident first and among the first five, here and with the
scan; and milliseconds a query at the median, the 95th and the 99th of a hundred, for one caller and for eight at once.

    python -m benchmarks.search RELEASE TRUTH RESIDENTS SEED [--each N] [--json FILE]

The peer is what one would write without an index: every record's names compared with every word by Jaro-Winkler, and
the whole record searched by LIKE, with DuckDB on all processors.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psutil

from benchmarks.search_queries import KINDS, Query, make_queries
from insighthub.residents.search import QueryError, Search, SearchSettings, build_search
from insighthub.synthetic.calibration import REFERENCE_DATE
from insighthub.synthetic.world import build_world

CALLERS = 8
_PEER_QUERIES = 40
_SHARE_TOUCHED = 100  # one resident in so many
_HAYSTACK = """
CREATE TEMP TABLE haystack AS
SELECT m.resident_id, coalesce(p.given_name, '') AS given_name, coalesce(p.family_name, '') AS family_name,
       concat_ws(' ', p.given_name, p.middle_names, p.family_name, p.previous_family_name, p.date_of_birth, p.address,
                 replace(p.postcode, ' ', ''), replace(p.phone, '+44', '0'), replace(p.mobile, '+44', '0'),
                 upper(p.email), p.record_id) AS said
FROM membership m JOIN person_record p USING (source, record_id, person)
"""


def main(arguments: list[str] | None = None) -> int:
    """Measure search on one release."""
    parser = argparse.ArgumentParser(description="Measure how fast and how well residents are found.")
    parser.add_argument("release", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("residents", type=int, help="of the borough that the release was made from")
    parser.add_argument("seed", type=int, help="of that borough")
    parser.add_argument("--each", type=int, default=200, help="queries of each kind")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        release = Path(folder) / "release.duckdb"
        shutil.copyfile(options.release, release)
        out: dict[str, Any] = {"build": _build(release)}
        world = build_world(options.residents, options.seed)
        queries = make_queries(release, options.truth, world, each=options.each)
        del world
        before = psutil.Process().memory_info().rss
        start = time.perf_counter()
        search = Search(release)
        out["open"] = {
            "seconds": time.perf_counter() - start,
            "megabytes": (psutil.Process().memory_info().rss - before) / 1e6,
        }
        out["quality"] = _quality(search, queries)
        texts = [query.text for query in queries]
        began = time.process_time()
        alone = _timed(search, texts)
        # What a query costs whatever else the machine does; what callers wait depends on that too.
        out["processor milliseconds a query"] = 1000 * (time.process_time() - began) / len(alone)
        out["milliseconds"] = {
            "1 caller": _spread(alone),
            f"{CALLERS} threads": _spread(_in_threads(search, texts, CALLERS)),
        }
        del search
        out["milliseconds"]["2 processes of 4 threads"] = _spread(_in_processes(release, texts))
        out["peer"] = _peer(release, queries)
    peer, ours = out["peer"]["milliseconds"]["p50"], out["milliseconds"]["1 caller"]["p50"]
    out["peer"]["times as long at the median"] = peer / ours
    print(_words(out))
    if options.json:
        options.json.write_text(json.dumps(out, indent=2) + "\n", encoding="utf-8")
    return 0


def _build(release: Path) -> dict[str, float]:
    """Build the tables whole, then for some residents; seconds, medians of three."""
    settings, as_of = SearchSettings(), REFERENCE_DATE
    with duckdb.connect(str(release)) as db:
        whole = "CREATE OR REPLACE TEMP TABLE touched AS SELECT resident_id FROM resident"
        some = f"{whole} WHERE hash(resident_id) % {_SHARE_TOUCHED} = 0"
        return {
            "whole, seconds": _built(db, whole, settings, as_of),
            "1% of residents, seconds": _built(db, some, settings, as_of),
        }


def _built(db: duckdb.DuckDBPyConnection, touched: str, settings: SearchSettings, as_of: date) -> float:
    took = []
    for _ in range(3):
        db.execute(touched)
        start = time.perf_counter()
        build_search(db, settings, as_of)
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def _quality(search: Search, queries: Sequence[Query]) -> dict[str, dict[str, float]]:
    return _shares(queries, lambda text: [found.resident_id for found in search.find(text, limit=5)])


def _shares(queries: Sequence[Query], find: Callable[[str], list[str]]) -> dict[str, dict[str, float]]:
    """Return, by kind, the share of queries whose right resident comes first, and among the first five."""
    out: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        asked = [query for query in queries if query.kind == kind]
        found = [(query, find(query.text)[:5]) for query in asked]
        if asked:
            first = sum(ids[:1] != [] and ids[0] in query.right for query, ids in found)
            five = sum(not query.right.isdisjoint(ids) for query, ids in found)
            out[kind] = {"queries": len(asked), "first": first / len(asked), "first five": five / len(asked)}
    return out


def _timed(search: Search, texts: Sequence[str]) -> list[float]:
    """Return the milliseconds of each query."""
    took = []
    for text in texts:
        start = time.perf_counter()
        try:
            search.find(text)
        except QueryError:
            continue
        took.append(1000 * (time.perf_counter() - start))
    return took


def _in_threads(search: Search, texts: Sequence[str], threads: int) -> list[float]:
    """Share the queries out over threads that each ask the next as soon as one is answered."""
    with ThreadPoolExecutor(threads) as pool:
        lots = pool.map(lambda n: _timed(search, texts[n::threads]), range(threads))
        return [one for lot in lots for one in lot]


def _process(release: str, texts: Sequence[str]) -> list[float]:
    search = Search(Path(release))
    _timed(search, texts[:20])
    return _in_threads(search, texts, CALLERS // 2)


def _in_processes(release: Path, texts: Sequence[str]) -> list[float]:
    with ProcessPoolExecutor(2) as pool:
        lots = pool.map(_process, [str(release)] * 2, [texts[0::2], texts[1::2]])
        return [one for lot in lots for one in lot]


def _spread(took: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(took, n=100)
    return {"queries": len(took), "p50": cuts[49], "p95": cuts[94], "p99": cuts[98]}


def _peer(release: Path, queries: Sequence[Query]) -> dict[str, Any]:
    """Answer some of the queries by scanning every record."""
    took: list[float] = []
    with duckdb.connect(str(release), read_only=True) as db:
        db.execute(_HAYSTACK)

        def find(text: str) -> list[str]:
            words = [word for word in text.upper().replace(",", " ").split() if word]
            score = " + ".join(
                "greatest(jaro_winkler_similarity(given_name, ?), jaro_winkler_similarity(family_name, ?), "
                "(said LIKE ?)::INTEGER)"
                for _ in words
            )
            values = [value for word in words for value in (word, word, f"%{word}%")]
            start = time.perf_counter()
            rows = db.execute(
                f"SELECT resident_id, max({score}) AS score FROM haystack GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5", values
            ).fetchall()
            took.append(1000 * (time.perf_counter() - start))
            return [str(row[0]) for row in rows]

        asked = list(queries[:_PEER_QUERIES])
        shares = _shares(asked, find)
    return {"milliseconds": _spread(took), "quality": shares}


def _words(out: dict[str, Any]) -> str:
    lines = [
        *(f"build, {name}: {value:.2f}" for name, value in out["build"].items()),
        f"open: {out['open']['seconds']:.1f} seconds, {out['open']['megabytes']:.0f} MB",
        f"{'kind of query':48s} {'asked':>5s} {'first':>6s} {'five':>6s}",
        *(
            f"{kind:48s} {row['queries']:5d} {row['first']:6.3f} {row['first five']:6.3f}"
            for kind, row in out["quality"].items()
        ),
        *(
            f"{name:30s} p50 {row['p50']:7.1f}  p95 {row['p95']:7.1f}  p99 {row['p99']:7.1f} ms"
            for name, row in {**out["milliseconds"], "DuckDB scan, 1 caller": out["peer"]["milliseconds"]}.items()
        ),
        f"processor: {out['processor milliseconds a query']:.1f} ms a query",
        f"the scan takes {out['peer']['times as long at the median']:.0f} times as long at the median",
    ]
    asked = sum(row["queries"] for row in out["peer"]["quality"].values())
    five = sum(row["queries"] * row["first five"] for row in out["peer"]["quality"].values())
    lines.append(f"the scan has the right resident among the first five for {five:.0f} of {asked} queries of all kinds")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
