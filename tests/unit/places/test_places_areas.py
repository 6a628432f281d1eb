"""Areas are read from GeoJSON and shapefiles, and a fault names the file, the feature and what to do."""

import json

import numpy as np
import pyproj
import pytest
import shapefile
import shapely

from insighthub.errors import DataError
from insighthub.places.areas import read_areas, write_areas
from tests.unit.places.squares import EAST, geojson, on_grid, squares

SQUARE = {"type": "Polygon", "coordinates": [[[0.1, 51.5], [0.11, 51.5], [0.11, 51.51], [0.1, 51.51], [0.1, 51.5]]]}
BOW_TIE = {"type": "Polygon", "coordinates": [[[0.1, 51.5], [0.11, 51.51], [0.11, 51.5], [0.1, 51.51], [0.1, 51.5]]]}


def refused(path, **told):
    with pytest.raises(DataError) as caught:
        read_areas(path, **told)
    assert caught.value.file == str(path)
    assert caught.value.remedy
    return str(caught.value)


def test_areas_on_the_grid_are_taken_as_they_are(tmp_path):
    areas = squares(3, 2)
    read = read_areas(on_grid(tmp_path / "areas.geojson", areas))
    assert len(read) == 6
    assert read.codes == areas.codes
    assert read.names == areas.names
    assert all(shapely.equals(read.shapes, areas.shapes))
    assert read.square_metres() == pytest.approx([10_000.0] * 6)
    assert read.centres()[0][:3] == pytest.approx([EAST + 50, EAST + 150, EAST + 250])
    assert read.rows(["A2", "nowhere"]).tolist() == [1, -1]


def test_what_is_written_is_in_degrees_and_comes_back_to_the_millimetre(tmp_path):
    areas = squares(3, 2)
    path = tmp_path / "areas.geojson"
    write_areas(path, areas)
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in whole
    longitude, latitude = whole["features"][0]["geometry"]["coordinates"][0][0]
    assert 0 < longitude < 0.2
    assert 51 < latitude < 52
    read = read_areas(path)
    assert (read.codes, read.names) == (areas.codes, areas.names)
    assert shapely.hausdorff_distance(read.shapes, areas.shapes).max() < 0.002
    # Neighbours keep the corners that they share, so nothing opens between them.
    assert shapely.union_all(read.shapes).area == pytest.approx(read.square_metres().sum(), abs=1e-6)


@pytest.mark.parametrize("described", [True, False])
def test_a_shapefile_is_in_what_is_said_of_it(tmp_path, described):
    areas = squares(2, 1)
    path = tmp_path / "wards.shp"
    with shapefile.Writer(str(path)) as writer:
        writer.field("WD22CD", "C", 9)
        writer.field("WD22NM", "C", 40)
        for code, name, shape in zip(areas.codes, areas.names, areas.shapes, strict=True):
            writer.shape(shapely.geometry.mapping(shape))
            writer.record(code, name)
    if described:
        path.with_suffix(".prj").write_text(pyproj.CRS("EPSG:27700").to_wkt("WKT1_ESRI"), encoding="utf-8")
        read = read_areas(path)
    else:
        assert "nothing says what the coordinates are in" in refused(path)
        read = read_areas(path, crs="EPSG:27700")
    assert (read.codes, read.names) == (areas.codes, areas.names)
    assert all(shapely.equals(read.shapes, areas.shapes))


@pytest.mark.parametrize(
    ("described", "said"),
    [
        (pyproj.CRS("EPSG:4326").to_wkt("WKT1_ESRI"), None),
        (pyproj.CRS("EPSG:4258").to_wkt("WKT1_ESRI"), None),
        (pyproj.CRS("EPSG:32631").to_wkt("WKT1_ESRI"), "which is not read"),  # UTM, which other countries use
        (pyproj.CRS("EPSG:29902").to_wkt("WKT1_ESRI"), "which is not read"),  # Ireland's grid
        ("nothing", "the description of coordinates cannot be read"),
    ],
)
def test_what_a_shapefile_may_be_in(tmp_path, described, said):
    path = tmp_path / "wards.shp"
    with shapefile.Writer(str(path)) as writer:
        writer.field("code", "C", 9)
        writer.shape(SQUARE)
        writer.record("A")
    path.with_suffix(".prj").write_text(described, encoding="utf-8")
    if said is None:
        assert read_areas(path).codes == ("A",)
        return
    with pytest.raises(DataError, match=said):
        read_areas(path)


