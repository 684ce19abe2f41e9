"""What one event of a meeting system tells, before it joins what is known already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from verifier.case import Account, Signal


class NotUnderstood(ValueError):  # noqa: N818 - reads as what it is
    """The payload is not what the system's documentation says; nothing of it was stored."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody in the meeting, as far as one event tells. `None`: it doesn't say."""

    participant_id: str
    display_name: str | None = None
    role: str | None = None
    account: Account | None = None
    joined_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What an event adds to a meeting."""

    meeting_id: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `Meeting`, as it has them; later events replace earlier ones."""
    host: Account | None = None
    presences: tuple[Presence, ...] = ()
    signals: tuple[Signal, ...] = ()
