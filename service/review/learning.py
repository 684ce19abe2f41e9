"""What people decided, as labelled cases in the contract's format, each with what it may be used for.

The text of meetings goes out as it was recorded: it is personal data, for the platform's own evaluation and training.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.requests.book import case_of
from service.review.tables import Decision, Golden, Review

NEVER = frozenset({"csam"})
"""Categories that never leave the store: the law forbids to spread them, and no text is worth it."""
EVALUATION_SHARE = 5
"""One meeting in so many is kept for evaluation, so that no meeting is in both."""


def labelled(session: Session) -> Iterator[dict[str, Any]]:
    """Every decided request whose deciders agree on verdicts and good faith; the last round counts.

    Golden cases are left out, since they have labels already, and so are cases that were erased.
    """
    closed = session.scalars(
        select(Review)
        .where(Review.state == "closed", Review.outcome.is_not(None))
        .where(~select(Golden.review_id).where(Golden.review_id == Review.review_id).exists())
        .order_by(Review.request_id, Review.round)
    ).all()
    last = {review.request_id: review for review in closed}
    for review in last.values():
        decisions = session.scalars(
            select(Decision).where(Decision.review_id == review.review_id).order_by(Decision.number)
        ).all()
        agreeing = [d for d in decisions if d.outcome == review.outcome]
        case = case_of(session, review.request_id)
        if case is None or not _of_one_mind(agreeing) or NEVER & {c.category for c in case.request.claims}:
            continue
        first = agreeing[0]
        disputed = len(agreeing) < len(decisions) or review.round > 1
        use = use_of(case.meeting.meeting_id, disputed=disputed)
        yield {
            "case_id": "decided-" + hashlib.sha256(review.request_id.encode("utf-8", "surrogatepass")).hexdigest()[:16],
            "case": case.model_dump(mode="json"),
            "label": {
                "verdicts": first.verdicts,
                "pretextual": first.pretextual,
                "acceptable_dispositions": _dispositions(review.outcome == "approve", first.pretextual),
            },
            "slices": ["decided", f"round:{review.round}", f"people:{len(agreeing)}", f"use:{use}"],
            "provenance": [f"decided by {len(agreeing)} reviewer(s); for {use} by the platform alone"],
            "rationale": first.reason,
        }


def use_of(meeting_id: str, *, disputed: bool) -> Literal["evaluation", "training"]:
    """Disputed cases and a fixed share of meetings are for evaluation; a label in doubt teaches nothing."""
    share = int(hashlib.sha256(meeting_id.encode("utf-8", "surrogatepass")).hexdigest(), 16) % EVALUATION_SHARE
    return "evaluation" if disputed or share == 0 else "training"


def _of_one_mind(agreeing: Sequence[Decision]) -> bool:
    return len({(tuple(sorted(d.verdicts.items())), d.pretextual) for d in agreeing}) == 1


def _dispositions(approved: bool, pretextual: bool) -> list[str]:
    if approved:
        return ["cleared", "review"]
    return ["hold"] if pretextual else ["review"]
