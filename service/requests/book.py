"""The book of requests: records what was asked before anything is answered, and moves requests on.

Every change and its audit entry are one transaction. The same request again has the same answer,
however many ask at once; another body under the same id is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.audit.log import record
from service.clock import Clock
from service.problems import ProblemDetails
from service.requests.history import fingerprints
from service.requests.states import PERMITTING, REFUSED, State, require_possible
from service.requests.submission import Stated, Submission
from service.requests.tables import CaseRecord, ExhibitRecord, RequestRecord
from service.store.base import Store
from service.store.documents import digest
from service.store.ids import require_storable
from verifier.assessment import Assessment
from verifier.case import Case
from verifier.verify import case_digest

Hook = Callable[[Session, RequestRecord, datetime], None]
"""Called in the transaction in which a request reaches a state. What it raises undoes that transaction."""

VERIFIER = "verifier"
"""The actor of what no person did."""


class Book:
    """Every takedown request that the service was ever asked to decide."""

    def __init__(
        self, store: Store, clock: Clock, *, on_cleared: Sequence[Hook] = (), on_review: Sequence[Hook] = ()
    ) -> None:
        """`on_cleared` issue the permit; `on_review` put the request before people."""
        self._store = store
        self._clock = clock
        self._hooks: dict[State, tuple[Hook, ...]] = {"cleared": tuple(on_cleared), "in_review": tuple(on_review)}

    def submit(self, submission: Submission, verify: Callable[[Stated], Assessment]) -> RequestRecord:
        """Record a request, have it verified, and record the answer; or find the answer that it already has.

        `verify` runs outside of any transaction. Raises a problem (`request-conflict`) when the id names
        another request, and `InvalidCase` when an id can't be stored. What `verify` raises leaves the
        request `received`; the same request again tries again.
        """
        require_storable(_ids(submission))
        found = self._receive(submission)
        if found.state != "received":
            return found
        return self.settle(found.request_id, verify(self.stated(found.request_id)))

    def get(self, request_id: str) -> RequestRecord | None:
        """One request as it stands."""
        with self._store.reading() as session:
            return session.get(RequestRecord, request_id)

    def stated(self, request_id: str) -> Stated:
        """The case that was recorded with a request. Raises `LookupError` when there is none any more."""
        with self._store.reading() as session:
            found = session.get(RequestRecord, request_id)
            case = case_of(session, request_id)
        if found is None or case is None:
            raise LookupError(f"no case is recorded for request {request_id!r}")
        return Stated(case, tuple(found.notes))

    def unanswered(self) -> tuple[str, ...]:
        """Requests that were recorded and then never assessed: the process ended in between."""
        with self._store.reading() as session:
            return tuple(session.scalars(select(RequestRecord.request_id).where(RequestRecord.state == "received")))

    def settle(self, request_id: str, assessment: Assessment) -> RequestRecord:
        """Record an assessment and what follows from it; the first one counts."""
        with self._store.transaction() as session:
            found = session.get(RequestRecord, request_id, with_for_update=True)
            if found is None:
                raise LookupError(f"there is no request {request_id!r}")
            if found.state != "received":
                return found
            self._assess(session, found, assessment, self._clock())
            return found

    def _receive(self, submission: Submission) -> RequestRecord:
        found = self.get(submission.request.request_id)
        if found is None:
            at = self._clock()
            with self._store.reading() as session:
                stated = submission.state(session, at)
            try:
                with self._store.transaction() as session:
                    return _record_receipt(session, submission, stated, at)
            except IntegrityError:  # somebody else was first
                found = self.get(submission.request.request_id)
                if found is None:
                    raise
        if (found.caller, found.body_digest) != (submission.caller, submission.body_digest):
            raise ProblemDetails(
                "request-conflict", "Another request has this request_id. A changed request needs an id of its own."
            )
        return found

    def _assess(self, session: Session, found: RequestRecord, assessment: Assessment, at: datetime) -> None:
        found.assessment = assessment.model_dump(mode="json")
        found.disposition = assessment.disposition
        found.verifier_version = assessment.versions.get("verifier")
        found.policy_version = assessment.versions.get("policy")
        found.model_version = assessment.versions.get("model")
        transition(session, found, "assessed", actor=VERIFIER, at=at, why=assessment.disposition)
        # The third lock: whatever was answered, nothing degraded moves on by itself.
        clear = assessment.disposition == "cleared" and not assessment.degraded
        to: State = "cleared" if clear else "in_review"
        transition(session, found, to, actor=VERIFIER, at=at, why="as assessed")
        for hook in self._hooks[to]:
            hook(session, found, at)


def transition(session: Session, request: RequestRecord, to: State, *, actor: str, at: datetime, why: str) -> None:
    """Move a request to its next state and write the audit entry, in the caller's transaction.

    The only place where a state changes. `request` is read again under a lock first, so that of two
    who decide at once the second one fails. Raises `ImpossibleTransition`.
    """
    session.flush()  # refreshing would drop what the caller changed
    session.refresh(request, with_for_update=True)
    was = request.state
    require_possible(request.request_id, was, to)
    request.state = to
    if to in PERMITTING | REFUSED:
        request.decided_at = at
    session.flush()
    detail = {
        "from": was, "to": to, "why": why, "case_digest": request.case_digest, "disposition": request.disposition,
        "verifier": request.verifier_version, "policy": request.policy_version, "model": request.model_version,
        "assessment_digest": None if request.assessment is None else digest(request.assessment),
    }  # fmt: skip
    record(session, at=at, kind=f"request.{to}", actor=actor, subject=request.request_id, detail=detail)


def case_of(session: Session, request_id: str) -> Case | None:
    """The case that was judged, unless it was erased."""
    found = session.get(CaseRecord, request_id)
    if found is None or found.document is None:
        return None
    # The record was validated when it came in, under the categories of that day.
    request = found.document["request"]
    categories = {c["category"] for c in request["claims"]} | {
        item["category"] for part in ("signals", "reports") for item in found.document[part] if item["category"]
    }
    return Case.model_validate(found.document, strict=False, context={"categories": sorted(categories)})


def earlier_refusal(session: Session, target_digest: str, action: str) -> RequestRecord | None:
    """The latest request for this action on this target that was refused, or ended without an answer."""
    return session.scalars(
        select(RequestRecord)
        .where(
            RequestRecord.target_digest == target_digest,
            RequestRecord.action == action,
            RequestRecord.state.in_(sorted(REFUSED)),
        )
        .order_by(RequestRecord.received_at.desc(), RequestRecord.request_id.desc())
        .limit(1)
    ).first()


def _record_receipt(session: Session, submission: Submission, stated: Stated, at: datetime) -> RequestRecord:
    asked = stated.case.request
    target = asked.target.model_dump(mode="json")
    before = earlier_refusal(session, digest(target), asked.action)
    found = RequestRecord(
        request_id=asked.request_id,
        body_digest=submission.body_digest,
        caller=submission.caller,
        actor_id=asked.requester.actor_id,
        action=asked.action,
        target=target,
        target_digest=digest(target),
        meeting_id=asked.target.meeting_id,
        grounds=sorted({claim.category for claim in asked.claims}),
        request=asked.model_dump(mode="json"),
        case_digest=case_digest(stated.case),
        notes=list(stated.notes),
        state="received",
        received_at=at,
        previous_request_id=before.request_id if before else None,
    )
    session.add(found)
    session.flush()
    session.add(CaseRecord(request_id=found.request_id, document=stated.case.model_dump(mode="json")))
    session.add_all(
        ExhibitRecord(request_id=found.request_id, number=number, fingerprint=fingerprint)
        for number, fingerprint in enumerate(fingerprints(submission.request.evidence))
    )
    session.flush()
    detail = {
        "action": found.action, "target": target, "grounds": found.grounds, "actor_id": found.actor_id,
        "body_digest": found.body_digest, "case_digest": found.case_digest, "notes": found.notes,
        "previous_request_id": found.previous_request_id,
    }  # fmt: skip
    record(session, at=at, kind="request.received", actor=found.caller, subject=found.request_id, detail=detail)
    return found


def _ids(submission: Submission) -> list[tuple[str, str]]:
    request = submission.request
    return [
        ("/request/request_id", request.request_id),
        ("/request/requester/actor_id", request.requester.actor_id),
        ("/request/target/meeting_id", request.target.meeting_id),
    ]