def test_the_code_is_the_property_that_differs(tmp_path):
    features = [({"LAD22CD": "E09", "ward_code": f"W{k}", "ward_name": f"N{k}"}, SQUARE) for k in (1, 2)]
    read = read_areas(geojson(tmp_path / "a.json", features))
    assert (read.codes, read.names) == (("W1", "W2"), ("N1", "N2"))


def test_code_and_name_may_be_told(tmp_path):
    path = geojson(tmp_path / "a.json", [({"mark": 7, "said": "Ward seven"}, SQUARE)])
    assert "no property is a code" in refused(path)
    assert read_areas(path, code="mark").names == ("7",)
    assert read_areas(path, code="mark", name="said").names == ("Ward seven",)
    assert "mark, said" in refused(path, code="number")
    assert "mark, said" in refused(path, code="mark", name="number")


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ([], "the file has no areas"),
        ([({"code": "A"}, SQUARE), ({"code": "A"}, SQUARE)], "feature 2: the code A is that of feature 1 too"),
        ([({"code": "A"}, SQUARE), ({"code": ""}, SQUARE)], "feature 2: the area has no code"),
        ([({"code": "A"}, SQUARE), ({"code": "B"}, None)], "feature 2: the area has no shape"),
        ([({"code": "A"}, BOW_TIE)], "feature 1: the shape of A is not valid: self-intersection"),
        ([({"code": "A"}, {"type": "Point", "coordinates": [0.1, 51.5]})], "feature 1: the shape is a point"),
        ([({"code": "A"}, {"type": "Polygon"})], "feature 1: the shape cannot be read"),
        ([({"code": "A"}, {"type": "Polygon", "coordinates": [["x"]]})], "feature 1: the shape cannot be read"),
    ],
)
def test_a_fault_names_the_feature(tmp_path, features, said):
    assert said in refused(geojson(tmp_path / "a.geojson", features), code="code" if features else None)


def moved(by):
    ring = [[a + by[0], b + by[1]] for a, b in SQUARE["coordinates"][0]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_coordinates_must_be_in_britain(tmp_path):
    paris = geojson(tmp_path / "a.geojson", [({"code": "A"}, SQUARE), ({"code": "B"}, moved((2.2, -2.7)))])
    assert "feature 2: the shape lies outside Great Britain" in refused(paris)
    turned = [[b, a] for a, b in SQUARE["coordinates"][0]]
    path = geojson(tmp_path / "b.geojson", [({"code": "A"}, {"type": "Polygon", "coordinates": [turned]})])
    assert "latitude stands before longitude" in refused(path)
    metres = shapely.geometry.mapping(squares(1, 1).shapes[0])
    path = geojson(tmp_path / "c.geojson", [({"code": "A"}, metres)])
    assert "the coordinates are no degrees" in refused(path)
    path = geojson(tmp_path / "d.geojson", [({"code": "A"}, SQUARE)], "EPSG:3857")
    assert "'EPSG:3857', which is not read" in refused(path)
    path = geojson(tmp_path / "e.geojson", [({"code": "A"}, moved((-90, 0)))], "EPSG:27700")
    assert "read as metres" in refused(path)


def test_heights_are_left_out(tmp_path):
    high = {"type": "Polygon", "coordinates": [[[*xy, 12.0] for xy in SQUARE["coordinates"][0]]]}
    read = read_areas(geojson(tmp_path / "a.geojson", [({"code": "A"}, high)]))
    assert not shapely.has_z(read.shapes).any()
    assert np.isfinite(read.square_metres()).all()


def test_files_that_are_something_else(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK")
    assert "GeoJSON (.geojson, .json) and shapefiles (.shp)" in refused(tmp_path / "a.zip")
    (tmp_path / "a.geojson").write_text("{", encoding="utf-8")
    assert "cannot be read as GeoJSON" in refused(tmp_path / "a.geojson")
    (tmp_path / "b.geojson").write_text('{"type": "Feature"}', encoding="utf-8")
    assert "no FeatureCollection" in refused(tmp_path / "b.geojson")
    (tmp_path / "a.shp").write_bytes(b"\x00" * 40)
    assert "the shapefile cannot be read" in refused(tmp_path / "a.shp")
