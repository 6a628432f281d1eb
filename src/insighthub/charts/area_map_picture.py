"""What every map is set in: the drawing itself, its scale bar, its key and its small print.

Takes pieces of SVG, gives the whole picture of a figure, without scripts and styles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from insighthub.charts.area_map_marks import KeyLine, bar, key, small_print
from insighthub.charts.area_map_shapes import Frame, scale_bar


def map_picture(
    name: str,
    place: Frame,
    ground: str,
    *,
    marks: str,
    lines: Sequence[KeyLine],
    heading: str,
    note: str = "",
    role: str = "img",
) -> str:
    """Return a map as SVG.

    Args:
        name: the figure's key and the form; begins identifiers.
        place: where metres fall on the drawing.
        ground: areas, or whatever is below.
        marks: what lies over them, and is told by the figure's tables.
        lines: of the key.
        heading: of the key.
        note: small print.
        role: what the drawing is to assistive technology.
    """
    figure, form = name.rsplit("-", 1)
    width, top = round(place.width), place.height + 14
    length, words = scale_bar(place)
    legend, bottom = key(lines, heading, top + 10, width)
    small, bottom = small_print(note, bottom + 4, width)
    height = math.ceil(bottom + 4)
    # The key says nothing that an area's own words and the tables do not, so it is not read out piece by piece.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{form} area-map" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="{role}" focusable="false" '
        f'aria-labelledby="{figure}-title" aria-describedby="{figure}-summary">'
        f'{ground}<g aria-hidden="true">{marks}{bar(length, words, top)}{legend}{small}</g></svg>'
    )
