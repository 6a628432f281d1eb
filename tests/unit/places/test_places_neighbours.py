"""Neighbours on a chessboard, where they can be counted by hand."""

import numpy as np
import pytest
import shapely

from insighthub.places.areas import Areas
from insighthub.places.neighbours import contiguity, distance_band, k_nearest, row_standardised
from tests.unit.places.squares import squares

BOARD = squares(3, 3)
# 6 7 8
# 3 4 5
# 0 1 2


def of(matrix, row):
    return matrix[[row]].indices.tolist()


def test_rooks_share_a_side_and_queens_a_corner():
    rook, queen = (contiguity(BOARD, rule, standardised=False) for rule in ("rook", "queen"))
    assert of(rook, 4) == [1, 3, 5, 7]
    assert of(queen, 4) == [0, 1, 2, 3, 5, 6, 7, 8]
    assert of(rook, 0) == [1, 3]
    assert of(queen, 0) == [1, 3, 4]
    for matrix in (rook, queen):
        assert (matrix != matrix.T).nnz == 0
        assert not matrix.diagonal().any()
        assert set(matrix.data) == {1.0}


def test_standardised_rows_add_up_to_one():
    queen = contiguity(BOARD)
    assert np.asarray(queen.sum(axis=1)).ravel() == pytest.approx(np.ones(9))
    assert queen[0, 1] == pytest.approx(1 / 3)


def test_an_island_has_no_neighbours():
    shapes = np.append(BOARD.shapes, shapely.transform(BOARD.shapes[0], lambda xy: xy + 5_000))
    sea = Areas((*BOARD.codes, "X"), (*BOARD.names, "X"), shapes)
    assert of(contiguity(sea), 9) == []
    assert np.asarray(contiguity(sea).sum(axis=1)).ravel()[9] == 0


def test_a_gap_may_be_bridged():
    shapes = BOARD.shapes.copy()
    shapes[:] = [shapely.transform(s, lambda xy: (xy - xy.min(axis=0)) * 0.99 + xy.min(axis=0)) for s in shapes]
    apart = Areas(BOARD.codes, BOARD.names, shapes)  # each a metre short of the next
    assert contiguity(apart).nnz == 0
    assert of(contiguity(apart, "queen", gap=1.5), 4) == [0, 1, 2, 3, 5, 6, 7, 8]
    assert of(contiguity(apart, "rook", gap=1.5), 4) == [1, 3, 5, 7]


def test_by_distance():
    east, north = BOARD.centres()
    assert of(distance_band(east, north, 100), 4) == [1, 3, 5, 7]
    assert of(distance_band(east, north, 142), 4) == [0, 1, 2, 3, 5, 6, 7, 8]
    assert distance_band(east, north, 99).nnz == 0


def test_the_nearest_few():
    matrix = k_nearest([0, 1, 3, 10], [0, 0, 0, 0], 2, standardised=False)
    assert [of(matrix, row) for row in range(4)] == [[1, 2], [0, 2], [0, 1], [1, 2]]
    assert (matrix != matrix.T).nnz > 0
    same = k_nearest([5, 5, 5, 5], [5, 5, 5, 5], 2, standardised=False)
    assert [len(of(same, row)) for row in range(4)] == [2, 2, 2, 2]
    assert not same.diagonal().any()
    with pytest.raises(ValueError, match="number of points"):
        k_nearest([0, 1], [0, 0], 2)


def test_standardising_twice_changes_nothing():
    once = contiguity(BOARD, "rook")
    assert abs(row_standardised(once) - once).max() < 1e-12
