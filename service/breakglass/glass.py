"""Breaks the glass: one person asks, another one agrees, a permit marked as such is issued, and a review is owed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit.log import record
from service.breakglass.tables import BreakGlass, Finding
from service.permits.issue import write_down
from service.permits.keys import SigningKeys
from service.permits.target import target_name
from service.permits.token import Permit
from service.problems import ProblemDetails
from service.requests.tables import RequestRecord
from service.store.documents import digest
from service.webhooks.endpoints import Endpoints

CONFIRMED = "break-glass.confirmed"
"""The entry of which somebody must be told: without a webhook that hears it there is no glass to break."""
WINDOW = timedelta(minutes=15)
"""The second person agrees within this time or not at all."""
LIFETIME = timedelta(minutes=10)
REVIEW_WITHIN = timedelta(hours=72)
"""While a review is overdue, the glass stays whole for everybody."""


@dataclass(frozen=True, slots=True)
class Emergency:
    """What must happen at once, and why."""

    action: str
    target: Mapping[str, Any]
    reason: str
    request_id: str | None = None


def ask(session: Session, emergency: Emergency, *, by: str | None, at: datetime, alerts: Endpoints) -> BreakGlass:
    """The first person's word. Nothing is permitted by it. Raises a problem."""
    person = _person(by)
    _require_open(session, at, alerts)
    if emergency.request_id is not None:
        found = session.get(RequestRecord, emergency.request_id)
        if found is None or (found.action, found.target) != (emergency.action, dict(emergency.target)):
            raise ProblemDetails("not-found", "There is no request of this id for this action on this target.")
    asked = BreakGlass(
        id=secrets.token_hex(16), action=emergency.action, target=dict(emergency.target),
        request_id=emergency.request_id, reason=emergency.reason, asked_by=person, asked_at=at,
    )  # fmt: skip
    session.add(asked)
    session.flush()
    _log(session, asked, "break-glass.asked", person, at, reason=asked.reason)
    return asked


def confirm(
    session: Session, glass_id: str, *, by: str | None, why: str, at: datetime, keys: SigningKeys, alerts: Endpoints
) -> str:
    """The second person's word, and the permit. Raises a problem.

    The alert is the audit entry: a webhook tells of it, and of nobody's choosing. The review is owed from
    here on, whether or not the permit is used.
    """
    person = _person(by)
    _require_open(session, at, alerts)
    asked = _get(session, glass_id)
    if person == asked.asked_by:
        raise ProblemDetails("not-independent", "Another person than the one who asked must agree.")
    if asked.confirmed_at is not None:
        raise ProblemDetails("glass-closed", "This was agreed to already.")
    if at >= asked.asked_at + WINDOW:
        raise ProblemDetails("glass-closed", "It was asked too long ago. Time that passes permits nothing; ask again.")
    permit = _permit(session, asked, person, at)
    asked.confirmed_by, asked.confirmed_at, asked.confirmed_why, asked.jti = person, at, why, permit.jti
    session.flush()
    _log(session, asked, CONFIRMED, person, at, asked_by=asked.asked_by, reason=asked.reason, why=why, jti=permit.jti)
    return write_down(session, permit, at, actor=", ".join(permit.approvers), keys=keys)


def review(session: Session, glass_id: str, *, by: str | None, finding: Finding, note: str, at: datetime) -> BreakGlass:
    """A third person's finding, by which the obligation is met. Raises a problem."""
    person = _person(by)
    found = _get(session, glass_id)
    if found.confirmed_at is None:
        raise ProblemDetails("glass-closed", "Nothing was permitted here, so there is nothing to review.")
    if found.reviewed_at is not None:
        raise ProblemDetails("glass-closed", "This was reviewed already.")
    if person in (found.asked_by, found.confirmed_by):
        raise ProblemDetails("not-independent", "Neither of the two who broke the glass reviews it.")
    found.reviewed_by, found.reviewed_at, found.finding, found.note = person, at, finding, note
    session.flush()
    _log(session, found, "break-glass.reviewed", person, at, finding=finding, note=note)
    return found


def owed(session: Session) -> list[BreakGlass]:
    """Uses that nobody has reviewed, oldest first."""
    unmet = BreakGlass.confirmed_at.is_not(None), BreakGlass.reviewed_at.is_(None)
    return list(session.scalars(select(BreakGlass).where(*unmet).order_by(BreakGlass.confirmed_at)))


def tell_overdue(session: Session, at: datetime) -> list[BreakGlass]:
    """Write into the log, once for each, which reviews are overdue now: a webhook tells of it."""
    late = session.scalars(
        select(BreakGlass)
        .where(
            BreakGlass.confirmed_at <= at - REVIEW_WITHIN,
            BreakGlass.reviewed_at.is_(None),
            BreakGlass.overdue_at.is_(None),
        )
        .order_by(BreakGlass.confirmed_at)
        .with_for_update(skip_locked=True)
    ).all()
    for one in late:
        one.overdue_at = at
        _log(session, one, "break-glass.overdue", "queue", at)
    session.flush()
    return list(late)


def _require_open(session: Session, at: datetime, alerts: Endpoints) -> None:
    if not alerts.that_want(CONFIRMED):
        raise ProblemDetails("glass-closed", f"Nobody would be told: no webhook hears {CONFIRMED}.")
    overdue = [
        one.id for one in owed(session) if one.confirmed_at is not None and at > one.confirmed_at + REVIEW_WITHIN
    ]
    if overdue:
        raise ProblemDetails("glass-closed", f"An earlier use was never reviewed: {overdue[0]}. Review it first.")


def _permit(session: Session, asked: BreakGlass, second: str, at: datetime) -> Permit:
    request = session.get(RequestRecord, asked.request_id) if asked.request_id else None
    statement = {"action": asked.action, "target": asked.target, "reason": asked.reason, "asked_by": asked.asked_by}
    return Permit(
        jti=secrets.token_urlsafe(16),
        iat=int(at.timestamp()),
        exp=int((at + LIFETIME).timestamp()),
        request_id=f"break-glass:{asked.id}",  # the request keeps its own permit, should it be approved
        action=asked.action,
        target=target_name(asked.target),
        case_digest=request.case_digest if request else digest(statement),
        policy_version=(request.policy_version if request else None) or "",
        model_version=(request.model_version if request else None) or "",
        approvers=sorted((asked.asked_by, second)),
        break_glass=True,
    )


def _person(by: str | None) -> str:
    if by is None:
        raise ProblemDetails("needs-person", "Two people answer for this: the key has no person behind it.")
    return by


def _get(session: Session, glass_id: str) -> BreakGlass:
    found = session.get(BreakGlass, glass_id, with_for_update=True)
    if found is None:
        raise ProblemDetails("not-found", "Nobody asked for this.")
    return found


def _log(session: Session, glass: BreakGlass, kind: str, person: str, at: datetime, **detail: object) -> None:
    subject = glass.request_id or f"break-glass:{glass.id}"
    told = {"id": glass.id, "action": glass.action, "target": glass.target, **detail}
    record(session, at=at, kind=kind, actor=person, subject=subject, detail=told)
