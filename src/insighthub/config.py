"""A hub's settings: ``insighthub.toml``, typed.

Takes the file, gives ``HubSettings``; every setting has a default, so an empty file is a hub. Contracts of sources may
stand in the same file, and are read by ``insighthub.sources.home``.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from insighthub.corrections.settings import CorrectionSettings
from insighthub.errors import ContractError
from insighthub.governance.disclosure import DisclosureSettings
from insighthub.governance.purposes import Purpose
from insighthub.measures.settings import MeasureSettings
from insighthub.residents.address_settings import AddressSettings
from insighthub.residents.golden_settings import GoldenSettings
from insighthub.residents.household_settings import HouseholdSettings
from insighthub.residents.relations import RelationSettings
from insighthub.residents.search.settings import SearchSettings
from insighthub.sources.home import SETTINGS

#: Where the state is kept, if not in the home folder; a secret may stand in it, so it is no setting of the file alone.
STATE_URL = "INSIGHTHUB_STATE_URL"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RunSettings(_Section):
    """How runs behave."""

    keep_releases: int = Field(default=5, ge=1, description="how many releases are kept, the published one among them")
    most_churn: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="the share of records that may change resident in one run before it is stopped, not published",
    )
    most_shrinkage: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="the share of its records that a source may lose in one run before the run is stopped",
    )


class StateSettings(_Section):
    """Where what people did is kept."""

    url: str | None = Field(
        default=None,
        description="a database URL of SQLAlchemy, such as postgresql+psycopg://server/insighthub; state.db in the "
        f"hub's folder where it is not given. The environment variable {STATE_URL} stands above it",
    )


class HubSettings(_Section):
    """All settings of a hub."""

    run: RunSettings = Field(default_factory=RunSettings, description="how runs behave")
    state: StateSettings = Field(default_factory=StateSettings, description="where what people did is kept")
    golden: GoldenSettings = Field(default_factory=GoldenSettings, description="which value of a field stands")
    addresses: AddressSettings = Field(default_factory=AddressSettings, description="where residents live")
    households: HouseholdSettings = Field(default_factory=HouseholdSettings, description="who lives together")
    relations: RelationSettings = Field(default_factory=RelationSettings, description="how residents are related")
    search: SearchSettings = Field(default_factory=SearchSettings, description="how residents are found")
    measures: MeasureSettings = Field(default_factory=MeasureSettings, description="how measures are computed")
    disclosure: DisclosureSettings = Field(
        default_factory=DisclosureSettings, description="how careful figures about people are"
    )
    corrections: CorrectionSettings = Field(
        default_factory=CorrectionSettings, description="what sources are told, and what they may learn by it"
    )
    purpose: tuple[Purpose, ...] = Field(default=(), description="what a person's data may be looked at for")

    def state_url(self, home: Path) -> str:
        """Return the database URL of the state of the hub in a folder."""
        given = os.environ.get(STATE_URL) or self.state.url
        return given or f"sqlite:///{(home / 'state.db').resolve()}"


def load_settings(home: Path) -> HubSettings:
    """Read the settings of the hub in a folder; defaults where there is no file.

    Raises:
        ContractError: the file is no TOML, or a setting is wrong; the message names it.
    """
    file = home / SETTINGS
    if not file.is_file():
        return HubSettings()
    try:
        tables = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ContractError(
            f"the settings cannot be read ({type(error).__name__})", remedy="Mend the file; it is TOML", file=file
        ) from None
    tables.pop("source", None)
    try:
        return HubSettings.model_validate(tables)
    except ValidationError as error:
        first = error.errors()[0]
        setting = ".".join(str(part) for part in first["loc"])
        raise ContractError(
            f"this setting is wrong: {first['msg'].lower()}",
            remedy="See the reference of settings for what it may be",
            file=file,
            column=setting,
        ) from None
