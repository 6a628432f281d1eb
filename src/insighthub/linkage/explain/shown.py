"""An explanation as plain text, for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from insighthub.charts import Figure

WIDTH = 100


def as_text(title: str, paragraphs: Sequence[str], figures: Sequence[Figure]) -> str:
    """Lay out a title, paragraphs, and the table of each figure."""
    parts = [title, *(textwrap.fill(paragraph, WIDTH) for paragraph in paragraphs if paragraph)]
    parts += [f"{figure.title}\n\n{textwrap.indent(figure.table.text(), '  ')}" for figure in figures]
    return "\n\n".join(parts)
