"""The truth about each person: who is alive, who lives in the borough, where, and with whom.

Takes a world and a day, gives one row for every person who was ever in the borough's history, with a record somewhere
or with none. ``truth.parquet`` says who is behind a record; this says how that person lives, which is what an index of
residents must come to: how many they are, at which address each is now, who has died, who has left.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from insighthub.synthetic.population import CARE_HOME, HOSTEL, HOUSE_SHARE, NEVER, World

PEOPLE = pa.schema(
    [
        pa.field("entity_id", pa.string(), nullable=False),
        pa.field("alive", pa.bool_(), nullable=False),
        pa.field("lives_here", pa.bool_(), nullable=False),
        pa.field("uprn", pa.string()),  # of the dwelling they live in; none for who does not live in the borough
        pa.field("postcode", pa.string()),  # of that dwelling, as Royal Mail writes it
        pa.field("household_id", pa.string()),  # lived in, or lived in last, as in the truth of the records
        pa.field("household_kind", pa.string(), nullable=False),  # family, shared, hostel, care home
        pa.field("family_name", pa.string(), nullable=False),  # on the day, with its accents
        pa.field("date_of_birth", pa.date32(), nullable=False),
        pa.field("date_of_death", pa.date32()),
    ]
)


def entity_ids(person: np.ndarray) -> list[str]:
    """Return what the truth calls people, by row number of the world."""
    return [f"P{p:07d}" for p in person.tolist()]


def household_ids(household: np.ndarray) -> list[str]:
    """Return what the truth calls households, by row number of the world."""
    return [f"H{h:07d}" for h in household.tolist()]


def people_table(world: World) -> pa.Table:
    """Return the people who have been born, and how each lives on the world's day, as ``PEOPLE`` says."""
    day = world.today
    person = np.flatnonzero(world.people.born <= day)
    days = np.full(len(person), day)
    people, places = world.people, world.places
    household, died = people.household[person], people.died[person]
    kind = world.households.kind[household]
    here = (people.arrived[person] <= day) & (people.left[person] > day)
    dwelling = world.dwelling_at(person, days)
    words = np.select(
        [kind == CARE_HOME, kind == HOSTEL, kind == HOUSE_SHARE], ["care home", "hostel", "shared"], "family"
    )
    family = world.texts[world.family_at(person, days)]
    columns = {
        "entity_id": entity_ids(person),
        "alive": died > day,
        "lives_here": here,
        "uprn": pa.array([str(u) for u in places.uprn[dwelling].tolist()], pa.string(), mask=~here),
        "postcode": pa.array([places.postcodes[k] for k in places.postcode[dwelling]], pa.string(), mask=~here),
        "household_id": pa.array(household_ids(household), pa.string(), mask=kind >= HOSTEL),
        "household_kind": words.tolist(),
        "family_name": family.tolist(),
        "date_of_birth": pa.array(people.born[person].astype("datetime64[D]"), pa.date32()),
        "date_of_death": pa.array(
            np.where(died < NEVER, died, 0).astype("datetime64[D]"), pa.date32(), mask=died > day
        ),
    }
    return pa.table(columns, schema=PEOPLE)


__all__ = ["PEOPLE", "entity_ids", "household_ids", "people_table"]
