"""Uses a permit up: whoever comes first may act, everybody else is refused, however many come at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.audit.log import record
from service.permits.keys import SigningKeys
from service.permits.tables import PermitRecord
from service.permits.token import Permit, PermitRefused, read, require_bound
from service.store.base import Store


def redeem(store: Store, keys: SigningKeys, token: str, action: str, target: str, *, by: str, at: datetime) -> Permit:
    """Use the permit for exactly this action on exactly this target. Raises `PermitRefused`.

    After a return the use is on record; the caller may then act, once. A refusal of a genuine permit
    is on record, too.
    """
    permit = read(token, keys.public, at)
    try:
        require_bound(permit, action, target)
        with store.transaction() as session:
            _use(session, permit, by, at)
            detail = {"jti": permit.jti, "action": action, "target": target, "break_glass": permit.break_glass}
            record(session, at=at, kind="permit.redeemed", actor=by, subject=permit.request_id, detail=detail)
    except PermitRefused as refused:
        with store.transaction() as session:
            detail = {"jti": permit.jti, "action": action, "target": target, "reason": refused.reason}
            record(session, at=at, kind="permit.refused", actor=by, subject=permit.request_id, detail=detail)
        raise
    return permit


def _use(session: Session, permit: Permit, by: str, at: datetime) -> None:
    """One statement decides who is first; what the record says of the permit goes before what the token says."""
    used = session.execute(
        update(PermitRecord)
        .where(
            PermitRecord.jti == permit.jti,
            PermitRecord.request_id == permit.request_id,
            PermitRecord.redeemed_at.is_(None),
            PermitRecord.revoked_at.is_(None),
            PermitRecord.expires_at > at,
        )
        .values(redeemed_at=at, redeemed_by=by)
        .returning(PermitRecord.claims)
    ).all()
    if len(used) == 1 and used[0].claims == permit.model_dump():
        return
    raise _why(session, permit)


def _why(session: Session, permit: Permit) -> PermitRefused:
    found = session.get(PermitRecord, permit.jti, populate_existing=True)
    if found is None or found.claims != permit.model_dump():
        return PermitRefused("not-valid", "The service has no record of this permit.")
    if found.revoked_at is not None:
        return PermitRefused("revoked", "The permit was revoked.")
    return PermitRefused("redeemed", "The permit was used already. It works once.")
