"""Who the residents are, in figures that passed disclosure control.

Takes a gate and a user, gives ``OurResidents``: charts with their tables, as far as one of the user's purposes may see
them. Of several purposes the one counts for which least is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from insighthub.accounts.users import User
from insighthub.charts import Figure
from insighthub.desk.gate import Gate
from insighthub.errors import MeasureError
from insighthub.governance.actions import Action
from insighthub.governance.disclosure import DisclosureSettings
from insighthub.governance.purposes import Purpose
from insighthub.population.people_figures import people_figures
from insighthub.population.read import Residents, read_residents
from insighthub.population.service_figures import service_figures


@dataclass(frozen=True)
class OurResidents:
    """Figures of residents, as somebody may see them.

    Attributes:
        as_of, run_id: the release.
        purpose: the title of the purpose that they are seen for.
        people: who lives here, who came and left.
        services: what services know, segments, and who is not reached.
        left_out: what this purpose may not see, in words.
    """

    as_of: date
    run_id: str
    purpose: str
    people: tuple[Figure, ...]
    services: tuple[Figure, ...]
    left_out: tuple[str, ...]


def our_residents(gate: Gate, user: User) -> OurResidents | None:
    """Return the figures of residents; None where the release has none, or no purpose of the user's may see any.

    Raises:
        Refused: the user may not see them.
        RunError: there is no release.
    """
    gate.require(user, Action.SEE_POPULATION)
    purposes = gate.hub.policy().purposes_of(user.roles, Action.SEE_POPULATION)
    with gate.hub.release() as db:
        found = _fullest(db, purposes, gate.hub.settings.disclosure)
    if found is None:
        return None
    purpose, seen = found
    with gate.noted(user, Action.SEE_POPULATION, purpose=purpose.name, detail={"release": seen.run_id}):
        return laid_out(seen, purpose)


def laid_out(seen: Residents, purpose: Purpose) -> OurResidents:
    """Return figures of residents as charts with their tables."""
    return OurResidents(
        as_of=seen.as_of,
        run_id=seen.run_id,
        purpose=purpose.title,
        people=tuple(people_figures(seen)),
        services=tuple(service_figures(seen)),
        left_out=seen.left_out,
    )


def _fullest(
    db: duckdb.DuckDBPyConnection, purposes: tuple[Purpose, ...], disclosure: DisclosureSettings
) -> tuple[Purpose, Residents] | None:
    found: tuple[Purpose, Residents] | None = None
    for purpose in purposes:
        try:
            seen = read_residents(db, purpose, disclosure)
        except MeasureError:
            return None
        if found is None or len(seen.left_out) < len(found[1].left_out):
            found = purpose, seen
    return found
