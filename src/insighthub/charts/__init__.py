"""One place that draws: a specification gives SVG, a table and a text summary."""

from insighthub.charts.area_map import MapArea, MapPoint, Ring, area_map
from insighthub.charts.density_map import Ground, Surface, density_map
from insighthub.charts.draw import Drawing, draw
from insighthub.charts.figure import Figure, HeatMatrix
from insighthub.charts.table import Column, Table

__all__ = [
    "Column",
    "Drawing",
    "Figure",
    "Ground",
    "HeatMatrix",
    "MapArea",
    "MapPoint",
    "Ring",
    "Surface",
    "Table",
    "area_map",
    "density_map",
    "draw",
]
