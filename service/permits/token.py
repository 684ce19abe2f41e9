"""The permit as a signed token, and the one way to read it. No database: the gate reads permits with this too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.permits import jws

TYPE = "takedown-permit+jwt"
SKEW_S = 60
"""How far ahead of ours the clock of who signed may be."""

Reason = Literal["not-valid", "expired", "mismatch", "redeemed", "revoked"]


class PermitRefused(Exception):  # noqa: N818 - reads as what it is
    """This permit lets nothing happen; `reason` says why in a word, the message in a sentence."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


class Permit(BaseModel):
    """What a permit says: this action, on this target, for this request, until then, once."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    iss: Literal["takedown-verifier"] = "takedown-verifier"
    jti: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
    iat: int
    exp: int
    request_id: str
    action: str
    target: str = Field(description="as service/permits/target.py names it")
    case_digest: str
    policy_version: str
    model_version: str
    approvers: list[str] = Field(description="the people who agreed; empty where the record alone cleared it")
    break_glass: bool


def sign(permit: Permit, kid: str, key: Ed25519PrivateKey) -> str:
    """The permit as a token."""
    return jws.sign(permit.model_dump(), TYPE, kid, key)


def read(token: str, keys: Mapping[str, Ed25519PublicKey], now: datetime) -> Permit:
    """What a token permits, if one of these keys signed it and it has not expired. Raises `PermitRefused`."""
    try:
        permit = Permit.model_validate(jws.read(token, TYPE, keys))
    except (jws.NotSigned, ValidationError):
        raise PermitRefused("not-valid", "This is not a permit of this service.") from None
    if now.timestamp() >= permit.exp:
        raise PermitRefused("expired", f"The permit expired at {datetime.fromtimestamp(permit.exp, UTC):%FT%TZ}.")
    if permit.iat > now.timestamp() + SKEW_S:
        raise PermitRefused("not-valid", "The permit was issued in the future; compare the clocks.")
    return permit


def require_bound(permit: Permit, action: str, target: str) -> None:
    """Raises `PermitRefused` unless the permit is for exactly this action on exactly this target."""
    if permit.action != action:
        raise PermitRefused("mismatch", "The permit is for another action.")
    if permit.target != target:
        raise PermitRefused("mismatch", "The permit is for another target.")
