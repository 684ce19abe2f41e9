"""Builds the HTTP service."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from functools import partial

from fastapi import FastAPI

import verifier as verifier_package
from service.api import status, verifications
from service.api.flights import Flights
from service.api.house import House
from service.api.middleware import BodyLimit, RequestContext
from service.api.openapi import describe
from service.api.pool import WorkPool
from service.api.readiness import Readiness
from service.api.responses import add_problem_handlers
from service.clock import utc_now
from service.engine import CaseVerifier, open_verifier
from service.keys.book import KeyBook
from service.keys.rates import Rates
from service.requests.book import Book
from service.settings import Settings
from service.store.opening import open_store
from verifier.policy import load_policy

log = logging.getLogger("takedown.api")

DESCRIPTION = """\
Checks a takedown request against what the platform itself observed, before any moderation action runs.

A request is `cleared` only when every claim in it is supported by the platform's own record and the action is
proportionate to it. Everything else is for people: `review`, or `hold` where pretext is flagged.
Every error is a problem (RFC 9457, `application/problem+json`) with a `request_id`.
"""


def create_app(settings: Settings | None = None, verifier: CaseVerifier | None = None) -> FastAPI:
    """The service as an ASGI application.

    Raises `InvalidPolicy` for a policy that can't be loaded: no service without rules; and what the
    database raises when it can't be opened: no answer without a record. A text judge that can't be loaded
    does not stop the service; it then answers `review`.
    """
    settings = settings or Settings.from_env()
    if verifier is None:
        policy = load_policy(settings.policy)
        verifier = open_verifier(policy, settings.model_dir, timeout_s=settings.judge_timeout_s)
    store = open_store(settings.database)
    house = House(
        settings=settings,
        verifier=verifier,
        pool=WorkPool(settings.workers, settings.waiting),
        readiness=Readiness(verifier),
        store=store,
        clock=utc_now,
        keys=KeyBook(store, utc_now, settings.keys),
        rates=Rates(settings.rate_per_minute),
        requests=Book(store, utc_now),
        flights=Flights(),
    )
    app = FastAPI(
        title="Takedown-request justification verifier",
        version=verifier_package.__version__,
        description=DESCRIPTION,
        lifespan=_lifespan,
    )
    app.state.house = house
    app.include_router(verifications.router)
    app.include_router(status.router)
    add_problem_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(RequestContext)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # the framework's own way to extend it
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    house: House = app.state.house
    if not house.keys.any():
        log.warning("LOCAL MODE: no keys are configured; callers on this machine are believed in everything")
    watching = asyncio.create_task(house.readiness.watch())
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        house.pool.close()
        house.store.close()
