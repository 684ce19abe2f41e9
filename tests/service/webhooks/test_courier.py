"""What is on record reaches its receiver, however often that takes."""

import asyncio
import json

import pytest
from sqlalchemy import select

from service.audit.log import record
from service.webhooks.courier import LAST_RETRY_S, Courier, pause, send_message
from service.webhooks.endpoints import Endpoints
from service.webhooks.signing import BadSignature, signed_headers, verify_message
from service.webhooks.tables import WebhookMessage

from .conftest import START, endpoint, here


def note(store, kind="permit.issued", subject="r1"):
    with store.transaction() as session:
        record(session, at=START, kind=kind, actor="ana", subject=subject, detail={"why": "ein „Wort“"})


@pytest.fixture
def post(store, clock):
    """A courier whose sending is written down; `wrong` is what every attempt meets."""

    def build(*endpoints, wrong=None):
        sent = []

        async def send(to, message_id, body, at):
            sent.append((to.name, message_id, json.loads(body)))
            return courier.wrong

        courier = Courier(store, Endpoints(endpoints), clock, send)
        courier.wrong, courier.sent = wrong, sent
        courier.once()
        return courier

    return build


def waiting(store):
    with store.reading() as session:
        return list(session.scalars(select(WebhookMessage).where(WebhookMessage.delivered_at.is_(None))))


def test_entries_become_messages_once(store, post):
    note(store, subject="before")
    courier = post(endpoint())
    note(store)
    assert courier.once() == 1
    assert courier.once() == 0
    ((name, message_id, body),) = courier.sent
    assert (name, message_id) == ("desk", "msg-desk-2")
    assert body["type"] == "permit.issued"
    assert body["data"] == {"seq": 2, "actor": "ana", "subject": "r1", "detail": {"why": "ein „Wort“"}}
    assert waiting(store) == []


def test_each_receiver_is_told_of_what_it_asked_for(store, post):
    courier = post(endpoint(name="a", events=["break-glass.*"]), endpoint(name="b", events=["permit.issued", "x.*"]))
    for kind in ("permit.issued", "permit.redeemed", "break-glass.confirmed", "break-glasses"):
        note(store, kind)
    courier.once()
    assert sorted((name, body["type"]) for name, _, body in courier.sent) == [
        ("a", "break-glass.confirmed"),
        ("b", "permit.issued"),
    ]


def test_a_message_stays_until_it_is_delivered(store, post, clock):
    courier = post(endpoint(), wrong="answered 500")
    note(store)
    for attempt in range(1, 20):
        assert courier.once() == 0
        assert len(courier.sent) == attempt
        assert courier.once() == 0, "not before its time"
        assert len(courier.sent) == attempt
        clock.later(seconds=LAST_RETRY_S)
    (kept,) = waiting(store)
    assert kept.last_error == "answered 500"
    courier.wrong = None
    assert courier.once() == 1
    assert waiting(store) == []
    assert len({message_id for _, message_id, _ in courier.sent}) == 1


def test_pauses_grow_up_to_an_hour():
    assert [pause(n) <= 5 * 2 ** (n - 1) for n in range(1, 8)] == [True] * 7
    assert all(LAST_RETRY_S / 2 <= pause(n) <= LAST_RETRY_S for n in (15, 100, 10_000))


def test_a_process_that_died_while_sending_loses_nothing(store, post, clock):
    courier = post(endpoint())
    note(store)

    async def die(*_):
        raise KeyboardInterrupt

    dying = Courier(store, Endpoints([endpoint()]), clock, die)
    with pytest.raises(KeyboardInterrupt):
        dying.once()
    assert courier.once() == 0, "somebody may still be sending it"
    clock.later(minutes=11)
    assert courier.once() == 1


def test_a_receiver_that_was_taken_from_the_list_keeps_its_messages(store, post, clock):
    courier = post(endpoint(), wrong="down")
    note(store)
    courier.once()
    clock.later(hours=1)
    without = Courier(store, Endpoints(), clock)
    assert without.once() == 0
    assert len(waiting(store)) == 1
    clock.later(hours=2)
    courier.wrong = None
    assert courier.once() == 1


def test_many_entries_are_told_in_their_order(store, post, clock):
    courier = post(endpoint())
    with store.transaction() as session:
        for i in range(60):
            record(session, at=START, kind="permit.issued", actor="ana", subject=str(i), detail={})
    while courier.once():
        pass
    assert [body["data"]["subject"] for _, _, body in courier.sent] == [str(i) for i in range(60)]


def test_two_processes_make_and_send_each_message_once(store, post):
    one, two = post(endpoint()), post(endpoint())
    note(store)
    assert one.once() + two.once() + one.once() == 1


def test_a_put_message_goes_with_its_transaction(store, post, clock):
    courier = post(endpoint(events=["audit.checkpoint"]))
    with pytest.raises(ZeroDivisionError), store.transaction() as session:
        courier.outbox.put(session, "audit.checkpoint", 7, {"token": "t"}, START), 1 / 0
    assert courier.once() == 0
    with store.transaction() as session:
        courier.outbox.put(session, "audit.checkpoint", 7, {"token": "t"}, START)
    assert courier.once() == 1
    assert courier.sent[0][2]["data"] == {"token": "t"}


def test_a_real_receiver_gets_a_signed_message(store, clock, receiver):
    to = here(receiver)
    courier = Courier(store, Endpoints([to]), clock)
    courier.once()
    note(store)
    assert courier.once() == 1
    (message,) = receiver.messages
    headers = {name.lower(): value for name, value in message.headers.items()}
    assert verify_message(to.key, headers, message.body, clock()) == "msg-desk-1"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert json.loads(message.body)["type"] == "permit.issued"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 410, 500, 503])
def test_any_answer_but_yes_is_no(receiver, status):
    receiver.status, receiver.location = status, f"http://127.0.0.1:{receiver.port}/elsewhere"
    assert asyncio.run(send_message(here(receiver), "m", b"{}", START)) == f"answered {status}"
    assert [m.path for m in receiver.messages] == ["/hook"]


def test_a_receiver_that_is_not_there():
    unheard = send_message(endpoint("http://127.0.0.1:1/", allow_private=True), "m", b"{}", START)
    assert asyncio.run(unheard) == "no answer: ConnectError"


KEY = b"k" * 32


CHANGES = [{"webhook-id": "x"}, {"webhook-timestamp": "1"}, {"webhook-signature": "v1,AA"}, {"webhook-signature": ""}]


@pytest.mark.parametrize("change", CHANGES)
def test_a_message_that_was_touched_does_not_verify(change):
    headers = signed_headers(KEY, "m", b"{}", START)
    assert verify_message(KEY, headers, b"{}", START) == "m"
    with pytest.raises(BadSignature):
        verify_message(KEY, headers | change, b"{}", START)
    with pytest.raises(BadSignature):
        verify_message(KEY, headers, b"{ }", START)
    with pytest.raises(BadSignature):
        verify_message(b"x" * 32, headers, b"{}", START)


def test_an_old_message_does_not_verify(clock):
    headers = signed_headers(KEY, "m", b"{}", START)
    clock.later(minutes=6)
    with pytest.raises(BadSignature, match="not of now"):
        verify_message(KEY, headers, b"{}", clock())
