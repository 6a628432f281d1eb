"""A hub's settings: ``insighthub.toml``, typed.

Takes the file, gives ``HubSettings``; every setting has a default, so an empty file is a hub. Contracts of sources may
stand in the same file, and are read by ``insighthub.sources.home``.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from insighthub.accounts.settings import SignInSettings
from insighthub.corrections.settings import CorrectionSettings
from insighthub.errors import ContractError
from insighthub.governance.alert_settings import AlertSettings
from insighthub.governance.disclosure import DisclosureSettings
from insighthub.governance.papers.organisation import OrganisationSettings
from insighthub.governance.policy import POLICY
from insighthub.governance.retention_settings import RetentionSettings
from insighthub.measures.settings import MeasureSettings
from insighthub.places.settings import PlacesSettings
from insighthub.population.settings import PopulationSettings
from insighthub.residents.address_settings import AddressSettings
from insighthub.residents.golden_settings import GoldenSettings
from insighthub.residents.household_settings import HouseholdSettings
from insighthub.residents.relations import RelationSettings
from insighthub.residents.search.settings import SearchSettings
from insighthub.review.settings import ReviewSettings
from insighthub.sources.home import SETTINGS
from insighthub.web_settings import WebSettings

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
    nice: int = Field(
        default=10,
        ge=0,
        le=19,
        description="how far a run gives way to the web app and all else on its machine: 0 not at all, 19 always",
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
    places: PlacesSettings = Field(
        default_factory=PlacesSettings, description="where areas, postcodes and premises are"
    )
    disclosure: DisclosureSettings = Field(
        default_factory=DisclosureSettings, description="how careful figures about people are"
    )
    population: PopulationSettings = Field(
        default_factory=PopulationSettings, description="what is counted of who the residents are"
    )
    corrections: CorrectionSettings = Field(
        default_factory=CorrectionSettings, description="what sources are told, and what they may learn by it"
    )
    web: WebSettings = Field(default_factory=WebSettings, description="how the web app looks and what it bears")
    sign_in: SignInSettings = Field(default_factory=SignInSettings, description="how people sign in")
    alerts: AlertSettings = Field(default_factory=AlertSettings, description="what is unusual, and told")
    review: ReviewSettings = Field(
        default_factory=ReviewSettings, description="how doubtful pairs and clusters are reviewed"
    )
    organisation: OrganisationSettings = Field(
        default_factory=OrganisationSettings, description="whose hub it is, for the papers that are written from it"
    )
    retention: RetentionSettings = Field(
        default_factory=RetentionSettings, description="how long what is kept beside the sources' records is kept"
    )

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
    if "purpose" in tables:
        raise ContractError(
            "purposes are no settings: who may see what for which purpose is the hub's policy",
            remedy=f"Move each [[purpose]] to {POLICY} beside this file, and give roles there; "
            "insighthub init writes an example",
            file=file,
            column="purpose",
        )
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
