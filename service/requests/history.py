"""The service's own history of a requester and of exhibits, as a case tells it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.requests.states import PERMITTING
from service.requests.tables import ExhibitRecord, RequestRecord
from verifier.case import Evidence, EvidenceReuse, History, RequesterHistory, TakedownRequest
from verifier.normalise import fold
from verifier.pretext.exhibits import SHOWS_MEETING

SPAN = timedelta(days=90)
"""The contract's window for a requester's record."""
MIN_TEXT = 120
"""Shorter texts are alike by chance; about two sentences are not."""
MAX_REUSE = 1_000
"""Earlier uses that a case tells, latest first; more add nothing."""


def fingerprints(evidence: Sequence[Evidence]) -> list[str]:
    """What identifies these exhibits, each fingerprint once."""
    return list(dict.fromkeys(mark for exhibit in evidence for mark in _marks(exhibit)))


def history_of(session: Session, request: TakedownRequest, caller: str, at: datetime) -> History:
    """How this requester's requests of the last 90 days ended, and which exhibits served before elsewhere.

    A requester is an actor as one caller names it: nobody can spoil another caller's actors' record.
    """
    return History(
        requester=_requester(session, request, caller, at), evidence_reuse=tuple(_reuse(session, request, at))
    )


def _requester(session: Session, request: TakedownRequest, caller: str, at: datetime) -> RequesterHistory:
    counted = session.execute(
        select(RequestRecord.state, func.count())
        .where(
            RequestRecord.caller == caller,
            RequestRecord.actor_id == request.requester.actor_id,
            RequestRecord.received_at >= at - SPAN,
            RequestRecord.received_at < at,
            RequestRecord.request_id != request.request_id,
        )
        .group_by(RequestRecord.state)
    )
    by_state: dict[str, int] = dict(counted.all())
    return RequesterHistory(
        requests_90d=sum(by_state.values()),
        upheld_90d=sum(by_state.get(state, 0) for state in PERMITTING),
        overturned_90d=by_state.get("denied", 0),
    )


def _reuse(session: Session, request: TakedownRequest, at: datetime) -> Iterator[EvidenceReuse]:
    exhibit_with: dict[str, str] = {}
    for exhibit in request.evidence:
        for mark in _marks(exhibit):
            exhibit_with.setdefault(mark, exhibit.evidence_id)
    if not exhibit_with:
        return
    found = session.execute(
        select(ExhibitRecord.fingerprint, RequestRecord.request_id, RequestRecord.meeting_id, RequestRecord.received_at)
        .join(RequestRecord, RequestRecord.request_id == ExhibitRecord.request_id)
        .where(
            ExhibitRecord.fingerprint.in_(sorted(exhibit_with)),
            RequestRecord.meeting_id != request.target.meeting_id,
            RequestRecord.received_at < at,
        )
        .order_by(RequestRecord.received_at.desc(), RequestRecord.request_id, ExhibitRecord.fingerprint)
        .limit(MAX_REUSE)
    )
    told: set[tuple[str, str]] = set()
    for mark, request_id, meeting_id, received_at in found:
        key = (exhibit_with[mark], request_id)
        if key in told:
            continue
        told.add(key)
        yield EvidenceReuse(
            evidence_id=exhibit_with[mark],
            prior_request_id=request_id,
            prior_meeting_id=meeting_id,
            prior_submitted_at=received_at,
        )


def _marks(exhibit: Evidence) -> Iterator[str]:
    if exhibit.kind not in SHOWS_MEETING:
        return  # letters, documents and templates are honestly sent more than once
    if exhibit.sha256:
        yield f"sha256:{exhibit.sha256}"
    if exhibit.pdq:
        yield f"pdq:{exhibit.pdq}"
    words = fold(exhibit.text)
    if len(words) >= MIN_TEXT:
        yield f"text:{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()}"
