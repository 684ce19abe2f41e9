"""Past requests out of the store, as the figures need them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.insider.figures import Ending, Past
from service.requests.states import PERMITTING, REFUSED
from service.requests.tables import CaseRecord, RequestRecord
from service.review.tables import Decision, Review
from verifier.case import Case
from verifier.pretext.topics import subjects

CIVIC = (
    "commemoration", "dissent", "elections", "labour", "religion", "minorities", "war_crimes", "corruption",
    "environment", "consumers", "litigation",
)  # fmt: skip


def read_past(session: Session, since: datetime) -> list[Past]:
    """Every request received since then, oldest first. What was erased has no subject and no region."""
    found = session.execute(
        select(RequestRecord, CaseRecord.document)
        .outerjoin(CaseRecord, CaseRecord.request_id == RequestRecord.request_id)
        .where(RequestRecord.received_at >= since)
        .order_by(RequestRecord.received_at, RequestRecord.request_id)
    ).all()
    approved = _approvers(session, since)
    grounds = {record.request_id: tuple(record.grounds) for record, _ in found}
    past = []
    for record, document in found:
        about, region = _meeting(document)
        before = grounds.get(record.previous_request_id or "")
        past.append(
            Past(
                request_id=record.request_id,
                requester=f"{record.caller}/{record.actor_id}",
                approvers=tuple(approved.get(record.request_id, ())),
                target=record.target_digest,
                region=region,
                subjects=about,
                ending=_ending(record),
                switched=before is not None and before != tuple(record.grounds),
            )
        )
    return past


def _ending(record: RequestRecord) -> Ending:
    if record.state in PERMITTING:
        return "upheld"
    return "refused" if record.state in REFUSED else "open"


def _meeting(document: dict[str, object] | None) -> tuple[tuple[str, ...], str]:
    """What a meeting was about, by its title and description, and its host's country."""
    if document is None:
        return (), ""
    case = Case.model_validate(document, strict=False)
    return subjects(case, (), CIVIC), case.meeting.host_account.country or ""


def _approvers(session: Session, since: datetime) -> dict[str, list[str]]:
    found = session.execute(
        select(Review.request_id, Decision.person)
        .join(Decision, Decision.review_id == Review.review_id)
        .where(Decision.outcome == "approve", Review.opened_at >= since)
        .order_by(Review.request_id, Decision.number)
    )
    approved: dict[str, list[str]] = {}
    for request_id, person in found:
        approved.setdefault(request_id, []).append(person)
    return approved
