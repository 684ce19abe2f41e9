"""Golden cases: cases with a known answer among the others, which nobody can tell from them."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable

from sqlalchemy import select

from service.requests.tables import RequestRecord
from service.review.office import Office
from service.review.opening import open_review
from service.review.tables import Golden, Review
from verifier.assessment import Assessment
from verifier.case import Case, LabelledCase


def seed(office: Office, labelled: LabelledCase, verify: Callable[[Case], Assessment]) -> Review:
    """Put a labelled case into the queue, under an id that looks like those around it.

    The right outcome is to approve where a label accepts `cleared`, and to deny otherwise. Nothing follows from
    what people decide on it: no permit, no letter.
    """
    now = office.clock()
    with office.store.reading() as session:
        latest = session.scalars(
            select(RequestRecord.request_id).order_by(RequestRecord.received_at.desc()).limit(1)
        ).first()
    own = labelled.case.request
    request = own.model_copy(update={"request_id": _alike(latest or own.request_id)})
    case = labelled.case.model_copy(update={"request": request})
    assessment = verify(case)
    label = labelled.label
    with office.store.transaction() as session:
        review = open_review(session, case, assessment, office.rules, now)
        session.add(
            Golden(
                review_id=review.review_id,
                case=case.model_dump(mode="json"),
                assessment=assessment.model_dump(mode="json"),
                verdicts=dict(label.verdicts),
                pretextual=label.pretextual,
                outcome="approve" if "cleared" in label.acceptable_dispositions else "deny",
            )
        )
        return review


def _alike(request_id: str) -> str:
    """An id of the same shape: every digit and letter drawn anew, in its kind."""
    kinds = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
    head, sep, tail = request_id.rpartition("-")
    drawn = "".join(next((secrets.choice(kind) for kind in kinds if c in kind), c) for c in tail)
    if len(tail) < 6:
        drawn += "".join(secrets.choice(string.digits) for _ in range(6 - len(tail)))
    return f"{head}{sep}{drawn}"
