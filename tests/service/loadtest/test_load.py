"""Load stays on this machine, stays within its bounds, and counts what it saw."""

import asyncio
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from service.loadtest.load import numbered, press
from service.loadtest.pieces import permit_check, queue
from tests.service.fakes import case_file

CASE = json.loads(case_file("03").read_text("utf-8"))["case"]


@pytest.fixture
def server():
    """Answers every third call with 503, the others after ten milliseconds."""
    bodies, lock = [], threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            with lock:
                bodies.append(body)
                away = len(bodies) % 3 == 0
            time.sleep(0.01)
            self.send_response(503 if away else 200)
            self.send_header("retry-after", "0")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}", bodies
    running.shutdown()
    thread.join()
    running.server_close()


def test_it_sends_as_many_calls_as_it_was_told_and_no_more(server):
    url, bodies = server
    seen = asyncio.run(press(url, 4, 30, numbered(CASE), seconds=30))
    assert len(bodies) == 30
    assert len({json.loads(body)["request"]["request_id"] for body in bodies}) == 30
    assert (seen.statuses[200], seen.statuses[503], len(seen.answered_ms)) == (20, 10, 20)
    assert seen.percentile(0.5) >= 10
    assert seen.rate == pytest.approx(20 / seen.seconds)


def test_it_is_over_when_its_time_is(server):
    seen = asyncio.run(press(server[0], 2, 10**9, numbered(CASE), seconds=0.3))
    assert seen.seconds < 5


def test_calls_that_nobody_answers_are_counted():
    seen = asyncio.run(press("http://127.0.0.1:9", 2, 4, numbered(CASE), seconds=10))
    assert seen.broken == {"ConnectError": 4}
    assert seen.rate == 0


@pytest.mark.parametrize("url", ["http://192.0.2.1", "https://example.org", "http://127.0.0.1.example.org"])
def test_other_machines_are_never_loaded(url):
    with pytest.raises(ValueError, match="this machine"):
        asyncio.run(press(url, 1, 1, numbered(CASE), seconds=1))


def test_the_same_body_is_the_same_body():
    body = numbered(CASE, 100, same=5)
    assert body(0) == body(4) != body(5)
    assert json.loads(body(5))["request"]["request_id"] == "load-101"


def test_the_pieces_are_measured():
    assert len(permit_check(10)) == 10
    names = [name for name, samples in queue(50, 2) if len(samples) == 2 and min(samples) > 0]
    assert len(names) == 4
