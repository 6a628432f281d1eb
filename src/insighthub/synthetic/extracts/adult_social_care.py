"""Adult social care: events of the Client Level Data return, submissions stacked on each other.

Takes the world, gives the return with the names that the council's own copy holds: one row an event and submission, so
that an event reported in three quarters is there three times, its later reasons at odds with its first; gaps in NHS
numbers; a home-care agency's phone on many clients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.contacts import landlines
from insighthub.synthetic.entries import Clerk, resident_or_lately
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.mess import pick
from insighthub.synthetic.population import CARE_HOME, NEVER, Days, Index, World
from insighthub.synthetic.services import monthly_days
from insighthub.synthetic.writing import Text, blank, dates, mapped, objects, phones, plain

_EVENTS = ("Request", "Assessment", "Service", "Review")
_REASONS = (
    "Physical Support: Personal Care Support", "Physical Support: Access and Mobility", "Learning Disability Support",
    "Mental Health Support", "Support with Memory and Cognition", "Sensory Support: Support for Visual Impairment",
    "Social Support: Support to Carer",
)  # fmt: skip
_SERVICES = (
    ("Long Term Support: Community", "Home Support"), ("Long Term Support: Community", "Direct Payment"),
    ("Long Term Support: Residential Care", "Residential Care"), ("Short Term Support: ST-Max", "Reablement"),
    ("Carer Support: Direct to Carer", "Information and Advice"), ("Long Term Support: Nursing Care", "Nursing Care"),
)  # fmt: skip
_QUARTER = 91
_SHARES = cal.SHARES["adult_social_care"]


def adult_social_care(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each event."""
    rng = clerk.rng
    clients = choose_clients(world, clerk)
    clients = np.r_[clients, clients[rng.random(len(clients)) < _SHARES["two_ids"]]].astype(
        np.int32
    )  # on the system under two ids
    identity = write_clients(world, clerk, clients, clerk.confirmed(clients, oldest_years=6))
    # Events of each client over the months, and the submissions that each event went into.
    events = np.repeat(np.arange(len(clients)), 1 + rng.poisson(1.8, len(clients)))
    start = monthly_days(rng, len(events), trend=0.25, winter=0.10, today=world.today)
    start = np.minimum(start, np.minimum(world.people.left[clients[events]], world.today) - 1)
    return write_events(world, clerk, identity, events, start)


def choose_clients(world: World, clerk: Clerk) -> Index:
    """Return who is a client, or was one of late."""
    people = world.people
    age = world.age()
    hardship = world.households.hardship[people.household]
    in_home = world.households.kind[people.household] == CARE_HOME
    rate = np.where(age >= 65, 0.055 * 2.0 ** ((age - 65) / 7.5), 0.018) * np.exp(0.3 * hardship)
    rate = np.where(in_home, 0.9, np.minimum(rate, 0.6)) * (age >= 18) * cal.COVERAGE["adult_social_care"]
    return clerk.sample(resident_or_lately(world, 3.0, 0.9, clerk.rng), rate)


@dataclass(frozen=True)
class Clients:
    """Clients as the service knows them: one entry a client, the columns that all events of a client repeat."""

    person: Index
    dwelling: Index
    reason: NDArray[np.integer]
    columns: dict[str, Text]


def write_clients(world: World, clerk: Clerk, clients: Index, day: Days) -> Clients:
    """Write clients as they were known on a day."""
    rng, people = clerk.rng, world.people
    in_home = world.households.kind[people.household] == CARE_HOME
    dwelling = world.dwelling_at(clients, day)
    names = clerk.names(clients, day)
    births = clerk.births(clients, "%Y-%m-%d")
    phone = _phones(clerk, clients, day)
    lines = clerk.address_lines(dwelling, "flat_first")
    previous = mapped(world.texts[people.birth_family[clients]], plain)
    unchanged = people.birth_family[clients] == people.family[clients]
    reason = rng.choice(len(_REASONS), len(clients), p=[0.42, 0.16, 0.11, 0.12, 0.11, 0.03, 0.05])
    identity = {
        "LA_Person_Unique_Identifier": references(rng, len(clients), "ASC{:06d}", 100_000),
        "First_Name": names.given,
        "Last_Name": names.family,
        "Previous_Last_Name": blank(previous, unchanged | (rng.random(len(clients)) < 0.5)),
        "Date_of_Birth": births,
        "Gender": clerk.sexes(clients, "Female", "Male", "Unknown"),
        "Ethnicity": clerk.ethnicities(clients),
        "Date_of_Death": _deaths(world, clerk, clients),
        "Address_Line_1": lines[0],
        "Address_Line_2": lines[1],
        "Address_Line_3": lines[2],
        "Postcode": clerk.postcodes(dwelling),
        "Telephone": phone,
        "Accommodation_Status": np.where(in_home[clients], "Registered care home", "Settled mainstream housing").astype(
            object
        ),
        "Client_Type": np.where(rng.random(len(clients)) < 0.07, "Carer", "Service User").astype(object),
    }
    return Clients(clients, dwelling, reason, identity)


