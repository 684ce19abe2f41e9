"""`/console/glass`: broken glass that awaits review, and what a third person found."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData
from starlette.responses import Response

from service.api.house import House, house_of
from service.api.pages import Page, form_of, frame, me, signed_in, text
from service.console.accounts import SignedIn
from service.console.pages import render
from service.people import Person
from service.problems import ProblemDetails
from service.review import glasses
from verifier.problems import Problem

router = APIRouter(prefix="/console/glass", route_class=Page, include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]
Session = Annotated[SignedIn, Depends(signed_in)]
Me = Annotated[Person, Depends(me)]
Form = Annotated[FormData, Depends(form_of)]


@router.get("/{glass_id}")
def show(glass_id: str, house: TheHouse, session: Session, person: Me) -> HTMLResponse:
    """Who did what, why, and whether the permit was used."""
    return _page(glass_id, house, session, person)


@router.post("/{glass_id}/finding")
def finding(glass_id: str, house: TheHouse, session: Session, person: Me, form: Form) -> Response:
    """Say what you found; where something is missing, the page again with what was filled in."""
    found = text(form, "finding")
    try:
        if found not in ("justified", "unjustified"):
            wrong = Problem("/finding", "was it justified?", "choose one")
            raise ProblemDetails("invalid-decision", "The finding is not complete.", [wrong])
        glasses.find(house.office, glass_id, person.id, found, text(form, "note"))  # type: ignore[arg-type]  # checked
    except ProblemDetails as problem:
        if problem.kind != "invalid-decision":
            raise
        return _page(glass_id, house, session, person, form=form, errors=problem.errors, status=422)
    return RedirectResponse("/console?did=found", 303)


def _page(
    glass_id: str, house: House, session: SignedIn, person: Person, *,
    form: FormData | None = None, errors: tuple[Problem, ...] = (), status: int = 200,
) -> HTMLResponse:  # fmt: skip
    use = glasses.look(house.office, glass_id, person.id)
    aliases = {p.id: p.shown for p in house.office.people}
    told = {"use": use, "aliases": aliases, "errors": errors, "form": form if form is not None else FormData()}
    return HTMLResponse(render("glass.html", **told, **frame(person, session, "queue")), status)
