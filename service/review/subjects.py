"""What an entry of the audit log is about, as far as somebody could be tied to it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.breakglass.tables import BreakGlass
from service.people import People, Person
from service.requests.book import case_of
from service.requests.tables import RequestRecord
from service.review.independence import ties
from service.review.parties import Parties, parties_of
from service.review.tables import Review
from verifier.assessment import Assessment

_NONE: frozenset[str] = frozenset()
_GLASS = "break-glass:"


def parties_of_request(session: Session, request: RequestRecord) -> Parties:
    """Everybody in a request; of one whose case was erased, what its reviews kept, or who asked and the meeting."""
    case = case_of(session, request.request_id)
    if case is not None and request.assessment is not None:
        return parties_of(case, Assessment.model_validate(request.assessment))
    kept = session.scalars(select(Review.parties).where(Review.request_id == request.request_id)).first()
    if kept is not None:
        return Parties.of_document(kept)
    return Parties(
        request.actor_id, frozenset({request.actor_id}), _NONE, "", _NONE, _NONE, _NONE, _NONE, request.meeting_id
    )


def parties_of_use(session: Session, found: BreakGlass) -> Parties:
    """Whom a reviewer of broken glass must stand apart from: the two, and everybody in the request behind it."""
    two = frozenset(one for one in (found.asked_by, found.confirmed_by) if one)
    account = found.target.get("account_id")
    accounts = frozenset([account] if account else [])
    request = session.get(RequestRecord, found.request_id) if found.request_id else None
    if request is None:
        return Parties(found.asked_by, two, _NONE, "", accounts, _NONE, _NONE, _NONE, found.target["meeting_id"])
    known = parties_of_request(session, request)
    return replace(known, askers=known.askers | two, accounts=known.accounts | accounts)


def tied_to(session: Session, subject: str, person: Person, people: People) -> bool:
    """Whether something ties a person to what an entry is about: a request, a golden case, or broken glass."""
    parties: Parties | None = None
    if subject.startswith(_GLASS):
        use = session.get(BreakGlass, subject.removeprefix(_GLASS))
        parties = parties_of_use(session, use) if use is not None else None
    else:
        request = session.get(RequestRecord, subject)
        golden = select(Review.parties).where(Review.request_id == subject)
        if request is not None:
            parties = parties_of_request(session, request)
        elif (kept := session.scalars(golden).first()) is not None:
            parties = Parties.of_document(kept)
    return parties is not None and bool(ties(person.id, parties, people))
