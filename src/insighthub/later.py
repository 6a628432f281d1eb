"""Libraries that take long to load, loaded when something of them is first used.

Every command loads the whole program, and most commands draw no chart and read no spreadsheet. Takes a name, gives what
stands for the module. It is loaded by the ordinary import, which threads may do at once.
"""

from __future__ import annotations

import importlib
from typing import Any


class _Later:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)


def later(name: str) -> Any:
    """Return what stands for a module; whoever asks it for anything loads the module.

    Raises:
        ModuleNotFoundError: there is no such module; when it is first used.
    """
    return _Later(name)
