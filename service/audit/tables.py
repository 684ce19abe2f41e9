"""Tables of the audit log: its entries, and the head that says where it ends."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base

_BIG = BigInteger().with_variant(Integer, "sqlite")
"""SQLite's own integers are as big, and only they are its row ids."""


class AuditEntry(Base):
    """One entry. Times and details are text, because the hash is over exactly these characters."""

    __tablename__ = "audit_entries"

    seq: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(27), index=True)
    kind: Mapped[str] = mapped_column(String(64), index=True)
    actor: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, index=True)
    detail: Mapped[str] = mapped_column(Text)
    prev_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """Where the log ends: one row, written with each entry, so that a cut tail of the entries shows."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(_BIG)
    hash: Mapped[str] = mapped_column(String(64))
