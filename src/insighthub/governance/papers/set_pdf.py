"""Sets a paper as PDF: tagged, to PDF/UA-1, so that a screen reader finds headings, lists and the heads of tables.

Typst sets it, from a template that is given the paper as JSON: the text of a paper is never read as markup. The same
paper gives the same file, whoever makes it and on whatever machine, as fonts come with Typst and the date is the
paper's own.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import typst

from insighthub.governance.papers.document import Block, Bullets, Document, Paragraph, Picture, Section, Table

_KINDS = {Paragraph: "paragraph", Bullets: "bullets", Table: "table", Picture: "picture"}
_TEMPLATE = b"""
#let paper = json(bytes(sys.inputs.paper))
#set document(title: paper.title, date: none)
#set text(lang: "en", region: "GB", size: 10pt)
#set page(paper: "a4", margin: 2cm, numbering: "1 of 1")
#set par(leading: 0.7em)
#set table(stroke: (x: none, y: 0.5pt + rgb("#b1b4b6")), inset: (x: 4pt, y: 5pt))
#show heading: set block(above: 1.6em, below: 0.9em)
#show figure.where(kind: table): set block(breakable: true)
#show figure.caption: it => block(sticky: true, width: 100%, align(left, strong(it.body)))
#set figure.caption(position: top)
#let soft(cell) = cell.replace(regex("(\\\\S{18})"), m => m.captures.at(0) + "\\u{200b}")
#let lines(rows) = rows.map(row => row.map(cell => text(size: 8.5pt, soft(cell)))).flatten()
#let tell(block) = {
  if block.kind == "paragraph" { par(block.text) }
  if block.kind == "bullets" { list(..block.items.map(item => [#item])) }
  if block.kind == "picture" {
    figure(
      kind: image, supplement: none, numbering: none, caption: block.caption,
      align(left, image(bytes(block.svg), format: "svg", alt: block.words, width: 80%)),
    )
  }
  if block.kind == "table" {
    if block.rows.len() == 0 { par(block.caption + ": none.") } else {
      figure(kind: table, supplement: none, numbering: none, caption: block.caption, align(left, table(
        columns: if block.widths.len() > 0 { block.widths.map(w => w * 1fr) } else { block.header.map(_ => 1fr) },
        table.header(..block.header.map(name => strong(name))),
        ..lines(block.rows),
      )))
    }
  }
}
#let part(section, level) = {
  heading(level: level, section.title)
  for block in section.blocks { tell(block) }
  for inner in section.sections { part(inner, level + 1) }
}
#heading(level: 1, paper.title)
#grid(
  columns: (auto, 1fr), column-gutter: 1.2em, row-gutter: 0.7em,
  ..paper.stamp.map(pair => (strong(pair.at(0) + ":"), soft(pair.at(1)))).flatten(),
)
#for each in paper.lead { par(each) }
#for each in paper.sections { part(each, 2) }
"""


def pdf(paper: Document) -> bytes:
    """Return a paper as PDF."""
    told = {
        "title": paper.title,
        "stamp": [list(pair) for pair in paper.stamp],
        "lead": list(paper.lead),
        "sections": [_section(section) for section in paper.sections],
    }
    made = typst.compile(
        _TEMPLATE, format="pdf", pdf_standards=["ua-1"], sys_inputs={"paper": json.dumps(told)}, timestamp=0
    )
    if not isinstance(made, bytes):
        raise TypeError("a paper is set as one file")
    return made


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "blocks": [_block(block) for block in section.blocks],
        "sections": [_section(inner) for inner in section.sections],
    }


def _block(block: Block) -> dict[str, Any]:
    return {"kind": _KINDS[type(block)], **asdict(block)}
