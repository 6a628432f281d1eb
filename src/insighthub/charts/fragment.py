"""Figures as a piece of HTML that stands alone: what an object shows of itself in a notebook.

Takes a title, paragraphs and figures, gives HTML with its own style, without scripts, that asks no host for anything.
Everything that is not drawn here is escaped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from insighthub.charts import palette
from insighthub.charts.draw import draw
from insighthub.charts.figure import Figure


def environment(*packages: str) -> Environment:
    """Return the templates of these packages and of the charts."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in (*packages, "insighthub.charts")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fragment(title: str, paragraphs: Sequence[str], figures: Callable[[str], Sequence[Figure]]) -> str:
    """Return a title, paragraphs and figures as HTML.

    Args:
        title: what it is of.
        paragraphs: plain text.
        figures: gives the figures for a prefix of their keys, so that several fragments can stand in one notebook.
    """
    prefix = f"i{hashlib.sha256(' '.join((title, *paragraphs)).encode()).hexdigest()[:8]}-"
    made = figures(prefix)
    text = environment().get_template("fragment.html")
    return text.render(
        title=title, paragraphs=[p for p in paragraphs if p], figures=made, drawings=draw(made), palette=palette
    )
