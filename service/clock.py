"""What time it is: whoever needs to know is given a clock, so that tests and replays can set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""The present moment, in UTC."""


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)
