"""How a number is written for a reader: 1,234, 93.4%, +6.3, 0.9341.

Takes a number, gives text. A share or a score is never rounded up to all or down to nothing: 99.99% is not
"100.0%", since the last one in ten thousand is a person.
"""

import math

#: Written where there is no number to write.
NOTHING = "–"


def _missing(value: float | None) -> bool:
    return value is None or math.isnan(value)


def count(value: float | None) -> str:
    """Write a whole number with commas at the thousands."""
    return NOTHING if value is None or _missing(value) else f"{round(value):,}"


def share(value: float | None, places: int = 1) -> str:
    """Write a share between 0 and 1 as a percentage."""
    if value is None or _missing(value):
        return NOTHING
    step = 10.0**-places
    percent = value * 100
    if 0 < percent < step / 2:
        return f"<{step:.{places}f}%"
    if 100 - step / 2 <= percent < 100:
        return f">{100 - step:.{places}f}%"
    return f"{percent:.{places}f}%"


def score(value: float | None) -> str:
    """Write a precision, recall or F1 with four decimals."""
    if value is None or _missing(value):
        return NOTHING
    if 0.99995 <= value < 1:
        return ">0.9999"
    return f"{value:.4f}"


def bits(value: float | None) -> str:
    """Write a weight in bits with its sign, and a true minus."""
    if value is None or _missing(value):
        return NOTHING
    shown = f"{abs(value):.1f}"
    if shown == "0.0":
        return "0.0"
    return f"+{shown}" if value > 0 else f"−{shown}"


def seconds(value: float | None) -> str:
    """Write a time in seconds with one decimal."""
    return NOTHING if value is None or _missing(value) else f"{value:,.1f}"


def number(value: float | None) -> str:
    """Write a number of any size with three figures that count, and whole thousands in full: 0.0123, 25.3, 1,234."""
    if value is None or _missing(value):
        return NOTHING
    size = abs(value)
    places = 0 if size == 0 or size >= 100 else min(8, 2 - math.floor(math.log10(size)))
    shown = f"{size:,.{places}f}"
    return f"−{shown}" if value < 0 and shown.strip("0.,") else shown


def of(number: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: "1 person", "1,234 people"."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"
