"""What a caller asks the service to decide, before it is recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from verifier.case import Case, TakedownRequest


@dataclass(frozen=True, slots=True)
class Stated:
    """A case as far as its caller and the service's own records may state it, and what it lacks."""

    case: Case
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """One call to have a request verified."""

    caller: str
    """The name behind the key."""
    request: TakedownRequest
    body_digest: str
    """sha256 of the body in canonical JSON."""
    state: Callable[[Session, datetime], Stated]
    """Builds the case from what was sent and what is stored, as of a moment."""
