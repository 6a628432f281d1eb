"""How few residents take how much of what the services note: the shares of those with the most contacts.

Takes ``contact`` (how many events each resident has in a year), gives shares in whole per cent, for the fixed parts of
residents in ``TOPS``. A contact is an event that a service noted (a request, a permit, a duty, a report), dated within
the year; what a service keeps as a status or an amount is none.

A share is told only where enough people are behind each step between two of them, and where no resident has so much of
a step's contacts that the share would be about that one: at most a half. A share that was told before and has moved by
no more than one per cent is told as before, so that two releases differ by much or by nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from insighthub.store.tables import rows

#: Parts of residents, those with the most contacts first.
TOPS = (0.01, 0.05, 0.10, 0.20, 0.50)
_MOST_OF_ONE = 0.5
_STEADY = 0.01
_CONTACTS = "SELECT contacts FROM contact ORDER BY contacts DESC"


@dataclass(frozen=True)
class Share:
    """The share of all contacts that a part of residents has; None where it is not told."""

    top: float
    share: float | None


def concentration(contacts: Sequence[int], threshold: int, before: Mapping[float, float | None]) -> tuple[Share, ...]:
    """Return the shares that may be told.

    Args:
        contacts: of each resident, in any order.
        threshold: how many residents must be behind each step.
        before: what the release before told, by part of residents.
    """
    ordered, total = sorted(contacts, reverse=True), sum(contacts)
    out: list[Share] = []
    end = 0
    for top in TOPS:
        following = math.ceil(top * len(ordered))
        step = ordered[end:following]
        behind = sum(1 for each in step if each)
        # A step without contacts tells that somebody has none, and must be of enough people as any other.
        enough = len(step) >= threshold and (behind >= threshold or behind == 0)
        if not total or not enough or (behind and step[0] > _MOST_OF_ONE * sum(step)):
            out.append(Share(top, None))
            continue  # the next step begins where this one did, so that it is not the difference of the two
        end = following
        taken = sum(ordered[:following])
        share = 1.0 if taken == total else min(round(taken / total, 2), 0.99)  # nearly all is not all
        old = before.get(top)
        out.append(Share(top, old if old is not None and abs(old - share) <= _STEADY + 1e-9 else share))
    return tuple(out)


def read_contacts(db: duckdb.DuckDBPyConnection) -> list[int]:
    """Return how many contacts each resident has."""
    return [int(count) for (count,) in rows(db, _CONTACTS)]
