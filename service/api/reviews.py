"""`/v1/reviews`: the queue over HTTP, for whoever holds a key with the scope `reviews:decide` and is a person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from service.api.house import House, house_of, needs
from service.api.responses import described
from service.keys.callers import Caller
from service.review import asking, leases, listing
from service.review.deciding import Answer, decide
from service.review.dossier import Dossier, read
from service.review.glasses import owed_to
from service.review.office import Office
from service.review.rules import Kind
from service.review.tables import Review, ReviewState

router = APIRouter(prefix="/v1/reviews", tags=["reviews"])

Decider = Annotated[Caller, Depends(needs("reviews:decide"))]
_REFUSALS = described(
    "no-valid-key", "not-allowed", "local-only", "needs-person", "not-independent", "not-for-you", "not-found",
    "held-by-other", "not-held", "hands-full", "review-closed", "pause-due", "invalid-decision", "invalid-case",
)  # fmt: skip


def office_of(house: Annotated[House, Depends(house_of)]) -> Office:
    """Where reviews are kept and decided."""
    return house.office


At = Annotated[Office, Depends(office_of)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Why(_Body):
    """A reason in words."""

    why: Annotated[str, Field(max_length=2_000)] = ""


class Reason(_Body):
    """A reason that has to be given."""

    why: Annotated[str, Field(min_length=5, max_length=2_000)]


class Attachment(_Body):
    """A file that is kept elsewhere."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NoteBody(_Body):
    """A note."""

    text: Annotated[str, Field(min_length=1, max_length=asking.MAX_TEXT)]
    attachments: Annotated[list[Attachment], Field(max_length=20)] = []


class QuestionBody(_Body):
    """A question back."""

    to: Literal["requester", "platform"]
    text: Annotated[str, Field(min_length=1, max_length=asking.MAX_TEXT)]


class AnswerBody(_Body):
    """What came back to a question."""

    text: Annotated[str, Field(min_length=1, max_length=asking.MAX_TEXT)]


class NextBody(_Body):
    """Which queue to take from; without it, any."""

    queue: Annotated[str, Field(max_length=40)] | None = None


@router.get("", summary="The queue, first things first", responses=_REFUSALS)
def list_reviews(
    office: At,
    caller: Decider,
    state: ReviewState = "open",
    queue: Annotated[str | None, Query(max_length=40)] = None,
    category: Annotated[str | None, Query(max_length=64)] = None,
    language: Annotated[str | None, Query(max_length=16)] = None,
    action: Annotated[str | None, Query(max_length=64)] = None,
    kind: Kind | None = None,
    limit: Annotated[int, Query(ge=1, le=listing.MAX_PAGE)] = 50,
    after: Annotated[str | None, Query(max_length=500)] = None,
) -> dict[str, Any]:
    """Cases without their content, and without what you are tied to. `next`, given as `after`, goes on."""
    wanted = listing.Filter(state, queue, category, language, action, kind)
    return asdict(listing.page(office, caller.person, wanted, limit=limit, after=after))


@router.get("/stats", summary="How much waits", responses=_REFUSALS)
def stats(office: At, caller: Decider) -> dict[str, int]:
    """Open, waiting, held and overdue cases, how many you decided, and broken glass that awaits you."""
    return {**listing.counts(office, caller.person), "broken_glass": len(owed_to(office, caller.person))}


@router.get("/held", summary="The case that you hold", responses={204: {"description": "None."}, **_REFUSALS})
def held(office: At, caller: Decider) -> Any:
    """The one case that you hold; 204 where there is none."""
    person = listing.reader(office, caller.person)
    review_id = leases.held_by(office, person.id)
    return Response(status_code=204) if review_id is None else {"review_id": review_id}


@router.post("/next", summary="Lease the next case for you", responses={204: {"description": "None."}, **_REFUSALS})
def take_next(office: At, caller: Decider, body: NextBody | None = None) -> Any:
    """The case that you hold already, or the first one that you may decide; 204 where there is none."""
    review = leases.take_next(office, caller.person, queue=body.queue if body else None)
    return Response(status_code=204) if review is None else _line(office, caller, review)


@router.get("/{review_id}", summary="Everything about a case that you hold", responses=_REFUSALS)
def show(review_id: str, office: At, caller: Decider) -> dict[str, Any]:
    """Case, assessment, history. The view is written to the audit log before it is answered."""
    return document(office, caller.person, read(office, review_id, caller.person))


@router.post("/{review_id}/lease", summary="Take a case, or keep it for longer", responses=_REFUSALS)
def lease(review_id: str, office: At, caller: Decider) -> dict[str, Any]:
    """Take this very case, where you may and nobody holds it; if you hold it already, renew."""
    leases.take(office, review_id, caller.person)
    return _line(office, caller, leases.renew(office, review_id, caller.person))