def write_events(
    world: World, clerk: Clerk, identity: Clients, events: NDArray[np.integer], start: NDArray[np.integer]
) -> Extract:
    """Write events, each with the submissions that it went into.

    events: by event, which of the clients it is of. start: by event, its first day.
    """
    rng, clients, dwelling = clerk.rng, identity.person, identity.dwelling
    lasts = rng.exponential(200, len(events)).astype(np.int64) + 3
    open_ended = rng.random(len(events)) < 0.35
    submissions = 1 + (rng.random(len(events)) < _SHARES["reported_again"]) + (rng.random(len(events)) < 0.25)
    row_event = np.repeat(np.arange(len(events)), submissions)
    nth = np.arange(len(row_event)) - np.repeat(np.cumsum(submissions) - submissions, submissions)
    row = events[row_event]
    n = len(row)
    period = (start[row_event] // _QUARTER + 1 + nth) * _QUARTER
    row_reason = np.where(
        (nth > 0) & (rng.random(n) < _SHARES["conflicting_reason"]),
        rng.integers(0, len(_REASONS), n),
        identity.reason[row],
    )
    kind = rng.choice(len(_EVENTS), len(events), p=[0.28, 0.2, 0.34, 0.18])[row_event]
    service = rng.choice(len(_SERVICES), len(events), p=[0.45, 0.15, 0.12, 0.14, 0.08, 0.06])[row_event]
    is_service = kind == 2
    references_ = references(rng, len(events), "EV{:07d}", 1_000_000)
    columns = {
        **{name: column[row] for name, column in identity.columns.items()},
        "NHS_Number": clerk.identifiers(world.contacts.nhs_number, clients[row]),
        "Event_Type": objects(list(_EVENTS))[kind],
        "Event_Reference": references_[row_event],
        "Event_Start_Date": dates(start[row_event], "%Y-%m-%d"),
        "Event_End_Date": blank(
            dates(np.minimum((start + lasts)[row_event], world.today), "%Y-%m-%d"),
            open_ended[row_event] & (nth == nth.max(initial=0)),
        ),
        "Service_Type": blank(objects([s[0] for s in _SERVICES])[service], ~is_service),
        "Service_Component": blank(objects([s[1] for s in _SERVICES])[service], ~is_service),
        "Primary_Support_Reason": objects(list(_REASONS))[row_reason],
        "Reporting_Period_End_Date": dates(period, "%Y-%m-%d"),
    }
    extract = Extract(
        "adult_social_care", columns, ("LA_Person_Unique_Identifier", "Event_Reference", "Reporting_Period_End_Date")
    )
    extract.names(np.arange(n), clients[row], births=columns["Date_of_Birth"], dwelling=dwelling[row])
    return extract


def _deaths(world: World, clerk: Clerk, clients: np.ndarray) -> np.ndarray:
    """Write dates of death, for most of those who have died."""
    died = world.people.died[clients]
    known = (died < world.today) & (clerk.rng.random(len(clients)) < 0.85)
    return blank(dates(np.where(died < NEVER, died, world.today), "%Y-%m-%d"), ~known)


def _phones(clerk: Clerk, clients: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Write phones: a client's own, or that of an agency or carer who looks after about ten of them."""
    rng, n = clerk.rng, len(clients)
    own = clerk.mobiles(clients, day)
    home = clerk.landlines(clients)
    out = np.where((own == "") | (rng.random(n) < 0.3), home, own).astype(object)
    cared_for = pick(rng, n, _SHARES["agency_phone"])
    agencies = phones(landlines(rng, max(1, len(cared_for) // 10)), np.zeros(max(1, len(cared_for) // 10), int))
    out[cared_for] = agencies[rng.integers(0, len(agencies), len(cared_for))]
    return out
