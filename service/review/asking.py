"""Notes, and questions back to the requester or the platform, each with a clock."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from sqlalchemy import select

from service.audit.log import record
from service.problems import ProblemDetails
from service.review.office import Office, require_held, require_open
from service.review.tables import Note, Question, Review
from service.review.words import is_id, kept
from service.terminal import safe
from verifier.problems import Problem

_SHA256 = re.compile(r"[0-9a-f]{64}")
MAX_TEXT = 5_000


def note(
    office: Office, review_id: str, person_id: str | None, text: str, attachments: Sequence[tuple[str, str]] = ()
) -> Note:
    """Write a note, with attachments by `(name, sha256)`. Raises a problem."""
    wrong = [Problem(f"/attachments/{n}", "no sha256 in hex", "64 lower-case hex digits")
             for n, (_, sha256) in enumerate(attachments) if not _SHA256.fullmatch(sha256)]  # fmt: skip
    if not 1 <= len(text.strip()) <= MAX_TEXT:
        wrong.append(Problem("/text", "no text, or too much", f"1 to {MAX_TEXT:,} characters"))
    if wrong:
        raise ProblemDetails("invalid-decision", "The note is not complete.", wrong)
    with office.deed("note", review_id, person_id) as deed:
        require_held(deed)
        written = Note(
            note_id=uuid.uuid4().hex, review_id=review_id, person=deed.person.id, text=kept(text),
            attachments=[{"name": safe(name)[:200], "sha256": sha256} for name, sha256 in attachments], at=deed.at,
        )  # fmt: skip
        deed.session.add(written)
        deed.log("review.noted", note_id=written.note_id)
        return written


def ask(
    office: Office, review_id: str, person_id: str | None, to: Literal["requester", "platform"], text: str
) -> Question:
    """Ask for more. The case leaves the queue until an answer comes or the clock runs out. Raises a problem."""
    if not 1 <= len(text.strip()) <= MAX_TEXT:
        wrong = Problem("/text", "no text, or too much", f"1 to {MAX_TEXT:,} characters")
        raise ProblemDetails("invalid-decision", "The question is not complete.", [wrong])
    with office.deed("ask", review_id, person_id) as deed:
        require_open(deed.review)
        lease = require_held(deed)
        asked = Question(
            question_id=uuid.uuid4().hex, review_id=review_id, person=deed.person.id, to=to, text=kept(text),
            asked_at=deed.at, due_at=deed.at + timedelta(hours=office.rules.question_hours),
        )  # fmt: skip
        deed.session.add(asked)
        lease.ended_at, lease.ended_how = deed.at, "asked"
        deed.review.state = "waiting"
        deed.log("review.asked", question_id=asked.question_id, to=to, due=asked.due_at.isoformat())
        office.alert(deed.session, deed.review, deed.at, f"a question to the {to}: {text}")
        return asked


def answer(office: Office, question_id: str, text: str, *, by: str) -> Question:
    """Take in what came back. It is shown to reviewers as what somebody said, never as the platform's record."""
    now = office.clock()
    if not is_id(question_id):
        raise ProblemDetails("not-found", "There is no such question.")
    with office.store.transaction() as session:
        found = session.scalars(
            select(Question).where(Question.question_id == question_id).with_for_update()
        ).one_or_none()
        if found is None:
            raise ProblemDetails("not-found", "There is no such question.")
        if found.ended_at is not None:
            raise ProblemDetails("review-closed", "The question is closed.")
        if not 1 <= len(text.strip()) <= MAX_TEXT:
            wrong = Problem("/text", "no text, or too much", f"1 to {MAX_TEXT:,} characters")
            raise ProblemDetails("invalid-decision", "The answer is not complete.", [wrong])
        found.answer, found.ended_at = kept(text), now
        review = session.get(Review, found.review_id, with_for_update=True)
        if review is not None and review.state == "waiting":
            review.state = "open"
        subject = review.request_id if review is not None else question_id
        record(session, at=now, kind="review.answered", actor=by, subject=subject, detail={"question_id": question_id})
        return found
