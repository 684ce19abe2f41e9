"""The service as a process, over real sockets."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@contextlib.contextmanager
def service(tmp_path, **environ):
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "serve", "--port", str(port)],
            stdout=out, stderr=out, cwd=tmp_path, env={**os.environ, **environ},
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                get(f"{url}/healthz")
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        yield url, port, process, log
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture(scope="module")
def broken_model(tmp_path_factory):
    with service(
        tmp_path_factory.mktemp("serve"), TAKEDOWN_MODEL_DIR="/nonexistent", TAKEDOWN_MAX_BODY_BYTES="60000"
    ) as it:
        yield it


def test_local_mode_is_said_loudly(broken_model):
    assert "LOCAL MODE" in broken_model[3].read_text()


def test_a_broken_model_is_not_ready_and_says_why(broken_model):
    url = broken_model[0]
    for _ in range(100):
        status, problem = get(f"{url}/readyz")
        assert status == 503
        if "not answered a probe yet" not in problem["detail"]:
            break
        time.sleep(0.1)
    assert "not answered a probe yet" not in problem["detail"]
    assert get(f"{url}/healthz")[0] == 200


def test_an_endless_body_is_cut_off(broken_model):
    with socket.create_connection(("127.0.0.1", broken_model[1]), timeout=10) as connection:
        connection.sendall(
            b"POST /v1/verifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
        received = b""
        with contextlib.suppress(ConnectionError):
            for _ in range(6):
                connection.sendall(chunk)
            while more := connection.recv(65536):
                received += more
                if b'"request_id"' in received:
                    break
    assert received.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in received


def test_it_stops_when_told(tmp_path):
    with service(tmp_path, TAKEDOWN_MODEL_DIR="/nonexistent") as (_, _, process, log):
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert "Traceback" not in log.read_text()
