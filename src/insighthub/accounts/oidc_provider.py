"""The council's identity provider: where to send a browser, and what the answer that it brings back says of its user.

Takes the settings and what a provider publishes of itself, gives an address to go to and, for the code that the browser
comes back with, claims that were verified: OpenID Connect's authorization code flow with PKCE, a state and a nonce. The
signature of the ID token is checked with the provider's published keys, never with a shared secret; so are its issuer,
audience, nonce and times.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from insighthub.accounts.settings import CLIENT_SECRET, SignInSettings
from insighthub.errors import RunError

SCOPES = "openid profile email"
#: Signatures with a private key that the provider alone has.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"]
#: By how much the clocks of both may differ, in seconds.
LEEWAY = 60
LONGEST = 10.0  # seconds that an answer of the provider may take
#: For how long what the provider publishes is taken as it was.
_KEPT = 3600.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ProviderError(Exception):
    """The provider could not be asked, or what it said does not hold. The text is for the audit, and tells no data."""


@dataclass(frozen=True)
class Begun:
    """What has to be kept of a sign-in until the browser comes back, by the browser itself, sealed."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str

    def as_dict(self) -> dict[str, str]:
        """Return it as a mapping."""
        return asdict(self)


class Provider:
    """An identity provider.

    Args:
        settings: of signing in.
        secret: what the provider gave this program to show who it is; of the environment where it is not given.
    """

    def __init__(self, settings: SignInSettings, secret: str | None = None) -> None:
        if settings.issuer is None or settings.client_id is None:
            raise RunError(
                "no identity provider is set up", remedy="Set issuer and client_id under [sign_in] in insighthub.toml"
            )
        self._issuer, self._client_id = settings.issuer, settings.client_id
        self._secret = secret or os.environ.get(CLIENT_SECRET) or None
        self._lock = Lock()
        self._kept: tuple[float, Mapping[str, Any]] | None = None
        self._keys: KeySet | None = None

    def begin(self, redirect_uri: str, at: datetime) -> tuple[str, Begun]:
        """Return where to send the browser, and what to keep until it comes back.

        Args:
            redirect_uri: where it comes back to; as it is registered with the provider.
            at: the time, UTC.

        Raises:
            ProviderError: the provider cannot be asked.
        """
        about = self._about(at)
        begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), redirect_uri)
        with self._client(redirect_uri) as client:
            address, _ = client.create_authorization_url(
                about["authorization_endpoint"],
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
                response_mode="query",
            )
        return str(address), begun

    def claims(self, begun: Begun, code: str, at: datetime) -> dict[str, Any]:
        """Return the claims of the user whom a code stands for.

        Args:
            begun: what was kept.
            code: what the browser came back with; its state was compared before.
            at: the time, UTC.

        Raises:
            ProviderError: the provider cannot be asked, does not take the code, or its token does not hold.
        """
        about = self._about(at)
        try:
            with self._client(begun.redirect_uri) as client:
                given = client.fetch_token(
                    about["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=begun.verifier
                )
        except OAuthError:
            raise ProviderError("the provider does not take the code") from None
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderError(f"the provider did not answer ({type(error).__name__})") from None
        token = given.get("id_token")
        if not isinstance(token, str):
            raise ProviderError("the provider gave no ID token")
        return self._verified(token, begun.nonce, about, at)

    def _verified(self, token: str, nonce: str, about: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        claims = self._signed(token, about)
        now = int(at.replace(tzinfo=UTC).timestamp())
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        times = {name: claims.get(name) for name in ("exp", "iat", "nbf")}
        numbers = {k: v for k, v in times.items() if isinstance(v, int | float) and not isinstance(v, bool)}
        wrong = {
            "the issuer": claims.get("iss") != self._issuer,
            "the audience": self._client_id not in audiences
            or (len(audiences) > 1 and claims.get("azp") != self._client_id),
            "the nonce": not secrets.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()),
            "the time": numbers.get("exp", 0) <= now - LEEWAY
            or not now - 86_400 < numbers.get("iat", 0) <= now + LEEWAY
            or numbers.get("nbf", now) > now + LEEWAY,
        }
        for what, is_wrong in wrong.items():
            if is_wrong:
                raise ProviderError(f"{what} of the ID token is wrong")
        return claims

    def _signed(self, token: str, about: Mapping[str, Any]) -> dict[str, Any]:
        """Return the claims of a token whose signature holds; keys that are new to us are asked for once."""
        for fresh in (False, True):
            keys = self._key_set(about, fresh=fresh)
            try:
                return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError, TypeError, KeyError):
                continue
        raise ProviderError("the signature of the ID token does not hold")

    def _key_set(self, about: Mapping[str, Any], *, fresh: bool) -> KeySet:
        with self._lock:
            if self._keys is None or fresh:
                try:
                    self._keys = KeySet.import_key_set(_asked(about["jwks_uri"]))  # type: ignore[arg-type]
                except (JoseError, ValueError, TypeError, KeyError):
                    raise ProviderError("the provider's keys cannot be read") from None
            return self._keys

    def _about(self, at: datetime) -> Mapping[str, Any]:
        """Return what the provider publishes of itself."""
        now = at.replace(tzinfo=UTC).timestamp()
        with self._lock:
            if self._kept is None or not 0 <= now - self._kept[0] < _KEPT:
                self._kept = (now, self._discovered())
                self._keys = None
            return self._kept[1]

    def _discovered(self) -> Mapping[str, Any]:
        about = _asked(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != self._issuer:
            raise ProviderError("the provider says that it is another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(about.get(name), str) or not _is_safe(about[name]):
                raise ProviderError(f"the provider's {name} is no address of https")
        return about

    def _client(self, redirect_uri: str) -> OAuth2Client:
        return OAuth2Client(
            client_id=self._client_id,
            client_secret=self._secret,
            scope=SCOPES,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post" if self._secret else "none",
            timeout=LONGEST,
        )


def _asked(address: str) -> dict[str, Any]:
    """Ask for a JSON document of the provider."""
    if not _is_safe(address):
        raise ProviderError("the provider's address is none of https")
    try:
        answer = httpx.get(address, timeout=LONGEST, headers={"Accept": "application/json"})
        found = answer.raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderError(f"the provider did not answer ({type(error).__name__})") from None
    if not isinstance(found, dict):
        raise ProviderError("the provider's answer cannot be read")
    return found


def _is_safe(address: str) -> bool:
    """Say whether an address is of https, or of this machine itself, as in tests."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
