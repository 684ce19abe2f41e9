import base64
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from service.webhooks.endpoints import Endpoint

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def later(self, **how):
        self.now += timedelta(**how)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def receiver():
    """An HTTP server that keeps what it is sent and answers with `status`."""
    kept = SimpleNamespace(messages=[], status=204, location=None)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.messages.append(SimpleNamespace(path=self.path, headers=dict(self.headers.items()), body=body))
            self.send_response(kept.status)
            if kept.location:
                self.send_header("location", kept.location)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kept.port = server.server_port
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def endpoint(url="https://receiver.example/hook", **values):
    return Endpoint(**{"name": "desk", "url": url, "secret": SECRET, "events": ["*"]} | values)


def here(receiver, **values):
    return endpoint(f"http://127.0.0.1:{receiver.port}/hook", allow_private=True, **values)
