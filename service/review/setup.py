"""Puts the review office together as the service runs it."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit.log import record
from service.clock import Clock
from service.people import People
from service.permits.issue import issue
from service.permits.keys import SigningKeys
from service.permits.revoke import revoke
from service.permits.tables import PermitRecord
from service.requests.tables import RequestRecord
from service.review.aftermath import follow
from service.review.office import Office
from service.review.rules import Rules
from service.review.tables import Review
from service.store.base import Store

log = logging.getLogger("takedown.review")


def open_office(
    store: Store, clock: Clock, people: People, rules: Rules, signing: SigningKeys, appeal_page: str
) -> Office:
    """The office whose outcomes issue permits, write letters and take permits back on appeal."""

    def permit(session: Session, request: RequestRecord, approvers: list[str], at: datetime) -> None:
        issue(session, request, approvers, at, keys=signing)

    return Office(
        store=store,
        people=people,
        rules=rules,
        clock=clock,
        on_closed=follow(permit, take_back, rules, appeal_page),
        alert=_alert,
    )


def take_back(session: Session, request: RequestRecord, why: str, at: datetime) -> None:
    """Make the permit of a request worthless, and say in the log when it was too late for that."""
    found = session.scalars(select(PermitRecord).where(PermitRecord.request_id == request.request_id)).one_or_none()
    if found is not None and found.redeemed_at is None and found.revoked_at is None:
        revoke(session, found.jti, by="appeal", why=why, at=at)
        return
    used = found is not None and found.redeemed_at is not None
    detail = {"permit_used": used, "why": why}
    record(session, at=at, kind="request.overturned", actor="appeal", subject=request.request_id, detail=detail)


def _alert(session: Session, review: Review, at: datetime, why: str) -> None:
    """Into the service's log, without a word that anybody wrote."""
    log.warning("review %s of queue %s needs attention: %s", review.review_id, review.queue, why.partition(":")[0])
