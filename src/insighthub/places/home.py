"""The places of a hub: each file that its settings name, read when it is first asked for.

Takes a hub's folder and its settings, gives areas, postcodes, UPRNs, premises and population, or a plain word on which
setting is wanting.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pyarrow as pa

from insighthub.errors import DataError
from insighthub.places.areas import Areas, read_areas
from insighthub.places.denominators import Population, read_population
from insighthub.places.deprivation import read_deprivation
from insighthub.places.locate import Postcodes, Uprns, read_postcodes, read_uprns
from insighthub.places.premises import PremisesRead, read_premises
from insighthub.places.settings import PlacesSettings


class HubPlaces:
    """What a hub knows of places. Every property raises ``DataError`` where its setting or its file is wanting."""

    def __init__(self, home: Path, settings: PlacesSettings) -> None:
        self._home = home
        self._settings = settings

    def has(self, name: str) -> bool:
        """Return whether the settings name a file: of ``areas``, ``postcodes``, ``uprns``, ``premises`` and so on."""
        return getattr(self._settings, name) is not None

    @cached_property
    def areas(self) -> Areas:
        """The areas to count by."""
        return read_areas(self._file("areas"), code=self._settings.area_code, name=self._settings.area_name)

    @cached_property
    def postcodes(self) -> Postcodes:
        """Where postcodes are."""
        return read_postcodes(self._file("postcodes"))

    @cached_property
    def uprns(self) -> Uprns:
        """Where UPRNs are."""
        return read_uprns(self._file("uprns"))

    @cached_property
    def premises(self) -> PremisesRead:
        """Premises and services, and the rows that could not be placed."""
        return read_premises(self._file("premises"), self.postcodes if self.has("postcodes") else None)

    @cached_property
    def population(self) -> Population:
        """How many people official figures count, by area in the order of the figures."""
        return read_population(self._file("population"))

    @cached_property
    def deprivation(self) -> pa.Table:
        """How deprived areas are: area, and score, higher worse."""
        return read_deprivation(self._file("deprivation"))

    def _file(self, name: str) -> Path:
        path: Path | None = getattr(self._settings, name)
        if path is None:
            raise DataError(
                f"the hub has no {name}",
                remedy=f"Name their file as {name} under [places] in its settings",
                file=self._home / "insighthub.toml",
                column=f"places.{name}",
            )
        return self._home / path
