import json
import threading

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from service.audit.inspect import inspect
from service.permits.tables import PermitRecord
from service.requests.tables import RequestRecord
from service.settings import Settings
from tests.service.fakes import FakeVerifier, case_file
from tests.service.stores import KINDS, empty_database
from tests.service.test_api import URL


@pytest.fixture(autouse=True)
def short_patience(monkeypatch):
    """Waits for a lock are over soon: fifteen seconds would show the same. Others may use the same server now."""
    monkeypatch.setattr("service.store.base.BUSY_S", 2.0)


class House:
    """A running service with a database that a test can break."""

    def __init__(self, client):
        self.client = client
        self.store = client.app.state.house.store
        self.document = json.loads(case_file("03").read_text("utf-8"))["case"]
        self.request_id = self.document["request"]["request_id"]

    def ask(self):
        return self.client.post(URL, json=self.document)

    def permits(self):
        with self.store.reading() as session:
            return session.scalar(select(func.count()).select_from(PermitRecord))

    def state(self):
        with self.store.reading() as session:
            return session.scalar(select(RequestRecord.state).where(RequestRecord.request_id == self.request_id))

    def assert_whole(self):
        """The audit log is unbroken, and a permit exists exactly where the request is cleared."""
        with self.store.reading() as session:
            inspect(session)
        assert self.permits() == (1 if self.state() == "cleared" else 0)

    def assert_recovers(self):
        """The same request, sent again, is answered as if nothing had been."""
        answer = self.ask()
        assert answer.status_code == 200, answer.text
        assert answer.json()["disposition"] == "cleared"
        assert self.state() == "cleared"
        self.assert_whole()


def assert_not_recorded(response):
    assert response.status_code == 503, response.text
    problem = response.json()
    assert problem["type"].endswith(":not-recorded")
    assert int(response.headers["retry-after"]) >= 1
    assert "cleared" not in response.text


@pytest.fixture(params=KINDS)
def house(request, tmp_path, serve):
    """On SQLite and on PostgreSQL; the verifier would clear everything."""
    with empty_database(request.param, tmp_path) as url:
        settings = Settings(database=url, permit_keys=tmp_path / "keys.json", workers=2)
        yield House(serve(FakeVerifier("cleared"), settings))


@pytest.fixture
def embedded(tmp_path, serve):
    settings = Settings(database=f"sqlite:///{tmp_path / 'takedown.db'}", permit_keys=tmp_path / "keys.json")
    return House(serve(FakeVerifier("cleared"), settings))


class Failing:
    """Makes the database fail at the n-th statement of the thread pool that verifies, until it is healed."""

    def __init__(self, store, at):
        self._engine, self._left, self._lock = store.engine, at, threading.Lock()
        self.struck = False
        for name in ("before_cursor_execute", "commit"):
            event.listen(self._engine, name, getattr(self, f"_{name}"))

    def _before_cursor_execute(self, connection, cursor, statement, parameters, context, many):
        self._count()

    def _commit(self, connection):
        self._count()

    def _count(self):
        if not threading.current_thread().name.startswith("verification"):
            return
        with self._lock:
            self._left -= 1
            if self._left <= 0:
                self.struck = True
                raise OperationalError("injected", None, Exception("disk I/O error"))

    def heal(self):
        for name in ("before_cursor_execute", "commit"):
            event.remove(self._engine, name, getattr(self, f"_{name}"))
