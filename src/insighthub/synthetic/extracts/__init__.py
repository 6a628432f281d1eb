"""The extracts of the fictional borough, one module a source.

Takes the world and a clerk with that source's habits, gives the source's extract. The order here is the order in
which they are made and listed.
"""

from __future__ import annotations

from collections.abc import Callable

from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.extracts.adult_social_care import adult_social_care
from insighthub.synthetic.extracts.antisocial_behaviour import antisocial_behaviour
from insighthub.synthetic.extracts.benefits import benefits
from insighthub.synthetic.extracts.childrens_social_care import childrens_social_care
from insighthub.synthetic.extracts.council_tax import council_tax
from insighthub.synthetic.extracts.electoral_register import electoral_register
from insighthub.synthetic.extracts.homelessness import homelessness
from insighthub.synthetic.extracts.housing_rents import housing_rents
from insighthub.synthetic.extracts.libraries import libraries
from insighthub.synthetic.extracts.licensed_premises import licensed_premises
from insighthub.synthetic.extracts.parking_permits import parking_permits
from insighthub.synthetic.extracts.school_admissions import school_admissions
from insighthub.synthetic.extracts.school_pupils import school_pupils
from insighthub.synthetic.extracts.travel_concessions import blue_badge, freedom_pass
from insighthub.synthetic.population import World

Make = Callable[[World, Clerk], Extract]

EXTRACTS: dict[str, Make] = {
    "council_tax": council_tax,
    "benefits": benefits,
    "housing_rents": housing_rents,
    "adult_social_care": adult_social_care,
    "childrens_social_care": childrens_social_care,
    "school_pupils": school_pupils,
    "school_admissions": school_admissions,
    "homelessness": homelessness,
    "electoral_register": electoral_register,
    "parking_permits": parking_permits,
    "freedom_pass": freedom_pass,
    "blue_badge": blue_badge,
    "libraries": libraries,
    "antisocial_behaviour": antisocial_behaviour,
    "licensed_premises": licensed_premises,
}
