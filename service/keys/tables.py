"""API keys: by hash, never the key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.keys.callers import Scope
from service.store.base import Base, Instant
from service.store.documents import Document


class ApiKey(Base):
    """One key. Rows are never deleted: who once could call stays known."""

    __tablename__ = "api_keys"

    key_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    """The part of the key that may be shown."""
    name: Mapped[str] = mapped_column(String(64), index=True)
    """The caller's name; a rotated key's successor has the same."""
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """Unsalted: keys are 256 random bits, so there is nothing to guess from."""
    scopes: Mapped[list[Scope]] = mapped_column(Document)
    person: Mapped[str | None] = mapped_column(Text)
    rate_per_minute: Mapped[int | None]
    max_body_bytes: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    def valid(self, at: datetime) -> bool:
        """Whether the key opens anything at a moment."""
        ended = [moment for moment in (self.expires_at, self.revoked_at) if moment is not None]
        return all(at < moment for moment in ended)
