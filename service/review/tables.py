"""Reviews, who holds them, what was decided, asked and noted, and what reviewers looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Float, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.review.quorum import Outcome
from service.review.rules import Kind
from service.store.base import Base, Instant
from service.store.documents import Document
from service.store.ids import MAX_ID

ReviewState = Literal["open", "waiting", "closed"]
Appellant = Literal["host", "requester"]
"""Who appeals: the host against a restriction, the requester against a refusal."""
_ID = String(32)


class Review(Base):
    """One round in which people decide one request. What the queue sorts and filters by stands in the row."""

    __tablename__ = "reviews"

    review_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    request_id: Mapped[str] = mapped_column(String(MAX_ID), index=True)
    """The request, or, for a golden case, an id of the same kind that names no request."""
    round: Mapped[int]
    """1; 2 and further are appeals."""
    kind: Mapped[Kind] = mapped_column(String(8))
    state: Mapped[ReviewState] = mapped_column(String(8))
    hold: Mapped[int]
    """1 where pretext is flagged: before every other, and decided by two."""
    needed: Mapped[int]
    """People who must answer the same."""
    level: Mapped[int]
    """How often it was raised, by a person or by a deadline."""
    place: Mapped[float] = mapped_column(Float)
    """Its place among those of its kind; see `service.review.priority`."""
    weight_why: Mapped[list[str]] = mapped_column(Document)
    queue: Mapped[str] = mapped_column(String(40))
    rank: Mapped[int]
    read_language: Mapped[str] = mapped_column(String(16))
    regions: Mapped[list[str]] = mapped_column(Document)
    action: Mapped[str] = mapped_column(String(64))
    category: Mapped[str] = mapped_column(String(64))
    """The gravest one claimed."""
    language: Mapped[str] = mapped_column(String(16))
    region: Mapped[str] = mapped_column(String(2))
    title: Mapped[str] = mapped_column(Text)
    graphic: Mapped[int]
    parties: Mapped[dict[str, Any]] = mapped_column(Document)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    raise_at: Mapped[datetime] = mapped_column(Instant)
    """When the next alert goes out, unless it is closed by then."""
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[Outcome | None] = mapped_column(String(8))

    __table_args__ = (
        UniqueConstraint("request_id", "round"),
        # The order of the queue; the columns after it let every filter be answered without reading rows.
        Index(
            "ix_reviews_order", "state", "hold", "level", "place", "review_id", "action", "kind", "category",
            "language", "queue",
        ),
        Index("ix_reviews_queue", "state", "queue", "hold", "level", "place", "review_id"),
        Index("ix_reviews_category", "state", "category", "hold", "level", "place", "review_id"),
        Index("ix_reviews_language", "state", "language", "hold", "level", "place", "review_id"),
        Index("ix_reviews_raise", "state", "raise_at"),
        Index("ix_reviews_due", "state", "due_at"),
    )  # fmt: skip


class Lease(Base):
    """Somebody holds, or held, a review. At most one lease of a review has not ended."""

    __tablename__ = "review_leases"

    lease_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.review_id"), index=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    taken_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_how: Mapped[str | None] = mapped_column(String(16))

    __table_args__ = (
        Index(
            "uq_review_leases_held", "review_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip


class Decision(Base):
    """What one person answered, and why."""

    __tablename__ = "review_decisions"

    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.review_id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]
    """1 for the first person, 2 for the second, …"""
    outcome: Mapped[Outcome] = mapped_column(String(8))
    verdicts: Mapped[dict[str, str]] = mapped_column(Document)
    """Claim id -> the person's own verdict."""
    pretextual: Mapped[bool]
    cites: Mapped[list[str]] = mapped_column(Document)
    """`CLAIM/ELEMENT` of the ledger, on which the answer rests."""
    reason: Mapped[str] = mapped_column(Text)
    seconds: Mapped[float] = mapped_column(Float)
    """From lease to answer."""
    decided_at: Mapped[datetime] = mapped_column(Instant, index=True)

    __table_args__ = (Index("ix_review_decisions_person", "person", "decided_at"),)


class PutAside(Base):
    """Somebody will not take this case: skipped for now, or recused for good."""

    __tablename__ = "review_put_aside"

    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.review_id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    how: Mapped[Literal["skip", "recuse"]] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)


class Note(Base):
    """A reviewer's note. Others see it only where it can't tell them what its writer decided."""

    __tablename__ = "review_notes"

    note_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.review_id"), index=True)
    person: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    attachments: Mapped[list[dict[str, str]]] = mapped_column(Document)
    """`{name, sha256}`: files stay where they are; the hash says which file it was."""
    at: Mapped[datetime] = mapped_column(Instant)


class Question(Base):
    """Something asked back, with a clock. While it is open, the case waits outside of the queue."""

    __tablename__ = "review_questions"

    question_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.review_id"), index=True)
    person: Mapped[str] = mapped_column(String(64))
    to: Mapped[Literal["requester", "platform"]] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(Text)
    """What came back: an allegation or a statement to weigh, never a platform record."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class View(Base):
    """Somebody opened a case's content."""

    __tablename__ = "review_views"

    view_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.review_id"), index=True)
    person: Mapped[str] = mapped_column(String(64))
    graphic: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_review_views_person", "person", "at"),)


class Golden(Base):
    """A case whose right answer is known, which reviewers can't tell from any other."""

    __tablename__ = "review_golden"

    review_id: Mapped[str] = mapped_column(ForeignKey("reviews.review_id"), primary_key=True)
    case: Mapped[dict[str, Any]] = mapped_column(Document)
    assessment: Mapped[dict[str, Any]] = mapped_column(Document)
    verdicts: Mapped[dict[str, str]] = mapped_column(Document)
    pretextual: Mapped[bool]
    outcome: Mapped[Outcome] = mapped_column(String(8))


class Appeal(Base):
    """The right to have a decision heard again, and what was said when it was used."""

    __tablename__ = "review_appeals"

    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Of the code in the letter; whoever has it may appeal. A requester needs none, so theirs is nobody's."""
    request_id: Mapped[str] = mapped_column(String(MAX_ID), index=True)
    by: Mapped[Appellant] = mapped_column(String(16), server_default="host")
    until: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str | None] = mapped_column(Text)
    appealed_at: Mapped[datetime | None] = mapped_column(Instant)
    review_id: Mapped[str | None] = mapped_column(ForeignKey("reviews.review_id"))
