"""Receivers and witnesses that hang: their messages wait, and nobody else does."""

import asyncio
import contextlib
import itertools
import socket
import threading
import time

import pytest
from sqlalchemy import select

from service.audit.keeper import Keeper
from service.permits.keys import SigningKeys
from service.webhooks.courier import Courier, send_message
from service.webhooks.endpoints import Endpoint, Endpoints
from service.webhooks.tables import WebhookMessage
from tests.service.requests.conftest import SetClock
from tests.service.review import desk
from tests.service.webhooks.conftest import SECRET, receiver  # noqa: F401 - a fixture


@pytest.fixture
def hanging():
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


def endpoint(name, port, events=("*",)):
    return Endpoint(
        name=name, url=f"http://127.0.0.1:{port}/hook", secret=SECRET, events=tuple(events), allow_private=True
    )


def test_a_receiver_that_hangs_is_given_up_for_now_and_others_are_told(store, hanging, receiver, monkeypatch):  # noqa: F811
    monkeypatch.setattr("service.webhooks.courier.DEADLINE_S", 0.3)
    clock = SetClock()
    one = "request.received"
    endpoints = Endpoints([endpoint("slow", hanging, [one]), endpoint("quick", receiver.port, [one])])
    courier = Courier(store, endpoints, clock)
    courier.outbox.fill()
    desk.put(store, clock)
    began = time.monotonic()
    assert courier.once() == 1
    assert time.monotonic() - began < 10
    assert len(receiver.messages) == 1
    clock.forward(hours=2)
    receiver.messages.clear()
    assert courier.once() == 0  # the one to the slow receiver is tried again, and still waits
    assert receiver.messages == []


@pytest.fixture
def trickling():
    """A server that answers a byte at a time and never ends: no single wait for a byte is long."""
    stop = threading.Event()

    def trickle(connection):
        with connection, contextlib.suppress(OSError):
            for byte in itertools.chain(b"HTTP/1.1 204 No Content\r\nX-Long: ", itertools.repeat(97)):
                if stop.wait(0.05):
                    return
                connection.sendall(bytes([byte]))

    def accept(server):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=trickle, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        yield server.getsockname()[1]
        stop.set()
        server.shutdown(socket.SHUT_RDWR)


def test_an_answer_that_trickles_is_over_when_its_deadline_is(trickling, monkeypatch):
    monkeypatch.setattr("service.webhooks.courier.DEADLINE_S", 1.0)
    began = time.monotonic()
    assert asyncio.run(send_message(endpoint("slow", trickling), "m", b"{}", SetClock()())) == "no answer: TimeoutError"
    assert time.monotonic() - began < 5


def test_a_name_that_nobody_resolves_is_over_when_its_deadline_is(monkeypatch):
    monkeypatch.setattr("service.webhooks.courier.DEADLINE_S", 0.3)
    looked_up = threading.Event()
    monkeypatch.setattr("service.webhooks.courier.public_address", lambda *_, **__: looked_up.wait(20))
    began = time.monotonic()
    assert asyncio.run(send_message(endpoint("slow", 9), "m", b"{}", SetClock()())) == "no answer: TimeoutError"
    looked_up.set()
    assert time.monotonic() - began < 5


def test_one_who_hangs_delays_nobody_else_however_many_messages_wait_for_it(store, hanging, receiver):  # noqa: F811
    """The service's own loop: five others are told of everything while the one is still waited for."""
    clock, one = SetClock(), "request.received"
    endpoints = [endpoint(f"slow-{n}", hanging, [one]) for n in range(8)]
    endpoints += [endpoint(f"quick-{n}", receiver.port, [one]) for n in range(5)]
    courier = Courier(store, Endpoints(endpoints), clock)
    courier.outbox.fill()
    for _ in range(3):
        desk.put(store, clock)

    async def watch():
        watching = asyncio.create_task(courier.watch())
        began = time.monotonic()
        while len(receiver.messages) < 15 and time.monotonic() - began < 8:
            await asyncio.sleep(0.05)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching

    asyncio.run(watch())
    assert len(receiver.messages) == 15


def test_what_was_not_tried_because_its_receiver_hangs_does_not_count_as_tried(store, hanging, monkeypatch):
    monkeypatch.setattr("service.webhooks.courier.DEADLINE_S", 0.2)
    clock, one = SetClock(), "request.received"
    courier = Courier(store, Endpoints([endpoint("slow", hanging, [one])]), clock)
    courier.outbox.fill()
    for _ in range(6):
        desk.put(store, clock)
    began = time.monotonic()
    assert courier.once() == 0
    assert time.monotonic() - began < 3
    with store.reading() as session:
        kept = list(session.scalars(select(WebhookMessage)))
    assert sorted(message.attempts for message in kept) == [0, 0, 0, 0, 0, 1]
    assert len({message.due_at for message in kept}) == 1


def test_a_witness_that_fails_breaks_neither_the_log_nor_the_checkpoint(store, tmp_path):
    clock, keys = SetClock(), SigningKeys(tmp_path / "keys.json")
    asked = []

    def witness(number, token):
        asked.append(number)
        raise TimeoutError("no answer")

    keeper = Keeper(store, keys, clock, tmp_path / "checkpoints", witness)
    desk.put(store, clock)
    keeper._try()
    assert asked
    assert keeper.broken is None
    assert Keeper(store, keys, clock, tmp_path / "checkpoints").once()[0] == asked[0]
