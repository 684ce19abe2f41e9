"""Issues permits: the record and its audit entry first, in the caller's transaction; the token only after that."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit.log import record
from service.permits.keys import SigningKeys
from service.permits.tables import PermitRecord
from service.permits.target import target_name
from service.permits.token import Permit, sign
from service.requests.book import Hook
from service.requests.states import PERMITTING
from service.requests.tables import RequestRecord

LIFETIME = timedelta(hours=1)
"""What the record shows of a running meeting is old news after that."""


class NotPermitted(ValueError):  # noqa: N818 - reads as what it is
    """This request may not have a permit; the transaction that asked for one must not be committed."""


def issue(
    session: Session,
    request: RequestRecord,
    approvers: Sequence[str],
    at: datetime,
    *,
    keys: SigningKeys,
    lifetime: timedelta = LIFETIME,
) -> str:
    """A permit for a request that is cleared or approved; hand the token out only after the commit.

    Looks again at what was decided, so that a mistake elsewhere is not enough. Raises `NotPermitted`;
    a second permit for the same request is refused by the database.
    """
    _require_permitting(request, approvers)
    permit = Permit(
        jti=secrets.token_urlsafe(16),
        iat=int(at.timestamp()),
        exp=int((at + lifetime).timestamp()),
        request_id=request.request_id,
        action=request.action,
        target=target_name(request.target),
        case_digest=request.case_digest,
        policy_version=request.policy_version or "",
        model_version=request.model_version or "",
        approvers=sorted(set(approvers)),
        break_glass=False,
    )
    return write_down(session, permit, at, actor=", ".join(permit.approvers) or "verifier", keys=keys)


def issuer(keys: SigningKeys) -> Hook:
    """The hook by which the book of requests has a permit issued for what is cleared."""

    def issue_for(session: Session, request: RequestRecord, at: datetime) -> None:
        issue(session, request, (), at, keys=keys)

    return issue_for


def write_down(session: Session, permit: Permit, at: datetime, *, actor: str, keys: SigningKeys) -> str:
    """Record a permit with its audit entry; the token that says the same."""
    claims = permit.model_dump()
    expires = datetime.fromtimestamp(permit.exp, at.tzinfo)
    session.add(
        PermitRecord(jti=permit.jti, request_id=permit.request_id, claims=claims, issued_at=at, expires_at=expires)
    )
    session.flush()
    record(session, at=at, kind="permit.issued", actor=actor, subject=permit.request_id, detail=claims)
    return sign(permit, *keys.signing)


def token_of(session: Session, request_id: str, keys: SigningKeys) -> str | None:
    """The permit that was issued for a request, for whoever asks again; None where there is none to use."""
    found = session.scalars(select(PermitRecord).where(PermitRecord.request_id == request_id)).one_or_none()
    if found is None or found.redeemed_at is not None or found.revoked_at is not None:
        return None
    return sign(Permit.model_validate(found.claims), *keys.signing)


def _require_permitting(request: RequestRecord, approvers: Sequence[str]) -> None:
    if request.state not in PERMITTING:
        raise NotPermitted(f"request {request.request_id!r} is {request.state}; nothing permits it")
    assessment = request.assessment or {}
    if request.state == "cleared":
        if assessment.get("disposition") != "cleared" or assessment.get("degraded"):
            raise NotPermitted(f"request {request.request_id!r} was not cleared by its assessment")
        return
    approvals = assessment.get("approvals", {})
    needed = max(1, approvals.get("required", 1))
    if len(set(approvers)) < needed:
        raise NotPermitted(f"request {request.request_id!r} needs {needed} people who agree")
    tied = set(approvers) & {*approvals.get("excluded", ()), request.actor_id}
    if tied:
        raise NotPermitted(f"request {request.request_id!r} can't be approved by {', '.join(sorted(tied))}")
