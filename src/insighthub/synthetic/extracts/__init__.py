"""The extracts of the fictional borough, one module a source.

Takes the world and a clerk with that source's habits, gives the source's extract. The order here is the order in
which they are made and listed.
"""

from __future__ import annotations

from collections.abc import Callable

from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.extracts.benefits import benefits
from insighthub.synthetic.extracts.council_tax import council_tax
from insighthub.synthetic.extracts.electoral_register import electoral_register
from insighthub.synthetic.extracts.housing_rents import housing_rents
from insighthub.synthetic.extracts.libraries import libraries
from insighthub.synthetic.extracts.school_pupils import school_pupils
from insighthub.synthetic.population import World

Make = Callable[[World, Clerk], Extract]

EXTRACTS: dict[str, Make] = {
    "council_tax": council_tax,
    "benefits": benefits,
    "housing_rents": housing_rents,
    "school_pupils": school_pupils,
    "electoral_register": electoral_register,
    "libraries": libraries,
}
