"""A deadline that passes is told to whoever listens: once, through the outbox, whatever else happens."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.breakglass.glass import ask, confirm, review
from service.permits.keys import SigningKeys
from service.problems import ProblemDetails
from service.review import leases
from service.review.asking import ask as ask_back
from service.review.deadlines import sweep
from service.webhooks.endpoints import Endpoints
from service.webhooks.outbox import Outbox
from service.webhooks.tables import WebhookMessage
from tests.service.breakglass.test_break_glass import EMERGENCY
from tests.service.webhooks.conftest import endpoint

from .desk import put


@pytest.fixture
def told(store, clock):
    """Everything that the receiver was sent so far, by kind and subject."""
    receivers = Endpoints([endpoint(events=["review.overdue", "break-glass.*"])])
    outbox = Outbox(store, receivers, clock)
    outbox.fill()

    def look():
        outbox.fill()
        with store.reading() as session:
            bodies = [json.loads(one) for one in session.scalars(select(WebhookMessage.body))]
        return [(b["type"], b["data"]) for b in bodies if b["type"].endswith(".overdue")]

    look.receivers = receivers
    return look


@pytest.mark.parametrize(("disposition", "hours"), [("hold", 4), ("review", 24)])
def test_a_case_that_is_overdue_alerts_once_and_not_again(office, store, clock, told, disposition, hours):
    found = put(store, clock, disposition, request_id="R-late")
    clock.forward(hours=hours, seconds=-1)
    sweep(office)
    assert told() == []
    clock.forward(seconds=1)
    sweep(office)
    sweep(replace(office))
    [(kind, data)] = told()
    assert (kind, data["subject"], data["detail"]["review_id"]) == ("review.overdue", "R-late", found)
    assert data["detail"]["hold"] == (disposition == "hold")
    assert data["detail"]["due"] == clock().isoformat()
    for _ in range(5):
        clock.forward(hours=4)
        sweep(office)
    assert len(told()) == 1


def test_whoever_holds_it_or_asks_back_stops_no_alert(office, store, clock, told):
    review_id = put(store, clock, "hold")
    leases.take(office, review_id, "ana")
    ask_back(office, review_id, "ana", "platform", "Is there a recording?")
    clock.forward(hours=4)
    sweep(office)
    assert len(told()) == 1


def test_what_was_raised_by_a_person_still_alerts_when_its_time_is_over(office, store, clock, told):
    review_id = put(store, clock, "hold")
    leases.take(office, review_id, "ana")
    leases.escalate(office, review_id, "ana", "This is beyond me.")
    assert told() == []
    clock.forward(hours=5)
    sweep(office)
    assert len(told()) == 1


def test_an_appeal_has_a_deadline_of_its_own(office, store, clock, told):
    from .test_aftermath import answers

    review_id = put(store, clock, request_id="R-a")
    clock.forward(hours=24)
    sweep(office)
    answers(office, review_id, "ana", "deny")
    with store.transaction() as session:
        from service.requests.book import case_of
        from service.requests.tables import RequestRecord
        from service.review.opening import open_review
        from verifier.assessment import Assessment

        request = session.get(RequestRecord, "R-a")
        opened = open_review(
            session, case_of(session, "R-a"), Assessment.model_validate(request.assessment), office.rules, clock(),
            round_=2,
        )  # fmt: skip
    clock.forward(hours=72)
    sweep(office)
    assert [data["detail"]["review_id"] for _, data in told()] == [review_id, opened.review_id]


def test_broken_glass_that_nobody_reviewed_alerts_once(office, store, clock, told, tmp_path):
    with store.transaction() as session:
        glass = ask(session, EMERGENCY, by="ana", at=clock(), alerts=told.receivers)
    with store.transaction() as session:
        keys = SigningKeys(tmp_path / "keys.json")
        why = "I see the same and agree."
        confirm(session, glass.id, by="ben", why=why, at=clock(), keys=keys, alerts=told.receivers)
    clock.forward(hours=71)
    sweep(office)
    assert told() == []
    clock.forward(hours=1)
    for _ in range(3):
        sweep(office)
        clock.forward(hours=4)
    [(kind, data)] = told()
    assert (kind, data["detail"]["id"]) == ("break-glass.overdue", glass.id)
    with pytest.raises(ProblemDetails), store.transaction() as session:
        ask(session, EMERGENCY, by="ana", at=clock(), alerts=told.receivers)
    with store.transaction() as session:
        review(session, glass.id, by="dee", finding="unjustified", note="It could have waited.", at=clock())
    sweep(office)
    assert len(told()) == 1
