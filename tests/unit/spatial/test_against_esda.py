"""Moran's I, local Moran and Getis-Ord equal those of esda, another's implementation."""

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from insighthub.spatial import global_moran, local_g, local_moran, row_standardised
from tests.unit.spatial.neighbourhoods import lattice, pysal, smooth

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import esda

pytestmark = pytest.mark.filterwarnings("ignore")
EXACT = {"rtol": 1e-10, "atol": 1e-10}
WEIGHTS = {"binary": lattice(9, 7), "rows": row_standardised(lattice(9, 7))}
VALUES = smooth(9, 7)


@pytest.fixture(params=list(WEIGHTS))
def kind(request):
    return request.param


def theirs_weights(kind):
    return pysal(csr_matrix(lattice(9, 7)), "B" if kind == "binary" else "R")


def test_morans_i_and_its_normal_approximation(kind):
    ours = global_moran(VALUES, WEIGHTS[kind], permutations=0)
    theirs = esda.Moran(VALUES, theirs_weights(kind), transformation="B" if kind == "binary" else "R", permutations=0)
    for one, other in ((ours.i, theirs.I), (ours.z, theirs.z_norm), (ours.p_normal, theirs.p_norm)):
        np.testing.assert_allclose(one, other, **EXACT)
    np.testing.assert_allclose((ours.expected, ours.variance), (theirs.EI, theirs.VI_norm), **EXACT)


def test_local_moran_its_quadrants_and_moments(kind):
    ours = local_moran(VALUES, WEIGHTS[kind], permutations=0)
    theirs = esda.Moran_Local(
        VALUES, theirs_weights(kind), transformation="B" if kind == "binary" else "R", permutations=0
    )
    np.testing.assert_allclose(ours.i, theirs.Is, **EXACT)
    np.testing.assert_allclose(ours.z, (theirs.Is - theirs.EIc) / np.sqrt(theirs.VIc), **EXACT)
    names = ("high among high", "low among high", "low among low", "high among low")
    assert ours.quadrant == tuple(names[q - 1] for q in theirs.q)


@pytest.mark.parametrize("star", [False, True])
def test_getis_ord(star):
    ours = local_g(VALUES, WEIGHTS["binary"], star=star, permutations=0)
    theirs = esda.G_Local(VALUES, theirs_weights("binary"), transform="B", star=star, permutations=0)
    np.testing.assert_allclose(ours.g, theirs.Gs, **EXACT)
    np.testing.assert_allclose(ours.z, theirs.Zs, **EXACT)
    np.testing.assert_allclose(ours.p_normal, 2 * theirs.p_norm, **EXACT)


def test_permutation_p_values_are_twice_the_one_sided_ones():
    draws = 1999
    kept = row_standardised(lattice(9, 7))
    weights = theirs_weights("rows")
    np.random.seed(5)
    # A p-value near a half is doubled to one at most.
    pairs = [(global_moran(VALUES, kept, permutations=draws).p_permutation, esda.Moran(VALUES, weights).p_sim)]
    moran = esda.Moran_Local(VALUES, weights, permutations=draws, seed=5)
    pairs += zip(local_moran(VALUES, kept, permutations=draws).p, moran.p_sim, strict=True)
    getis = esda.G_Local(VALUES, theirs_weights("binary"), transform="B", star=True, permutations=draws, seed=5)
    pairs += zip(local_g(VALUES, lattice(9, 7), permutations=draws).p, getis.p_sim, strict=True)
    for ours, theirs in pairs:
        error = np.sqrt(theirs * (1 - theirs) * 2 / draws)
        assert abs(ours / 2 - theirs) <= 5 * error + 2 / draws
