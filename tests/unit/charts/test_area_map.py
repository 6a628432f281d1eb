"""A map of areas: what it says without being seen, what it hides, and that it stands without scripts and styles."""

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from shapely.geometry import MultiPolygon, box

from insighthub.charts import MapArea, MapPoint, Ring, area_map, draw
from insighthub.charts.area_map_classes import SHADES, classes, fifths_by_rank
from insighthub.charts.area_map_shapes import frame, paths, scale_bar
from insighthub.charts.fragment import fragment
from insighthub.charts.numbers import number
from insighthub.charts.palette import FOCUS, INK, PAGE, contrast
from insighthub.errors import DataError
from insighthub.web.figures import KeptDrawings

APP = Path(__file__).parents[3] / "frontend" / "styles" / "app.scss"
SVG = "{http://www.w3.org/2000/svg}"


def square(place, value, *, hidden=False, name=None, shape=None):
    left = 540_000 + 500 * (place % 4)
    bottom = 180_000 + 500 * (place // 4)
    shape = box(left, bottom, left + 500, bottom + 500) if shape is None else shape
    words = "none" if value is None else f"{value:g} per 1,000"
    return MapArea(f"E0{place}", name or f"Area {place}", shape, value, words, hidden)


AREAS = [square(i, float(i * 10)) for i in range(10)] + [square(10, 7777.25, hidden=True), square(11, None)]


def made(areas=AREAS, **given):
    given = {"title": "High in the north", "summary": "Ten areas.", "unit": "Rate", **given}
    return area_map(areas, **given)


def drawn(figure):
    return ElementTree.fromstring(draw([figure])[figure.key].wide)


def test_each_area_is_a_link_that_says_its_name_value_and_rank():
    links = drawn(made(link=lambda code: f"/areas/{code}?a=1&b=2")).findall(f".//{SVG}a")
    assert [a.get("href") for a in links] == [f"/areas/E0{i}?a=1&b=2" for i in range(12)]
    assert links[9].get("aria-label") == "Area 9: 90 per 1,000, rank 1 of 10"
    assert links[0].get("aria-label") == "Area 0: 0 per 1,000, rank 10 of 10"
    assert links[10].get("aria-label") == "Area 10: Not shown"
    assert links[11].get("aria-label") == "Area 11: No data"
    assert all(a.find(f"{SVG}title").text == a.get("aria-label") for a in links)


def test_a_map_with_links_is_a_group_and_one_without_is_an_image():
    assert drawn(made(link=str)).get("role") == "group"
    plain = drawn(made())
    assert plain.get("role") == "img"
    assert not plain.findall(f".//{SVG}a")
    assert plain.get("aria-labelledby") == "map-title"


def test_an_area_that_is_focused_is_outlined_over_all_others_in_a_band_that_shows_on_any_shade():
    root = drawn(made(link=str))
    below, above = [e for e in root if e.tag == f"{SVG}g"][:2]
    assert below.get("aria-hidden") == "true"
    assert not list(below.iter(f"{SVG}a"))
    named = {f"#{p.get('id')}" for p in below.iter(f"{SVG}path")}
    assert len(above.findall(f"{SVG}a")) == len(named) == 12
    assert above.get("fill") == "none"
    for link in above:
        assert [use.get("class") for use in link.findall(f"{SVG}use")] == ["edge", "band"]
        assert {use.get("href") for use in link.findall(f"{SVG}use")} < named
    for shade in (*SHADES, PAGE):
        assert max(contrast(colour, shade) for colour in (INK, FOCUS)) >= 3
    for styles in (fragment("Map", [], lambda prefix: [made()]), APP.read_text(encoding="utf-8")):
        assert all(f".area-map a:{how} .{part}" in styles for how in ("focus", "hover") for part in ("edge", "band"))


def test_a_map_of_links_can_be_skipped_and_one_without_has_nothing_to_skip():
    page = fragment("Map", [], lambda prefix: [made(link=str)])
    assert page.index('<a class="skip" href="#map-table">Skip the map, which has 12 links</a>') < page.index("<svg")
    assert page.index('id="map-table"') > page.rindex("</svg>")
    assert 'class="skip"' not in fragment("Map", [], lambda prefix: [made()])


def test_what_stands_on_the_map_is_a_table_too():
    points = [
        MapPoint(540_250, 180_250, "Shop", "B"),
        MapPoint(540_750, 180_250, "Shop", "A"),
        MapPoint(530_000, 180_000, "School", "Far away", area="Next door"),
        MapPoint(530_000, 180_000, "Shop", "Nowhere"),
    ]
    (found,) = made(points=points).more
    assert found.rows == (
        ("Far away", "School", "Next door"),
        ("A", "Shop", "Area 1"),
        ("B", "Shop", "Area 0"),
        ("Nowhere", "Shop", None),
    )
    (found,) = made(points=points[:2], ring=Ring(540_750, 180_350, 400, "400 metres around")).more
    assert [row[2:] for row in found.rows] == [("Area 1", 100), ("Area 0", 510)]
    assert "What stands on the map" in fragment("Map", [], lambda prefix: [made(points=points)])
    assert made().more == ()


def test_a_hidden_value_is_nowhere_and_changes_nothing_that_is_shown():
    for way in ("quantile", "equal", [20, 40]):
        figure, other = (
            made([*AREAS[:10], square(10, value, hidden=True), AREAS[11]], breaks=way, link=str)
            for value in (7777.25, 33.0)
        )
        assert draw([figure]) == draw([other])
        assert figure.table == other.table
        page = fragment("Map", [], lambda prefix, figure=figure: [figure])
        assert "7777" not in page
        assert "7,777" not in page
    assert made().table.rows[10] == ("Area 10", "E010", None, "Not shown", None)


def test_a_limit_belongs_to_the_class_above_it():
    found = classes([0, 10, 20, 30], [10, 20])
    assert [found.of(v) for v in (0, 9.99, 10, 19.99, 20, 30)] == [0, 0, 1, 1, 2, 2]
    assert [found.label(i) for i in range(3)] == ["under 10.0", "10.0 to under 20.0", "20.0 or more"]
    assert [found.shade(i) for i in range(3)] == [0, 2, 4]


def test_quantiles_hold_as_many_areas_and_equal_widths_are_equal():
    values = [float(v**2) for v in range(50)]
    quantile = classes(values)
    assert [sum(quantile.of(v) == c for v in values) for c in range(5)] == [10] * 5
    assert classes([0.0, 100.0], "equal").limits == (20.0, 40.0, 60.0, 80.0)
    assert len(classes([4.0, 4.0, 4.0])) == 1
    assert classes([4.0, 4.0]).label(0) == "4.00"


def test_fifths_are_named_by_the_ranks_they_have():
    limits, labels = fifths_by_rank([float(v) for v in range(10)], range(10, 0, -1))
    assert labels == ["9 to 10", "7 to 8", "5 to 6", "3 to 4", "1 to 2"]
    words = ["".join(t.itertext()) for t in drawn(made(AREAS[:10], breaks=limits, labels=labels)).iter(f"{SVG}text")]
    assert "1 to 2" in " ".join(words)
    assert fifths_by_rank([1.0, 1.0, 1.0], [1, 1, 1]) == ([], ["1 to 1"])


def test_shades_stay_in_order_without_colour():
    assert all(contrast(one, other) >= 1.35 for one, other in pairwise(SHADES))
    fills = {g.get("fill") for g in drawn(made()).iter(f"{SVG}g")} - {None, "none"}
    assert set(SHADES) <= fills
    assert {f"url(#map-wide-{name})" for name in ("class-1", "class-2", "class-3", "hidden", "nothing")} <= fills


def test_every_pattern_of_a_class_differs():
    defined = drawn(made()).findall(f".//{SVG}pattern")
    inner = ["".join(ElementTree.tostring(e, encoding="unicode") for e in p) for p in defined]
    assert len(set(inner)) == len(inner) == 5
    assert all(inner)


def test_no_script_no_style_no_other_host_and_identifiers_once():
    figures = [made(key=key, link=lambda code: f"/{code}", note="Crown copyright") for key in ("one", "two")]
    text = "".join(d.wide + d.narrow for d in draw(figures).values())
    assert not re.search(r"<script|<style|style=|onclick|javascript:", text)
    assert set(re.findall(r"https?://[^\"]+", text)) == {"http://www.w3.org/2000/svg"}
    identifiers = re.findall(r' id="([^"]+)"', text)
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(identifiers)


def test_names_and_addresses_are_escaped():
    areas = [square(0, 1.0, name='<b>"A & B"</b>'), square(1, 2.0)]
    points = [MapPoint(540_100, 180_100, "Shop <1>", "J & Sons")]
    root = drawn(made(areas, points=points, link=lambda code: '"><script>' + code))
    assert root.find(f".//{SVG}a").get("aria-label").startswith('<b>"A & B"</b>: 1')
    assert not list(root.iter(f"{SVG}script"))


def test_points_have_a_shape_by_kind_and_the_ring_its_radius_in_metres():
    points = [MapPoint(540_250, 180_250, "Shop", "A"), MapPoint(541_000, 180_900, "School", "B")]
    root = drawn(made(points=points, ring=Ring(540_250, 180_250, 400, "400 metres around")))
    words = ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]
    assert {"Shop (1)", "School (1)", "400 metres around"} <= set(words)
    place = frame([a.shape for a in AREAS], 720, (540_250, 180_250, 400))
    assert round(400 * place.scale, 1) in [float(c.get("r")) for c in root.iter(f"{SVG}circle")]
    titles = [t.text for t in root.iter(f"{SVG}title")]
    assert {"Shop: A", "School: B"} <= set(titles)
    length, said = scale_bar(place)
    assert (said, round(length / place.scale)) == ("500 metres", 500)


