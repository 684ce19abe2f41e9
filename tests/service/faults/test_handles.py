"""Out of file handles: callers wait or hear 503, nothing is cleared, and all comes back once there are some again."""

import contextlib
import http.client
import json
import resource
import socket
import time
from pathlib import Path

import pytest

from service.audit.inspect import inspect
from service.store.base import Store
from tests.service.fakes import case_file
from tests.service.test_serve import get, service

CASE = json.loads(case_file("03").read_text("utf-8"))["case"]

pytestmark = pytest.mark.skipif(
    not hasattr(resource, "prlimit") or not Path("/proc/self/fd").exists(), reason="no limits of others on this system"
)


@pytest.fixture
def running(tmp_path):
    with service(tmp_path, TAKEDOWN_MODEL_DIR="/nonexistent") as it:
        yield it


def handles(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def body(number):
    return json.dumps({**CASE, "request": {**CASE["request"], "request_id": f"handles-{number}"}})


def ask(connection, number):
    connection.request("POST", "/v1/verifications", body(number), {"Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def test_without_a_free_handle_nothing_is_cleared_and_nothing_breaks_for_good(running, tmp_path):
    url, port, process, log = running
    usual = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    assert ask(kept, 0)[0] == 200
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (handles(process.pid), usual[1]))
    seen = []
    with contextlib.ExitStack() as stack:
        for _ in range(20):  # nobody can accept them
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        for number in range(1, 6):
            try:
                seen.append(ask(kept, number))
            except (OSError, http.client.HTTPException):
                kept.close()
                break
        assert process.poll() is None
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, usual)
    for status, answer in seen:
        assert status in (200, 503), answer
        assert answer.get("disposition") != "cleared"
    kept.close()
    end = time.monotonic() + 60
    while True:  # a listener that ran out of handles looks again after a second
        again = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, answer = ask(again, 9)
            if status == 200:
                break
        again.close()
        assert time.monotonic() < end, log.read_text()[-2_000:]
        time.sleep(0.2)
    again.close()
    assert get(f"{url}/healthz")[0] == 200
    for number in range(6):  # what was answered is kept; what was not is judged when it is sent again
        again = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        assert ask(again, number)[0] == 200
        again.close()
    process.kill()
    process.wait(20)
    store = Store(f"sqlite:///{tmp_path / 'takedown.db'}")
    with store.reading() as session:
        assert inspect(session)[0] >= 14
    store.close()


def test_a_caller_meets_a_listener_without_handles_and_the_log_says_so(running):
    _, port, process, log = running
    usual = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (handles(process.pid), usual[1]))
    with socket.create_connection(("127.0.0.1", port), timeout=10):
        end = time.monotonic() + 30
        while "accept" not in log.read_text() and time.monotonic() < end:
            time.sleep(0.1)
        assert "accept" in log.read_text()
        assert process.poll() is None
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, usual)
