"""The school's own sign-in by OpenID Connect: code flow with PKCE, nonce and state, the answer verified by its keys.

Whatever the provider says counts only if it comes from the issuer of site.yaml, for our client, for this very try. An
address finds somebody once, on their first sign-in; from then on they are known by the provider's own `sub`.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from threading import Lock
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry, decode

from agent.packs.console import SchoolSignIn
from agent.store.errors import StoreError, explained
from agent.store.files import read_private

PATIENCE = 10.0
AGAIN = 30.0
"""Seconds until a provider that did not answer is asked for its description again: nobody waits for it meanwhile."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
LEEWAY = 60
"""Seconds that two machines' clocks may differ."""
GOOGLE = "https://accounts.google.com"


class ProviderError(Exception):
    """The provider cannot be asked, or what it said is not to be believed; a word for the chain, no secret."""


@dataclass(frozen=True, slots=True)
class Try:
    """A sign-in on its way: what the answer must fit. `browser` is the secret of the browser that began it."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    browser: str = field(repr=False)
    to: str = ""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom the provider vouches for. `email` is "" where it does not vouch for an address of the school's."""

    issuer: str
    subject: str
    email: str


class Provider:
    """One provider of one configuration. Its description is asked for once, and its keys anew where one is unknown."""

    def __init__(self, settings: SchoolSignIn, back: str, now: Callable[[], float]) -> None:
        """`back` is our own address that the provider sends people back to. `now`: seconds since 1970."""
        self.settings, self._back, self._now = settings, back, now
        self._described: Mapping[str, Any] | None = None
        self._failed: tuple[float, str] | None = None
        self._lock = Lock()

    def begin(self, browser: str, to: str) -> tuple[str, Try]:
        """Where the browser goes, and what its return must fit. Raises ProviderError."""
        tried = Try(token_urlsafe(24), token_urlsafe(24), token_urlsafe(48), browser, to)
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._description()["authorization_endpoint"],
                state=tried.state,
                nonce=tried.nonce,
                code_challenge=create_s256_code_challenge(tried.verifier),
                code_challenge_method="S256",
                prompt="select_account",
            )
        return str(url), tried

    def finish(self, tried: Try, code: str) -> Somebody:
        """Whom the provider vouches for. Raises ProviderError."""
        token = self._token(tried, code)
        claims = self._claims(token, tried.nonce)
        return Somebody(self.settings.issuer, str(claims["sub"]), _address(claims, self.settings))

    def _token(self, tried: Try, code: str) -> str:
        try:
            with self._client() as client:
                answer = client.fetch_token(
                    self._description()["token_endpoint"],
                    code=code,
                    code_verifier=tried.verifier,
                    grant_type="authorization_code",
                )
            return str(answer["id_token"])
        except (OAuthError, httpx2.HTTPError, ValueError, KeyError, TypeError):
            raise ProviderError("no-token") from None

    def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        issuer, client = self.settings.issuer, self.settings.client
        registry = JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            found = decode(token, self._keys(), algorithms=list(ALGORITHMS)).claims
            registry.validate(found)
        except (JoseError, ValueError, KeyError, TypeError):
            raise ProviderError("token-not-believed") from None
        if found.get("azp", client) != client:
            raise ProviderError("token-not-believed")
        return found

    def _keys(self) -> KeySet:
        return KeySet.import_key_set(self._fetched(self._description()["jwks_uri"]))

    def _description(self) -> Mapping[str, Any]:
        with self._lock:
            if self._described is None:
                if self._failed and 0 <= self._now() - self._failed[0] < AGAIN:
                    raise ProviderError(self._failed[1])
                try:
                    self._described = self._asked()
                except ProviderError as problem:
                    self._failed = self._now(), str(problem)
                    raise
        return self._described

    def _asked(self) -> Mapping[str, Any]:
        found = self._fetched(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if not isinstance(found, dict) or found.get("issuer") != self.settings.issuer:
            raise ProviderError("another-issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _secure(found.get(name), self.settings.issuer)
        return found

    def _fetched(self, url: str) -> Any:
        try:
            with httpx2.Client(verify=self._trust(), timeout=PATIENCE, trust_env=False) as client:
                return client.get(url).raise_for_status().json()
        except (httpx2.HTTPError, ValueError):
            raise ProviderError("cannot-be-asked") from None

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self.settings.client,
            self._secret(),
            scope="openid email",
            redirect_uri=self._back,
            verify=self._trust(),
            timeout=PATIENCE,
            trust_env=False,
        )

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.settings.authority:
            context.load_verify_locations(self.settings.authority)
        return context

    def _secret(self) -> str:
        path = Path(self.settings.secret_file)
        try:
            with explained(path):
                return read_private(path, 1000).decode().partition("\n")[0].strip()
        except (StoreError, UnicodeDecodeError):
            raise ProviderError("no-secret") from None


def _secure(url: object, issuer: str) -> None:
    """What a provider names must be https, or on this machine where the provider itself is."""
    local = issuer.startswith(("http://127.0.0.1:", "http://localhost:"))
    if not isinstance(url, str) or not (url.startswith("https://") or (local and url.startswith("http://"))):
        raise ProviderError("not-secure")


def _address(claims: Mapping[str, Any], settings: SchoolSignIn) -> str:
    """The address that the provider vouches for.

    Google says `email_verified` and `hd`; Entra says neither, and there the tenant, which the issuer names, vouches for
    addresses of its own domain.
    """
    email = str(claims.get("email") or claims.get("preferred_username") or "").casefold()
    domain = email.rpartition("@")[2]
    verified = claims.get("email_verified")
    if settings.domain and domain != settings.domain.casefold():
        return ""
    if settings.domain and settings.issuer == GOOGLE and claims.get("hd") != settings.domain:
        return ""
    vouched = verified in (True, "true") or (verified is None and bool(settings.domain))
    return email if vouched and domain else ""
