"""Areas with values and neighbours, for the tests of spatial statistics."""

import numpy as np
from scipy.sparse import csr_array


def lattice(rows, columns):
    """Squares of a chessboard that share a side."""
    n = rows * columns
    dense = np.zeros((n, n))
    for r in range(rows):
        for c in range(columns):
            for r2, c2 in ((r + 1, c), (r, c + 1)):
                if r2 < rows and c2 < columns:
                    one, other = r * columns + c, r2 * columns + c2
                    dense[one, other] = dense[other, one] = 1
    return csr_array(dense)


def with_island(weights):
    return csr_array(np.pad(weights.toarray(), (0, 1)))


def smooth(rows, columns, seed=3):
    """Values that are alike where squares are near, all above nothing."""
    random = np.random.default_rng(seed)
    r, c = np.divmod(np.arange(rows * columns), columns)
    return 5 + np.sin(r / 2) + np.cos(c / 3) + random.gamma(1.0, 0.5, rows * columns)


def pysal(weights, kind="O"):
    from libpysal.weights import WSP

    made = WSP(weights.tocsr()).to_W(silence_warnings=True)
    made.transform = kind
    return made
