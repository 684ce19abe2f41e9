"""Limits that protect reviewers: how much graphic content a day, and a pause after a long stretch."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.problems import ProblemDetails
from service.review.rules import Wellness
from service.review.tables import Decision, View

_LOOK_BACK = timedelta(hours=12)
"""Longer than any stretch that should happen."""


def graphic_left(session: Session, person: str, limits: Wellness, now: datetime) -> int:
    """How many more cases of graphic categories somebody may open in these 24 hours."""
    opened = session.scalar(
        select(func.count(func.distinct(View.review_id))).where(
            View.person == person, View.graphic == 1, View.at > now - timedelta(hours=24)
        )
    )
    return max(0, limits.graphic_per_day - (opened or 0))


def pause_until(session: Session, person: str, limits: Wellness, now: datetime) -> datetime | None:
    """Until when somebody should rest, or None. A stretch is work without a gap as long as a break."""
    since, gap = now - _LOOK_BACK, timedelta(minutes=limits.break_minutes)
    seen = session.scalars(select(View.at).where(View.person == person, View.at > since))
    decided = session.scalars(select(Decision.decided_at).where(Decision.person == person, Decision.decided_at > since))
    moments = sorted([*seen, *decided], reverse=True)
    if not moments or now - moments[0] >= gap:
        return None
    start = moments[0]
    for earlier in moments[1:]:
        if start - earlier >= gap:
            break
        start = earlier
    return moments[0] + gap if moments[0] - start >= timedelta(minutes=limits.stretch_minutes) else None


def require_rested(session: Session, person: str, limits: Wellness, now: datetime) -> None:
    """Raises a problem where a pause is due."""
    until = pause_until(session, person, limits, now)
    if until is not None:
        minutes = max(1, round((until - now) / timedelta(minutes=1)))
        raise ProblemDetails(
            "pause-due",
            f"You have decided for over {limits.stretch_minutes:g} minutes without a pause. "
            f"Rest; the queue is open to you again in {minutes} minute{'s' if minutes > 1 else ''}.",
        )
