"""Appeals in: `/appeal` and `/v1/appeals` by the code from a letter, `/v1/requests/{id}/appeal` by whoever asked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData

from service.api.house import House, house_of, needs
from service.api.pages import Page, own_form, text
from service.api.responses import described
from service.console.pages import render
from service.keys.callers import Caller
from service.letters.letter import LANGUAGES, words_of
from service.problems import ProblemDetails
from service.review.appeals import MAX_TEXT, MIN_WHY, appeal, appeal_refusal

api = APIRouter(tags=["appeals"])
pages = APIRouter(route_class=Page, include_in_schema=False)

TheHouse = Annotated[House, Depends(house_of)]


class AppealBody(BaseModel):
    """An appeal."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=100, description="from the letter")]
    text: Annotated[str, Field(max_length=MAX_TEXT)] = ""


class RefusalBody(BaseModel):
    """Why a refusal should be looked at again."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[
        str, Field(min_length=MIN_WHY, max_length=MAX_TEXT, description="what the first decision overlooked")
    ]


@api.post("/v1/appeals", status_code=202, summary="Appeal a decision", responses=described("not-found", "invalid-case"))
def appeal_over_http(body: AppealBody, house: TheHouse) -> dict[str, str]:
    """Needs no key: the code from the letter is the right to appeal. It works once."""
    appeal(house.office, body.code, body.text)
    return {"status": "received"}


@api.post(
    "/v1/requests/{request_id:path}/appeal",
    status_code=202,
    summary="Ask for another look at a refusal",
    responses=described(
        "no-valid-key",
        "not-allowed",
        "local-only",
        "not-found",
        "review-closed",
        "invalid-case",
        "invalid-body",
        "too-many-calls",
    ),
)
def appeal_by_requester(
    request_id: str, body: RefusalBody, house: TheHouse, caller: Annotated[Caller, Depends(needs("requests:submit"))]
) -> dict[str, str]:
    """For the caller whose request people denied; once, decided by nobody who had a hand in the refusal.

    What you write is shown to them as a statement; it is no record and proves nothing.
    """
    appeal_refusal(house.office, request_id, caller.name, body.text)
    return {"status": "received"}


@pages.get("/appeal")
def form_page(request: Request) -> HTMLResponse:
    """The form, in the reader's language."""
    return _page(request)


@pages.post("/appeal")
def appeal_by_form(request: Request, house: TheHouse, form: Annotated[FormData, Depends(own_form)]) -> HTMLResponse:
    """Appeal."""
    code, said = text(form, "code"), text(form, "text")
    try:
        appeal(house.office, code, said)
    except ProblemDetails:
        return _page(request, error=True, code=code, text=said)
    return _page(request, done=True)


def _page(request: Request, *, done: bool = False, error: bool = False, code: str = "", text: str = "") -> HTMLResponse:
    language = _language(request.headers.get("accept-language", ""))
    words = words_of(language)["appeal"]
    html = render("appeal.html", words=words, language=language, done=done, error=error, code=code, text=text)
    return HTMLResponse(html, 404 if error else 200)


def _language(accepted: str) -> str:
    """The first accepted language that there is."""
    tags = (part.partition(";")[0].strip().partition("-")[0].lower() for part in accepted.split(","))
    return next((tag for tag in tags if tag in LANGUAGES), "en")
