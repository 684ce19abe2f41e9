"""Signed statements: compact JWS with Ed25519 (RFC 7515, RFC 8037), one algorithm, one spelling, one type each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.utils import base64url_decode, base64url_encode

MAX_LENGTH = 16_384
_SEGMENTS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_NOT_BY_CLOCK = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
"""Times are judged by who reads, against the clock that they were given."""


class NotSigned(ValueError):  # noqa: N818 - reads as what it is
    """No statement of this type, or not signed by any of these keys."""


def sign(claims: Mapping[str, Any], kind: str, kid: str, key: Ed25519PrivateKey) -> str:
    """The claims as a token of this type. The same claims and key give the same token."""
    return jwt.encode(dict(claims), key, algorithm="EdDSA", headers={"kid": kid, "typ": kind})


def read(token: str, kind: str, keys: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """What was signed, if one of these keys did. Raises `NotSigned`.

    The type is compared (RFC 8725, 3.11), so that no statement passes for one of another type. The
    algorithm follows from our own list, whatever the header asks for.
    """
    if len(token) > MAX_LENGTH or _SEGMENTS.fullmatch(token) is None:
        raise NotSigned("not a token")
    signature = token.rpartition(".")[2].encode()
    try:
        whole = jwt.decode_complete(token, keys[kid_of(token) or ""], algorithms=["EdDSA"], options=_NOT_BY_CLOCK)  # type: ignore[arg-type]  # a plain dict
        # base64 has several spellings of the same bytes; only the one that was signed out is taken.
        one_spelling = base64url_encode(base64url_decode(signature)) == signature
    except (jwt.InvalidTokenError, KeyError, ValueError):
        raise NotSigned("not signed by a key of this service") from None
    if not one_spelling or set(whole["header"]) != {"alg", "kid", "typ"} or whole["header"]["typ"] != kind:
        raise NotSigned("signed, but not as this is signed here")
    payload: dict[str, Any] = whole["payload"]
    return payload


def kid_of(token: str) -> str | None:
    """Which key a token names. Says nothing about whether it is genuine."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except (jwt.InvalidTokenError, ValueError):
        return None
    return kid if isinstance(kid, str) else None
