"""A map of densities: which ground falls into which class, what its table says, what is hidden, and how small it is."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from shapely.geometry import box

from insighthub.charts import Ground, MapPoint, Surface, density_map, draw
from insighthub.charts.area_map_marks import HIDDEN_WORDS
from insighthub.charts.density_map import by_area, round_limits
from insighthub.charts.density_map_shapes import reaching
from insighthub.charts.fragment import fragment
from insighthub.errors import DataError

SVG = "{http://www.w3.org/2000/svg}"
WEST, SOUTH, SIDE = 540_000, 180_000, 100


def ground(column, *, hidden=False, name=None):
    left = WEST + 1000 * column
    return Ground(f"E0{column}", name or f"Area {column}", box(left, SOUTH, left + 1000, SOUTH + 1000), hidden)


def surface(values):
    return Surface(WEST, SOUTH, SIDE, np.asarray(values, float))


AREAS = [ground(0), ground(1), ground(2)]
RISING = surface(np.tile(np.arange(30.0), (10, 1)))  # a column of cells has one density


def made(areas=AREAS, values=RISING, **given):
    return density_map(areas, values, **{"title": "Dense in the east", "unit": "shops per square kilometre", **given})


def drawn(figure, form="wide"):
    return ElementTree.fromstring(getattr(draw([figure])[figure.key], form))


def test_the_table_has_the_mean_the_highest_and_the_rank_of_each_area():
    assert [row[2:] for row in made().table.rows] == [(4.5, 9.0, 3), (14.5, 19.0, 2), (24.5, 29.0, 1)]


def test_all_ground_of_a_class_or_a_higher_one_is_one_shape_without_seams():
    high, higher = reaching(RISING, [10, 25])
    spread = SIDE  # beside the grid, for the drawing's edge
    assert high.equals(box(WEST + 1000, SOUTH, WEST + 3000, SOUTH + 1000))
    assert higher.bounds == (WEST + 2500, SOUTH, WEST + 3000, SOUTH + 1000)
    assert len(high.exterior.coords) == 5
    lone = np.full((5, 5), np.nan)
    lone[2, 2] = 7
    assert reaching(surface(lone), [7])[0].area == (3 * spread) ** 2


def test_a_hole_in_a_class_is_left_open():
    values = np.full((10, 30), 8.0)
    values[4:6, 4:6] = 1.0
    (high,) = reaching(surface(values), [5])
    assert len(high.interiors) == 1
    assert high.area == pytest.approx(SIDE**2 * (300 - 4))


def test_limits_are_round_and_even_and_double_where_little_of_the_ground_is_high():
    assert round_limits(RISING) == [6, 12, 18, 24]
    few = np.zeros((10, 30))
    few[3, 4:9] = [2, 9, 40.6, 9, 2]
    assert round_limits(surface(few)) == [2.5, 5, 10, 20]
    assert round_limits(surface(few / 1000)) == [0.0025, 0.005, 0.01, 0.02]
    assert round_limits(surface(np.zeros((3, 3)))) == []


def test_the_key_says_how_much_of_the_ground_each_class_has():
    words = ["".join(t.itertext()) for t in drawn(made(breaks=[15, 27])).iter(f"{SVG}text")]
    assert {"under 15.0 (50.0% of ground)", "15.0 to under 27.0 (40.0% of ground)"} <= set(words)
    assert "27.0 or more (10.0% of ground)" in words
    assert "Shops per square kilometre" in words


def test_an_area_that_may_not_be_shown_has_no_shade_no_numbers_and_moves_no_other():
    areas = [AREAS[0], AREAS[1], ground(2, hidden=True)]
    other = np.array(RISING.values)
    other[:, 20:] = 7777.25
    figure = made(areas)
    assert figure.table.rows[2] == ("Area 2", "E02", None, None, None)
    assert figure.table.rows[1][4] == 1
    assert draw([figure]) == draw([made(areas, surface(other))])
    assert figure.summary == made(areas, surface(other)).summary
    assert f"{HIDDEN_WORDS} (1 area)" in ["".join(t.itertext()) for t in drawn(figure).iter(f"{SVG}text")]
    assert by_area(areas, surface(other))[2].mean is None


def test_the_summary_says_where_it_is_high_and_how_much_of_the_ground():
    said = made(values=surface(np.where(np.arange(300).reshape(10, 30) % 30 < 15, 0.0, 8.0))).summary
    assert said.startswith("The density is highest in Area 1: 8.00 shops per square kilometre. On 50.0% of the ground")
    assert "on 50.0% there is nothing" in said
    assert made(summary="As it was written.").summary == "As it was written."


def test_ground_on_which_nothing_stands_is_pale_and_that_is_said():
    figure = made(values=surface(np.zeros((10, 30))))
    assert figure.summary == "Nothing stands on this ground."
    fills = [p.get("fill") for p in drawn(figure).iter(f"{SVG}path")]
    assert "#0f3f73" not in fills


def test_points_are_in_a_table_and_nothing_is_a_link():
    figure = made(points=[MapPoint(540_100, 180_100, "Shop", "A & B")])
    assert figure.more[0].rows == (("A & B", "Shop", "Area 0"),)
    root = drawn(figure)
    assert root.get("role") == "img"
    assert not list(root.iter(f"{SVG}a"))
    assert figure.links == 0


def test_no_script_no_style_and_identifiers_once():
    text = "".join(d.wide + d.narrow for d in draw([made(key="one"), made(key="two")]).values())
    assert not re.search(r"<script|<style|style=|onclick", text)
    identifiers = re.findall(r' id="([^"]+)"', text)
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(identifiers)
    assert "Dense in the east" in fragment("Map", [], lambda prefix: [made()])


def test_a_borough_in_cells_of_fifty_metres_stays_small():
    rows = columns = 120  # 36 square kilometres
    north, east = np.mgrid[0:rows, 0:columns] * 50.0
    values = 2 + np.sin(east / 200) * np.sin(north / 250) + np.sin((east + north) / 90)  # hills 300 metres apart
    corners = [(WEST + 600 * i, SOUTH + 600 * j) for i in range(10) for j in range(10)]
    areas = [Ground(f"{k}", f"{k}", box(x, y, x + 600, y + 600)) for k, (x, y) in enumerate(corners)]
    figure = density_map(areas, Surface(WEST, SOUTH, 50, values), title="Hills", unit="hills")
    found = draw([figure])["density"]
    assert max(len(found.wide), len(found.narrow)) < 300_000


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"areas": [Ground("X", "Nowhere", None)]}, "no area has a boundary"),
        ({"breaks": [3, 2]}, "limits between classes"),
        ({"points": [MapPoint(540_000, 180_000, str(i), "") for i in range(6)]}, "6 kinds of point"),
    ],
)
def test_what_cannot_be_drawn_is_said(given, what):
    with pytest.raises(DataError, match=what):
        made(**given)
