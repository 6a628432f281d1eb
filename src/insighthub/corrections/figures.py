"""Figures of corrections: what became of tickets, how long it took, and how often nobody had to ask a resident again.

Takes the tickets of the state, gives counts by source and kind.

Asks avoided. An ask is a service asking a resident, or their family, for a fact about themselves. A fact is one field
of one resident (where they live, their name, that somebody has died); a service lacks it where a record of its own
has it not, or has it out of date, while another service holds it. Each such service, resident and field is one ask,
however many of its records are behind, for it asks once. It counts as

    avoided      once a correction of it was accepted or is fixed: the service had the fact without asking
    avoidable    while one is open, and none was accepted or fixed
    nothing      where all were refused or withdrawn: the service had it right, or nobody knew better

Duplicates and UPRNs are not asked of residents, and never count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from sqlalchemy import Connection, select

from insighthub.corrections.steps import ACCEPTED, FIXED, PROPOSED, REFUSED, SENT, WITHDRAWN
from insighthub.store.state_tables import correction


@dataclass(frozen=True)
class Outcome:
    """What figures look at in a ticket."""

    source: str
    record_id: str
    resident_id: str
    kind: str
    field: str
    status: str
    proposed_on: date
    closed_on: date | None
    avoids_asking: bool


@dataclass(frozen=True)
class Figures:
    """Figures of one source and kind; of all kinds or all sources where ``kind`` or ``source`` is None.

    Attributes:
        proposed, sent, accepted, refused, fixed, withdrawn: tickets that are so now.
        open: proposed, sent or accepted: waiting for an answer, or for the source's next delivery.
        records_corrected: records of which a ticket is fixed.
        median_days_to_fix: from the day on which it was proposed to that on which it was seen fixed; None: none is.
        asks_avoided, asks_avoidable: see the module.
    """

    source: str | None
    kind: str | None
    proposed: int
    sent: int
    accepted: int
    refused: int
    fixed: int
    withdrawn: int
    open: int
    records_corrected: int
    median_days_to_fix: float | None
    asks_avoided: int
    asks_avoidable: int


def read_figures(connection: Connection) -> list[Figures]:
    """Return the figures of everything, then of each source, then of each source and kind."""
    columns = [correction.c[name] for name in Outcome.__dataclass_fields__]
    return figures([Outcome(*row) for row in connection.execute(select(*columns))])


def figures(outcomes: Iterable[Outcome]) -> list[Figures]:
    """Return the figures of everything, then of each source, then of each source and kind, in order of names."""
    parts: dict[tuple[str | None, str | None], list[Outcome]] = {(None, None): []}
    for each in outcomes:
        for part in ((None, None), (each.source, None), (each.source, each.kind)):
            parts.setdefault(part, []).append(each)
    order = sorted(parts, key=lambda part: (part[1] is not None, part[0] or "", part[1] or ""))
    return [_figures(source, kind, parts[source, kind]) for source, kind in order]


def _figures(source: str | None, kind: str | None, outcomes: list[Outcome]) -> Figures:
    count = dict.fromkeys((PROPOSED, SENT, ACCEPTED, REFUSED, FIXED, WITHDRAWN), 0)
    for each in outcomes:
        count[each.status] += 1
    days = [(o.closed_on - o.proposed_on).days for o in outcomes if o.status == FIXED and o.closed_on is not None]
    avoided, avoidable = asks(outcomes)
    return Figures(
        source,
        kind,
        **count,
        open=count[PROPOSED] + count[SENT] + count[ACCEPTED],
        records_corrected=len({(o.source, o.record_id) for o in outcomes if o.status == FIXED}),
        median_days_to_fix=float(median(days)) if days else None,
        asks_avoided=avoided,
        asks_avoidable=avoidable,
    )


def asks(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """Return how many asks were avoided, and how many could be: each service, resident and field once."""
    avoided: set[tuple[str, str, str]] = set()
    waiting: set[tuple[str, str, str]] = set()
    for each in outcomes:
        ask = (each.source, each.resident_id, each.field)
        if each.avoids_asking and each.status in (ACCEPTED, FIXED):
            avoided.add(ask)
        elif each.avoids_asking and each.status in (PROPOSED, SENT):
            waiting.add(ask)
    return len(avoided), len(waiting - avoided)
