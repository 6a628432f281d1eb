"""The shipped example of services, needs and segments: a file for an officer to copy and edit.

Takes nothing, gives the text of the file.
"""

from importlib import resources


def example_text() -> str:
    """Return the example as TOML."""
    return resources.files(__name__).joinpath("residents.toml").read_text(encoding="utf-8")
