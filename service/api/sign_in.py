"""`/console/sign-in/provider`: the way to the OpenID provider and back."""

from __future__ import annotations

import logging
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from service.api.house import House, house_of
from service.api.pages import Page, cookie_name, set_session
from service.console.pages import render
from service.problems import ProblemDetails
from service.signin.flow import Identity, NotIdentified, SignIn
from service.signin.provider import ProviderDown

log = logging.getLogger("takedown.sign_in")

BACK = "/console/sign-in/provider/back"
MINUTES = 10
"""That somebody may take at the provider, second factor and all."""

router = APIRouter(prefix="/console/sign-in/provider", route_class=Page, include_in_schema=False)


def configured(house: Annotated[House, Depends(house_of)]) -> SignIn:
    """How people sign in by the provider. Raises a problem where none is configured."""
    if house.sign_in is None:
        raise ProblemDetails("not-found", "No OpenID provider is configured.")
    return house.sign_in


TheHouse = Annotated[House, Depends(house_of)]
TheSignIn = Annotated[SignIn, Depends(configured)]


@router.get("")
async def away(request: Request, sign_in: TheSignIn) -> Response:
    """To the provider, with a cookie that its answer must fit."""
    secret = sign_in.new_secret()
    try:
        response = RedirectResponse(await sign_in.way(secret), 303)
    except ProviderDown as down:
        return _refused(request, str(down), 503)
    name = _cookie(request)
    secure = name.startswith("__Host-")
    # Lax: the answer comes from the provider's site, and a strict cookie would stay at home.
    response.set_cookie(name, secret, MINUTES * 60, httponly=True, secure=secure, samesite="lax", path="/")
    return response


@router.get("/back")
async def back(request: Request, house: TheHouse, sign_in: TheSignIn) -> Response:
    """From the provider: a session for whoever it vouches for, if the directory knows them."""
    try:
        identity = await sign_in.who(request.cookies.get(_cookie(request), ""), dict(request.query_params))
    except NotIdentified as wrong:
        return _refused(request, wrong.reason, 403)
    except ProviderDown as down:
        return _refused(request, str(down), 503)
    found = await house.writers.run(lambda: _let_in(house, identity))
    if found is None:
        return _refused(request, "unknown", 403)
    # A page and no redirect: what follows a redirect from elsewhere is from elsewhere, and without the strict cookie.
    response = HTMLResponse(render("signed_in.html"))
    set_session(request, response, found)
    response.delete_cookie(_cookie(request), path="/")
    return response


def _let_in(house: House, identity: Identity) -> str | None:
    """The token of a new session. Both ways are in the audit log, a stranger by the digest of their name alone."""
    person = house.office.people.signing_in(identity.value, exactly=identity.claim == "sub")
    if person is None:
        digest = sha256(identity.value.casefold().encode("utf-8", "replace")).hexdigest()
        house.accounts.refuse("nobody", by="oidc", name_sha256=digest)
        return None
    signed = house.accounts.let_in(person.id, by="oidc")
    return None if signed is None else signed.token


def _refused(request: Request, why: str, status: int) -> Response:
    log.warning("nobody was signed in: %s", why)
    told = {
        403: "You were not signed in. Try again; if that does not help, ask whoever keeps the people directory.",
        503: "The sign-in service can't be reached. Nobody can sign in by it now; local accounts still work.",
    }[status]
    response = HTMLResponse(render("sign_in.html", error=told, provider=True), status)
    response.delete_cookie(_cookie(request), path="/")
    return response


def _cookie(request: Request) -> str:
    """The name of the cookie of one attempt, guarded as the session's is."""
    return f"{cookie_name(request)}_sign_in"
