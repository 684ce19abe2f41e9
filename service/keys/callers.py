"""Callers and the scopes of their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal[
    "requests:submit", "telemetry:write", "permits:redeem", "reviews:decide", "letters:deliver", "audit:read",
    "metrics:read", "admin",
]  # fmt: skip
SCOPES: tuple[Scope, ...] = get_args(Scope)

MEANINGS: dict[Scope, str] = {
    "requests:submit": "ask for a verification and follow one's own requests",
    "telemetry:write": "say what the platform observed, and be believed",
    "permits:redeem": "redeem permits",
    "reviews:decide": "decide on requests, as the person behind the key",
    "letters:deliver": "fetch letters to affected hosts, with their codes to appeal, and say that they arrived",
    "audit:read": "read every request and the audit log",
    "metrics:read": "read the metrics",
    "admin": "make and revoke keys, erase, break glass",
}

NAME = r"^[A-Za-z0-9._-]{1,64}$"
"""A caller's name stands in logs and in the audit log."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may call, by the name that the operator gave."""

    name: str
    scopes: frozenset[Scope]
    person: str | None = None
    """The person behind the key, as the people directory names them; None for a machine."""
    key_id: str | None = None
    """Which of the caller's keys was used; None for the local caller."""
    rate_per_minute: int | None = None
    """Calls that the key may make in a minute; None: the service's default."""
    max_body_bytes: int | None = None
    """The largest body that the key may send; None: the service's limit."""

    @property
    def observes(self) -> bool:
        """Whether what this caller sends as observed is believed."""
        return "telemetry:write" in self.scopes


LOCAL = Caller("local", frozenset(SCOPES))
"""The caller when there are no keys at all: a person on this machine, believed in everything."""

RESERVED = frozenset({"local", "verifier", "service"})
"""Names that the service itself acts under."""
