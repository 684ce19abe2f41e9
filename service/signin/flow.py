"""Signing in by an OpenID provider: authorization code with PKCE (RFC 7636), state, nonce, and a checked ID token.

Everything that one attempt needs follows from one secret in a cookie of the browser that began it: nothing is kept
here, and an answer that was meant for another browser fits no cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oidc.core import CodeIDToken

from service.clock import Clock
from service.signin.provider import Oidc, Provider, ProviderDown

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key pair only: with a shared secret, a public key could pass for it."""
LEEWAY_S = 60
FRESH_S = 600
"""An ID token is used at once; one that was made longer ago was not made for this."""


class NotIdentified(Exception):  # noqa: N818 - reads as what it is
    """Nobody is who they might be. `reason` is one word for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for."""

    claim: str
    value: str


class SignIn:
    """The way to the provider and back."""

    def __init__(self, oidc: Oidc, back: str, clock: Clock, provider: Provider | None = None) -> None:
        """`back`: the address of ours to which the provider sends the browser, as it is registered there."""
        self.oidc = oidc
        self._back = back
        self._clock = clock
        self._provider = provider or Provider(oidc)

    @staticmethod
    def new_secret() -> str:
        """What the cookie of one attempt holds."""
        return secrets.token_urlsafe(32)

    async def way(self, secret: str) -> str:
        """Where the browser goes. Raises `ProviderDown`."""
        scope = "openid email" if self.oidc.claim == "email" else "openid"
        client = OAuth2Client(
            None, self.oidc.client_id, scope=scope, redirect_uri=self._back, code_challenge_method="S256"
        )
        door = (await self._provider.metadata()).authorization
        url, _ = client.create_authorization_url(
            door,
            state=_derived(secret, "state"),
            nonce=_derived(secret, "nonce"),
            code_verifier=_derived(secret, "verifier"),
        )
        return str(url)

    async def who(self, secret: str, said: Mapping[str, str]) -> Identity:
        """Who came back, from the query that they came with. Raises `NotIdentified`, `ProviderDown`."""
        if not secret or not hmac.compare_digest(said.get("state", "").encode(), _derived(secret, "state").encode()):
            raise NotIdentified("state")
        metadata = await self._provider.metadata()
        if (said.get("iss") or (None if metadata.tells_issuer else self.oidc.issuer)) != self.oidc.issuer:
            raise NotIdentified("issuer")
        if said.get("error") or not said.get("code"):
            raise NotIdentified("declined")
        tokens = await self._exchange(metadata.token, metadata.post_secret, said["code"], secret)
        return self._identity(await self._checked(tokens, secret))

    async def _exchange(self, door: str, post_secret: bool, code: str, secret: str) -> dict[str, Any]:
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=self._back, code_verifier=_derived(secret, "verifier")
        )
        method = "client_secret_post" if post_secret else "client_secret_basic"
        auth = ClientAuth(
            self.oidc.client_id, self.oidc.client_secret, method if self.oidc.client_secret is not None else "none"
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        door, headers, body = auth.prepare("POST", door, headers, body)
        answer = await self._provider.post(door, headers, body.encode())
        try:
            tokens = json.loads(answer.body)
        except (ValueError, RecursionError):
            tokens = None
        if answer.status >= 500:
            raise ProviderDown(f"the provider answered {answer.status}")
        if answer.status != 200 or not isinstance(tokens, dict) or not isinstance(tokens.get("id_token"), str):
            raise NotIdentified("code")
        return tokens

    async def _checked(self, tokens: Mapping[str, Any], secret: str) -> dict[str, Any]:
        """The claims of the ID token (OpenID Connect Core 1.0, 3.1.3.7)."""
        try:
            header = jwt.get_unverified_header(tokens["id_token"])
            key = await self._provider.key(header.get("kid"))
            only_signature = {"verify_signature": True, **dict.fromkeys(_BY_AUTHLIB, False)}
            claims = jwt.decode(tokens["id_token"], key, algorithms=list(ALGORITHMS), options=only_signature)  # type: ignore[arg-type]  # a plain dict
        except (jwt.PyJWTError, KeyError, ValueError, TypeError):
            raise NotIdentified("signature") from None
        now = int(self._clock().timestamp())
        token = CodeIDToken(
            claims, header,
            {"iss": {"essential": True, "value": self.oidc.issuer},
             "aud": {"essential": True, "value": self.oidc.client_id}},
            {"client_id": self.oidc.client_id, "nonce": _derived(secret, "nonce"),
             "access_token": tokens.get("access_token")},
        )  # fmt: skip
        try:
            token.validate(now=now, leeway=LEEWAY_S)
        except Exception as wrong:  # whatever the library can make no sense of identifies nobody
            raise NotIdentified(str(getattr(wrong, "claim", None) or "claims")[:32]) from None
        if not isinstance(claims.get("iat"), int | float) or abs(now - claims["iat"]) > FRESH_S:
            raise NotIdentified("iat")
        return claims

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        value = claims.get(self.oidc.claim)
        if not isinstance(value, str) or not value.strip():
            raise NotIdentified("claim")
        if self.oidc.claim == "email" and claims.get("email_verified") is not True:
            raise NotIdentified("unverified")
        return Identity(self.oidc.claim, value)


_BY_AUTHLIB = ("verify_exp", "verify_iat", "verify_nbf", "verify_aud", "verify_iss", "verify_sub", "verify_jti")
"""Checked below, against the clock that we were given."""


def _derived(secret: str, what: str) -> str:
    """43 characters that only who has the secret can know, others for each use."""
    digest = hmac.new(secret.encode(), f"takedown sign-in {what}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
