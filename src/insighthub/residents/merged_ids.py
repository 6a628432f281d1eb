"""Which ids lead to a resident: their own, and every one that was merged into it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from insighthub.errors import RunError
from insighthub.residents.identity import MERGED
from insighthub.residents.identity_state import resolve
from insighthub.residents.ids import tidy_id
from insighthub.store.state_tables import identity_event


def id_now(connection: Connection, asked: str) -> str | None:
    """Return the id that stands for one that was asked for; None where there is none."""
    try:
        return resolve(connection, tidy_id(asked) or asked).resident_id
    except RunError:
        return None


def ids_of(connection: Connection, resident_id: str) -> tuple[str, ...]:
    """Return a resident's id, and those that lead to it now, in order."""
    found, look = {resident_id}, [resident_id]
    while look:
        query = select(identity_event.c.resident_id).where(
            identity_event.c.other_id.in_(look), identity_event.c.kind == MERGED
        )
        look = [one for one in connection.execute(query).scalars() if one not in found]
        found |= set(look)
    # An id that was merged, and opened again since, leads to itself.
    return tuple(sorted(one for one in found if one == resident_id or id_now(connection, one) == resident_id))
