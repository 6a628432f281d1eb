"""How the web app bears up: officers who search and open pictures at once, while a release is published.

Takes a number of residents, makes the fictional borough's hub (or takes the one in --home), serves it in a process of
its own as ``insighthub serve`` does, and lets officers work: each searches in a case of theirs, looks at who was found,
opens the full picture, reads, and begins again. In the middle a run takes in a few changed records and publishes its
release. Prints times of searches and pictures as the officer's browser sees them, what failed, and the most memory
that the server held.

    python -m benchmarks.web [--residents N] [--users N] [--seconds N] [--think SECONDS] [--home DIR]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import psutil

from benchmarks.redeliver import redeliver
from insighthub.accounts import sessions, users
from insighthub.desk.desk import Desk
from insighthub.hub import Hub
from insighthub.runs.begin import Asked
from insighthub.store.tables import number, rows
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub
from insighthub.web.session import SESSION_COOKIE

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_FOUND = re.compile(r'href="(/cases/\d+/residents/\w+)"')
_CHANGED = 20  # records, in the run that publishes a release meanwhile
_CLI = "from insighthub.cli import app; app()"


@dataclass
class Seen:
    """What the officers saw: seconds by kind of page, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"search": [], "picture": [], "case": []})
    failed: Counter[str] = field(default_factory=Counter)
    nobody: int = 0


