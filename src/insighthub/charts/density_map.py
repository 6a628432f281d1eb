"""A map of how densely things stand: a surface of square cells in few classes, with its key and its table.

Takes densities on a grid in metres, and areas to say where is where, gives a figure: the surface as SVG without
scripts, cut along the outline of the areas, which are drawn lightly over it; and a table of the mean and the highest
density of each area. Of an area that may not be shown, nothing is: it has no shade, no numbers and no rank,
and its cells are used for nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from insighthub.charts import numbers
from insighthub.charts.area_map_classes import MOST, Classes, classes
from insighthub.charts.area_map_marks import CLASSES, HIDDEN, HIDDEN_WORDS, KeyLine, filled, patterns, swatch
from insighthub.charts.area_map_picture import map_picture
from insighthub.charts.area_map_points import MapPoint, Ring, kinds_of, point_lines, points_drawn, points_table
from insighthub.charts.area_map_shapes import ROOMY, Frame, edges, frame, paths
from insighthub.charts.density_map_shapes import Surface, area_of_cells, reaching, stepped_path
from insighthub.charts.figure import Figure
from insighthub.charts.palette import PAGE, QUIET
from insighthub.charts.table import Column, table

__all__ = ["AreaDensity", "Ground", "Surface", "by_area", "density_map"]

#: Round numbers, in a power of ten: steps of one size between classes, and limits each twice the one before.
_EVEN, _DOUBLING = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0), (1.0, 2.0, 4.0, 8.0)
_TOO_MUCH = 0.9  # of the ground, in the lowest class


@dataclass(frozen=True)
class Ground:
    """One area under a surface: code, name, and polygon in metres; ``hidden`` where it may not be shown."""

    code: str
    name: str
    shape: Any
    hidden: bool = False


@dataclass(frozen=True)
class AreaDensity:
    """The density of one area.

    Args:
        code: of the area.
        name: of the area.
        mean: of the cells whose middle is in it; None where it has none, or may not be shown.
        highest: likewise.
        rank: by the mean, 1 the highest; None where there is no mean.
    """

    code: str
    name: str
    mean: float | None
    highest: float | None
    rank: int | None


@dataclass(frozen=True)
class _Map:
    areas: tuple[Ground, ...]
    surface: Surface
    classes: Classes
    heading: str
    points: tuple[MapPoint, ...]
    ring: Ring | None
    note: str

    def fill(self, number: int) -> str:
        """Return the fill of a class; where all is one class there is nothing to tell apart, and it is the palest."""
        return CLASSES[self.classes.shade(number) if len(self.classes) > 1 else 0]

    @property
    def hidden(self) -> list[Any]:
        return [a.shape for a in self.areas if a.hidden and a.shape is not None]


def density_map(
    areas: Sequence[Ground],
    surface: Surface,
    *,
    title: str,
    unit: str,
    summary: str = "",
    breaks: Sequence[float] | None = None,
    points: Sequence[MapPoint] = (),
    ring: Ring | None = None,
    key: str = "density",
    caption: str = "Density by area",
    note: str = "",
) -> Figure:
    """Return a map of densities as a figure, with its table.

    Args:
        areas: drawn and listed in this order; their outline cuts the surface.
        surface: the densities.
        title: the finding, as one sentence without a full stop.
        unit: what the densities are, such as "premises per square kilometre": heading of the key, and in the table.
        summary: what the map shows, for who does not see it; without it, where it is high and how much of the ground.
        breaks: limits between classes, rising, four at most; see ``round_limits`` for those that are taken without.
        points: premises and services, of five kinds at most.
        ring: a circle to draw.
        key: names the figure on the page and its CSV.
        caption: of the table.
        note: small print under the map.

    Raises:
        DataError: no area has a boundary, boundaries are in degrees, the limits of the classes do not rise, or there
            are more than five kinds of point.
    """
    kinds_of(points)
    surface = _shown(surface, areas)
    frame([area.shape for area in areas], ROOMY)  # a fault is said now, not when a page is laid out
    limits = classes(surface.known.tolist(), round_limits(surface) if breaks is None else breaks)
    drawn = _Map(tuple(areas), surface, limits, unit, tuple(points), ring, note)
    rows = by_area(areas, surface)
    columns = (
        Column("area", "Area"),
        Column("code", "Code"),
        Column("mean", f"Mean, {unit}", "number"),
        Column("highest", "Highest", "number"),
        Column("rank", "Rank of the mean, highest first", "count"),
    )
    return Figure(
        key,
        title,
        summary or in_words(rows, surface, unit),
        table(caption, columns, [(r.name, r.code, r.mean, r.highest, r.rank) for r in rows]),
        picture=lambda name, width: _svg(drawn, name, width),
        more=points_table(points, [(a.name, a.shape) for a in areas], ring),
    )


def by_area(areas: Sequence[Ground], surface: Surface) -> tuple[AreaDensity, ...]:
    """Return the density of each area, in the order given."""
    within, values = area_of_cells(surface, [area.shape for area in areas]), surface.known
    there = within >= 0
    count = np.bincount(within[there], minlength=len(areas))
    total = np.bincount(within[there], values[there], len(areas))
    most = np.full(len(areas), -np.inf)
    np.maximum.at(most, within[there], values[there])
    told = [n > 0 and not area.hidden for n, area in zip(count.tolist(), areas, strict=True)]
    mean = [float(total[k] / count[k]) if has else None for k, has in enumerate(told)]
    known = np.array([m for m in mean if m is not None])
    return tuple(
        AreaDensity(
            area.code,
            area.name,
            mine,
            None if mine is None else float(most[k]),
            None if mine is None else 1 + int((known > mine).sum()),
        )
        for k, (area, mine) in enumerate(zip(areas, mean, strict=True))
    )


def in_words(rows: Sequence[AreaDensity], surface: Surface, unit: str) -> str:
    """Say where a surface is high, and how much of the ground is."""
    known = [row for row in rows if row.highest is not None]
    top = max((row.highest or 0.0 for row in known), default=0.0)
    if not top > 0:
        return "Nothing stands on this ground."
    at = next(row for row in known if row.highest == top)
    values = surface.known
    half, none = float((values >= top / 2).mean()), float((values <= 0).mean())
    nowhere = f"; on {numbers.share(none)} there is nothing" if none else ""
    return (
        f"The density is highest in {at.name}: {numbers.number(top)} {unit}. "
        f"On {numbers.share(half)} of the ground it is half as high or higher{nowhere}."
    )


def round_limits(surface: Surface) -> list[float]:
    """Return four round limits between classes; none where all is nought.

    They are in even steps up to the highest density. Where that would leave nine tenths of the ground in the lowest
    class, as with shops that stand in a few clusters, each is twice the one before, up to half the highest.
    """
    top = float(surface.known.max(initial=0.0))
    if not top > 0:
        return []
    step = _round_down(top / (MOST - 1), _EVEN)
    if (surface.known < step).mean() < _TOO_MUCH:
        return [step * k for k in range(1, MOST)]
    most = _round_down(top / 2, _DOUBLING)
    return [most / 2 ** (MOST - 1 - k) for k in range(1, MOST)]


def _round_down(value: float, sizes: Sequence[float]) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return max((size for size in sizes if size * power <= value), default=sizes[0]) * power


def _shown(surface: Surface, areas: Sequence[Ground]) -> Surface:
    """Return the surface without the cells of areas that may not be shown."""
    within, values = area_of_cells(surface, [area.shape for area in areas]), surface.values.copy()
    hidden = np.array([area.hidden for area in areas])
    values[np.isfinite(values)] = np.where((within >= 0) & hidden[within], np.nan, surface.known)
    return replace(surface, values=values)


def _svg(drawn: _Map, name: str, width: int) -> str:
    place = frame(
        [area.shape for area in drawn.areas],
        width,
        None if drawn.ring is None else (drawn.ring.easting, drawn.ring.northing, drawn.ring.radius),
    )
    return map_picture(
        name,
        place,
        f'<g aria-hidden="true">{_ground(drawn, place, f"{name}-")}</g>',
        marks=points_drawn(drawn.points, drawn.ring, place, small=True),
        lines=[*_lines(drawn, f"{name}-"), *point_lines(drawn.points, drawn.ring)],
        heading=drawn.heading[:1].upper() + drawn.heading[1:],
        note=drawn.note,
    )


def _ground(drawn: _Map, place: Frame, prefix: str) -> str:
    outline, lines = edges([area.shape for area in drawn.areas], place)
    # The palest class is all the ground; each further one lies on those before it.
    shapes = [outline, *(stepped_path(shape, place) for shape in reaching(drawn.surface, drawn.classes.limits))]
    layers = [filled(drawn.fill(k), [(f"{prefix}{k}", shape)], prefix) for k, shape in enumerate(shapes)]
    if drawn.hidden:
        names = [(f"{prefix}hidden-{k}", shape) for k, shape in enumerate(paths(drawn.hidden, place))]
        layers.append(filled(HIDDEN, names, prefix))
    cut = f'<clipPath id="{prefix}ground" clip-rule="evenodd"><use href="#{prefix}0"/></clipPath>'
    # A pale line under a dark one is seen on every shade.
    pale, dark = (1.4, 0.5) if place.width >= ROOMY else (0.8, 0.3)
    borders = (
        f'<path d="{lines}" stroke="{PAGE}" stroke-width="{pale}" stroke-opacity="0.7"/>'
        f'<path d="{lines}" stroke="{QUIET}" stroke-width="{dark}"/>'
    )
    return (
        f'{patterns(prefix)}{cut}<g clip-path="url(#{prefix}ground)" fill-rule="evenodd">{"".join(layers)}</g>'
        f'<g fill="none" stroke-linejoin="round">{borders}</g>'
    )


def _lines(drawn: _Map, prefix: str) -> list[KeyLine]:
    values, found = drawn.surface.known, []
    if values.size:
        which = np.searchsorted(drawn.classes.limits, values, side="right")
        for number in range(len(drawn.classes)):
            share = numbers.share(float((which == number).mean()))
            words = f"{drawn.classes.label(number)} ({share} of ground)"
            found.append(KeyLine(swatch(drawn.fill(number), prefix), words))
    if drawn.hidden:
        found.append(KeyLine(swatch(HIDDEN, prefix), f"{HIDDEN_WORDS} ({numbers.of(len(drawn.hidden), 'area')})"))
    return found
