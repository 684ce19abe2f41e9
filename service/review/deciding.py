"""A person's answer: checked against the ledger, kept from other deciders, counted, and acted on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select

from service.problems import ProblemDetails
from service.requests.tables import RequestRecord
from service.review.dossier import papers
from service.review.office import Deed, Office, had_part, require_held, require_open
from service.review.quorum import Outcome, outcome_of
from service.review.tables import Decision, Golden, Review
from service.review.words import kept
from verifier.assessment import Assessment, Verdict
from verifier.case import Case
from verifier.problems import Problem

_Wrong = Callable[[str, str, str], None]
MIN_REASON = 20
"""Characters. A reason that somebody can check a year later takes at least a short sentence."""


class Answer(BaseModel):
    """What a reviewer answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: Outcome
    """approve: the action may run. deny: it may not."""
    verdicts: dict[str, Verdict] = Field(description="claim id -> your own verdict, for every claim")
    pretextual: bool = Field(description="whether you find the request in bad faith")
    cites: tuple[str, ...] = Field(max_length=200, description="elements of the ledger it rests on, as CLAIM/ELEMENT")
    reason: Annotated[str, Field(max_length=5_000)]
    confirm: Annotated[str, Field(max_length=200)] = Field(
        default="", description="to approve what can't be taken back: the action's name, typed out"
    )


def decide(office: Office, review_id: str, person_id: str | None, answer: Answer) -> Review:
    """Record one person's answer and, when enough agree, the outcome with all that follows from it.

    Raises a problem where the person may not decide this or the answer is not complete.
    """
    with office.deed("decide", review_id, person_id) as deed:
        session, review = deed.session, deed.review
        require_open(review)
        lease = require_held(deed)
        if had_part(session, review, deed.person.id, recused=False):
            raise ProblemDetails("not-for-you", "You decided this case already.")
        case, assessment = papers(session, review)
        require_complete(answer, case, assessment, irreversible=case.request.action in office.rules.irreversible)
        _require_undecided(deed)
        before = session.scalar(select(func.count()).where(Decision.review_id == review_id)) or 0
        decision = Decision(
            review_id=review_id,
            person=deed.person.id,
            number=before + 1,
            outcome=answer.outcome,
            verdicts=dict(answer.verdicts),
            pretextual=answer.pretextual,
            cites=list(answer.cites),
            reason=kept(answer.reason),
            seconds=(deed.at - lease.taken_at) / timedelta(seconds=1),
            decided_at=deed.at,
        )
        session.add(decision)
        lease.ended_at, lease.ended_how = deed.at, "decided"
        session.flush()
        outcome = outcome_of(_answers(deed), review.needed)
        if outcome is not None:
            review.state, review.outcome, review.closed_at = "closed", outcome, deed.at
            session.flush()
        deed.log(
            "review.decided", outcome=answer.outcome, verdicts=dict(answer.verdicts), pretextual=answer.pretextual,
            cites=list(answer.cites), reason=answer.reason, number=decision.number, closed=outcome,
        )  # fmt: skip
        if outcome is not None and session.get(Golden, review_id) is None:  # from a golden case nothing follows
            office.on_closed(session, review, deed.at)
        return review


def require_complete(answer: Answer, case: Case, assessment: Assessment, *, irreversible: bool) -> None:
    """Raises a problem with every reason why an answer can't stand."""
    claims = {claim.claim_id for claim in case.request.claims}
    known = {f"{entry.claim_id}/{entry.element}" for entry in assessment.ledger}
    problems: list[Problem] = []

    def wrong(pointer: str, message: str, hint: str) -> None:
        problems.append(Problem(pointer, message, hint))

    if set(answer.verdicts) != claims:
        wrong("/verdicts", "every claim needs a verdict, and nothing else has one", ", ".join(sorted(claims)))
    if not answer.cites:
        wrong("/cites", "the answer rests on nothing", "cite at least one element of the ledger")
    if unknown := sorted(set(answer.cites) - known):
        wrong("/cites", f"the ledger has no {', '.join(unknown)}", ", ".join(sorted(known)))
    if len(answer.reason.strip()) < MIN_REASON:
        wrong("/reason", "the reason is too short to be checked", f"at least {MIN_REASON} characters")
    if answer.outcome == "approve":
        _approvable(answer, case, irreversible, wrong)
    if problems:
        raise ProblemDetails("invalid-decision", f"{len(problems)} thing(s) to put right.", problems)


def _approvable(answer: Answer, case: Case, irreversible: bool, wrong: _Wrong) -> None:
    verdicts: Mapping[str, str] = answer.verdicts
    unsupported = sorted(claim for claim, verdict in verdicts.items() if verdict != "supported")
    if unsupported:
        hint = "deny, and let it be asked again on the claims that hold"
        wrong("/outcome", f"an action can't rest on {', '.join(unsupported)}, which you find not supported", hint)
    if answer.pretextual:
        wrong("/outcome", "a request in bad faith can't be approved", "deny, or say that it is in good faith")
    if irreversible and answer.confirm.strip().lower().replace("_", " ") != case.request.action.replace("_", " "):
        wrong("/confirm", "this can't be taken back", f"type the action: {case.request.action.replace('_', ' ')}")


def _require_undecided(deed: Deed) -> None:
    """Raises a problem where the request ended otherwise while somebody was reading."""
    if deed.review.round > 1 or deed.session.get(Golden, deed.review.review_id) is not None:
        return
    request = deed.session.get(RequestRecord, deed.review.request_id)
    if request is None or request.state != "in_review":
        raise ProblemDetails("review-closed", "The request ended in the meantime; nothing is to be decided here.")


def _answers(deed: Deed) -> list[Outcome]:
    given = select(Decision.outcome).where(Decision.review_id == deed.review.review_id).order_by(Decision.number)
    return list(deed.session.scalars(given))