def main(arguments: list[str] | None = None) -> int:
    """Let officers work, and print how long they waited."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--residents", type=int, default=200_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--think", type=float, default=3.0, help="mean seconds that an officer reads a page")
    parser.add_argument("--home", type=Path, help="a folder to keep; what is there is used again")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        _hub(home, given.residents)
        asked = _queries(home)
        officers = _officers(home, given.users)
        with _server(home) as (address, process):
            _warm(address, officers[0], asked)
            for think in (given.think, 0.0):
                seen = Seen()
                publishing = think > 0
                began = time.perf_counter()
                peak = asyncio.run(
                    _work(address, officers, asked, given.seconds if publishing else given.seconds / 4, think, seen,
                          home if publishing else None, process)
                )  # fmt: skip
                _print(seen, given.users, think, time.perf_counter() - began, peak, publishing=publishing)
    return 0


def _hub(home: Path, residents: int) -> None:
    extracts = home / "extracts"
    if not (extracts / "contract.toml").is_file():
        generate(extracts, residents=residents, seed=1)
    write_hub(home)
    with Hub(home) as hub:
        if hub.releases.current() is None:
            hub.run(Asked(as_of=DAY))
        with hub.release() as db:
            people = number(db, "SELECT count(*) FROM resident")
            records = number(db, "SELECT count(*) FROM source_record")
    print(f"{people:,} residents, {records:,} records, {os.cpu_count()} processors", flush=True)


def _queries(home: Path) -> list[str]:
    """Return what officers search for: a name with a postcode or a date of birth, as records have them."""
    with Hub(home) as hub, hub.release() as db:
        found = rows(
            db,
            "SELECT given_name, family_name, date_of_birth, postcode FROM person_record "
            "WHERE source = 'council_tax' AND family_name IS NOT NULL AND given_name IS NOT NULL "
            "USING SAMPLE 2000 ROWS (reservoir, 7)",
        )
    dice = random.Random(7)
    out = []
    for given, family, born, postcode in found:
        more = dice.choice([postcode or "", born if born and "X" not in born else "", ""])
        out.append(" ".join(filter(None, (given.lower(), family.lower(), more))))
    return out


def _officers(home: Path, count: int) -> list[tuple[str, int]]:
    """Return a session and an open case of each officer."""
    at = datetime.now(UTC).replace(tzinfo=None)
    out = []
    with Hub(home) as hub:
        desk, known = Desk(hub), {role.name for role in hub.policy().role}
        for k in range(count):
            email = f"officer{k}@council.example"
            with hub.state.write() as connection:
                user = users.find_user(connection, email) or users.add_user(
                    connection, name=f"Officer {k}", email=email, roles=["officer"], known_roles=known, at=at
                )
                token = sessions.open_session(
                    connection, user.user_id, method="oidc", at=at, settings=hub.settings.sign_in
                )
            out.append((token, desk.open_case(user, purpose="customer_services").case_id))
    return out


@contextmanager
def _server(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    command = [sys.executable, "-c", _CLI, "serve", "--home", str(home), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        address = None
        for line in process.stdout:
            if found := re.search(r"is at (http://\S+)", line):
                address = found[1].rstrip("/")
                break
        if address is None:
            raise RuntimeError("the server did not start")
        drain = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)  # its log is not read here
        try:
            yield address, psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(60)
            drain.wait(60)


def _warm(address: str, officer: tuple[str, int], asked: list[str]) -> None:
    seen = Seen()
    began = time.perf_counter()

    async def once() -> None:
        async with _browser(address, officer) as client:
            for query in asked[:3]:
                await _search_and_open(client, officer[1], query, seen, 0.0)

    asyncio.run(once())
    print(f"the first searches, which open the search: {time.perf_counter() - began:.1f} s", flush=True)


def _browser(address: str, officer: tuple[str, int]) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, cookies={SESSION_COOKIE: officer[0]}, timeout=60)


async def _work(
    address: str,
    officers: list[tuple[str, int]],
    asked: list[str],
    seconds: float,
    think: float,
    seen: Seen,
    publish: Path | None,
    process: psutil.Process,
) -> int:
    """Let the officers work for some seconds; return the most memory that the server held, in bytes."""
    until = time.perf_counter() + seconds
    peak = 0

    async def watch() -> None:
        nonlocal peak
        while time.perf_counter() < until:
            peak = max(peak, process.memory_info().rss)
            await asyncio.sleep(0.5)

    async def officer(k: int) -> None:
        dice = random.Random(k)
        async with _browser(address, officers[k]) as client:
            await asyncio.sleep(dice.uniform(0, think))
            while time.perf_counter() < until:
                await _search_and_open(client, officers[k][1], dice.choice(asked), seen, think, dice)

    async def publisher() -> None:
        if publish is None:
            return
        await asyncio.sleep(seconds / 4)
        run = await asyncio.create_subprocess_exec(
            sys.executable, "-c", f"from benchmarks.web import publish_one; publish_one({str(publish)!r})"
        )
        if await run.wait() != 0:
            seen.failed["the run that publishes"] += 1

    await asyncio.gather(watch(), publisher(), *(officer(k) for k in range(len(officers))))
    return peak


async def _search_and_open(
    client: httpx.AsyncClient, case: int, query: str, seen: Seen, think: float, dice: random.Random | None = None
) -> None:
    page = await _timed(client, "GET", f"/cases/{case}", "case", seen)
    token = _TOKEN.search(page.text) if page is not None else None
    if token is None:
        return
    found = await _timed(
        client, "POST", f"/cases/{case}/search", "search", seen, data={"csrf_token": token[1], "query": query}
    )
    if found is None:
        return
    links = _FOUND.findall(found.text)
    await _think(think, dice)
    if not links:
        seen.nobody += 1
        return
    await _timed(client, "GET", links[0], "picture", seen)
    await _think(think, dice)


async def _think(think: float, dice: random.Random | None) -> None:
    if think and dice is not None:
        await asyncio.sleep(dice.expovariate(1 / think))


async def _timed(
    client: httpx.AsyncClient, method: str, path: str, kind: str, seen: Seen, **more: object
) -> httpx.Response | None:
    began = time.perf_counter()
    try:
        answer = await client.request(method, path, **more)  # type: ignore[arg-type]
    except httpx.HTTPError as error:
        seen.failed[f"{kind}: {type(error).__name__}"] += 1
        return None
    seen.seconds[kind].append(time.perf_counter() - began)
    if answer.status_code != 200:
        seen.failed[f"{kind}: status {answer.status_code}"] += 1
        return None
    return answer


def publish_one(home: str) -> None:
    """Take a few changed records in, and publish: in a process of its own, as a nightly run is."""
    redeliver(Path(home) / "extracts", _CHANGED, np.random.default_rng(int(time.time())))
    began = time.perf_counter()
    words = ["run", "--home", str(home), "--as-of", DAY.isoformat(), "--accept"]
    run = subprocess.run([sys.executable, "-c", _CLI, *words], check=False, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(run.stderr)
    print(f"a release was published meanwhile, by a run of {time.perf_counter() - began:.0f} s", flush=True)


def _print(seen: Seen, count: int, think: float, took: float, peak: int, *, publishing: bool) -> None:
    how = f"reading each page for {think:.0f} s" if think else "without reading"
    print(f"\n{count} officers at once, {how}, {took:.0f} s{'; a release was published' if publishing else ''}")
    print(f"{'':10s}{'asked':>8s}{'median, ms':>12s}{'95th of 100, ms':>17s}{'longest, ms':>13s}")
    for kind, seconds in seen.seconds.items():
        if seconds:
            in_order = sorted(1000 * s for s in seconds)
            p95 = in_order[min(len(in_order) - 1, int(0.95 * len(in_order)))]
            print(f"{kind:10s}{len(in_order):8,}{statistics.median(in_order):12.0f}{p95:17.0f}{in_order[-1]:13.0f}")
    print(f"failed: {', '.join(f'{what} ({n})' for what, n in seen.failed.items()) or 'none'}")
    print(f"searches that found nobody: {seen.nobody:,}")
    print(f"most memory of the server: {peak / 1e9:.2f} GB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
