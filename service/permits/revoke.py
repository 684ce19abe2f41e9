"""Takes a permit back before it is used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.audit.log import record
from service.permits.tables import PermitRecord
from service.permits.token import PermitRefused


def revoke(session: Session, jti: str, *, by: str, why: str, at: datetime) -> None:
    """Make a permit worthless. Raises `PermitRefused` when it was used already, `LookupError` when there is none."""
    taken = session.execute(
        update(PermitRecord)
        .where(PermitRecord.jti == jti, PermitRecord.redeemed_at.is_(None), PermitRecord.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by=by)
        .returning(PermitRecord.request_id)
    ).all()
    if taken:
        detail = {"jti": jti, "why": why}
        record(session, at=at, kind="permit.revoked", actor=by, subject=taken[0].request_id, detail=detail)
        return
    found = session.get(PermitRecord, jti)
    if found is None:
        raise LookupError(f"there is no permit {jti!r}")
    if found.redeemed_at is not None:
        raise PermitRefused("redeemed", "The permit was used already; it can't be taken back.")


def revoke_of(session: Session, request_id: str, *, by: str, why: str, at: datetime) -> bool:
    """Take back the permit of a request. False when there is none, or it was used already: it is too late then."""
    jti = session.scalar(select(PermitRecord.jti).where(PermitRecord.request_id == request_id))
    try:
        if jti is not None:
            revoke(session, jti, by=by, why=why, at=at)
            return True
    except PermitRefused:
        pass
    return False
