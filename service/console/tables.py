"""Local accounts and sessions of the console."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant


class LocalAccount(Base):
    """A password for somebody in the people directory."""

    __tablename__ = "console_accounts"

    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    password: Mapped[str] = mapped_column(Text)
    """argon2id, with its salt and parameters."""
    failures: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(Instant)


class ConsoleSession(Base):
    """Somebody is signed in."""

    __tablename__ = "console_sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(Instant)
