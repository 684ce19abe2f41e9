"""What every page of the console passes through: who is signed in, a token in every form, safe headers, HTML errors."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from service.api.house import House, house_of
from service.console.accounts import SignedIn, same
from service.console.pages import HEADERS, render
from service.loopback import is_loopback
from service.people import Person
from service.problems import ProblemDetails

COOKIE = "takedown_console"
SIGN_IN = "/console/sign-in"


FLASHES = {
    "decided": "Your decision is recorded.",
    "waiting": "The case waits for the answer.",
    "aside": "Put aside.",
    "none": "Nothing is left for you to take. Rest your eyes.",
    "noted": "The note is kept.",
    "found": "Your finding is recorded.",
}


class NotSignedIn(Exception):  # noqa: N818 - reads as what it is
    """Nobody is signed in; the answer is the way to the door."""


class Page(APIRoute):
    """A route whose errors are pages, too, and whose every answer has the console's headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the framework's handler."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                response = await handle(request)
            except NotSignedIn:
                response = RedirectResponse(SIGN_IN, 303)
            except ProblemDetails as problem:
                response = problem_page(problem)
            response.headers.update(HEADERS)
            return response

        return handled


def problem_page(problem: ProblemDetails, back: str = "/console") -> HTMLResponse:
    """A problem as a page."""
    told = {"title": problem.title, "detail": problem.detail, "errors": problem.errors, "back": back}
    return HTMLResponse(render("problem.html", **told), problem.status, problem.headers)


def cookie_name(request: Request) -> str:
    """With TLS the browser itself guards the name; on this machine alone there is none."""
    return COOKIE if _plain(request) else f"__Host-{COOKIE}"


def set_session(request: Request, response: Response, token: str) -> None:
    """Put the session into a cookie that scripts and other sites can't use."""
    secure = not _plain(request)
    response.set_cookie(cookie_name(request), token, httponly=True, secure=secure, samesite="strict", path="/")


def signed_in(request: Request, house: Annotated[House, Depends(house_of)]) -> SignedIn:
    """Whoever is signed in. Raises `NotSignedIn`."""
    found = house.accounts.signed_in(request.cookies.get(cookie_name(request)))
    if found is None:
        raise NotSignedIn
    return found


def me(house: Annotated[House, Depends(house_of)], session: Annotated[SignedIn, Depends(signed_in)]) -> Person:
    """The person who is signed in. Raises `NotSignedIn`."""
    person = house.office.people.get(session.person)
    if person is None:
        raise NotSignedIn
    return person


async def own_form(request: Request) -> FormData:
    """A form that was sent from a page of ours. Raises a problem for one from elsewhere."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    if site not in ("same-origin", "none") or (origin not in (None, "null") and not _same_host(request, origin)):
        raise ProblemDetails("not-allowed", "This form was sent from another site.")
    return await request.form(max_files=0, max_fields=500)


async def form_of(
    session: Annotated[SignedIn, Depends(signed_in)], form: Annotated[FormData, Depends(own_form)]
) -> FormData:
    """A form with the token of this very session. Raises a problem without it."""
    if not same(text(form, "csrf"), session.csrf):
        raise ProblemDetails("not-allowed", "The page was too old, or the form was not ours. Go back and reload it.")
    return form


def frame(person: Person, session: SignedIn, here: str, did: str = "") -> dict[str, Any]:
    """What every page needs around its content. `did`: what was done just now, as a key of `FLASHES`."""
    return {"me": person, "csrf": session.csrf, "here": here, "flash": FLASHES.get(did, "")}


def text(form: FormData, name: str) -> str:
    """One field; '' where it is missing."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _same_host(request: Request, origin: str) -> bool:
    return origin.partition("://")[2].lower() == request.headers.get("host", "").lower()


def _plain(request: Request) -> bool:
    return is_loopback(request.url.hostname or "")
