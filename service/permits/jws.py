"""Signed statements: compact JWS with Ed25519 (RFC 7515, RFC 8037), one algorithm, one spelling, one type each."""

from __future__ import annotations

import functools
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

MAX_LENGTH = 16_384
_SEGMENTS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})")
"""Header, payload, and the 64 bytes of a signature."""


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
    segments = _SEGMENTS.fullmatch(token) if len(token) <= MAX_LENGTH else None
    if segments is None:
        raise NotSigned("not a token")
    head, body, written = segments.groups()
    header, signature = _header(head), _decoded(written)
    if header is None or header.keys() != {"alg", "kid", "typ"} or (header["alg"], header["typ"]) != ("EdDSA", kind):
        raise NotSigned("not signed as this is signed here")
    key = keys.get(header["kid"]) if isinstance(header["kid"], str) else None
    # base64 has several spellings of the same bytes; only the one that was signed out is taken.
    if key is None or urlsafe_b64encode(signature)[:86] != written.encode():
        raise NotSigned("not signed by a key of this service")
    try:
        crypto_sign_open(signature + token[: -len(written) - 1].encode(), key.public_bytes_raw())
        payload = json.loads(_decoded(body))
    except (BadSignatureError, ValueError, RecursionError):
        raise NotSigned("not signed by a key of this service") from None
    if not isinstance(payload, dict):
        raise NotSigned("signed, but no statement")
    return payload


def kid_of(token: str) -> str | None:
    """Which key a token names. Says nothing about whether it is genuine."""
    head = token[:MAX_LENGTH].partition(".")[0]
    header = _header(head)
    kid = None if header is None else header.get("kid")
    return kid if isinstance(kid, str) else None


@functools.lru_cache(maxsize=64)
def _header(head: str) -> Mapping[str, Any] | None:
    """A header, which is the same for everything that one key signs of one type; None for what is none."""
    try:
        found = json.loads(_decoded(head))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _decoded(segment: str) -> bytes:
    return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
