"""Half-sent bodies, callers who hang, and a process that is killed in the middle, over real sockets."""

import contextlib
import http.client
import json
import signal
import socket
import threading
import time

import pytest

from service.audit.inspect import inspect
from service.store.base import Store
from tests.service.fakes import case_file
from tests.service.test_serve import get, service

CASE = json.dumps(json.loads(case_file("03").read_text("utf-8"))["case"]).encode()
HEAD = b"POST /v1/verifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with service(tmp_path_factory.mktemp("sockets"), TAKEDOWN_MODEL_DIR="/nonexistent") as it:
        yield it


def post(port, body=CASE):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/v1/verifications", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_bodies_that_end_half_way_are_no_requests_and_harm_nobody(running):
    _, port, _, log = running
    for share in (0.0, 0.3, 0.99):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(HEAD + f"Content-Length: {len(CASE)}\r\n\r\n".encode() + CASE[: int(len(CASE) * share)])
    status, answer = post(port)
    assert (status, answer["disposition"]) == (200, "review")
    text = log.read_text()
    assert "Traceback" not in text
    assert text.count('"message": "verified"') == 1


def test_callers_who_stop_sending_take_no_place_from_others(running):
    url, port, _, _ = running
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            hanging = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            hanging.sendall(HEAD + f"Content-Length: {len(CASE)}\r\n\r\n".encode() + CASE[:200])
        began = time.monotonic()
        assert post(port)[0] == 200
        assert get(f"{url}/healthz")[0] == 200
        assert time.monotonic() - began < 20


def test_a_killed_process_loses_nothing_that_it_answered_and_clears_nothing_that_it_did_not(tmp_path):
    told = []
    for wait in (0.0, 0.05):
        with service(tmp_path) as (_, port, process, _):
            body = CASE.replace(b"REQ-", f"REQ-{wait}-".encode())

            def ask(port=port, body=body):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    told.append(post(port, body))

            asking = threading.Thread(target=ask)
            asking.start()
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
            asking.join(30)
    with service(tmp_path) as (url, port, _, _):
        for wait in (0.0, 0.05):
            status, answer = post(port, CASE.replace(b"REQ-", f"REQ-{wait}-".encode()))
            assert status == 200, answer
            found = get(f"{url}/v1/requests/{answer['request_id']}")[1]
            assert (found["permit"] is not None) == (found["state"] == "cleared")
        for _, answer in told:
            assert get(f"{url}/v1/requests/{answer['request_id']}")[1]["disposition"] == answer["disposition"]
    store = Store(f"sqlite:///{tmp_path / 'takedown.db'}")
    with store.reading() as session:
        assert inspect(session)[0] > 4
    store.close()
