"""`/console`: the pages on which people decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError
from sqlalchemy import select
from starlette.datastructures import FormData
from starlette.responses import Response

from service.api.house import House, house_of
from service.api.pages import (
    SIGN_IN,
    Page,
    cookie_name,
    form_of,
    frame,
    me,
    own_form,
    problem_page,
    set_session,
    signed_in,
    text,
)  # fmt: skip
from service.console.accounts import SignedIn
from service.console.attachments import attachments_of
from service.console.pages import case_page, render
from service.letters.letter import without_code
from service.letters.tables import Letter, Statement
from service.people import Person
from service.problems import ProblemDetails
from service.review import asking, leases, listing
from service.review.deciding import Answer, decide
from service.review.dossier import Dossier, may_read, read
from service.review.glasses import owed_to
from service.review.independence import known_line
from service.review.parties import Parties
from service.review.quality import quality
from service.review.tables import Review
from service.review.transparency import Report, as_csv, report
from verifier.problems import Problem

router = APIRouter(prefix="/console", route_class=Page, include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]
Session = Annotated[SignedIn, Depends(signed_in)]
Me = Annotated[Person, Depends(me)]
Form = Annotated[FormData, Depends(form_of)]

Days = Annotated[int, Query(ge=1, le=3660)]


@router.get("/sign-in")
def sign_in_page(house: TheHouse) -> HTMLResponse:
    """The door."""
    return HTMLResponse(render("sign_in.html", error="", provider=house.sign_in is not None))


@router.post("/sign-in")
def sign_in(request: Request, house: TheHouse, form: Annotated[FormData, Depends(own_form)]) -> Response:
    """Open a session."""
    found = house.accounts.sign_in(text(form, "person").strip(), text(form, "password"))
    if found is None:
        wrong = "That is not right. After five wrong tries the account rests for a quarter of an hour."
        return HTMLResponse(render("sign_in.html", error=wrong, provider=house.sign_in is not None), 403)
    response = RedirectResponse("/console", 303)
    set_session(request, response, found.token)
    return response


@router.post("/sign-out")
def sign_out(request: Request, house: TheHouse, session: Session, _: Form) -> Response:
    """End the session."""
    house.accounts.sign_out(session)
    response = RedirectResponse(SIGN_IN, 303)
    response.delete_cookie(cookie_name(request), path="/")
    return response


@router.get("")
def queue(
    request: Request,
    house: TheHouse,
    session: Session,
    person: Me,
    state: str = "open",
    kind: str = "",
    category: str = "",
    language: str = "",
    after: str = "",
    did: str = "",
) -> HTMLResponse:
    """The queue, first things first."""
    wanted = listing.Filter(
        state=state if state in ("open", "waiting", "closed") else "open",  # type: ignore[arg-type]  # checked here
        kind=kind or None, category=category or None, language=language.strip().lower() or None,
    )  # fmt: skip
    page = listing.page(house.office, person.id, wanted, limit=40, after=after or None)
    again = urlencode({"state": wanted.state, "kind": kind, "category": category, "language": language})
    return HTMLResponse(
        render(
            "queue.html", page=page, wanted=wanted, again=again, counts=listing.counts(house.office, person.id),
            categories=sorted(house.verifier.policy.categories), holding=leases.held_by(house.office, person.id),
            glasses=owed_to(house.office, person.id) if wanted == listing.Filter() else (),
            **frame(person, session, "queue", did),
        )
    )  # fmt: skip


@router.post("/next")
def take_next(house: TheHouse, person: Me, _: Form) -> Response:
    """To the next case."""
    review = leases.take_next(house.office, person.id)
    return RedirectResponse(f"/console/cases/{review.review_id}" if review else "/console?did=none", 303)


@router.get("/cases/{review_id}")
def case(review_id: str, house: TheHouse, session: Session, person: Me, did: str = "") -> HTMLResponse:
    """Everything about one case; for whoever doesn't hold it, the way to take it."""
    if not may_read(house.office, review_id, person):
        line, holding = listing.one(house.office, review_id, person.id), leases.held_by(house.office, person.id)
        return HTMLResponse(render("take.html", line=line, holding=holding, **frame(person, session, "queue")), 409)
    return _case(house, session, person, read(house.office, review_id, person.id), did=did)


@router.post("/cases/{review_id}/decision")
def decision(review_id: str, house: TheHouse, session: Session, person: Me, form: Form) -> Response:
    """Decide; where something is missing, the page again with what was filled in."""
    try:
        decide(house.office, review_id, person.id, _answer(form))
    except ProblemDetails as problem:
        if problem.kind != "invalid-decision":
            raise
        dossier = read(house.office, review_id, person.id)
        return _case(house, session, person, dossier, form=form, errors=problem.errors, status=422)
    return RedirectResponse("/console?did=decided", 303)


