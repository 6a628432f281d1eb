"""A small hub with a desk: residents of several sources, one of them hidden, one merged, and users of every role."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from insighthub.accounts.users import User, add_user
from insighthub.desk.desk import Desk
from insighthub.governance.policy import POLICY, default_policy_text
from insighthub.hub import Hub
from insighthub.residents.identify import Identified, IdentityChange
from insighthub.residents.identity import MERGED
from insighthub.residents.identity_state import GONE_BEFORE, keep_identities
from insighthub.residents.search import SearchSettings, build_search
from tests.unit.residents.release import AS_OF, touch
from tests.unit.residents.seen import release
from tests.unit.residents.written import dwelling, said

#: A Thursday morning in March, in the council's time too.
AT = datetime(2026, 3, 5, 9, 30)
ADA, BEN, CARA, DAN, EVE, OLD, GONE = "ADA", "BEN", "CARA", "DAN", "EVE", "OLD", "GONE"
RECORDS = [
    said(ADA, "benefits", given_name="ADA", family_name="STONE", date_of_birth="1980-05-06", mobile="+447911123456",
         nino="QQ123456C", facts=[("event", "claim", "2026-01-02", None)], **dwelling(9)),
    said(ADA, "libraries", given_name="ADA", family_name="FLINT", **dwelling(9)),
    said(BEN, "benefits", given_name="BEN", family_name="STONE", date_of_birth="1978-01-02", **dwelling(9)),
    said(CARA, "benefits", given_name="CARA", family_name="HOLM", date_of_birth="1990-02-03", **dwelling(12)),
    said(DAN, "libraries", given_name="DAN", family_name="MARSH", date_of_birth="1970-01-01", **dwelling(30)),
    said(EVE, "electoral_register", given_name="EVE", family_name="LANE", **dwelling(31)),
]  # fmt: skip
HIDDEN = (CARA,)
ROLES = ("officer", "senior_officer", "analyst", "ig_lead", "leader", "administrator")


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


def make_home(home: Path, policy: str | None = None) -> None:
    """Write a hub's folder with a published release."""
    (home / "models" / "m000001").mkdir(parents=True)
    (home / "models" / "m000001" / "model.json").write_text(json.dumps({"comparisons": []}), encoding="utf-8")
    (home / "releases").mkdir()
    (home / POLICY).write_text(default_policy_text() if policy is None else policy, encoding="utf-8")
    with release(RECORDS, hidden=HIDDEN) as db:
        touch(db)
        build_search(db, SearchSettings(), AS_OF)
        db.execute(f"ATTACH '{home / 'releases' / 'r000001.duckdb'}' AS made")
        db.execute("COPY FROM DATABASE memory TO made")
    (home / "current").write_text("r000001", encoding="ascii")


def keep_ids(hub: Hub) -> None:
    """Issue the ids of the release, with one that was merged, and one that is closed."""
    ids = (ADA, BEN, CARA, DAN, EVE, OLD, GONE)
    held = pa.Table.from_pylist(
        [
            {"source": r.source, "record_id": r.record_id, "person": r.person, "resident_id": r.resident}
            for r in RECORDS
        ],
        GONE_BEFORE,
    )
    nothing = held.slice(0, 0)
    with hub.state.write() as connection:
        for run_id, issued, closed, events, changed in (
            ("r000000", ids, (), (), held),
            ("r000001", (), (OLD, GONE), (IdentityChange(MERGED, OLD, ADA, 1, "one person"),), nothing),
        ):
            found = Identified(tuple(zip(issued, range(1, 8), strict=False)), closed, (), events, 0, 0)
            keep_identities(connection, run_id, found, changed=changed, left=nothing.select(GONE_BEFORE.names[:3]))


def make_users(hub: Hub) -> dict[str, User]:
    """Add a user of every role, by role."""
    with hub.state.write() as connection:
        return {
            role: add_user(
                connection, name=role.title(), email=f"{role}@council.example", roles=[role], known_roles=ROLES, at=AT
            )
            for role in ROLES
        }


def make_desk(home: Path, clock: Clock, policy: str | None = None) -> tuple[Desk, dict[str, User]]:
    """Make a hub in a new folder, and its desk."""
    make_home(home, policy)
    hub = Hub(home)
    keep_ids(hub)
    return Desk(hub, clock), make_users(hub)
