"""Builds the HTTP service."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from functools import partial

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

import verifier as verifier_package
from service.api import (
    appeals,
    audit,
    breakglass,
    connectors,
    console,
    console_audit,
    console_glass,
    keys,
    letters,
    meetings,
    metrics,
    permits,
    requests,
    reviews,
    sign_in,
    status,
    verifications,
)
from service.api.flights import Flights
from service.api.house import House
from service.api.middleware import BodyLimit, RequestContext
from service.api.openapi import describe
from service.api.pool import WorkPool
from service.api.readiness import Readiness
from service.api.responses import add_problem_handlers
from service.api.resume import finish_unanswered
from service.audit.keeper import Keeper
from service.clock import utc_now
from service.console.accounts import Accounts
from service.engine import CaseVerifier, open_verifier
from service.keys.book import KeyBook
from service.keys.rates import Rates
from service.observability.calls import Observed
from service.observability.meters import Meters
from service.observability.standing import Standing
from service.people_live import directory
from service.permits.issue import issuer
from service.permits.keys import SigningKeys
from service.requests.book import Book
from service.review.aftermath import teller
from service.review.deadlines import watch
from service.review.opening import opener
from service.review.rules import load_rules
from service.review.setup import open_office
from service.settings import DEFAULT_CHECKPOINTS, DEFAULT_PERMIT_KEYS, Settings
from service.signin.flow import SignIn
from service.store.base import Store
from service.store.opening import TemporaryStore, open_store
from service.webhooks.courier import Courier
from verifier.policy import load_policy

log = logging.getLogger("takedown.api")

WRITERS, WRITES_WAITING = 4, 64
"""SQLite lets one write at a time, PostgreSQL more; each batch takes well under a second."""

DESCRIPTION = """\
Checks a takedown request against what the platform itself observed, before any moderation action runs.

A request is `cleared` only when every claim in it is supported by the platform's own record and the action is
proportionate to it. Everything else is for people: `review`, or `hold` where pretext is flagged.
Every error is a problem (RFC 9457, `application/problem+json`) with a `request_id`.
"""


def create_app(settings: Settings | None = None, verifier: CaseVerifier | None = None) -> FastAPI:
    """The service as an ASGI application.

    Raises `InvalidPolicy`, `InvalidPeople` or `InvalidRules` for files that can't be loaded: no service without
    rules; and what the database raises when it can't be opened: no answer without a record. A text judge
    that can't be loaded does not stop the service; it then answers `review`.
    """
    settings = settings or Settings.from_env()
    if verifier is None:
        policy = load_policy(settings.policy)
        verifier = open_verifier(policy, settings.model_dir, timeout_s=settings.judge_timeout_s)
    people = directory(settings.scim, settings.people)
    rules = load_rules(settings.review_rules)
    store = open_store(settings.database)
    signing = _signing_keys(settings, store)
    courier = Courier(store, settings.webhooks, utc_now)
    checkpoints = settings.checkpoints or signing.path.with_name(DEFAULT_CHECKPOINTS.name)
    meters = Meters()
    meters.people_age.set_function(lambda: people.age_s)
    meters.registry.register(Standing(store, utc_now))
    house = House(
        settings=settings,
        verifier=verifier,
        pool=WorkPool(settings.workers, settings.waiting),
        writers=WorkPool(WRITERS, WRITES_WAITING),
        readiness=Readiness(verifier),
        store=store,
        clock=utc_now,
        keys=KeyBook(store, utc_now, settings.keys),
        rates=Rates(settings.rate_per_minute),
        requests=Book(
            store,
            utc_now,
            on_cleared=[issuer(signing), teller(rules, settings.appeal_page)],
            on_review=[opener(rules)],
        ),
        permits=signing,
        keeper=Keeper(store, signing, utc_now, checkpoints, partial(_show_witness, courier)),
        courier=courier,
        flights=Flights(),
        office=open_office(store, utc_now, people, rules, signing, settings.appeal_page),
        accounts=Accounts(store, utc_now, people),
        sign_in=SignIn(oidc, settings.public_url + sign_in.BACK, utc_now) if (oidc := settings.oidc) else None,
        meters=meters,
    )
    app = FastAPI(
        title="Takedown-request justification verifier",
        version=verifier_package.__version__,
        description=DESCRIPTION,
        lifespan=_lifespan,
    )
    app.state.house = house
    app.include_router(verifications.router)
    app.include_router(requests.router)
    app.include_router(meetings.router)
    app.include_router(connectors.router)
    app.include_router(keys.router)
    app.include_router(reviews.router)
    app.include_router(appeals.api)
    app.include_router(appeals.pages)
    app.include_router(letters.router)
    app.include_router(sign_in.router)
    app.include_router(console.router)
    app.include_router(console_glass.router)
    app.include_router(console_audit.router)
    app.mount("/console/static", StaticFiles(packages=[("service.console", "static")]))
    app.include_router(permits.router)
    app.include_router(breakglass.router)
    app.include_router(audit.router)
    app.include_router(status.router)
    app.include_router(metrics.router)
    add_problem_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(Observed, meters=meters)
    app.add_middleware(RequestContext)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # the framework's own way to extend it
    return app


def _signing_keys(settings: Settings, store: Store) -> SigningKeys:
    if settings.permit_keys is not None:
        return SigningKeys(settings.permit_keys)
    if isinstance(store, TemporaryStore):
        return SigningKeys(store.folder / DEFAULT_PERMIT_KEYS)
    raise ValueError("a database that lasts needs signing keys that last: set permit_keys")


def _show_witness(courier: Courier, seq: int, token: str) -> None:
    courier.tell("audit.checkpoint", seq, {"checkpoint": token})


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    house: House = app.state.house
    if not house.keys.any():
        log.warning("LOCAL MODE: no keys are configured; callers on this machine are believed in everything")
    watched = (
        house.readiness.watch(),
        finish_unanswered(house),
        watch(house.office),
        house.keeper.watch(),
        house.courier.watch(),
        house.office.people.watch(),
    )
    watching = [asyncio.create_task(one) for one in watched]
    try:
        yield
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        house.pool.close()
        house.writers.close()
        house.store.close()
