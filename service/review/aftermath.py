"""What follows from an outcome, in the transaction of the decision that made it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit.log import record
from service.letters.letter import LANGUAGES, AppealRight, Kind, letter_id_of, write_letter
from service.letters.statement import from_government, statement_of
from service.letters.tables import Letter, Statement
from service.requests.book import Hook, case_of, transition
from service.requests.tables import RequestRecord
from service.review.dossier import papers
from service.review.office import Closed
from service.review.rules import Rules
from service.review.tables import Appeal, Appellant, Decision, Review
from service.terminal import safe
from verifier.assessment import Assessment
from verifier.case import Case

Permit = Callable[[Session, RequestRecord, list[str], datetime], object]
"""Issues the permit of an approved request; raising undoes the decision."""
Revoke = Callable[[Session, RequestRecord, str, datetime], object]
"""Takes back the permit of a request whose approval fell on appeal, if it has one."""


def follow(permit: Permit, revoke: Revoke, rules: Rules, appeal_page: str) -> Closed:
    """The hook that turns outcomes into permits, denials, letters and statements."""

    def closed(session: Session, review: Review, at: datetime) -> None:
        request = session.get(RequestRecord, review.request_id)
        if request is None or review.outcome is None:
            raise LookupError(f"review {review.review_id} has no request to act on")
        case, assessment = papers(session, review)
        agreeing = _agreeing(session, review)
        people, why = [d.person for d in agreeing], agreeing[0].reason
        approved = review.outcome == "approve"
        by = _appellant(session, review)
        if by is not None:
            _log_appeal(session, review, by, at)
        if by == "host":
            if not approved:
                revoke(session, request, why, at)
            kind: Kind = "upheld" if approved else "overturned"
            _post(session, review.round, case, kind, len(people), at, None)
            return
        if approved or by is None:  # a refusal that is refused again stays what it was
            actor = ", ".join(people)
            transition(session, request, "approved" if approved else "denied", actor=actor, at=at, why=why)
        if approved:
            permit(session, request, people, at)
            tell_restricted(
                session, case, assessment, at, rules, appeal_page, by_people=len(people), round_=review.round
            )
        elif rules.notice_of_attempts and not {c.category for c in case.request.claims} & rules.notice_never:
            _post(session, review.round, case, "attempt", len(people), at, None)

    return closed


def _appellant(session: Session, review: Review) -> Appellant | None:
    """Who had this round opened; None in the first."""
    if review.round == 1:
        return None
    return session.scalars(select(Appeal.by).where(Appeal.review_id == review.review_id)).one()


def _log_appeal(session: Session, review: Review, by: Appellant, at: datetime) -> None:
    """Says how an appeal ended, to whoever follows the log of the request."""
    stands = (review.outcome == "approve") == (by == "host")
    detail = {"review_id": review.review_id, "round": review.round, "by": by, "decision_stands": stands}
    record(session, at=at, kind="appeal.decided", actor="reviewers", subject=review.request_id, detail=detail)


def teller(rules: Rules, appeal_page: str) -> Hook:
    """The hook that tells the host and the public of what was cleared without a person."""

    def cleared(session: Session, request: RequestRecord, at: datetime) -> None:
        case = case_of(session, request.request_id)
        if case is not None and request.assessment is not None:
            assessment = Assessment.model_validate(request.assessment)
            tell_restricted(session, case, assessment, at, rules, appeal_page, by_people=0)

    return cleared


def tell_restricted(
    session: Session, case: Case, assessment: Assessment, at: datetime, rules: Rules, page: str, *, by_people: int,
    round_: int = 1,
) -> None:  # fmt: skip
    """Write statement and letter of a restriction, with the right to appeal."""
    request_id = case.request.request_id
    document = statement_of(case, assessment, at, by_people=by_people)
    if document is not None:
        session.add(
            Statement(
                puid=document["puid"], request_id=request_id, document=document,
                government_origin=from_government(case), at=at,
            )
        )  # fmt: skip
    code, until = secrets.token_urlsafe(18), at + timedelta(days=rules.appeal_days)
    session.add(Appeal(code_sha256=hashlib.sha256(code.encode()).hexdigest(), request_id=request_id, until=until))
    _post(session, round_, case, "restricted", by_people, at, AppealRight(code, until, page))


def _post(
    session: Session, round_: int, case: Case, kind: Kind, people: int, at: datetime, right: AppealRight | None
) -> None:
    again = round_ > 1
    written = write_letter(case, kind, people=people, right=right, again=again)
    others = [
        write_letter(case, kind, people=people, right=right, again=again, language=language)
        for language in LANGUAGES
        if language != written.language
    ]
    target = case.request.target
    account = target.account_id if target.kind == "account" and target.account_id else None
    session.add(
        Letter(
            request_id=case.request.request_id, round=round_, kind=kind, language=written.language,
            letter_id=letter_id_of(case.request.request_id, round_),
            to_account=safe(account or case.meeting.host_account.account_id), subject=written.subject,
            body=written.body, at=at,
            others={one.language: {"subject": one.subject, "body": one.body} for one in others},
        )
    )  # fmt: skip
    session.flush()
    detail = {
        "letter_id": letter_id_of(case.request.request_id, round_), "kind": kind, "language": written.language,
        "sha256": hashlib.sha256(written.body.encode()).hexdigest(),
    }  # fmt: skip
    record(session, at=at, kind="letter.written", actor="letters", subject=case.request.request_id, detail=detail)


def _agreeing(session: Session, review: Review) -> list[Decision]:
    same = select(Decision).where(Decision.review_id == review.review_id, Decision.outcome == review.outcome)
    return list(session.scalars(same.order_by(Decision.number)))