def test_neighbours_share_their_boundary_after_it_is_simplified():
    wavy = [(540_500 + (i % 2) * 0.4, 180_000 + 5 * i) for i in range(101)]
    from shapely.geometry import Polygon

    left = Polygon([(540_000, 180_000), *wavy, (540_000, 180_500)])
    right = Polygon([(541_000, 180_000), *wavy, (541_000, 180_500)])
    one, other = paths([left, right], frame([left, right], 288))
    spots = [set(re.findall(r"[\d.]+ [\d.]+", path)) for path in (one, other)]
    assert len(spots[0]) < 10
    assert len(spots[0] & spots[1]) >= 2


def test_several_parts_holes_and_missing_boundaries():
    parts = MultiPolygon([box(540_000, 180_000, 540_400, 180_400), box(540_600, 180_000, 540_900, 180_400)])
    holed = box(541_000, 180_000, 542_000, 181_000).difference(box(541_200, 180_200, 541_800, 180_800))
    areas = [square(0, 1.0, shape=parts), square(1, 2.0, shape=holed), MapArea("X", "Nowhere", None, 3.0, "3")]
    figure = made(areas, link=str)
    root = drawn(figure)
    path = {f"#{p.get('id')}": p.get("d") for p in root.iter(f"{SVG}path") if p.get("id")}
    found = [path[a.find(f"{SVG}use").get("href")] for a in root.findall(f".//{SVG}a")]
    assert [path.count("Z") for path in found] == [2, 2]
    assert figure.links == 2
    assert [row[0] for row in figure.table.rows] == ["Area 0", "Area 1", "Nowhere"]


