"""Spatial statistics on Barking and Dagenham's open data: 115 areas, their deprivation, and 40 betting shops."""

import csv
import json
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from scipy.sparse import csr_array, csr_matrix

from insighthub.charts import Surface
from insighthub.spatial import Edge, density_at, density_grid, global_moran, local_g, local_moran, row_standardised
from insighthub.vulnerability.dense_places import dense_places
from insighthub.vulnerability.densities import one_alone
from tests.unit.spatial.neighbourhoods import pysal

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("ignore")]
ROOT = Path(__file__).parents[2]


def folder():
    found = Path(os.environ.get("INSIGHTHUB_REAL_DATA", ROOT.parent / "shared" / "data")) / "geo"
    if not found.is_dir() and not os.environ.get("CI"):
        pytest.skip("public data not found")
    assert found.is_dir(), "the public data must be there in CI"
    return found


def rows(name):
    with (folder() / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def borough():
    to_metres = Transformer.from_crs(4326, 27700, always_xy=True)
    given = json.loads((folder() / "bd_lsoa21.geojson").read_text(encoding="utf-8"))["features"]
    shapes = [
        shapely.transform(
            shapely.geometry.shape(f["geometry"]), lambda c: np.stack(to_metres.transform(c[:, 0], c[:, 1]), axis=1)
        )
        for f in given
    ]
    score = {row["lsoa21_code"]: float(row["IMD_score"]) for row in rows("bd_imd2025_england_lsoa21.csv")}
    return shapes, np.array([score[f["properties"]["LSOA21CD"]] for f in given])


@pytest.fixture(scope="module")
def touching(borough):
    shapes, _ = borough
    # A metre of slack: the boundaries are simplified for display, each on its own.
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=1.0)
    apart = one != other
    return csr_array((np.ones(int(apart.sum())), (one[apart], other[apart])), shape=(len(shapes),) * 2)


@pytest.fixture(scope="module")
def shops():
    at = {r["pcd"].replace(" ", ""): (float(r["oseast1m"]), float(r["osnrth1m"])) for r in rows("bd_postcodes.csv")}
    named = [
        row["postcode"].replace(" ", "")
        for row in rows("betting_shops_bd_and_neighbours.csv")
        if row["local_authority"] == "London Borough of Barking and Dagenham"
    ]
    assert all(code in at for code in named)
    return np.array([at[code] for code in named])


def test_deprivation_is_alike_among_neighbours_as_esda_says(borough, touching):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import esda
    _, score = borough
    assert len(score) == 115
    kept, theirs = row_standardised(touching), pysal(csr_matrix(touching), "R")
    ours = global_moran(score, kept, permutations=999)
    other = esda.Moran(score, theirs, transformation="R", permutations=0)
    np.testing.assert_allclose([ours.i, ours.z], [other.I, other.z_norm], rtol=1e-10)
    local = local_moran(score, kept, permutations=0)
    other = esda.Moran_Local(score, theirs, transformation="R", permutations=0)
    np.testing.assert_allclose(local.i, other.Is, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(local.z, (other.Is - other.EIc) / np.sqrt(other.VIc), rtol=1e-10, atol=1e-10)
    for star in (True, False):
        getis = local_g(score, touching, star=star, permutations=0)
        other = esda.G_Local(score, pysal(csr_matrix(touching), "B"), transform="B", star=star, permutations=0)
        np.testing.assert_allclose(getis.z, other.Zs, rtol=1e-10, atol=1e-10)
    found = local_moran(score, kept, permutations=1999)
    assert found.significant().sum() < (found.p < 0.05).sum()
    assert ours.p_permutation < 0.01
    assert len(ours.islands) == 0


@pytest.fixture(scope="module")
def cells(borough):
    ground = shapely.union_all(borough[0])
    west, south, east, north = ground.bounds
    cell = 50.0
    columns, tall = int(np.ceil((east - west) / cell)), int(np.ceil((north - south) / cell))
    empty = Edge(west, south, cell, np.zeros((tall, columns), bool))
    x, y = empty.middles()
    return Edge(west, south, cell, shapely.contains_xy(ground, x, y))


def test_what_the_edge_does_to_the_density_of_betting_shops(cells, shops):
    assert len(shops) == 40
    edge, cell = cells, cells.cell
    plain = density_grid(shops[:, 0], shops[:, 1], None, edge)
    inside = edge.inside
    for layer, _ in enumerate(plain.bandwidths):
        # Each shop's disc holds one shop in all; what is missing from the sum has gone over the boundary.
        kept = np.nansum(plain.density[layer]) * (cell / 1000) ** 2
        near = plain.share[layer][inside] < 0.95
        assert 32 < kept < 40
        assert near.any()
    corrected = density_grid(shops[:, 0], shops[:, 1], None, edge, [400], correct=True)
    known = plain.layer(400)[inside] > 0
    ratio = corrected.layer(400)[inside][known] / plain.layer(400)[inside][known]
    away = plain.share[1][inside][known] > 0.999
    assert np.allclose(ratio[away], 1, atol=0.05)
    assert ratio.max() > 1.3
    at = density_at(shops[:, 0], shops[:, 1], None, shops[:, 0], shops[:, 1], 400)
    assert (at >= 3 / (np.pi * 0.4**2) - 1e-9).all()


def test_the_densest_places_are_so_at_every_bandwidth_and_one_at_one_only(cells, shops):
    grid = density_grid(shops[:, 0], shops[:, 1], None, cells)
    surfaces = {b: Surface(cells.west, cells.south, cells.cell, grid.layer(b)) for b in grid.bandwidths}
    places = dense_places(surfaces, lambda east, north: f"{east:.0f} {north:.0f}", first=400.0, least=one_alone)
    assert sum(len(place.ranks) == len(surfaces) for place in places) == 5
    assert [dict(place.ranks) for place in places if len(place.ranks) == 1] == [{800.0: 5}]
