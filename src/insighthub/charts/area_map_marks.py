"""What stands on a map beside its areas: patterns, marks of points, rings, and the key.

Takes places in pixels and words, gives pieces of SVG with plain attributes and no style of their own, as a strict
content policy wants it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from insighthub.charts.area_map_classes import MOST, SHADES
from insighthub.charts.area_map_shapes import ROOMY
from insighthub.charts.palette import AGAINST, FONT, FONT_SIZE, INK, PAGE, QUIET

#: Of a key's line, in pixels.
LINE = 22
_CHARACTER = 6.9
_SWATCH = 28

#: Names of the fills: of classes from the palest, of areas that are not shown, and of those without a value.
CLASSES = tuple(f"class-{shade}" for shade in range(MOST))
HIDDEN, NOTHING = "hidden", "nothing"
HIDDEN_WORDS, NOTHING_WORDS = "Not shown", "No data"

#: Shapes of marks, one a kind of point; ``{x}`` and ``{y}`` are the middle.
_SHAPES = (
    '<circle cx="{x:g}" cy="{y:g}" r="{r:g}"/>',
    '<rect x="{left:g}" y="{top:g}" width="{side:g}" height="{side:g}"/>',
    '<path d="M{x:g} {top:g}L{right:g} {bottom:g}L{left:g} {bottom:g}Z"/>',
    '<path d="M{x:g} {top:g}L{right:g} {y:g}L{x:g} {bottom:g}L{left:g} {y:g}Z"/>',
    '<path d="M{left:g} {top:g}L{right:g} {top:g}L{x:g} {bottom:g}Z"/>',
)
KINDS = len(_SHAPES)
_KIND_FILLS = (AGAINST, PAGE, INK, PAGE, AGAINST)

_DARK = SHADES[4]
_PLAIN = {**dict(zip(CLASSES, SHADES, strict=True)), HIDDEN: PAGE, NOTHING: PAGE}
_MARKS = {
    "class-1": f'<circle cx="4" cy="4" r="0.9" fill="{_DARK}"/>',
    "class-2": f'<path d="M0 4H8" stroke="{_DARK}" stroke-width="0.8"/>',
    "class-3": f'<path d="M2 0V8M6 0V8" stroke="{_DARK}" stroke-width="1.1"/>',
    HIDDEN: f'<path d="M-2 2L2 -2M0 8L8 0M6 10L10 6" stroke="{QUIET}" stroke-width="1.4"/>',
    NOTHING: f'<path d="M2 2L6 6M6 2L2 6" stroke="{QUIET}" stroke-width="1"/>',
}


@dataclass(frozen=True)
class KeyLine:
    """One line of the key: a swatch or mark as SVG around (0, 0), and its words."""

    mark: str
    words: str


def patterns(prefix: str) -> str:
    """Return the definitions of the marks; identifiers begin with the prefix, to be unique in a page.

    Marks lie on a plain fill and have none of their own: where a tile of a fill ends, printers leave a seam.
    """
    return f"<defs>{''.join(_pattern(prefix + name, mark) for name, mark in _MARKS.items())}</defs>"


def fills(name: str, prefix: str) -> tuple[str, ...]:
    """Return what a class, or a hidden area, is filled with, one over the other: a colour, and its marks if any."""
    return (_PLAIN[name], f"url(#{prefix}{name})") if name in _MARKS else (_PLAIN[name],)


def filled(fill: str, shapes: Sequence[tuple[str, str]], prefix: str, edge: str = "") -> str:
    """Return shapes of one fill: their colour, and over it the marks if there are any.

    Args:
        fill: its name.
        shapes: the identifier and the path of each.
        prefix: of the identifiers of ``patterns``.
        edge: attributes that draw a line around each.
    """
    colour, *marks = fills(fill, prefix)
    drawn = "".join(f'<path id="{name}" d="{path}"/>' for name, path in shapes)
    again = "".join(f'<use href="#{name}"/>' for name, _ in shapes)
    over = "".join(f'<g fill="{mark}">{again}</g>' for mark in marks)
    return f'<g fill="{colour}"{edge}>{drawn}</g>{over}'


def _pattern(name: str, inner: str) -> str:
    return f'<pattern id={quoteattr(name)} width="8" height="8" patternUnits="userSpaceOnUse">{inner}</pattern>'


def swatch(name: str, prefix: str) -> str:
    """Return a key's swatch of a class, or of hidden areas."""
    box = f'x="{-(_SWATCH - 4) / 2:g}" y="-7.5" width="{_SWATCH - 4}" height="15"'
    return "".join(f'<rect {box} fill="{fill}" stroke="{QUIET}"/>' for fill in fills(name, prefix))


