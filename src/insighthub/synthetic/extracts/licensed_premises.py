"""Licensed premises: places, not people.

Takes the world, gives the licensing register's extract. Nobody is linked from it; it is there because the council has
it, and because the same streets must turn up in it.
"""

from __future__ import annotations

from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.population import World
from insighthub.synthetic.writing import blank, dates, objects

_TYPES = (
    "Premises licence",
    "Betting premises licence",
    "Adult gaming centre",
    "Club premises certificate",
    "Late night refreshment",
)
_OPERATORS = (
    "Anchor Inns Ltd", "Lucky Star Gaming Ltd", "BetRight Limited", "Corner Stores (UK) Ltd", "Golden Wok Ltd",
    "Eastmarsh Social Club", "Riverside Bars LLP", "Quickplay Leisure Ltd",
)  # fmt: skip


def licensed_premises(world: World, clerk: Clerk) -> Extract:
    """Return the extract; no row names a person."""
    rng = clerk.rng
    n = max(12, len(world.places) // 140)
    dwelling = rng.choice(len(world.places), n, replace=False)
    lines = clerk.address_lines(dwelling, "number_apart", short=0.4)
    granted = world.today - rng.integers(30, 7000, n)
    columns = {
        "licence_ref": references(rng, n, "LN/{:06d}", 10_000),
        "operator": objects(list(_OPERATORS))[rng.integers(0, len(_OPERATORS), n)],
        "premises_address": objects([", ".join(x for x in p if x) for p in zip(*lines, strict=True)]),
        "postcode": blank(clerk.postcodes(dwelling), rng.random(n) < 0.15),
        "licence_type": objects(list(_TYPES))[rng.choice(len(_TYPES), n, p=[0.62, 0.12, 0.05, 0.08, 0.13])],
        "status": objects(["Current", "Lapsed", "Surrendered", "Suspended"])[
            rng.choice(4, n, p=[0.84, 0.08, 0.06, 0.02])
        ],
        "date_granted": dates(granted),
    }
    return Extract("licensed_premises", columns, ("licence_ref",))
