"""What the routes share, and who is calling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from service.api.flights import Flights
from service.api.pool import WorkPool
from service.api.readiness import Readiness
from service.audit.keeper import Keeper
from service.clock import Clock
from service.console.accounts import Accounts
from service.engine import CaseVerifier
from service.keys.book import KeyBook
from service.keys.callers import LOCAL, Caller, Scope
from service.keys.rates import Rates
from service.loopback import is_loopback
from service.observability.meters import Meters
from service.permits.keys import SigningKeys
from service.problems import ProblemDetails
from service.requests.book import Book
from service.review.office import Office
from service.settings import Settings
from service.signin.flow import SignIn
from service.store.base import Store
from service.webhooks.courier import Courier


@dataclass(frozen=True, slots=True)
class House:
    """One running service."""

    settings: Settings
    verifier: CaseVerifier
    pool: WorkPool
    """Verifies."""
    writers: WorkPool
    """Writes what takes no judging."""
    readiness: Readiness
    store: Store
    clock: Clock
    keys: KeyBook
    rates: Rates
    requests: Book
    permits: SigningKeys
    keeper: Keeper
    courier: Courier
    flights: Flights
    office: Office
    accounts: Accounts
    sign_in: SignIn | None
    """How people sign in to the console by an OpenID provider. None: by local accounts alone."""
    meters: Meters


def house_of(request: Request) -> House:
    """The service that answers this request."""
    house: House = request.app.state.house
    return house


def caller_of(request: Request) -> Caller:
    """Who calls. Raises a problem for a missing or unknown key, and for one that calls too often.

    Without keys only callers on this machine are served: the address that the service listens on
    may have been chosen by somebody who did not read the warning.
    """
    house = house_of(request)
    if not house.keys.any():
        if not _is_local(request):
            raise ProblemDetails("local-only", "No keys are configured, so only this machine is served.")
        return LOCAL
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    caller = house.keys.caller_with(key.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        raise ProblemDetails(
            "no-valid-key",
            "Send a valid key: Authorization: Bearer KEY.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    house.rates.count(caller)
    return caller


def needs(*scopes: Scope) -> Callable[[Caller], Caller]:
    """A dependency: the caller, if its key has one of these scopes. Raises a problem otherwise."""

    def caller_with_scope(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if not caller.scopes & frozenset(scopes):
            raise ProblemDetails("not-allowed", f"This key needs the scope {' or '.join(scopes)}.")
        return caller

    return caller_with_scope


def _is_local(request: Request) -> bool:
    """Whether a person or program on this machine asks: not a proxy for others, not a web page of elsewhere."""
    if any(header in request.headers for header in ("forwarded", "x-forwarded-for", "x-real-ip")):
        return False
    if not is_loopback(request.url.hostname or ""):
        return False
    return request.client is not None and is_loopback(request.client.host)
