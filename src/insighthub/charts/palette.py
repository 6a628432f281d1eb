"""The colours and type of every chart and report page.

Each colour that carries meaning has a contrast of at least 3:1 with the page, each text colour at least 4.5:1 with
what is behind it (WCAG 2.2, 1.4.3 and 1.4.11); a test holds them to that.
"""

FONT = "Arial, Helvetica, sans-serif"
FONT_SIZE = 14

PAGE = "#ffffff"
INK = "#0b0c0c"
QUIET = "#505a5f"  # second text, axes
LINK = "#1a65a6"
FOCUS = "#ffdd00"
RULE = "#b1b4b6"  # lines that only part things

FOR = "#1d70b8"  # what speaks for a match, and the main series
AGAINST = "#a8440b"  # what speaks against
REST = "#c9ced1"  # the remainder of a whole: pale, so it is always drawn with a QUIET outline

#: Shades of a heat table from least to most, all under INK text.
HEAT = ("#ffffff", "#e3eef7", "#c6dcee", "#a8cae5", "#86b6db", "#66a3d2")


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2, definition of relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def heat_step(value: float, highest: float = 1.0) -> int:
    """Return which shade of ``HEAT`` a value takes: 0 for nothing at all, the last for the highest."""
    if not value > 0 or not highest > 0:
        return 0
    steps = len(HEAT) - 1
    return min(steps, 1 + int(steps * min(value / highest, 1.0) * 0.999999))
