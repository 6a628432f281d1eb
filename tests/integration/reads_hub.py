"""Somebody who reads a hub while it is run, and while its runs are killed.

Takes a hub's home and what to do: ``hold`` opens the published release once and looks at it again and again; ``open``
opens whatever is published over and over, and looks whether it is whole. Says ``ready`` once it reads, and when its
standard input is closed gives one line of JSON: how often it looked, how many releases it saw, and the faults.
"""

import json
import select
import sys
from pathlib import Path

from sqlalchemy import text

from insighthub.config import load_settings
from insighthub.residents.checks import broken_rules
from insighthub.store.releases import Releases
from insighthub.store.state import State
from insighthub.store.tables import rows

PAUSE = 0.5  # seconds between two looks, so that the runs have the machine

#: All that the holder looks at: it must not change while it is held.
SEEN = (
    "SELECT count(*), bit_xor(hash(r)) FROM resident r",
    "SELECT count(*), bit_xor(hash(m)) FROM membership m",
    "SELECT count(*), bit_xor(hash(g)) FROM golden g",
    "SELECT count(*), bit_xor(hash(p)) FROM person_record p",
    "SELECT max(run_id) FROM run",
)


def seen(db):
    return [rows(db, query) for query in SEEN]


def faults_of(db, state):
    """Return what is wrong with a release that was just opened; the state knows every id in it."""
    found = list(broken_rules(db))
    here = {resident_id for (resident_id,) in rows(db, "SELECT resident_id FROM resident")}
    with state.read() as connection:
        known = set(connection.execute(text("SELECT resident_id FROM resident")).scalars())
        runs = set(connection.execute(text("SELECT run_id FROM run WHERE status = 'published'")).scalars())
    if not here <= known:
        found.append(f"{len(here - known)} ids of the release are not in the state")
    run_id = rows(db, "SELECT max(run_id) FROM run")[0][0]
    if run_id not in runs:
        found.append(f"{run_id} is published, and the state does not know of it")
    (records,), (members,) = (
        rows(db, query)[0] for query in ("SELECT sum(records) FROM resident", "SELECT count(*) FROM membership")
    )
    if records != members:
        found.append(f"residents count {records} records, and there are {members} memberships")
    return run_id, found


def main(home, what):
    home = Path(home)
    state, releases = State(load_settings(home).state_url(home)), Releases(home)
    looked, opened, faults = 0, set(), []
    held = releases.open() if what == "hold" else None
    first = seen(held) if held else None
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        looked += 1
        try:
            if held is not None:
                if seen(held) != first:
                    faults.append("what was held has changed")
                continue
            db = releases.open()
            run_id, found = faults_of(db, state)
            db.close()
            opened.add(run_id)
            faults += found
        except Exception as error:
            faults.append(f"{type(error).__name__}: {error}")
    state.close()
    print(json.dumps({"looked": looked, "opened": len(opened), "faults": sorted(set(faults))}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
