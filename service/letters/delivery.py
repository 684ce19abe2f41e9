"""Letters on their way out: what waits, the letter itself for whoever delivers it, and word that it arrived."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from service.audit.log import record
from service.letters.letter import Written
from service.letters.tables import Letter, Statement
from service.problems import ProblemDetails


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Part of the list. `next` goes on; None at the end."""

    letters: tuple[Letter, ...]
    next: str | None


def outgoing(session: Session, *, waiting: bool, limit: int, after: str | None = None) -> Outgoing:
    """Letters, oldest first: those that wait, or those that were delivered. Raises a problem for a bad `after`."""
    wanted = select(Letter).where(Letter.delivered_at.is_(None) if waiting else Letter.delivered_at.is_not(None))
    if after is not None:
        wanted = wanted.where(tuple_(Letter.at, Letter.letter_id) > tuple_(*_position(after)))
    rows: Sequence[Letter] = session.scalars(wanted.order_by(Letter.at, Letter.letter_id).limit(limit + 1)).all()
    found = tuple(rows[:limit])
    return Outgoing(found, _encoded(found[-1]) if len(rows) > limit else None)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A letter for whoever delivers it, in one language, with the code to appeal in its words."""

    letter: Letter
    written: Written
    statement: Statement | None
    """The statement of reasons that goes with a restriction."""


def fetch(session: Session, letter_id: str, *, language: str | None = None, by: str, at: datetime) -> Fetched:
    """The letter in the meeting's language, or in the one that is asked for.

    In the log before anybody has it. Raises a problem where there is none, or its words were erased.
    """
    letter = _get(session, letter_id)
    if not letter.body:
        raise ProblemDetails("not-found", "The words of this letter were erased with its case.")
    written = Written(letter.language, letter.subject, letter.body)
    if language is not None and language != letter.language:
        other = letter.others.get(language)
        if other is None:
            raise ProblemDetails("not-found", "This letter was not written in that language.")
        written = Written(language, other["subject"], other["body"])
    statement = None
    if letter.kind == "restricted":
        statement = session.scalars(select(Statement).where(Statement.request_id == letter.request_id)).one_or_none()
    sha256 = hashlib.sha256(written.body.encode()).hexdigest()
    detail = {"letter_id": letter_id, "language": written.language, "sha256": sha256}
    record(session, at=at, kind="letter.fetched", actor=by, subject=letter.request_id, detail=detail)
    return Fetched(letter, written, statement)


def delivered(session: Session, letter_id: str, *, channel: str, by: str, at: datetime) -> None:
    """The platform says that the letter reached the host. Again is the same as once. Raises a problem."""
    letter = _get(session, letter_id)
    if letter.delivered_at is not None:
        return
    letter.delivered_at = at
    session.flush()
    detail = {"letter_id": letter_id, "channel": channel}
    record(session, at=at, kind="letter.delivered", actor=by, subject=letter.request_id, detail=detail)


def _get(session: Session, letter_id: str) -> Letter:
    found = session.scalars(select(Letter).where(Letter.letter_id == letter_id).with_for_update()).one_or_none()
    if found is None:
        raise ProblemDetails("not-found", "There is no such letter.")
    return found


def _encoded(letter: Letter) -> str:
    return base64.urlsafe_b64encode(json.dumps([letter.at.isoformat(), letter.letter_id]).encode()).decode()


def _position(after: str) -> tuple[datetime, str]:
    try:
        at, letter_id = json.loads(base64.urlsafe_b64decode(after.encode("ascii")))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment, str(letter_id)
    except (ValueError, TypeError):
        raise ProblemDetails("invalid-body", "`after` is not a position that this list gave.") from None
