"""Insight Hub links a council's people-based data sets into one index of residents."""

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load ``open_linkage`` when it is asked for: the version alone should not load the whole engine."""
    if name == "open_linkage":
        from insighthub.linkage.opened import open_linkage

        return open_linkage
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
