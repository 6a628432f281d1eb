"""Whatever the areas: interpolation keeps totals, and neighbours are mutual."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.places.areas import Areas
from insighthub.places.interpolate import extensive, intensive, shares_by_ground, shares_by_points
from insighthub.places.neighbours import contiguity


def parted(seed, n):
    """Return n areas that fill a square of a kilometre, parted by nearest point."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 1_000, (n, 2)) + np.array([546_000, 184_000])
    ground = shapely.box(546_000, 184_000, 547_000, 185_000)
    parts = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=ground)
    cells = shapely.get_parts(parts) if n > 1 else [ground]
    shapes = np.array([shapely.intersection(cell, ground) for cell in cells], object)
    names = tuple(str(k) for k in range(len(shapes)))
    return Areas(names, names, shapes)


sizes, seeds = st.integers(1, 12), st.integers(0, 2**31)


@settings(max_examples=40, deadline=None)
@given(old=sizes, new=sizes, seed=seeds, points=st.integers(0, 40))
def test_totals_are_kept_and_rates_stay_between(old, new, seed, points):
    source, target = parted(seed, old), parted(seed + 1, new)
    rng = np.random.default_rng(seed)
    people = rng.integers(0, 3_000, old).astype(float)
    rates = rng.random(old)
    east, north = 546_000 + rng.uniform(0, 1_000, points), 184_000 + rng.uniform(0, 1_000, points)
    for shares in (shares_by_ground(source, target), shares_by_points(source, target, east, north, rng.random(points))):
        counts = extensive(shares, people)
        assert counts.sum() == pytest.approx(people.sum())
        assert (counts >= 0).all()
        told = intensive(shares, rates, people)
        known = np.isfinite(told)
        assert (told[known] >= rates.min() - 1e-9).all()
        assert (told[known] <= rates.max() + 1e-9).all()
        # The people to whom a rate applies are the same before and after.
        assert (told[known] * counts[known]).sum() == pytest.approx((rates * people).sum())


@settings(max_examples=25, deadline=None)
@given(n=st.integers(2, 25), seed=seeds)
def test_neighbours_are_mutual_and_rooks_are_queens(n, seed):
    areas = parted(seed, n)
    rook, queen = (contiguity(areas, rule, gap=0.01, standardised=False) for rule in ("rook", "queen"))
    assert (queen != queen.T).nnz == 0
    assert (rook != rook.T).nnz == 0
    assert (rook > queen).nnz == 0
    assert (np.asarray(queen.sum(axis=1)).ravel() > 0).all()
