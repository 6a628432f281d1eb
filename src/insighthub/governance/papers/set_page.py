"""Sets a paper as a page: HTML that stands alone, loads nothing, and can be read with a screen reader or printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from insighthub.governance.papers.document import Block, Bullets, Document, Paragraph, Picture, Section

_STYLE = """
body { font: 1.1rem/1.5 Arial, Helvetica, sans-serif; color: #0b0c0c; background: #fff; margin: 0 auto; padding: 1rem;
       max-width: 60rem }
a { color: #1a5fa8 } a:focus { outline: 3px solid #0b0c0c; background: #ffdd00 }
h1 { font-size: 2rem } h2 { font-size: 1.5rem; margin-top: 2.5rem } h3, h4, h5 { font-size: 1.2rem; margin-top: 1.5rem }
dl.stamp { display: grid; grid-template-columns: max-content auto; gap: .2rem 1.5rem; border-left: 4px solid #505a5f;
           padding-left: 1rem } dl.stamp dt { font-weight: bold } dl.stamp dd { margin: 0; overflow-wrap: anywhere }
.table { overflow-x: auto } table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
caption { text-align: left; font-weight: bold; padding-bottom: .4rem }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #b1b4b6;
         overflow-wrap: break-word; min-width: 4rem }
p, li { overflow-wrap: anywhere }
figure { margin: 1rem 0 } figure svg { max-width: 100%; height: auto } figure svg.narrow { display: none }
@media (max-width: 40rem) { figure svg.wide:not(:only-of-type) { display: none } figure svg.narrow { display: block } }
 figcaption { font-weight: bold }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media print { body { max-width: none; font-size: 10pt } tr { break-inside: avoid } nav { display: none } }
"""


@dataclass(frozen=True)
class _Placed:
    """A section, the place by which it can be linked to, and its own sections, placed."""

    section: Section
    place: str
    inner: tuple[_Placed, ...]


def page(paper: Document) -> str:
    """Return a paper as HTML."""
    placed = _placed(paper.sections, set())
    links = "".join(f'<li><a href="#{each.place}">{escape(each.section.title)}</a></li>' for each in placed)
    body = "".join(part for each in placed for part in _section(each, 2))
    stamp = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in paper.stamp)
    lead = "".join(f"<p>{escape(text)}</p>" for text in paper.lead)
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(paper.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<main>\n<h1>{escape(paper.title)}</h1>\n<dl class="stamp">{stamp}</dl>\n{lead}\n'
        f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n{body}</main>\n</body>\n</html>\n'
    )


def _placed(sections: Sequence[Section], taken: set[str]) -> tuple[_Placed, ...]:
    """Give each section a place of its own; ``taken`` are those that others have."""
    out = []
    for section in sections:
        stem = re.sub(r"[^a-z0-9]+", "-", section.title.lower()).strip("-") or "section"
        place, n = stem, 1
        while place in taken:
            n += 1
            place = f"{stem}-{n}"
        taken.add(place)
        out.append(_Placed(section, place, _placed(section.sections, taken)))
    return tuple(out)


def _section(placed: _Placed, level: int) -> Iterator[str]:
    heading = f"h{min(level, 6)}"
    yield f'<{heading} id="{placed.place}">{escape(placed.section.title)}</{heading}>\n'
    for block in placed.section.blocks:
        yield _block(block)
    for inner in placed.inner:
        yield from _section(inner, level + 1)


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{escape(block.text)}</p>\n"
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in block.items) + "</ul>\n"
    if isinstance(block, Picture):
        words = f'<span class="unseen">{escape(block.words)}</span>'
        return f"<figure>{block.svg}{block.narrow}<figcaption>{escape(block.caption)}{words}</figcaption></figure>\n"
    if not block.rows:
        return f"<p>{escape(block.caption)}: none.</p>\n"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in block.header)
    lines = []
    for first, *rest in block.rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>')
    return (
        f'<div class="table" role="region" aria-label="{escape(block.caption)}" tabindex="0"><table>'
        f"<caption>{escape(block.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>\n"
    )
