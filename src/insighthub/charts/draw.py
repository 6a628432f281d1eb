"""From a specification to SVG that can stand inside a page.

Takes a figure, gives its drawing twice: wide for a desktop, narrow for a phone or 400% zoom, where a shrunken chart
would not be readable. Drawn by vl-convert in this process: no browser, no script in the page, and no request to
any host.
"""

from dataclasses import dataclass
from xml.etree import ElementTree

import vl_convert
from altair.utils.schemapi import debug_mode

from insighthub.charts.figure import Figure, Specification

#: Widths in CSS pixels. 288 is a 320-pixel screen less its margins, which is 1,280 pixels at 400% zoom.
WIDE, NARROW = 720, 288

_SVG = "http://www.w3.org/2000/svg"
ElementTree.register_namespace("", _SVG)


@dataclass(frozen=True)
class Drawing:
    """A chart as two pieces of SVG."""

    wide: str
    narrow: str


def draw(figure: Figure) -> Drawing | None:
    """Draw a figure, or return None where the figure is its table."""
    if figure.specification is None:
        return None
    return Drawing(
        wide=_svg(figure.specification, WIDE, figure.key, "wide"),
        narrow=_svg(figure.specification, NARROW, figure.key, "narrow"),
    )


def _svg(specification: Specification, width: int, key: str, form: str) -> str:
    # Altair checks every part of a specification as it is put together, which takes longer than drawing it. The forms
    # are fixed, and the tests build them all with the checks on.
    with debug_mode(False):
        built = specification(width)
    text = vl_convert.vegalite_to_svg(built, allowed_base_urls=[])
    # The text is our own renderer's output from a checked specification, not something delivered.
    root = ElementTree.fromstring(text)  # noqa: S314
    prefix = f"{key}-{form}-"
    for element in root.iter():
        for name in [a for a in element.attrib if a.startswith("aria-") or a == "role"]:
            del element.attrib[name]
        # Identifiers of clip paths repeat from drawing to drawing, and must be unique in the page.
        if "id" in element.attrib:
            element.attrib["id"] = prefix + element.attrib["id"]
        for name, value in element.attrib.items():
            if value.startswith("url(#"):
                element.attrib[name] = value.replace("url(#", f"url(#{prefix}")
    root.attrib["class"] = form
    root.attrib["role"] = "img"
    root.attrib["focusable"] = "false"
    root.attrib["aria-labelledby"] = f"{key}-title"
    root.attrib["aria-describedby"] = f"{key}-summary"
    return ElementTree.tostring(root, encoding="unicode")
