"""Every time that the glass was broken: who asked, who agreed, and what a third person found afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant
from service.store.documents import Document
from service.store.ids import MAX_ID

Finding = Literal["justified", "unjustified"]


class BreakGlass(Base):
    """One use. Confirmed and not reviewed: an obligation that stays until somebody meets it."""

    __tablename__ = "break_glass"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    action: Mapped[str] = mapped_column(String(64))
    target: Mapped[dict[str, Any]] = mapped_column(Document)
    request_id: Mapped[str | None] = mapped_column(String(MAX_ID))
    """The takedown request that could not wait, where there is one."""
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(MAX_ID))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[str | None] = mapped_column(String(MAX_ID))
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    confirmed_why: Mapped[str | None] = mapped_column(Text)
    jti: Mapped[str | None] = mapped_column(String(64))
    reviewed_by: Mapped[str | None] = mapped_column(String(MAX_ID))
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)
    finding: Mapped[Finding | None] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(Text)
    overdue_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was told that its review is overdue; once is enough, it stays at the top of the queue."""
