"""Squares of ground at a known place, as areas and as files."""

import json

import numpy as np
import shapely

from insighthub.places.areas import Areas

EAST, NORTH = 546_000.0, 184_000.0  # Barking


def squares(columns, rows, side=100.0, prefix="A"):
    """Return a chessboard of areas, row by row from the south-west."""
    places = [(c, r) for r in range(rows) for c in range(columns)]
    shapes = np.empty(len(places), object)
    shapes[:] = [
        shapely.box(EAST + c * side, NORTH + r * side, EAST + (c + 1) * side, NORTH + (r + 1) * side) for c, r in places
    ]
    codes = tuple(f"{prefix}{k + 1}" for k in range(len(places)))
    return Areas(codes, tuple(f"Area {code}" for code in codes), shapes)


def geojson(path, features, crs=None):
    """Write features (properties, geometry) as GeoJSON."""
    whole = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": p, "geometry": g} for p, g in features],
    }
    if crs:
        whole["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def on_grid(path, areas):
    """Write areas as GeoJSON in metres, which says so."""
    features = [
        ({"LSOA21CD": code, "LSOA21NM": name, "LAD22CD": "E09000002"}, shapely.geometry.mapping(shape))
        for code, name, shape in zip(areas.codes, areas.names, areas.shapes, strict=True)
    ]
    return geojson(path, features, "urn:ogc:def:crs:EPSG::27700")
