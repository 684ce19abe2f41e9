"""Writes entries: in the caller's transaction, in one chain, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from service.audit.entry import BEGINNING, Entry
from service.audit.tables import AuditEntry, AuditHead

_LOCK = 0x7461_6B65_646F_776E
"""Names the chain among PostgreSQL's advisory locks."""

PIECE = 1000
"""Entries that are held in memory at a time."""

COLUMNS = tuple(getattr(AuditEntry, field.name) for field in fields(Entry))


class AuditBroken(RuntimeError):  # noqa: N818 - reads as what it is
    """The log doesn't end where its head says. Nothing is added to it, so nothing that needs an entry can happen."""


def record(
    session: Session, *, at: datetime, kind: str, actor: str, subject: str, detail: Mapping[str, object]
) -> None:
    """Append one entry in the caller's transaction.

    Whoever writes an entry holds the chain until the transaction ends, so write it late and commit soon.
    Raises `AuditBroken` when the log was cut, `ValueError` or `TypeError` for a detail that JSON can't say;
    the caller lets it pass, and everything of this transaction is undone.
    """
    seq, last = _head(session)
    entry = Entry.after(seq, last, at=at, kind=kind, actor=actor, subject=subject, detail=detail)
    session.execute(insert(AuditEntry).values(asdict(entry)))
    if seq == 0:
        session.execute(insert(AuditHead).values(id=1, seq=entry.seq, hash=entry.hash))
    else:
        session.execute(update(AuditHead).where(AuditHead.id == 1).values(seq=entry.seq, hash=entry.hash))


def head(session: Session) -> tuple[int, str]:
    """Number and hash of the last entry, as the head has them; `(0, BEGINNING)` before the first."""
    found = session.execute(select(AuditHead.seq, AuditHead.hash)).one_or_none()
    return (0, BEGINNING) if found is None else (found.seq, found.hash)


def entries(
    session: Session,
    *,
    after: int | None = None,
    subject: str | None = None,
    kind: str | None = None,
    piece: int | None = None,
) -> Iterator[Entry]:
    """Entries in their order, read in pieces: all, or those after a number, of a subject, of a kind."""
    piece = piece or PIECE
    wanted = select(*COLUMNS).order_by(AuditEntry.seq).limit(piece)
    if subject is not None:
        wanted = wanted.where(AuditEntry.subject == subject)
    if kind is not None:
        wanted = wanted.where(AuditEntry.kind == kind)
    while True:
        rows = session.execute(wanted if after is None else wanted.where(AuditEntry.seq > after)).all()
        for row in rows:
            yield Entry(*row)
        if len(rows) < piece:
            return
        after = rows[-1].seq


def _head(session: Session) -> tuple[int, str]:
    """The head, with nobody else writing until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE has the lock already
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    seq, last = head(session)
    newest = select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    found = session.execute(newest).one_or_none()
    if (seq, last) != ((0, BEGINNING) if found is None else tuple(found)):
        raise AuditBroken("the audit log doesn't end where its head says; run `takedown-verifier audit verify`")
    return seq, last
