"""Receivers and witnesses that hang: their messages wait, and nobody else does."""

import socket
import time

import pytest

from service.audit.keeper import Keeper
from service.permits.keys import SigningKeys
from service.webhooks.courier import Courier
from service.webhooks.endpoints import Endpoint, Endpoints
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
    monkeypatch.setattr("service.webhooks.courier.TIMEOUT_S", 0.3)
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
