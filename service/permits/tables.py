"""The record of every permit: what it says, and whether it was used or taken back. The token itself is not kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant
from service.store.documents import Document
from service.store.ids import MAX_ID


class PermitRecord(Base):
    """One permit. A request has at most one, whatever happens to it."""

    __tablename__ = "permits"
    __table_args__ = (UniqueConstraint("request_id"),)

    jti: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(MAX_ID))
    claims: Mapped[dict[str, Any]] = mapped_column(Document)
    """Everything that the token says; signing it again gives a token that is as good, and no better."""
    issued_at: Mapped[datetime] = mapped_column(Instant, index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    redeemed_at: Mapped[datetime | None] = mapped_column(Instant)
    redeemed_by: Mapped[str | None] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by: Mapped[str | None] = mapped_column(Text)
