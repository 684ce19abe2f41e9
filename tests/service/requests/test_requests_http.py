"""Requests outlive the process, and those who ask again after a refusal are shown what was refused."""

import time

import pytest

from service.clock import utc_now
from service.requests.book import transition
from service.requests.tables import RequestRecord
from service.settings import Settings
from service.store.opening import open_store
from tests.service.fakes import FakeVerifier
from tests.service.test_api import URL, assert_problem


@pytest.fixture
def lasting(tmp_path):
    return Settings(database=f"sqlite:///{tmp_path / 'takedown.db'}", permit_keys=tmp_path / "permit-keys.json")


def named(case, name, **changed):
    return {**case, "request": {**case["request"], "request_id": name, **changed}}


def test_an_answer_outlives_the_process(serve, case, lasting):
    first = serve(FakeVerifier("cleared"), lasting).post(URL, json=case)
    again = serve(FakeVerifier("hold"), lasting).post(URL, json=case)
    assert again.content == first.content
    assert again.headers["takedown-state"] == "cleared"


def test_what_was_received_and_never_answered_is_finished_at_the_next_start(serve, case, lasting):
    broken = serve(FakeVerifier("cleared", error=RuntimeError("broken")), lasting)
    assert_problem(broken.post(URL, json=case), 500, "failed")
    where = f"/v1/requests/{case['request']['request_id']}"
    assert broken.get(where).json()["state"] == "received"
    assert broken.get(where).json()["permit"] is None
    mended = serve(FakeVerifier("hold"), lasting)
    deadline = time.monotonic() + 20
    while mended.get(where).json()["state"] == "received":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert mended.get(where).json()["state"] == "in_review"


def test_a_request_after_a_refusal_shows_what_was_refused(serve, case, lasting):
    client = serve(FakeVerifier("review"), lasting)
    client.post(URL, json=named(case, "first"))
    store = open_store(lasting.database)
    with store.transaction() as session:
        transition(session, session.get(RequestRecord, "first"), "denied", actor="ana", at=utc_now(), why="no record")
    store.close()
    ground = [{**claim, "category": "hate_speech"} for claim in case["request"]["claims"]]
    client.post(URL, json=named(case, "second", claims=ground))
    second, first = (client.get(f"/v1/requests/{name}").json() for name in ("second", "first"))
    assert (second["previous"]["request_id"], second["previous"]["state"]) == ("first", "denied")
    assert second["grounds"] == ["hate_speech"] != second["previous"]["grounds"]
    assert [later["request_id"] for later in first["later"]] == ["second"]


def test_ids_with_slashes_and_other_signs_are_found_by_their_link(serve, case, lasting):
    client = serve(FakeVerifier("review"), lasting)
    for name in ("a/b", "a b?c#d", "../x", "é"):
        link = client.post(URL, json=named(case, name)).links["status"]["url"]
        found = client.get(link)
        assert found.status_code == 200, (name, link, found.text)
        assert found.json()["request_id"] == name
