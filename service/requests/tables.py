"""Requests, the cases that were judged for them, and fingerprints of their exhibits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.requests.states import State
from service.store.base import Base, Instant
from service.store.documents import Document
from service.store.ids import MAX_ID


class RequestRecord(Base):
    """One takedown request: what was asked by whom, what was answered, and where it stands."""

    __tablename__ = "requests"

    request_id: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    body_digest: Mapped[str] = mapped_column(String(64))
    """sha256 of what the caller sent, in canonical JSON: the same body again has the same answer."""
    caller: Mapped[str] = mapped_column(String(64), index=True)
    """The name behind the key that sent it."""
    actor_id: Mapped[str] = mapped_column(String(MAX_ID), index=True)
    """Who asks, as the caller says."""
    action: Mapped[str] = mapped_column(String(64))
    target: Mapped[dict[str, Any]] = mapped_column(Document)
    target_digest: Mapped[str] = mapped_column(String(64), index=True)
    meeting_id: Mapped[str] = mapped_column(String(MAX_ID), index=True)
    grounds: Mapped[list[str]] = mapped_column(Document)
    """The claimed categories, sorted."""
    request: Mapped[dict[str, Any]] = mapped_column(Document)
    """The `request` part of the case."""
    case_digest: Mapped[str] = mapped_column(String(64))
    notes: Mapped[list[str]] = mapped_column(Document)
    """Why the case is less than it could be (who was not believed, what was missing), in plain words."""
    assessment: Mapped[dict[str, Any] | None] = mapped_column(Document)
    disposition: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[State] = mapped_column(String(16), index=True)
    verifier_version: Mapped[str | None] = mapped_column(Text)
    policy_version: Mapped[str | None] = mapped_column(Text)
    model_version: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Instant, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it was cleared, approved, denied or expired."""
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a review that nobody finished ends, with nothing released."""
    previous_request_id: Mapped[str | None] = mapped_column(ForeignKey("requests.request_id"))
    """The latest earlier request for the same action on the same target that was not granted."""


class CaseRecord(Base):
    """The case as it was judged. Erasure removes it and leaves its digest in the request."""

    __tablename__ = "request_cases"

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.request_id"), primary_key=True)
    document: Mapped[dict[str, Any] | None] = mapped_column(Document)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class ExhibitRecord(Base):
    """A fingerprint of an exhibit, by which its reuse in another request is recognised."""

    __tablename__ = "request_exhibits"

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.request_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(String(80), index=True)
    """`sha256:…`, `pdq:…` or `text:…`."""
