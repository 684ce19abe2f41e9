"""What must be true of a store after each kill: everything that anybody was told is there, on record, and once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.audit.chain import START, BadEntry
from service.audit.checkpoints import BadCheckpoint, read_checkpoints
from service.audit.entry import Entry
from service.audit.inspect import inspect
from service.audit.log import entries
from service.loadtest.mixed import Told
from service.permits.keys import SigningKeys
from service.permits.tables import PermitRecord
from service.requests.states import PERMITTING
from service.requests.tables import RequestRecord
from service.review.tables import Decision
from service.store.base import Store

_T = TypeVar("_T")
PIECE = 500


class Whole:
    """Checks a store again and again. Of the log only what is new since the last check, from its checkpoint on."""

    def __init__(self, database: str, permit_keys: Path, checkpoints: Path) -> None:
        self._database, self._permit_keys, self._checkpoints = database, permit_keys, checkpoints
        self._link = START
        self.entries = 0

    def broken(self, told: Told) -> list[str]:
        """Every way in which the store is not whole, in sentences; none when it is."""
        keys = SigningKeys(self._permit_keys)
        store = Store(self._database)
        try:
            with store.reading() as session:
                found = [*self._log(session, keys), *_permits(session)]
                found += [*_answers(session, told), *_redemptions(session, told), *_decisions(session, told)]
                return found
        finally:
            store.close()

    def _log(self, session: Session, keys: SigningKeys) -> Iterator[str]:
        try:
            points = read_checkpoints(self._checkpoints, keys.public)
            end = inspect(session, [point for point in points if point.seq > self._link[0]], start=self._link)
        except (BadEntry, BadCheckpoint) as bad:
            yield f"the audit log is broken: {bad}"
            return
        yield from _entries(session, entries(session, after=self._link[0]))
        self._link, self.entries = end, end[0]


def _entries(session: Session, new: Iterable[Entry]) -> Iterator[str]:
    """Each permit that the log tells of is there, and was used as often as the log says."""
    seen = {"permit.issued": Counter[str](), "permit.redeemed": Counter[str]()}
    for entry in new:
        if entry.kind in seen:
            seen[entry.kind][str(entry.said["jti"])] += 1
    for kind, counted in seen.items():
        yield from (f"{n} entries {kind} for one permit" for n in counted.values() if n > 1)
        for piece in _pieces(counted):
            rows = session.execute(
                select(PermitRecord.jti, PermitRecord.redeemed_at).where(PermitRecord.jti.in_(piece))
            ).all()
            if len(rows) != len(piece):
                yield f"{len(piece) - len(rows)} entries {kind} tell of permits that are not there"
            if kind == "permit.redeemed" and any(row.redeemed_at is None for row in rows):
                yield "a redemption is in the log and not on the permit"


def _permits(session: Session) -> Iterator[str]:
    """A permit exists exactly where its request is cleared or approved."""
    stray = session.scalar(
        select(func.count())
        .select_from(PermitRecord)
        .outerjoin(RequestRecord, RequestRecord.request_id == PermitRecord.request_id)
        .where(RequestRecord.request_id.is_(None) | RequestRecord.state.not_in(PERMITTING))
    )
    missing = session.scalar(
        select(func.count())
        .select_from(RequestRecord)
        .outerjoin(PermitRecord, RequestRecord.request_id == PermitRecord.request_id)
        .where(RequestRecord.state.in_(PERMITTING), PermitRecord.jti.is_(None))
    )
    if stray:
        yield f"{stray} permits for what is neither cleared nor approved"
    if missing:
        yield f"{missing} requests are cleared or approved and have no permit"


def _answers(session: Session, told: Told) -> Iterator[str]:
    with told.lock:
        answered = dict(told.answered)
    for piece in _pieces(answered):
        rows = session.execute(
            select(RequestRecord.request_id, RequestRecord.disposition).where(RequestRecord.request_id.in_(piece))
        ).all()
        kept = {row.request_id: row.disposition for row in rows}
        yield from (f"{one} was acknowledged and is lost" for one in piece if one not in kept)
        yield from (
            f"{one} was answered {answered[one]} and is recorded as {kept[one]}"
            for one in piece
            if one in kept and kept[one] != answered[one]
        )


def _redemptions(session: Session, told: Told) -> Iterator[str]:
    with told.lock:
        permits, redeemed = set(told.permits.values()), Counter(told.redeemed)
    yield from (f"a permit was used {n} times" for n in redeemed.values() if n > 1)
    for piece in _pieces(permits):
        rows = session.execute(
            select(PermitRecord.jti, PermitRecord.redeemed_at).where(PermitRecord.jti.in_(piece))
        ).all()
        if len(rows) != len(piece):
            yield f"{len(piece) - len(rows)} permits left the service without a record"
        if any(row.redeemed_at is None and redeemed[row.jti] for row in rows):
            yield "a permit was used and the record does not say so"


def _decisions(session: Session, told: Told) -> Iterator[str]:
    with told.lock:
        decided = set(told.decided)
    for piece in _pieces({review_id for review_id, _ in decided}):
        rows = session.execute(select(Decision.review_id, Decision.person).where(Decision.review_id.in_(piece))).all()
        lost = {one for one in decided if one[0] in set(piece)} - {(row.review_id, row.person) for row in rows}
        if lost:
            yield f"{len(lost)} decisions were acknowledged and are lost"


def _pieces(items: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(items)
    while piece := list(islice(rest, PIECE)):
        yield piece
