"""Meetings, what was observed and reported in them, and for which spans the record is complete."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Instant
from service.store.documents import Document
from service.store.ids import MAX_ID

ItemKind = Literal["signal", "report"]


class MeetingRecord(Base):
    """A meeting as the platform last described it, without coverage."""

    __tablename__ = "telemetry_meetings"

    meeting_id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(Document)
    source: Mapped[str] = mapped_column(String(64))
    """The caller who described it."""
    stored_at: Mapped[datetime] = mapped_column(Instant, index=True)


class ItemRecord(Base):
    """One signal or one report. It may come before its meeting, and in any order."""

    __tablename__ = "telemetry_items"
    __table_args__ = (Index("ix_telemetry_items_in_order", "meeting_id", "kind", "at", "item_id"),)

    meeting_id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    kind: Mapped[ItemKind] = mapped_column(String(8), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(Document)
    document_sha256: Mapped[str] = mapped_column(String(64))
    """Of the document as it came; it stays when the text is erased."""
    text_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the text as it came."""
    at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was observed or submitted."""
    source: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[datetime] = mapped_column(Instant, index=True)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class CoverageRecord(Base):
    """A span for which the platform holds every record of one kind."""

    __tablename__ = "telemetry_coverage"

    meeting_id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    start: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    end: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    source: Mapped[str] = mapped_column(String(64))
    stored_at: Mapped[datetime] = mapped_column(Instant)