@router.delete("/{review_id}/lease", status_code=204, summary="Give a case back", responses=_REFUSALS)
def release(review_id: str, office: At, caller: Decider) -> None:
    """Let go of a case, undecided."""
    leases.release(office, review_id, caller.person)


@router.post("/{review_id}/decision", summary="Decide a case that you hold", responses=_REFUSALS)
def decision(review_id: str, body: Answer, office: At, caller: Decider) -> dict[str, Any]:
    """Your answer. What others answered stays hidden from you until the case is closed."""
    return _line(office, caller, decide(office, review_id, caller.person, body))


@router.post("/{review_id}/skip", status_code=204, summary="Not this one, not now", responses=_REFUSALS)
def skip(review_id: str, office: At, caller: Decider, body: Why | None = None) -> None:
    """The queue will not offer it to you again; you may still take it by its id."""
    leases.skip(office, review_id, caller.person, body.why if body else "")


@router.post("/{review_id}/recuse", status_code=204, summary="I must not decide this", responses=_REFUSALS)
def recuse(review_id: str, body: Reason, office: At, caller: Decider) -> None:
    """You will have no hand in this case any more."""
    leases.recuse(office, review_id, caller.person, body.why)


@router.post("/{review_id}/escalate", status_code=204, summary="Hand a case one rank up", responses=_REFUSALS)
def escalate(review_id: str, body: Reason, office: At, caller: Decider) -> None:
    """For somebody more senior."""
    leases.escalate(office, review_id, caller.person, body.why)


@router.post("/{review_id}/notes", status_code=201, summary="Write a note", responses=_REFUSALS)
def note(review_id: str, body: NoteBody, office: At, caller: Decider) -> dict[str, str]:
    """Files are named by hash and stay where they are."""
    files = [(one.name, one.sha256) for one in body.attachments]
    return {"note_id": asking.note(office, review_id, caller.person, body.text, files).note_id}


@router.post("/{review_id}/questions", status_code=201, summary="Ask for more", responses=_REFUSALS)
def ask(review_id: str, body: QuestionBody, office: At, caller: Decider) -> dict[str, str]:
    """The case waits until the answer comes or the clock runs out."""
    asked = asking.ask(office, review_id, caller.person, body.to, body.text)
    return {"question_id": asked.question_id, "due_at": asked.due_at.isoformat()}


@router.post("/questions/{question_id}/answer", summary="Answer a question", responses=_REFUSALS)
def answer(
    question_id: str,
    body: AnswerBody,
    office: At,
    caller: Annotated[Caller, Depends(needs("requests:submit", "telemetry:write"))],
) -> dict[str, str]:
    """What the requester or the platform says to a reviewer's question."""
    return {"question_id": asking.answer(office, question_id, body.text, by=caller.name).question_id}


def document(office: Office, person: str | None, dossier: Dossier) -> dict[str, Any]:
    """A dossier as JSON. Reviewers go by their aliases."""
    shown = {p.id: p.shown for p in office.people}
    lease = dossier.lease
    return {
        "review": _summary(office, person, dossier.review, holder=lease.person if lease else None),
        "case": dossier.case.model_dump(mode="json"),
        "assessment": dossier.assessment.model_dump(mode="json"),
        "lease_until": lease.expires_at.isoformat() if lease and dossier.held else None,
        "decisions": [
            {
                "by": shown.get(d.person, d.person), "outcome": d.outcome, "verdicts": d.verdicts,
                "pretextual": d.pretextual, "cites": d.cites, "reason": d.reason, "at": d.decided_at.isoformat(),
            }
            for d in dossier.decisions
        ],
        "notes": [
            {"by": shown.get(n.person, n.person), "text": n.text, "attachments": n.attachments, "at": n.at.isoformat()}
            for n in dossier.notes
        ],
        "questions": [
            {
                "question_id": q.question_id, "to": q.to, "text": q.text, "answer": q.answer,
                "due_at": q.due_at.isoformat(), "open": q.ended_at is None,
            }
            for q in dossier.questions
        ],
        "appeal": dossier.appeal,
        "appealed_by": dossier.appealed_by,
        "history": {
            name: [{**asdict(past), "at": past.at.isoformat()} for past in getattr(dossier, name)]
            for name in ("by_requester", "on_target", "similar")
        },
    }  # fmt: skip


def _line(office: Office, caller: Caller, review: Review) -> dict[str, Any]:
    return _summary(office, caller.person, review, holder=None)


def _summary(office: Office, person_id: str | None, review: Review, *, holder: str | None) -> dict[str, Any]:
    person = listing.reader(office, person_id)
    return {**asdict(listing.line(office, person, review, holder, office.clock())), "outcome": review.outcome}
