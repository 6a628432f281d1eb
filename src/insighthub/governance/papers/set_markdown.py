"""Sets a paper as Markdown, which anybody can go on writing in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from insighthub.governance.papers.document import Block, Bullets, Document, Paragraph, Picture, Section

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|])")


def markdown(paper: Document) -> str:
    """Return a paper as Markdown."""
    stamp = [f"- {_plain(name)}: {_plain(value)}" for name, value in paper.stamp]
    parts = [f"# {_plain(paper.title)}", "\n".join(stamp), *map(_plain, paper.lead)]
    for section in paper.sections:
        parts += _section(section, 2)
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * min(level, 6)} {_plain(section.title)}"
    for block in section.blocks:
        yield _block(block)
    for inner in section.sections:
        yield from _section(inner, level + 1)


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return _plain(block.text)
    if isinstance(block, Bullets):
        return "\n".join(f"- {_plain(item)}" for item in block.items)
    if isinstance(block, Picture):
        return f"{_plain(block.caption)}: {_plain(block.words)}"
    if not block.rows:
        return f"{_plain(block.caption)}: none."
    lines = [block.header, tuple("---" for _ in block.header), *block.rows]
    said = ["| " + " | ".join(cell if n == 1 else _plain(cell) for cell in line) + " |" for n, line in enumerate(lines)]
    return f"{_plain(block.caption)}:\n\n" + "\n".join(said)


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
