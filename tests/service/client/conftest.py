import threading
import time
from types import SimpleNamespace

import httpx
import pytest
import uvicorn

from service.api.app import create_app
from service.settings import Settings
from tests.service.fakes import FakeVerifier
from tests.service.test_serve import free_port


@pytest.fixture
def running(case):
    """A service that clears everything, over a real socket; `permit()` is a new permit for the meeting `m1`."""
    port = free_port()
    app = create_app(Settings(), FakeVerifier("cleared"))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    http = httpx.Client(base_url=url)
    count = 0

    def permit():
        nonlocal count
        count += 1
        case["request"] |= {"request_id": f"r{count}", "action": "end_meeting"}
        case["request"]["target"] = {"kind": "meeting", "meeting_id": case["meeting"]["meeting_id"]}
        http.post("/v1/verifications", json=case).raise_for_status()
        return http.get(f"/v1/requests/r{count}").json()["permit"]

    def stop():
        server.should_exit = True
        thread.join()

    while not server.started:
        time.sleep(0.01)
    target = f"meeting:{case['meeting']['meeting_id']}"
    yield SimpleNamespace(url=url, permit=permit, stop=stop, target=target, house=app.state.house)
    stop()
    http.close()
