"""Sentences and tables in Markdown, for the pages that are written from the code."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Stands at the head of every page that is written from the code.
WRITTEN = "This page is written from the code by `make reference`."


def sentence(text: str | None) -> str:
    """Write a docstring or a note as sentences: a capital first, a full stop last, code in one kind of quote."""
    words = re.sub(r"\s+", " ", (text or "").replace("``", "`")).strip()
    if not words:
        return ""
    first = words if words.startswith("`") else words[0].upper() + words[1:]
    return first if first.endswith((".", "`:", ":")) else first + "."


def markdown_table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Lay out a table in Markdown."""
    cells = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells)
