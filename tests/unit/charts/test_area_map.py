"""A map says by words, links and a table what it shows by shades, and nothing of what is hidden."""

import re
from xml.etree import ElementTree

import pytest
import shapely

from insighthub.charts import MapArea, MapPoint, Ring, area_map, draw
from insighthub.errors import DataError

SVG = "{http://www.w3.org/2000/svg}"


def square(column, row, side=1000):
    return shapely.box(
        500_000 + column * side, 180_000 + row * side, 500_000 + (column + 1) * side, 180_000 + (row + 1) * side
    )


def areas(count=6):
    return [
        MapArea(f"F{n:08d}", f"Area {n}", square(n % 3, n // 3), 10.0 * n, f"{10 * n} per 1,000") for n in range(count)
    ]


def made(given, **more):
    return area_map(given, title="A finding", summary="What it shows", unit="per 1,000", **more)


def drawn(figure):
    drawing = draw([figure])[figure.key]
    return ElementTree.fromstring(drawing.wide), ElementTree.fromstring(drawing.narrow)


def test_each_area_is_a_link_that_says_its_name_its_value_in_words_and_its_rank():
    for svg in drawn(made(areas(), link=lambda code: f"/areas/{code}")):
        links = svg.findall(f".//{SVG}a")
        assert [link.get("href") for link in links] == [f"/areas/F{n:08d}" for n in range(6)]
        assert links[5].get("aria-label") == "Area 5: 50 per 1,000, rank 1 of 6"
        assert links[5].find(f"{SVG}title").text == "Area 5: 50 per 1,000, rank 1 of 6"
        assert svg.get("role") == "group"


def test_without_links_the_map_is_one_image_named_by_its_title():
    for svg in drawn(made(areas())):
        assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", "map-title")
        assert svg.findall(f".//{SVG}a") == []


def test_what_is_hidden_is_used_for_nothing():
    given = areas()
    secret = 987_654.0
    given[2] = MapArea("F00000002", "Area 2", given[2].shape, secret, "987,654 per 1,000", hidden=True)
    figure = made(given, link=lambda code: f"/areas/{code}")
    told = str(figure.table.rows) + "".join(ElementTree.tostring(svg, "unicode") for svg in drawn(figure))
    assert "987" not in told
    assert "654" not in told
    without = made([each for each in given if each.code != "F00000002"], link=lambda code: f"/areas/{code}")
    ranks = {row[1]: row[4] for row in figure.table.rows}
    assert ranks.pop("F00000002") is None
    assert ranks == {row[1]: row[4] for row in without.table.rows}


def test_an_area_without_a_figure_is_told_from_a_hidden_one():
    given = areas()
    given[0] = MapArea("F00000000", "Area 0", given[0].shape, None, "")
    given[1] = MapArea("F00000001", "Area 1", given[1].shape, 3.0, "3", hidden=True)
    words = [row[3] for row in made(given).table.rows]
    assert words[0] != words[1]
    wide, _ = drawn(made(given))
    fills = [path.get("fill") for path in wide.iter(f"{SVG}path") if str(path.get("fill")).startswith("url")]
    assert len({fills[0], fills[1], fills[5]}) == 3


def test_no_two_fills_differ_by_colour_alone():
    wide, _ = drawn(made(areas()))
    patterns = wide.findall(f".//{SVG}pattern")
    inside = [re.sub(r"(fill|stroke)=\"#[0-9a-fA-F]+\"", "", ElementTree.tostring(p, "unicode")) for p in patterns]
    assert len(patterns) >= 5
    assert len({re.sub(r"id=\"[^\"]*\"", "", text) for text in inside}) >= len(patterns) - 1


def test_points_and_a_ring_are_drawn_and_told_in_the_key():
    points = [MapPoint(500_500, 180_500, "betting shop", "A"), MapPoint(501_500, 180_500, "school", "B")]
    wide, _ = drawn(made(areas(), points=points, ring=Ring(500_500, 180_500, 400, "400 metres around the place")))
    text = " ".join(wide.itertext())
    assert "betting shop (1)" in text
    assert "school (1)" in text
    assert "400 metres around the place" in text
    pixels_a_metre = (float(wide.get("width")) - 4) / 3000
    assert any(abs(float(c.get("r")) - 400 * pixels_a_metre) < 1 for c in wide.iter(f"{SVG}circle"))


def test_both_forms_hold_no_script_and_ids_of_their_own():
    drawing = draw([made(areas(), link=lambda code: f"/areas/{code}")])["map"]
    ids = [set(re.findall(r'\bid="([^"]+)"', text)) for text in (drawing.wide, drawing.narrow)]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert "<script" not in drawing.wide + drawing.narrow


def test_names_are_text_and_never_markup():
    given = [MapArea("X<1>", "<b>&", square(0, 0), 1.0, '"quoted"'), *areas()]
    wide, _ = drawn(made(given, link=lambda code: f"/areas/{code}"))
    assert wide.find(f".//{SVG}a").get("aria-label").startswith('<b>&: "quoted"')


def test_maps_that_cannot_be_drawn_are_refused():
    with pytest.raises(DataError, match="given twice"):
        made(areas() + areas(1))
    with pytest.raises(DataError, match="no area has a boundary"):
        made([MapArea("A", "A", None, 1.0, "1")])
    with pytest.raises(DataError, match="in degrees"):
        made([MapArea("A", "A", shapely.box(0.0, 51.0, 0.1, 51.1), 1.0, "1")])
    with pytest.raises(DataError, match="kinds of point"):
        made(areas(), points=[MapPoint(500_500, 180_500, f"kind {n}", "A") for n in range(6)])