@router.post("/cases/{review_id}/{deed}")
def other(review_id: str, deed: str, house: TheHouse, session: Session, person: Me, form: Form) -> Response:
    """Take, keep, give back, skip, recuse, escalate, ask, note."""
    office, who, why = house.office, person.id, text(form, "why")
    here = f"/console/cases/{review_id}"
    if deed == "lease":
        leases.take(office, review_id, who)
        leases.renew(office, review_id, who)
        return RedirectResponse(here, 303)
    if deed == "note":
        try:
            asking.note(office, review_id, who, text(form, "text"), attachments_of(text(form, "attachments")))
        except ProblemDetails as problem:
            if problem.kind != "invalid-decision":
                raise
            dossier = read(office, review_id, who)
            return _case(house, session, person, dossier, form=form, note_errors=problem.errors, status=422)
        return RedirectResponse(f"{here}?did=noted", 303)
    if deed == "ask":
        asking.ask(
            office, review_id, who, "platform" if text(form, "to") == "platform" else "requester", text(form, "text")
        )
        return RedirectResponse("/console?did=waiting", 303)
    if deed in ("recuse", "escalate") and len(why.strip()) < 5:
        raise ProblemDetails("invalid-decision", "A reason is needed.")
    if deed == "skip":
        leases.skip(office, review_id, who, why)
    elif deed == "recuse":
        leases.recuse(office, review_id, who, why)
    elif deed == "escalate":
        leases.escalate(office, review_id, who, why)
    elif deed == "release":
        leases.release(office, review_id, who)
    else:
        raise ProblemDetails("not-found", "There is no such thing to do.")
    return RedirectResponse("/console?did=aside", 303)


@router.get("/letters/{review_id}")
def letter(review_id: str, house: TheHouse, session: Session, person: Me) -> Response:
    """The letter and the statement of reasons, for whoever may see the case. The code to appeal is not shown."""
    dossier = read(house.office, review_id, person.id)
    with house.store.reading() as reading:
        found = reading.get(Letter, (dossier.review.request_id, dossier.review.round))
        statement = None
        if found is not None and found.kind == "restricted":
            statement = reading.scalars(
                select(Statement).where(Statement.request_id == dossier.review.request_id)
            ).first()
    if found is None:
        return problem_page(ProblemDetails("not-found", "No letter was written."), f"/console/cases/{review_id}")
    return HTMLResponse(
        render(
            "letter.html",
            letter=found,
            body=without_code(found.body),
            statement=statement,
            review=dossier.review,
            **frame(person, session, ""),
        )
    )


@router.get("/quality")
def quality_page(house: TheHouse, session: Session, person: Me) -> HTMLResponse:
    """Figures for leads."""
    return HTMLResponse(render("quality.html", q=quality(house.office, person), **frame(person, session, "quality")))


@router.get("/transparency")
def transparency_page(house: TheHouse, session: Session, person: Me, days: Days = 180) -> HTMLResponse:
    """What was asked and how it ended, in figures."""
    found = _report(house, days)
    return HTMLResponse(render("transparency.html", r=found, days=days, **frame(person, session, "transparency")))


@router.get("/transparency.csv")
def transparency_csv(house: TheHouse, person: Me, days: Days = 180) -> Response:
    """The same, for spreadsheets."""
    del person  # signed in is enough: the figures name nobody
    headers = {"Content-Disposition": 'attachment; filename="transparency.csv"'}
    return Response(as_csv(_report(house, days)), media_type="text/csv; charset=utf-8", headers=headers)


def _report(house: House, days: int) -> Report:
    until = house.clock()
    with house.store.reading() as session:
        return report(session, until - timedelta(days=days), until)


def _case(
    house: House,
    session: SignedIn,
    person: Person,
    dossier: Dossier,
    *,
    form: FormData | None = None,
    errors: tuple[Problem, ...] = (),
    note_errors: tuple[Problem, ...] = (),
    status: int = 200,
    did: str = "",
) -> HTMLResponse:
    office, review = house.office, dossier.review
    told: dict[str, Any] = case_page(dossier, house.verifier.policy, office.rules)
    line = listing.line(office, person, review, None, office.clock())
    html = render(
        "case.html", d=dossier, form=form if form is not None else FormData(), errors=errors, note_errors=note_errors,
        graphic=bool(review.graphic), why=line.why, aliases={p.id: p.shown for p in office.people},
        line_known=known_line(Parties.of_document(review.parties), office.people),
        has_letter=_has_letter(house, review),
        **told, **frame(person, session, "case", did),
    )  # fmt: skip
    return HTMLResponse(html, status)


def _has_letter(house: House, review: Review) -> bool:
    with house.store.reading() as reading:
        return reading.get(Letter, (review.request_id, review.round)) is not None


def _answer(form: FormData) -> Answer:
    """What the form says. Raises a problem where a choice was not made."""
    verdicts = {
        name.removeprefix("verdict:"): value
        for name, value in form.multi_items()
        if name.startswith("verdict:") and isinstance(value, str)
    }
    pretextual = {"yes": True, "no": False}.get(text(form, "pretextual"))
    try:
        return Answer.model_validate(
            {
                "outcome": text(form, "outcome"),
                "verdicts": verdicts,
                "pretextual": pretextual,
                "cites": tuple(one for one in form.getlist("cites") if isinstance(one, str)),
                "reason": text(form, "reason"),
                "confirm": text(form, "confirm"),
            }
        )
    except ValidationError as error:
        problems = [
            Problem("/" + "/".join(map(str, e["loc"])), f"{e['loc'][0] if e['loc'] else 'answer'}", "choose one")
            for e in error.errors(include_input=False)
        ]
        raise ProblemDetails("invalid-decision", "The decision is not complete.", problems) from None
