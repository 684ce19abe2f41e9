"""`/v1/keys`: make, list, rotate and revoke API keys over HTTP, for keys with the scope `admin`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from service.api.bodies import body_of, json_body, parsed
from service.api.house import House, house_of, needs
from service.api.responses import described
from service.keys.book import Grant, KeyRefused, NewKey
from service.keys.callers import Caller, Scope
from service.keys.tables import ApiKey
from service.problems import ProblemDetails
from verifier.case import Record

router = APIRouter(prefix="/v1/keys", tags=["keys"])

Admin = Annotated[Caller, Depends(needs("admin"))]
TheHouse = Annotated[House, Depends(house_of)]
_M = TypeVar("_M", bound=BaseModel)
_READING = described("no-valid-key", "not-allowed", "local-only", "too-many-calls")
_WRITING = described(
    "not-json", "no-valid-key", "not-allowed", "local-only", "key-refused", "too-large", "not-json-type",
    "invalid-body", "too-many-calls", "overloaded",
)  # fmt: skip
_Days = Annotated[float, Field(gt=0, le=3_660)]


class Wanted(Record):
    """What a new key is to allow."""

    name: str = Field(max_length=64, description="the caller, as logs name it")
    scopes: tuple[Scope, ...] = Field(min_length=1)
    person: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        default=None, description="the person behind the key, as the people directory names them"
    )
    expires_in_days: _Days | None = None
    rate_per_minute: int | None = Field(default=None, ge=1, le=1_000_000)
    max_body_bytes: int | None = Field(default=None, ge=1, le=2**31 - 1)


class Rotation(Record):
    """How a key gives way to its successor."""

    overlap_hours: Annotated[float, Field(ge=0, le=24 * 90)] = Field(default=0.0, description="the old key still works")
    expires_in_days: _Days | None = None


class KeyView(BaseModel):
    """One key, without what opens."""

    key_id: str
    name: str
    valid: bool
    scopes: list[Scope]
    person: str | None
    rate_per_minute: int | None
    max_body_bytes: int | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None


@router.get("", summary="Every key", responses=_READING)
def list_keys(house: TheHouse, caller: Admin) -> list[KeyView]:
    """Every key of the store that there ever was, oldest first. Keys of the environment are not listed."""
    now = house.clock()
    return [_view(key, now) for key in house.keys.all()]


@router.post(
    "",
    summary="Make a key",
    status_code=201,
    responses=_WRITING,
    openapi_extra=body_of(Wanted, {"name": "zoom-bridge", "scopes": ["telemetry:write"]}),
)
async def make_key(request: Request, response: Response, house: TheHouse, caller: Admin) -> NewKey:
    """The answer has the key, the only time that it is shown."""

    def act(wanted: Wanted) -> NewKey:
        lasts = None if wanted.expires_in_days is None else timedelta(days=wanted.expires_in_days)
        grant = Grant(
            wanted.name, wanted.scopes, wanted.person, lasts, wanted.rate_per_minute, wanted.max_body_bytes
        )  # fmt: skip
        return house.keys.create(grant, by=caller.name)

    return await _change(Wanted, act, request, response, house, caller)


@router.post(
    "/{key_id}/rotation",
    summary="Rotate a key",
    status_code=201,
    responses=_WRITING,
    openapi_extra=body_of(Rotation, {"overlap_hours": 24}),
)
async def rotate_key(key_id: str, request: Request, response: Response, house: TheHouse, caller: Admin) -> NewKey:
    """A successor with the same rights; the answer has it, the only time that it is shown."""

    def act(rotation: Rotation) -> NewKey:
        lasts = None if rotation.expires_in_days is None else timedelta(days=rotation.expires_in_days)
        overlap = timedelta(hours=rotation.overlap_hours)
        return house.keys.rotate(key_id, overlap=overlap, lasts=lasts, by=caller.name)

    return await _change(Rotation, act, request, response, house, caller)


@router.delete("/{key_id}", summary="Revoke a key", status_code=204, responses=_WRITING)
def revoke_key(key_id: str, house: TheHouse, caller: Admin) -> None:
    """Ends a key at once."""
    try:
        house.keys.revoke(key_id, by=caller.name)
    except KeyRefused as refused:
        raise ProblemDetails("key-refused", str(refused)) from None


async def _change(
    model: type[_M], act: Callable[[_M], NewKey], request: Request, response: Response, house: House, caller: Caller
) -> NewKey:
    raw = await json_body(request, caller)

    def work() -> NewKey:
        try:
            return act(parsed(model, raw, ()))
        except KeyRefused as refused:
            raise ProblemDetails("key-refused", str(refused)) from None

    made = await house.writers.run(work)
    response.headers["Cache-Control"] = "no-store"
    return made


def _view(key: ApiKey, now: datetime) -> KeyView:
    return KeyView.model_validate(
        {**{name: getattr(key, name, None) for name in KeyView.model_fields}, "valid": key.valid(now)}
    )
