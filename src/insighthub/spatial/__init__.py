"""Statistics of where things stand: density of points, likeness of neighbours, and which of many tests to believe.

Takes arrays in metres and sparse matrices of weights, gives arrays. It knows nothing of hubs, areas or maps.
"""

from insighthub.spatial.density import (
    BANDWIDTHS,
    DensityGrid,
    Edge,
    density_at,
    density_grid,
    density_of_cells,
    quartic,
)
from insighthub.spatial.false_discovery import adjusted, significant
from insighthub.spatial.getis_ord import LocalG, local_g
from insighthub.spatial.moran import GlobalMoran, LocalMoran, global_moran, local_moran
from insighthub.spatial.weights import islands, row_standardised

__all__ = [
    "BANDWIDTHS",
    "DensityGrid",
    "Edge",
    "GlobalMoran",
    "LocalG",
    "LocalMoran",
    "adjusted",
    "density_at",
    "density_grid",
    "density_of_cells",
    "global_moran",
    "islands",
    "local_g",
    "local_moran",
    "quartic",
    "row_standardised",
    "significant",
]
