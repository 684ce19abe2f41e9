"""`/v1/audit`: the log for auditors and witnesses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from service.api.house import House, house_of, needs
from service.api.responses import described
from service.audit.checkpoints import sign_checkpoint
from service.audit.export import export
from service.audit.inspect import inspect
from service.audit.log import entries, record
from service.keys.callers import Caller

router = APIRouter(prefix="/v1/audit", tags=["audit"])

Here = Annotated[House, Depends(house_of)]
Auditor = Annotated[Caller, Depends(needs("audit:read"))]
_COMMON = described("no-valid-key", "not-allowed", "local-only", "invalid-case", "too-many-calls", "failed")
MAX_PAGE = 500


class EntryView(BaseModel):
    """One entry."""

    seq: int
    at: str
    kind: str
    actor: str
    subject: str
    detail: dict[str, Any]
    prev_hash: str
    hash: str


class SignedCheckpoint(BaseModel):
    """Where the log ends now, signed: a witness keeps it, and a cut tail shows."""

    checkpoint: str


@router.get("/entries", summary="Entries in their order", responses=_COMMON)
def list_entries(
    house: Here,
    caller: Auditor,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    subject: Annotated[str | None, Query(max_length=300, pattern=r"^[^\x00]*$")] = None,
    kind: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z.-]*$")] = None,
) -> list[EntryView]:
    """Those after the number `after`, of one subject or kind if given."""
    with house.store.reading() as session:
        found = islice(entries(session, after=after, subject=subject, kind=kind, piece=limit), limit)
        return [
            EntryView.model_validate({name: getattr(one, name) for name in one.__slots__} | {"detail": one.said})
            for one in found
        ]


@router.get("/export", summary="The whole log, as a file that proves itself", responses=_COMMON)
def export_log(house: Here, caller: Auditor) -> StreamingResponse:
    """One entry a line and a signed last line; `takedown-verifier audit verify` checks it with the public keys.

    A log that is not as it was written ends in the middle, without its last line.
    """
    at = house.clock()
    with house.store.transaction() as session:
        record(session, at=at, kind="audit.exported", actor=caller.name, subject="audit", detail={})

    def lines() -> Iterator[str]:
        with house.store.reading() as session:
            for line in export(session, at, house.permits):
                yield line + "\n"

    headers = {"Content-Disposition": "attachment; filename=audit.jsonl", "Cache-Control": "no-store"}
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)


@router.post("/checkpoint", summary="Check the log and sign where it ends", responses=_COMMON)
def checkpoint(house: Here, caller: Auditor) -> SignedCheckpoint:
    """For witnesses who ask. Reads the whole log; what was changed is not signed."""
    with house.store.reading() as session:
        link = inspect(session)
    return SignedCheckpoint(checkpoint=sign_checkpoint(link, house.clock(), house.permits))
