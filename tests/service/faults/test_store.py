"""The database down, locked, full, slow, failing half-way: nothing is cleared, nothing lost, all comes back."""

import threading

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from service.settings import Settings
from tests.service.fakes import FakeVerifier, SlowVerifier
from tests.service.stores import empty_database
from tests.service.test_api import URL, assert_problem

from .conftest import Failing, House, assert_not_recorded
from .forwarder import Forwarder


@pytest.mark.parametrize("at", [*range(1, 16), 20, 25, 30])
def test_a_failure_at_any_statement_clears_nothing_and_the_same_request_goes_through_afterwards(house, at):
    failing = Failing(house.store, at)
    try:
        answer = house.ask()
    finally:
        failing.heal()
    if failing.struck:
        assert_not_recorded(answer)
        assert house.state() in (None, "received")
    house.assert_whole()
    house.assert_recovers()


def test_the_failures_above_do_strike(house):
    """And not only at the first statements: there are that many to strike at."""
    failing = Failing(house.store, 12)
    house.ask()
    failing.heal()
    assert failing.struck


def test_a_locked_database_answers_503_and_the_process_stays_alive(house):
    holding = house.store.engine.connect()
    with holding, holding.begin():
        if not house.store.embedded:
            holding.execute(text("LOCK TABLE requests, audit_entries IN ACCESS EXCLUSIVE MODE"))
        assert_not_recorded(house.ask())
        assert house.client.get("/healthz").status_code == 200
    house.assert_recovers()


def test_a_full_disk_answers_503_and_what_was_recorded_stays_readable(embedded):
    def full(connection, _record):
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    other = {**embedded.document, "request": {**embedded.document["request"], "request_id": "before"}}
    assert embedded.client.post(URL, json=other).status_code == 200
    event.listen(embedded.store.engine, "connect", full)
    embedded.store.engine.dispose()
    try:
        for _ in range(30):  # until the free pages are used up
            many = {**embedded.document, "request": {**embedded.document["request"], "request_id": f"r-{_}"}}
            answer = embedded.client.post(URL, json=many)
            if answer.status_code != 200:
                break
        assert_not_recorded(answer)
        assert_not_recorded(embedded.ask())
        assert embedded.client.get("/v1/requests/before").json()["state"] == "cleared"
        assert embedded.client.get("/readyz").status_code in (200, 503)
    finally:
        event.remove(embedded.store.engine, "connect", full)
        embedded.store.engine.dispose()
    with embedded.store.reading() as session:
        from service.audit.inspect import inspect

        inspect(session)
    answer = embedded.ask()
    assert (answer.status_code, answer.json()["disposition"]) == (200, "cleared")


def test_a_failed_store_is_counted_and_told_without_its_parameters(embedded, caplog):
    failing = Failing(embedded.store, 1)
    embedded.ask()
    failing.heal()
    assert "takedown_store_failures_total 1.0" in embedded.client.get("/metrics").text
    assert any(record.getMessage() == "the database failed" for record in caplog.records)


def test_a_slow_database_makes_callers_wait_or_come_back_and_clears_nothing_twice(embedded):
    go = threading.Event()

    def wait(connection, cursor, statement, parameters, context, many):
        if threading.current_thread().name.startswith("verification"):
            assert go.wait(20)

    event.listen(embedded.store.engine, "before_cursor_execute", wait)
    answers = []
    callers = [threading.Thread(target=lambda: answers.append(embedded.ask())) for _ in range(4)]
    for caller in callers:
        caller.start()
    assert embedded.client.get("/healthz").status_code == 200
    go.set()
    for caller in callers:
        caller.join(30)
    event.remove(embedded.store.engine, "before_cursor_execute", wait)
    assert {answer.status_code for answer in answers} <= {200, 503}
    embedded.assert_recovers()


@pytest.fixture
def server(tmp_path):
    """The URL of an empty PostgreSQL database behind a line that can be cut."""
    with empty_database("postgresql", tmp_path) as url:
        parsed = make_url(url)
        line = Forwarder((parsed.host, parsed.port or 5432))
        try:
            yield line, parsed.set(port=line.port).render_as_string(hide_password=False)
        finally:
            line.down()


def test_a_database_that_goes_away_and_comes_back_needs_no_hands(server, tmp_path, serve):
    line, url = server
    settings = Settings(database=url, permit_keys=tmp_path / "keys.json")
    house = House(serve(FakeVerifier("cleared"), settings))
    assert house.client.get("/healthz").status_code == 200
    line.down()
    assert house.ask().status_code == 503
    assert house.client.get("/readyz").status_code == 503
    assert house.client.get("/healthz").status_code == 200
    line.up()
    house.assert_recovers()


def test_a_database_that_restarts_while_a_request_is_judged_loses_nothing(server, tmp_path, serve):
    line, url = server
    slow = SlowVerifier()
    slow.disposition = "cleared"
    house = House(serve(slow, Settings(database=url, permit_keys=tmp_path / "keys.json")))
    answers = []
    asking = threading.Thread(target=lambda: answers.append(house.ask()))
    asking.start()
    assert slow.begun.acquire(timeout=20)
    line.down()
    slow.go.set()
    asking.join(30)
    assert_not_recorded(answers[0])
    line.up()
    assert house.state() == "received"
    house.assert_recovers()


def test_a_database_that_is_not_there_at_the_start_is_told_in_a_sentence(tmp_path):
    import click.testing

    from service.cli.serve import serve

    result = click.testing.CliRunner().invoke(serve, [], env={"TAKEDOWN_DATABASE": f"sqlite:///{tmp_path}/none/x.db"})
    assert result.exit_code == 1
    assert "the database can't be opened" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_overloaded_answer_is_another_one_than_the_broken_store(serve, case):
    slow = SlowVerifier()
    client = serve(slow, Settings(workers=1, waiting=0))
    first = threading.Thread(target=lambda: client.post(URL, json=case))
    first.start()
    assert slow.begun.acquire(timeout=10)
    other = {**case, "request": {**case["request"], "request_id": "other"}}
    assert_problem(client.post(URL, json=other), 503, "overloaded")
    slow.go.set()
    first.join(20)
