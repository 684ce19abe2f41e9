import time

import pytest
from starlette.testclient import TestClient

from service.api.app import create_app
from service.engine import LocalVerifier
from service.settings import Settings
from tests.stubs import THREATS, KeywordJudge
from verifier.policy import load_policy

from .amount import SECONDS


def real_rules():
    """Everything of the verifier but the text model, which is tested where it is."""
    return LocalVerifier(load_policy(), lambda: KeywordJudge(THREATS))


class Door:
    """Sends to a running service, and holds every answer to what no input may break."""

    def __init__(self, client):
        self.client = client

    def send(self, method, path, **how):
        began = time.process_time()
        response = self.client.request(method, path, **how)
        took = time.process_time() - began
        assert took < SECONDS, f"{method} {path} took {took:.1f} s"
        assert_sound(response)
        return response


def assert_sound(response):
    """No failure of ours; errors as problems; an id on everything."""
    assert response.status_code < 500 or response.json()["type"].endswith((":overloaded", ":not-ready")), response.text
    assert response.headers["x-request-id"]
    if response.status_code >= 400 and "/console" not in str(response.request.url):
        assert response.headers["content-type"] == "application/problem+json", response.text
        assert response.json()["status"] == response.status_code


@pytest.fixture(scope="module")
def app():
    return create_app(Settings(max_body_bytes=8 * 1024 * 1024), real_rules())


@pytest.fixture(scope="module")
def door(app):
    """For a local caller, who may do everything: nothing stops at a missing key."""
    here = {"base_url": "http://127.0.0.1:8080", "client": ("127.0.0.1", 50_000)}
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False, **here) as client:
        yield Door(client)
