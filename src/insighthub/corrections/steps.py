"""The life of a ticket: in which states it can be, and from which to which it can go.

    proposed -> sent -> accepted -> fixed        as it should be
                     -> refused                  the source keeps what it holds; not asked again while that is the same
    any that is open -> fixed                    the source has changed the record
                     -> withdrawn                the case is gone for another reason: the evidence changed
    fixed, withdrawn -> proposed                 the case is there again, just as it was

Who answered wrongly may answer again: accepted and refused change places. A refused ticket is never withdrawn: it is
the memory that the source was asked.
"""

from __future__ import annotations

PROPOSED, SENT, ACCEPTED, REFUSED, FIXED, WITHDRAWN = (
    "proposed",
    "sent",
    "accepted",
    "refused",
    "fixed",
    "withdrawn",
)

#: All states, in the order in which they are shown.
STATUSES = (PROPOSED, SENT, ACCEPTED, REFUSED, FIXED, WITHDRAWN)
#: Tickets that wait for somebody: the source's answer, or its next delivery.
OPEN = (PROPOSED, SENT, ACCEPTED)
CLOSED = (REFUSED, FIXED, WITHDRAWN)

#: Where a ticket can go from each state.
STEPS: dict[str, frozenset[str]] = {
    PROPOSED: frozenset({SENT, ACCEPTED, REFUSED, FIXED, WITHDRAWN}),
    SENT: frozenset({ACCEPTED, REFUSED, FIXED, WITHDRAWN}),
    ACCEPTED: frozenset({REFUSED, FIXED, WITHDRAWN}),
    REFUSED: frozenset({ACCEPTED}),
    FIXED: frozenset({PROPOSED}),
    WITHDRAWN: frozenset({PROPOSED}),
}


def may_go(before: str, after: str) -> bool:
    """Say whether a ticket can go from one state to another."""
    return after in STEPS.get(before, frozenset())
