"""Example measures for the sources of the example contracts.

Takes nothing, gives the text of each file: what ``insighthub init`` writes into a hub's ``measures`` folder for an
officer to edit.
"""

from importlib import resources

EXAMPLES = ("money_and_homes", "children", "adults", "across_services")


def example_text(name: str) -> str:
    """Return one file of example measures as text.

    Raises:
        KeyError: there is no example of that name.
    """
    if name not in EXAMPLES:
        raise KeyError(name)
    return resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
