"""How people sign in: settings under [sign_in] in insighthub.toml.

Secrets are no settings: the client secret of the identity provider stands in the environment.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

#: The environment variable with the secret that the identity provider gave this program.
CLIENT_SECRET = "INSIGHTHUB_OIDC_SECRET"  # noqa: S105 - the name of a variable, and no secret


class SignInSettings(BaseModel):
    """How people sign in: the ``[sign_in]`` part of ``insighthub.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    local: bool = Field(
        default=True, description="whether users may have a password of this hub; false where all sign in by OIDC"
    )
    second_factor: bool = Field(default=True, description="whether users with a password need a code of an app as well")
    idle_minutes: int = Field(default=30, ge=1, description="a session ends when nothing was done for so long")
    longest_hours: float = Field(default=10, gt=0, description="a session ends after so long in any case")
    free_failures: int = Field(
        default=4, ge=1, description="wrong passwords or codes in a row before an account waits to be tried again"
    )
    first_wait_seconds: int = Field(
        default=30, ge=1, description="how long it waits then; each further failure doubles it"
    )
    longest_wait_minutes: int = Field(default=60, ge=1, description="the longest that it waits")
    least_password: int = Field(default=12, ge=8, description="characters that a password has at least")
    invitation_days: int = Field(default=7, ge=1, description="for how many days a one-time password can be used")
    issuer: str | None = Field(
        default=None,
        description="the address of the identity provider, such as "
        "https://login.microsoftonline.com/TENANT/v2.0; its secret stands in the environment variable "
        f"{CLIENT_SECRET}",
    )
    client_id: str | None = Field(default=None, description="what the identity provider calls this program")
    groups_claim: str = Field(default="groups", description="the claim that lists a user's groups")
    email_claim: str = Field(default="email", description="the claim that has a user's e-mail address")
    groups: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="the roles that a group of the identity provider gives, by the group's id; who is in none of "
        "them does not come in",
    )
