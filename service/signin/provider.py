"""One OpenID provider (OpenID Connect Core 1.0, Discovery 1.0): where it is, and which keys it signs with."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWKError, PyJWKSetError

from service.loopback import is_loopback
from service.outward import Answer, NoAnswer, call, require_safe

Claim = Literal["sub", "email"]
DEADLINE_S = 8.0
MAX_BYTES = 1024 * 1024
FRESH_S = 300.0
"""What the provider says of itself is asked for again after this long; what can't be asked for again is not used."""
PAUSE_S = 5.0
"""Between attempts to reach it, and to find a key that a token names."""


class ProviderDown(RuntimeError):  # noqa: N818 - reads as what it is
    """The provider can't be reached, or says something that can't be used; nobody signs in by it now."""


@dataclass(frozen=True, slots=True)
class Oidc:
    """What an operator says about the provider."""

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    """None: a public client, which PKCE alone protects."""
    claim: Claim = "sub"
    """By which claim the people directory knows somebody."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for an issuer that others could speak for."""
        require_safe(self.issuer)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The part of the provider's configuration that signing in needs."""

    authorization: str
    token: str
    post_secret: bool
    """Whether the secret goes into the body, because the provider takes it nowhere else."""
    tells_issuer: bool
    """Whether its answers carry `iss` (RFC 9207)."""


class Provider:
    """The provider's configuration and keys."""

    def __init__(self, oidc: Oidc, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.oidc = oidc
        self._now = monotonic
        self._one_at_a_time = asyncio.Lock()
        self._metadata: Metadata | None = None
        self._keys: Mapping[str | None, PyJWK] = {}
        self._fetched = self._failed = float("-inf")

    async def metadata(self) -> Metadata:
        """Where the provider's doors are. Raises `ProviderDown`."""
        await self._refresh(FRESH_S)
        assert self._metadata is not None
        return self._metadata

    async def key(self, kid: str | None) -> PyJWK:
        """The key of this id; of no id, the only key there is. Raises `ProviderDown`, `KeyError` for an unknown one."""
        await self._refresh(FRESH_S)
        if self._find(kid) is None:
            await self._refresh(PAUSE_S)
        found = self._find(kid)
        if found is None:
            raise KeyError("the provider has no such key")
        return found

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a form to the provider. Raises `ProviderDown`."""
        return await self._call("POST", url, headers=headers, content=body)

    def _find(self, kid: str | None) -> PyJWK | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    async def _refresh(self, fresh_s: float) -> None:
        async with self._one_at_a_time:
            if self._now() - self._fetched <= fresh_s:
                return
            if self._now() - self._failed <= PAUSE_S:
                raise ProviderDown("the provider could not be reached a moment ago")
            try:
                self._metadata, self._keys = await self._configuration()
            except ProviderDown:
                self._failed = self._now()
                raise
            self._fetched = self._now()

    async def _configuration(self) -> tuple[Metadata, dict[str | None, PyJWK]]:
        said = await self._document(f"{self.oidc.issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != self.oidc.issuer:
            raise ProviderDown("the provider names another issuer")
        doors = [said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        try:
            authorization, token, jwks = (require_safe(str(door)) for door in doors)
        except ValueError:
            raise ProviderDown("the provider names an address that is not safe") from None
        try:
            keys = PyJWKSet.from_dict(await self._document(jwks)).keys
        except (PyJWKSetError, PyJWKError, TypeError, ValueError):
            raise ProviderDown("the provider's keys can't be read") from None
        methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        metadata = Metadata(
            authorization, token,
            post_secret="client_secret_basic" not in methods and "client_secret_post" in methods,
            tells_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        )  # fmt: skip
        return metadata, {key.key_id: key for key in keys if key.key_type != "oct" and key.public_key_use != "enc"}

    async def _document(self, url: str) -> dict[str, Any]:
        answer = await self._call("GET", url, headers={"Accept": "application/json"})
        try:
            said = json.loads(answer.body)
        except (ValueError, RecursionError):
            said = None
        if answer.status != 200 or not isinstance(said, dict):
            raise ProviderDown(f"the provider answered {answer.status}, or no JSON object")
        return said

    async def _call(self, method: str, url: str, **how: Any) -> Answer:
        outside = not is_loopback(urlsplit(url).hostname or "")
        try:
            return await call(method, url, deadline_s=DEADLINE_S, max_bytes=MAX_BYTES, trust_env=outside, **how)
        except NoAnswer as silent:
            raise ProviderDown(f"the provider can't be reached: {silent}") from None
