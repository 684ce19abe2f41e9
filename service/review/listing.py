"""The queue as a list: filtered, in order, in pages, without what the reader is tied to."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.people import Person
from service.problems import ProblemDetails
from service.review.independence import ties
from service.review.leases import in_order, position
from service.review.office import Office, earlier_hands
from service.review.parties import Parties
from service.review.priority import explained
from service.review.routing import fits
from service.review.tables import Decision, Lease, Review, ReviewState
from service.terminal import safe

MAX_PAGE = 200
_UNDECIDED = ("open", "waiting")
_LOOKS = 20
"""Batches that one page looks through for somebody who is tied to nearly everything."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; None: whatever it is."""

    state: ReviewState = "open"
    queue: str | None = None
    category: str | None = None
    language: str | None = None
    action: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One case in the list: nothing in it was said by anybody about anybody but the meeting's title."""

    review_id: str
    request_id: str
    kind: str
    round: int
    hold: bool
    level: int
    queue: str
    action: str
    category: str
    language: str
    region: str
    title: str
    state: str
    opened_at: datetime
    due_at: datetime
    overdue: bool
    why: str
    held: Literal["", "you", "other"]
    yours: bool
    """Whether you could take it now, as far as seniority, language and region go."""
    needed: int


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list. `next` fetches the following one; None at the end."""

    lines: tuple[Line, ...]
    next: str | None


def reader(office: Office, person_id: str | None) -> Person:
    """Whoever may look at lists: somebody in the directory. Raises a problem."""
    person = office.people.get(person_id)
    if person is None:
        raise ProblemDetails("needs-person", "The queue is for people whom the directory knows.")
    return person


def page(office: Office, person_id: str | None, wanted: Filter, *, limit: int = 50, after: str | None = None) -> Page:
    """One page of the queue, without cases that the reader is tied to."""
    person, now = reader(office, person_id), office.clock()
    limit, at = max(1, min(limit, MAX_PAGE)), _decoded(after)
    lines: list[Line] = []
    query = select(Review).where(Review.state == wanted.state)
    for column in ("queue", "category", "language", "action", "kind"):
        value = getattr(wanted, column)
        if value is not None:
            query = query.where(getattr(Review, column) == safe(value))
    with office.store.reading() as session:
        for _ in range(_LOOKS):
            found = session.scalars(in_order(query, at).limit(limit)).all()
            held = _holders(session, [review.review_id for review in found], now)
            for review in found:
                at = position(review)
                if _tied(office, session, person, review):
                    continue
                lines.append(line(office, person, review, held.get(review.review_id), now))
                if len(lines) == limit:
                    return Page(tuple(lines), _encoded(at))
            if len(found) < limit:
                return Page(tuple(lines), None)
    return Page(tuple(lines), _encoded(at) if at else None)


def one(office: Office, review_id: str, person_id: str | None) -> Line:
    """One case as a line, for somebody independent of it. Raises a problem; a refusal is logged."""
    with office.deed("list", review_id, person_id) as deed:
        holder = _holders(deed.session, [review_id], deed.at).get(review_id)
        return line(office, deed.person, deed.review, holder, deed.at)


def line(office: Office, person: Person, review: Review, holder: str | None, now: datetime) -> Line:
    """One case as a line."""
    why = explained(
        hold=bool(review.hold), level=review.level, why=review.weight_why, opened_at=review.opened_at,
        now=review.closed_at or now, rules=office.rules,
    )  # fmt: skip
    return Line(
        review_id=review.review_id,
        request_id=review.request_id,
        kind=review.kind,
        round=review.round,
        hold=bool(review.hold),
        level=review.level,
        queue=review.queue,
        action=review.action,
        category=review.category,
        language=review.language,
        region=review.region,
        title=review.title,
        state=review.state,
        opened_at=review.opened_at,
        due_at=review.due_at,
        overdue=review.state != "closed" and now > review.due_at,
        why=why,
        held="" if holder is None else "you" if holder == person.id else "other",
        yours=fits(person, rank=review.rank, language=review.read_language, regions=tuple(review.regions)),
        needed=review.needed,
    )


def counts(office: Office, person_id: str | None) -> dict[str, int]:
    """How much waits, and what this person did in the last day."""
    person, now = reader(office, person_id), office.clock()
    with office.store.reading() as session:
        rows = session.execute(
            select(Review.state, func.count()).where(Review.state.in_(_UNDECIDED)).group_by(Review.state)
        )
        by_state = {row[0]: row[1] for row in rows}
        holds = session.scalar(select(func.count()).where(Review.state == "open", Review.hold == 1)) or 0
        overdue = session.scalar(select(func.count()).where(Review.state.in_(_UNDECIDED), Review.due_at < now)) or 0
        held = session.scalar(select(func.count()).where(Lease.ended_at.is_(None), Lease.expires_at > now)) or 0
        mine = session.scalar(select(func.count()).where(Decision.person == person.id)) or 0
    return {
        "open": by_state.get("open", 0), "waiting": by_state.get("waiting", 0), "holds": holds, "overdue": overdue,
        "held": held, "decided_by_you": mine,
    }  # fmt: skip


def _tied(office: Office, session: Session, person: Person, review: Review) -> bool:
    parties = Parties.of_document(review.parties)
    return bool(ties(person.id, parties, office.people, earlier_hands(session, review)))


def _holders(session: Session, ids: list[str], now: datetime) -> dict[str, str]:
    live = select(Lease.review_id, Lease.person).where(
        Lease.review_id.in_(ids), Lease.ended_at.is_(None), Lease.expires_at > now
    )
    return {row[0]: row[1] for row in session.execute(live)}


def _encoded(at: tuple[int, int, float, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(at).encode()).decode()


def _decoded(after: str | None) -> tuple[int, int, float, str] | None:
    if not after:
        return None
    try:
        hold, level, place, review_id = json.loads(base64.urlsafe_b64decode(after.encode("ascii")))
        return int(hold), int(level), float(place), str(review_id)
    except (ValueError, TypeError):
        raise ProblemDetails("invalid-decision", "`after` is not a position that this list gave.") from None
