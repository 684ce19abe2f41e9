"""`/console/audit`: the log as auditors read it, and whether it is as it was written."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData

from service.api.house import House, house_of
from service.api.pages import Page, form_of, frame, me, signed_in
from service.console.accounts import SignedIn
from service.console.auditing import Checked, Wanted, check, latest
from service.console.pages import render
from service.people import Person

router = APIRouter(prefix="/console/audit", route_class=Page, include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]
Session = Annotated[SignedIn, Depends(signed_in)]
Me = Annotated[Person, Depends(me)]
Before = Annotated[int | None, Query(ge=1, le=2**62)]
Short = Annotated[str, Query(max_length=300)]


@router.get("")
def entries(
    house: TheHouse, session: Session, person: Me, subject: Short = "", kind: Short = "", before: Before = None
) -> HTMLResponse:
    """Entries, latest first."""
    return _page(house, session, person, Wanted(subject.strip(), kind.strip(), before), None)


@router.post("")
def checked(house: TheHouse, session: Session, person: Me, _: Annotated[FormData, Depends(form_of)]) -> HTMLResponse:
    """Read the whole log and say whether it holds."""
    return _page(house, session, person, Wanted(), check(house.office, person))


def _page(house: House, session: SignedIn, person: Person, wanted: Wanted, result: Checked | None) -> HTMLResponse:
    found = latest(house.office, person, wanted)
    again = urlencode({"subject": wanted.subject, "kind": wanted.kind, "before": found.older or ""})
    told = {"found": found, "wanted": wanted, "again": again, "checked": result}
    return HTMLResponse(render("audit.html", **told, **frame(person, session, "audit")))
