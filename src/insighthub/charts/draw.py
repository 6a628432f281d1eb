"""From a specification to SVG that can stand inside a page.

Takes figures, gives each drawing twice: wide for a desktop, narrow for a phone or 400% zoom, where a shrunken chart
would not be readable. Drawn by vl-convert in this process: no browser, no script in the page, and no request to
any host.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from insighthub.charts.figure import Figure, Specification
from insighthub.later import later

schemapi = later("altair.utils.schemapi")
vl_convert = later("vl_convert")

#: Widths in CSS pixels. 288 is a 320-pixel screen less its margins, which is 1,280 pixels at 400% zoom.
WIDE, NARROW = 720, 288

_SVG = "http://www.w3.org/2000/svg"
ElementTree.register_namespace("", _SVG)


@dataclass(frozen=True)
class Drawing:
    """A chart as two pieces of SVG."""

    wide: str
    narrow: str


def draw(figures: Iterable[Figure]) -> dict[str, Drawing]:
    """Draw the figures that are charts, by key."""
    kept = list(figures)
    pictures = {
        figure.key: Drawing(figure.picture(f"{figure.key}-wide", WIDE), figure.picture(f"{figure.key}-narrow", NARROW))
        for figure in kept
        if figure.picture is not None
    }
    # The renderer works outside Python's lock, so one specification is put together while the one before it is drawn.
    with ThreadPoolExecutor(max_workers=1) as renderer:
        pending = {
            figure.key: tuple(
                renderer.submit(_svg, _built(figure.specification, width), figure.key, form)
                for form, width in (("wide", WIDE), ("narrow", NARROW))
            )
            for figure in kept
            if figure.specification is not None
        }
        return pictures | {key: Drawing(wide.result(), narrow.result()) for key, (wide, narrow) in pending.items()}


def _built(specification: Specification, width: int) -> dict[str, Any]:
    # Altair checks every part of a specification as it is put together, which takes longer than drawing it. The forms
    # are fixed, and the tests build them all with the checks on.
    with schemapi.debug_mode(False):
        built: dict[str, Any] = specification(width).to_dict(validate=False)
        return built


def _svg(built: dict[str, Any], key: str, form: str) -> str:
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