def point_mark(kind: int, x: float, y: float, radius: float) -> str:
    """Return the mark of a kind of point, with a pale line around it so that it shows on every shade."""
    r = radius
    shape = _SHAPES[kind].format(x=x, y=y, r=r, left=x - r, right=x + r, top=y - r, bottom=y + r, side=2 * r)
    halo = f'<g fill="{PAGE}" stroke="{PAGE}" stroke-width="4">{shape}</g>'
    return halo + f'<g fill="{_KIND_FILLS[kind]}" stroke="{INK}" stroke-width="1.4">{shape}</g>'


def ring_mark(x: float, y: float, radius: float) -> str:
    """Return a ring with its middle: a dark broken line on a pale whole one."""
    middle = f"M{x - 5:g} {y:g}H{x + 5:g}M{x:g} {y - 5:g}V{y + 5:g}"
    circle = f'cx="{x:g}" cy="{y:g}" r="{radius:g}"'
    pale = f'<g fill="none" stroke="{PAGE}" stroke-width="5"><circle {circle}/><path d="{middle}"/></g>'
    dark = f'<circle {circle} stroke-dasharray="7 3"/><path d="{middle}"/>'
    return f'{pale}<g fill="none" stroke="{INK}" stroke-width="2.2">{dark}</g>'


def key(lines: Sequence[KeyLine], heading: str, top: float, width: int) -> tuple[str, float]:
    """Lay out a key under a map, in as many columns as there is room for.

    Returns:
        The SVG, and how far down it reaches.
    """
    at = top + LINE * 0.7
    pieces = []
    for part in textwrap.wrap(heading, max(12, int(width / _CHARACTER))):
        pieces.append(_text(2, at, part, bold=True))
        at += LINE * 0.85
    columns = 2 if width >= ROOMY else 1
    wide = width / columns
    # The classes stay together in the first column.
    rows = max(MOST, -(-len(lines) // columns)) if columns > 1 else len(lines)
    bottom = at
    for column in range(columns):
        down = at
        for line in lines[column * rows : (column + 1) * rows]:
            left = column * wide
            pieces.append(f'<g transform="translate({left + _SWATCH / 2:g} {down:g})">{line.mark}</g>')
            for words in textwrap.wrap(line.words, max(8, int((wide - _SWATCH - 10) / _CHARACTER))):
                pieces.append(_text(left + _SWATCH + 6, down, words))
                down += LINE
        bottom = max(bottom, down)
    return "".join(pieces), bottom


def small_print(words: str, top: float, width: int) -> tuple[str, float]:
    """Write a note, such as whose data the boundaries are; return it and how far down it reaches."""
    lines = textwrap.wrap(words, max(12, int(width / _CHARACTER * 1.15)))
    at = [top + LINE * 0.75 * i for i in range(len(lines))]
    pieces = [_text(2, down, line, small=True) for down, line in zip(at, lines, strict=True)]
    return "".join(pieces), top + LINE * 0.75 * len(lines)


def bar(length: float, words: str, top: float) -> str:
    """Return a scale bar."""
    line = (
        f'<path d="M2 {top - 5:g}V{top:g}H{2 + length:g}V{top - 5:g}" fill="none" stroke="{INK}" stroke-width="1.5"/>'
    )
    return line + _text(length + 10, top - 3, f"{words}; north is up", small=True)


def _text(x: float, y: float, words: str, *, bold: bool = False, small: bool = False) -> str:
    size = FONT_SIZE - 2 if small else FONT_SIZE
    weight = ' font-weight="bold"' if bold else ""
    font = f'font-family="{FONT}" font-size="{size}" fill="{INK}"'
    return f'<text x="{x:g}" y="{y:g}" dy="0.35em" {font}{weight}>{escape(words)}</text>'
