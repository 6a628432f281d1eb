"""Pages of evidence about places, for licensing."""

from tests.web.visits import Visit

_INDEX = "/places/gambling_harm"
_AT = f"{_INDEX}/at/{{easting}}/{{northing}}"

VISITS = (
    Visit("/places", "/places", "licensing"),
    Visit("/places/{index}", _INDEX, "licensing"),
    Visit("/places/{index}/find", _INDEX, "licensing", f"{_INDEX}/find", status=422),
    Visit("/places/{index}/areas/{code}", f"{_INDEX}/areas/{{area}}", "licensing"),
    Visit("/places/{index}/at/{easting}/{northing}", _AT, "licensing"),
    Visit("/places/{index}/at/{easting}/{northing}", f"{_AT}?within=800", "leader"),
    Visit("/places/{index}/density", f"{_INDEX}/density", "licensing"),
    Visit("/places/{index}/density", f"{_INDEX}/density?of=risk&bandwidth=800", "leader"),
    Visit("/places/{index}/options", f"{_INDEX}/options", "licensing"),
    Visit("/places/{index}/options", f"{_INDEX}/options", "licensing", f"{_INDEX}/options"),
    Visit("/places/{index}/options", f"{_INDEX}/options", "analyst", f"{_INDEX}/options", {"density": "x"}, 422),
)

NO_PAGES = {("POST", "/places/{index}/at/{easting}/{northing}/pack"): "a file to download"}
