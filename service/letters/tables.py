"""Letters and statements of reasons, as they were written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant
from service.store.documents import Document
from service.store.ids import MAX_ID


class Letter(Base):
    """A letter to an affected host. The platform delivers it; here it is kept."""

    __tablename__ = "letters"

    request_id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    letter_id: Mapped[str] = mapped_column(String(64), unique=True)
    """Names the letter to whoever delivers it, without a word of the request's own id."""
    kind: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    to_account: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    others: Mapped[dict[str, dict[str, str]]] = mapped_column(Document, server_default="{}")
    """The same in the other languages that there are: language -> `subject` and `body`."""
    at: Mapped[datetime] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the platform said that it reached the host; None: it waits."""

    __table_args__ = (Index("ix_letters_waiting", "delivered_at", "at", "letter_id"),)


class Statement(Base):
    """A statement of reasons for a restriction, ready for the EU DSA Transparency Database."""

    __tablename__ = "statements_of_reasons"

    puid: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(MAX_ID), index=True)
    document: Mapped[dict[str, Any]] = mapped_column(Document)
    government_origin: Mapped[bool]
    """Whether a government or court stands behind the request, which that database has no field for."""
    at: Mapped[datetime] = mapped_column(Instant, index=True)
