import contextlib
import json

import pytest
from starlette.testclient import TestClient

from service.api.app import create_app
from service.settings import Settings

from .fakes import case_file
from .stores import KINDS, open_store


@pytest.fixture
def labelled():
    return json.loads(case_file("02").read_text("utf-8"))


@pytest.fixture
def case(labelled):
    return labelled["case"]


@pytest.fixture
def serve():
    """A running service over a verifier, as a client on this machine sees it."""
    with contextlib.ExitStack() as stack:

        def start(verifier=None, settings=None, client=("127.0.0.1", 50_000)):
            app = create_app(settings or Settings(), verifier)
            here = TestClient(app, "http://127.0.0.1:8080", client=client, raise_server_exceptions=False)
            return stack.enter_context(here)

        yield start


@pytest.fixture(params=KINDS)
def store(request, tmp_path):
    """An empty store: each test that asks for it runs on SQLite and on PostgreSQL."""
    with open_store(request.param, tmp_path) as opened:
        yield opened
