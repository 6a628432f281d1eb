"""A figure: a finding as title, a summary in words, its table, and how it is drawn.

Takes what a report has found, gives one thing that a page can lay out. A figure is drawn as a chart, as a heat-shaded
matrix, or not at all, when its table is the figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from insighthub.charts.palette import heat_step
from insighthub.charts.table import Table
from insighthub.charts.vega import alt

#: Gives the specification of a drawing of that many pixels' width.
Specification = Callable[[int], "alt.LayerChart"]

#: Gives a drawing as SVG, for the name that its identifiers begin with (key and form) and a width in pixels.
Picture = Callable[[str, int], str]


@dataclass(frozen=True)
class MatrixCell:
    """One cell of a matrix: what it says and how darkly it is shaded (0 to 5)."""

    text: str
    shade: int


@dataclass(frozen=True)
class HeatMatrix:
    """A square of texts, shaded by a value. The first word of a row and of a column is its heading."""

    caption: str
    corner: str  # heading of the column of row headings
    headings: tuple[str, ...]
    cells: tuple[tuple[MatrixCell, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A finding with its evidence.

    Args:
        key: names the figure on the page and its CSV file; lower-case letters, digits and hyphens.
        title: the finding, as one sentence without a full stop.
        summary: what the drawing shows, for who does not see it.
        table: the numbers.
        specification: how to draw it, where it is a chart.
        matrix: how to lay it out, where it is a matrix.
        picture: how to draw it, where it draws itself, as a map does.
        links: how many links the drawing holds, which whoever uses a keyboard may want to skip.
        more: further tables of what the drawing shows.
    """

    key: str
    title: str
    summary: str
    table: Table
    specification: Specification | None = None
    matrix: HeatMatrix | None = None
    picture: Picture | None = None
    links: int = 0
    more: tuple[Table, ...] = ()


def heat_matrix(
    caption: str,
    corner: str,
    headings: tuple[str, ...],
    *,
    texts: list[list[str]],
    values: list[list[float | None]],
    highest: float | None = None,
) -> HeatMatrix:
    """Shade a square of texts by its values; a value of None is not shaded.

    Args:
        caption: the table's caption.
        corner: heading of the row headings.
        headings: one a row and a column.
        texts: rows by columns.
        values: rows by columns, what to shade by.
        highest: the value of the darkest shade; the largest value where it is not given.
    """
    known = [value for row in values for value in row if value is not None]
    top = highest if highest is not None else max(known, default=0.0)
    cells = tuple(
        tuple(
            MatrixCell(text, 0 if value is None else heat_step(value, top))
            for text, value in zip(text_row, value_row, strict=True)
        )
        for text_row, value_row in zip(texts, values, strict=True)
    )
    return HeatMatrix(caption, corner, headings, cells)
