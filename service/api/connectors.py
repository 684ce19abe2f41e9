"""`/v1/connectors`: where meeting systems send their events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, ValidationError
from sqlalchemy.orm import Session

from service.api.bodies import raw_body
from service.api.house import House, house_of, needs
from service.api.responses import described
from service.connectors import bigbluebutton, jitsi, osprey, webvtt, zoom
from service.connectors.merge import take
from service.connectors.observed import NotUnderstood, Observed
from service.keys.callers import Caller
from service.problems import ProblemDetails, of_problems
from service.telemetry.intake import Taken, add_signals
from service.telemetry.reading import telemetry_of
from verifier.problems import InvalidCase, problems_of

router = APIRouter(prefix="/v1/connectors", tags=["connectors"])

Writer = Annotated[Caller, Depends(needs("telemetry:write"))]
TheHouse = Annotated[House, Depends(house_of)]
_T = TypeVar("_T")
_REFUSALS = described(
    "no-valid-key", "not-allowed", "local-only", "record-conflict", "too-large", "invalid-body", "too-many-calls",
    "overloaded",
)  # fmt: skip


@router.post(
    "/zoom", summary="Zoom webhooks", responses=described("bad-signature", "not-found", "too-large", "invalid-body")
)
async def zoom_event(request: Request, house: TheHouse) -> Any:
    """Takes Zoom's events, signed with the secret token in `TAKEDOWN_ZOOM_SECRET`; answers its URL validation.

    No API key: the signature says who calls. Without the secret there is nothing here.
    """
    secret = house.settings.zoom_secret
    if secret is None:
        raise ProblemDetails("not-found", "No secret token of Zoom is configured.")
    raw = await raw_body(request, None)
    event = _json(raw)
    if event.get("event") == "endpoint.url_validation":
        return _understood(lambda: zoom.challenge_answer(secret, event))
    stamp, signature = (request.headers.get(f"x-zm-{name}", "") for name in ("request-timestamp", "signature"))
    if not zoom.signature_is_good(secret, stamp, raw, signature, house.clock()):
        raise ProblemDetails("bad-signature", "Not signed by Zoom with the secret token, or too long ago.")
    return await _take(house, "zoom", lambda _: [zoom.observed(event)])


@router.put("/zoom/meetings/{meeting_id:path}/transcript", summary="A transcript in WebVTT", responses=_REFUSALS)
async def zoom_transcript(
    meeting_id: str, request: Request, house: TheHouse, caller: Writer, start: Annotated[AwareDatetime, Query()]
) -> Taken:
    """Stores a transcript; `start` is the moment of its 00:00 (`recording_start` in `recording.transcript_completed`).

    Zoom's webhook doesn't carry the words, only where to fetch them; whoever fetches them sends them here.
    """
    raw = await raw_body(request, caller.max_body_bytes)

    def work(session: Session, at: datetime) -> Taken:
        people = telemetry_of(session, meeting_id).meeting.participants
        found = webvtt.signals(raw.decode("utf-8", "replace"), start, people, source="zoom")
        return add_signals(session, meeting_id, found, by=caller.name, at=at)

    return await _write(house, work)


@router.post("/jitsi/events/{subject}/{what}", summary="Events of Jitsi Meet's Prosody", responses=_REFUSALS)
async def jitsi_event(subject: str, what: str, request: Request, house: TheHouse, caller: Writer) -> Taken:
    """For `event_sync_component` with `api_prefix = ".../v1/connectors/jitsi"` and the API key in `api_headers`."""
    event = _json(await raw_body(request, caller.max_body_bytes))
    return await _take(house, caller.name, lambda session: [jitsi.observed(event, session)])


@router.post("/bigbluebutton", summary="BigBlueButton's webhooks", responses=_REFUSALS)
async def bigbluebutton_event(request: Request, house: TheHouse, caller: Writer) -> Taken:
    """For a hook with `auth2_0`: BigBlueButton's shared secret is the API key."""
    raw = await raw_body(request, caller.max_body_bytes)
    return await _take(house, caller.name, lambda _: bigbluebutton.all_observed(raw))


@router.post("/osprey", summary="Results of Osprey's rules", responses=_REFUSALS)
async def osprey_result(request: Request, house: TheHouse, caller: Writer) -> Taken:
    """For the output sink in `docs/examples/osprey_sink.py`: what rules find in a meeting becomes a signal of it."""
    result = _json(await raw_body(request, caller.max_body_bytes))
    return await _take(house, caller.name, lambda _: [osprey.observed(result)])


async def _take(house: House, by: str, read: Callable[[Session], Iterable[Observed | None]]) -> Taken:
    def work(session: Session, at: datetime) -> Taken:
        taken = [take(session, one, by=by, at=at) for one in read(session) if one is not None]
        return Taken(sum(one.stored for one in taken), sum(one.known for one in taken))

    return await _write(house, work)


async def _write(house: House, work: Callable[[Session, datetime], _T]) -> _T:
    def transaction() -> _T:
        with house.store.transaction() as session:
            return work(session, house.clock())

    return await house.writers.run(lambda: _understood(transaction))


def _understood(work: Callable[[], _T]) -> _T:
    try:
        return work()
    except NotUnderstood as error:
        raise ProblemDetails("invalid-body", str(error)) from None
    except ValidationError as error:
        raise of_problems(problems_of(error)) from None
    except InvalidCase as invalid:
        raise of_problems(invalid.problems) from None


def _json(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProblemDetails("invalid-body", "Send one JSON object.")
    return found
