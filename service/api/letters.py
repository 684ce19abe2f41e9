"""`/v1/letters`: letters to affected hosts, for whoever delivers them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from service.api.house import House, house_of, needs
from service.api.responses import described
from service.keys.callers import Caller
from service.letters import delivery
from service.letters.tables import Letter

router = APIRouter(prefix="/v1/letters", tags=["letters"])

Here = Annotated[House, Depends(house_of)]
Carrier = Annotated[Caller, Depends(needs("letters:deliver"))]
LetterId = Annotated[str, Path(pattern=r"^tdv-[0-9a-f]{40}-[0-9]{1,6}$")]
_COMMON = ("no-valid-key", "not-allowed", "local-only", "invalid-case", "invalid-body", "too-many-calls", "failed")


class LetterLine(BaseModel):
    """A letter without its words."""

    letter_id: str
    request_id: str
    kind: str = Field(description="restricted, attempt, upheld or overturned")
    language: str = Field(description="en, es or zh: that of the meeting, or English where there is no template")
    to_account: str = Field(description="the affected account, as the platform names it")
    at: datetime
    delivered_at: datetime | None


class LetterPage(BaseModel):
    """Part of the list."""

    letters: list[LetterLine]
    next: str | None = Field(description="given as `after`, goes on; null at the end")


class LetterView(LetterLine):
    """A letter, ready to be sent as plain text."""

    subject: str
    body: str = Field(description="holds the code to appeal, which is the host's alone: send it, and keep no copy")
    statement_of_reasons: dict[str, Any] | None = Field(description="of a restriction, for the EU's database")


class Arrived(BaseModel):
    """How the letter reached the host."""

    model_config = ConfigDict(extra="forbid")

    channel: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$", description="for example email or in-app")]


@router.get("", summary="Letters that wait for delivery", responses=described(*_COMMON))
def list_letters(
    house: Here,
    caller: Carrier,
    delivered: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=500)] = None,
) -> LetterPage:
    """Oldest first, without their words. With `delivered`: those that arrived."""
    with house.store.reading() as session:
        found = delivery.outgoing(session, waiting=not delivered, limit=limit, after=after)
        return LetterPage(letters=[LetterLine(**_line(one)) for one in found.letters], next=found.next)


@router.get("/{letter_id}", summary="A letter, to be sent to the host", responses=described(*_COMMON, "not-found"))
def show(
    letter_id: LetterId,
    house: Here,
    caller: Carrier,
    response: Response,
    language: Literal["en", "es", "zh"] | None = None,
) -> LetterView:
    """In the meeting's language, or in the host's own where you know it and ask for it.

    Words, address and, for a restriction, the statement of reasons. The audit log has it that you fetched it.
    """
    response.headers["Cache-Control"] = "no-store"
    with house.store.transaction() as session:
        found = delivery.fetch(session, letter_id, language=language, by=caller.name, at=house.clock())
        reasons = found.statement.document if found.statement is not None else None
        words = {"language": found.written.language, "subject": found.written.subject, "body": found.written.body}
        return LetterView(**(_line(found.letter) | words), statement_of_reasons=reasons)


@router.post(
    "/{letter_id}/delivered",
    status_code=204,
    summary="Say that a letter reached the host",
    responses=described(*_COMMON, "not-found"),
)
def arrived(letter_id: LetterId, body: Arrived, house: Here, caller: Carrier) -> None:
    """It waits no longer. Again is the same as once."""
    with house.store.transaction() as session:
        delivery.delivered(session, letter_id, channel=body.channel, by=caller.name, at=house.clock())


def _line(letter: Letter) -> dict[str, Any]:
    return {name: getattr(letter, name) for name in LetterLine.model_fields}
