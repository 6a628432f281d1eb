"""How long work tells its watcher where it stands, without knowing whether anybody watches.

Takes calls from every stage; the command line gives an implementation that draws bars, tests and the
Python API give none.
"""

from typing import Protocol


class Progress(Protocol):
    """Hears of stages as they begin and move on."""

    def stage(self, name: str) -> None:
        """A new stage begins, and the one before it is done."""

    def advance(self, done: int, total: int) -> None:
        """Within the stage, ``done`` of ``total`` units are finished."""


class Silent:
    """A watcher that draws nothing."""

    def stage(self, name: str) -> None:
        """Ignore the stage."""

    def advance(self, done: int, total: int) -> None:
        """Ignore the step."""
