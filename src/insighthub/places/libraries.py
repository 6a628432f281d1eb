"""The libraries of geometry, which are loaded when something is first placed: most commands place nothing."""

from insighthub.later import later

shapely = later("shapely")
pyproj = later("pyproj")
shapefile = later("shapefile")
sparse = later("scipy.sparse")
spatial = later("scipy.spatial")

__all__ = ["pyproj", "shapefile", "shapely", "sparse", "spatial"]