def test_a_map_on_which_nothing_may_be_shown_is_drawn():
    root = drawn(made([square(0, 5.0, hidden=True), square(1, None), square(2, float("nan"))]))
    words = ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]
    assert "Not shown (1 area)" in words
    assert "No data (2 areas)" in words


@pytest.mark.parametrize(
    ("areas", "given", "what"),
    [
        ([AREAS[0], AREAS[0]], {}, "given twice"),
        ([MapArea("X", "Nowhere", None, 3.0, "3")], {}, "no area has a boundary"),
        ([square(0, 1.0, shape=box(0.1, 51.5, 0.2, 51.6))], {}, "in degrees"),
        (AREAS, {"breaks": [3, 2]}, "limits between classes"),
        (AREAS, {"breaks": [1, 2, 3, 4, 5]}, "limits between classes"),
        (AREAS, {"points": [MapPoint(540_000, 180_000, str(i), "") for i in range(6)]}, "6 kinds of point"),
    ],
)
def test_what_cannot_be_drawn_is_said(areas, given, what):
    with pytest.raises(DataError, match=what):
        made(areas, **given)


def test_numbers_of_any_size_keep_three_figures():
    shown = [number(v) for v in (0, 0.01234, 2.5, 25.31, 253.1, 12345.6, -3.14159, None, float("nan"))]
    assert shown == ["0", "0.0123", "2.50", "25.3", "253", "12,346", "−3.14", "–", "–"]


def test_two_maps_that_differ_in_their_points_alone_are_not_taken_for_one():
    kept = KeptDrawings()
    one, other = (made(points=[MapPoint(540_250, 180_250, "Shop", name)]) for name in ("A", "B"))
    assert "Shop: A" in kept.drawn([one])[0].drawing.wide
    assert "Shop: B" in kept.drawn([other])[0].drawing.wide
