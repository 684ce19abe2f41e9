"""Appeals in: whoever has the letter's code is heard once, by nobody who had a hand in it before."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select

from service.audit.log import record
from service.problems import ProblemDetails
from service.requests.book import case_of
from service.requests.tables import RequestRecord
from service.review.office import Office
from service.review.opening import open_review
from service.review.tables import Appeal, Review
from service.review.words import kept
from verifier.assessment import Assessment

MAX_TEXT = 5_000


def appeal(office: Office, code: str, text: str) -> Review:
    """Open another round. Raises the same problem for a wrong code and for one that is used or too late.

    An approval fell on a hold or a review: as many people hear the appeal as had to decide it.
    """
    now = office.clock()
    sha256 = hashlib.sha256(code.strip().encode("utf-8", "replace")).hexdigest()
    with office.store.transaction() as session:
        found = session.get(Appeal, sha256, with_for_update=True)
        if found is None or found.appealed_at is not None or found.until < now:
            raise ProblemDetails("not-found", "No decision can be appealed with this code (any more).")
        request = session.get(RequestRecord, found.request_id)
        case = case_of(session, found.request_id)
        if request is None or case is None or request.assessment is None:
            raise ProblemDetails("not-found", "The case was erased; please write to the platform.")
        last = session.scalar(select(func.max(Review.round)).where(Review.request_id == found.request_id)) or 0
        review = open_review(
            session, case, Assessment.model_validate(request.assessment), office.rules, now, round_=max(last, 1) + 1
        )
        found.appealed_at, found.text, found.review_id = now, kept(text.strip()[:MAX_TEXT]), review.review_id
        detail = {"review_id": review.review_id, "round": review.round}
        record(session, at=now, kind="appeal.received", actor="host", subject=found.request_id, detail=detail)
        return review
