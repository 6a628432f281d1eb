"""Example contracts, one for every data set that a council is likely to hold.

Takes nothing, gives the text of each example: what ``insighthub init`` writes for an officer to edit, and what the
fictional borough's own contract is put together from, so that the two can never differ.
"""

from importlib import resources

EXAMPLES = (
    "council_tax",
    "benefits",
    "housing_rents",
    "adult_social_care",
    "childrens_social_care",
    "school_pupils",
    "school_admissions",
    "homelessness",
    "electoral_register",
    "parking_permits",
    "freedom_pass",
    "blue_badge",
    "libraries",
    "antisocial_behaviour",
    "licensed_premises",
)


def example_text(name: str) -> str:
    """Return one example contract as text.

    Raises:
        KeyError: there is no example of that name.
    """
    if name not in EXAMPLES:
        raise KeyError(name)
    return resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
