"""Takes the words out of reviews and letters when a case is erased; who decided what, on which elements, stays."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.letters.tables import Letter
from service.review.tables import Appeal, Note, Question, Review


def erase_words(session: Session, request_id: str) -> None:
    """Empty titles, notes, questions, appeals and letters about one request."""
    reviews = select(Review.review_id).where(Review.request_id == request_id)
    session.execute(update(Note).where(Note.review_id.in_(reviews)).values(text="", attachments=[]))
    session.execute(update(Question).where(Question.review_id.in_(reviews)).values(text="", answer=None))
    session.execute(update(Appeal).where(Appeal.request_id == request_id, Appeal.text.is_not(None)).values(text=""))
    session.execute(update(Letter).where(Letter.request_id == request_id).values(subject="", body="", others={}))
    session.execute(update(Review).where(Review.request_id == request_id).values(title=""))
