"""Altair, which is loaded when something is first drawn with it: most commands draw nothing."""

from typing import TYPE_CHECKING

from insighthub.later import later

if TYPE_CHECKING:
    import altair as alt
else:
    alt = later("altair")

__all__ = ["alt"]
