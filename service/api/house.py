"""What the routes share, and who is calling."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from service.api.pool import WorkPool
from service.api.readiness import Readiness
from service.callers import LOCAL, Caller
from service.engine import CaseVerifier
from service.loopback import is_loopback
from service.problems import ProblemDetails
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """One running service."""

    settings: Settings
    verifier: CaseVerifier
    pool: WorkPool
    readiness: Readiness


def house_of(request: Request) -> House:
    """The service that answers this request."""
    house: House = request.app.state.house
    return house


def caller_of(request: Request) -> Caller:
    """Who calls. Raises a problem for a missing or unknown key.

    Without keys only callers on this machine are served: the address that the service listens on
    may have been chosen by somebody who did not read the warning.
    """
    keys = house_of(request).settings.keys
    if keys is None:
        if not _is_local(request):
            raise ProblemDetails("local-only", "No keys are configured, so only this machine is served.")
        return LOCAL
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    caller = keys.caller_with(key.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        raise ProblemDetails(
            "no-valid-key",
            "Send a valid key: Authorization: Bearer KEY.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return caller


def _is_local(request: Request) -> bool:
    """Whether a person or program on this machine asks: not a proxy for others, not a web page of elsewhere."""
    if any(header in request.headers for header in ("forwarded", "x-forwarded-for", "x-real-ip")):
        return False
    if not is_loopback(request.url.hostname or ""):
        return False
    return request.client is not None and is_loopback(request.client.host)
