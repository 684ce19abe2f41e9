"""Telemetry over HTTP, and bare requests that are decided on it."""

import json

import pytest

from service.engine import LocalVerifier
from service.keys.environment import read_keys
from service.settings import Settings
from tests.service.fakes import FakeVerifier, case_file
from tests.service.keys.making import bearer, entry
from tests.service.test_api import URL, assert_problem

JSON = {"Content-Type": "application/json"}
BRIDGE, FORM, EYE = bearer("bridge-key"), bearer("form-key"), bearer("eye-key")
KEYS = json.dumps(
    [
        entry("bridge-key", "bridge", "telemetry:write"),
        entry("form-key", "form", "requests:submit"),
        entry("other-key", "other-form", "requests:submit"),
        entry("eye-key", "eye", "audit:read"),
    ]
)


SPAN = {"kind": "chat", "start": "2025-06-04T02:00:00Z", "end": "2025-06-04T03:00:00Z"}


@pytest.fixture
def start(serve):
    return lambda verifier: serve(verifier, Settings(keys=read_keys(KEYS)), client=("203.0.113.9", 1))


def send(client, case):
    """Store everything that a case says the platform observed."""
    where = f"/v1/meetings/{case['meeting']['meeting_id']}"
    sent = [client.put(where, json=case["meeting"], headers=BRIDGE)]
    parts = [part for part in ("signals", "reports") if case[part]]
    sent += [client.post(f"{where}/{part}", json={part: case[part]}, headers=BRIDGE) for part in parts]
    assert {answer.status_code for answer in sent} == {200}, [answer.text for answer in sent]
    return sent


def ask(client, case, headers=FORM, **changed):
    return client.post(URL, json={"request": {**case["request"], **changed}}, headers=headers)


def read(number):
    return json.loads(case_file(number).read_text("utf-8"))["case"]


@pytest.mark.parametrize(("number", "disposition"), [("03", "cleared"), ("02", "hold"), ("20", "review")])
def test_a_bare_request_is_decided_on_what_the_platform_sent(start, policy, judge, number, disposition):
    client, case = start(LocalVerifier(policy, lambda: judge)), read(number)
    send(client, case)
    answer = ask(client, case)
    assert answer.status_code == 200
    assert answer.json()["disposition"] == disposition
    assert answer.json()["degraded"] == []


def test_a_bare_request_about_an_unknown_meeting_goes_to_people(start):
    fake = FakeVerifier("cleared")
    answer = ask(start(fake), read("03")).json()
    assert answer["disposition"] == "review"
    assert "never described" in answer["degraded"][0]
    (seen,) = fake.seen
    assert (seen.signals, seen.reports) == ((), ())


def test_a_bare_request_carries_the_services_own_history(start):
    fake, case = FakeVerifier("review"), read("01")
    client = start(fake)
    ask(client, case)
    elsewhere = {**case["request"]["target"], "meeting_id": "another-meeting"}
    ask(client, case, request_id="R2", target=elsewhere)
    _, seen = fake.seen
    assert seen.history.requester.requests_90d == 1
    shown = {e["evidence_id"] for e in case["request"]["evidence"] if e["kind"] in ("screenshot", "transcript_excerpt")}
    reused = {r.evidence_id for r in seen.history.evidence_reuse}
    assert reused <= {e["evidence_id"] for e in case["request"]["evidence"]}
    assert shown
    assert all(r.prior_meeting_id == case["meeting"]["meeting_id"] for r in seen.history.evidence_reuse)


def test_a_request_from_the_future_is_dated_now(start):
    fake = FakeVerifier("review")
    ask(start(fake), read("03"), submitted_at="2190-01-01T00:00:00Z")
    assert fake.seen[0].request.submitted_at.year < 2190


def test_batches_can_be_sent_again_and_changed_ones_are_refused(start):
    client, case = start(FakeVerifier()), read("02")
    send(client, case)
    again = send(client, case)
    assert again[0].json() == {"changed": False}
    assert again[1].json() == {"stored": 0, "known": len(case["signals"])}
    case["signals"][3]["text"] = "not what it was"
    where = f"/v1/meetings/{case['meeting']['meeting_id']}/signals"
    problem = assert_problem(
        client.post(where, json={"signals": case["signals"]}, headers=BRIDGE), 409, "record-conflict"
    )
    assert [e["pointer"] for e in problem["errors"]] == ["/signals/3/signal_id"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "", {"meeting_id": "m 1/x", "host_account": {"account_id": "a"}}),
        ("POST", "/signals", {"signals": [{"signal_id": "s", "kind": "chat", "text": "hi"}]}),
        ("POST", "/reports", {"reports": [{"report_id": "r", "submitted_at": "2025-06-04T02:40:55Z"}]}),
        ("POST", "/coverage", {"coverage": [SPAN]}),
    ],
)  # fmt: skip
def test_only_keys_that_observe_write_and_ids_may_have_slashes(start, method, path, body):
    client = start(FakeVerifier())
    url = f"/v1/meetings/m%201%2Fx{path}"
    assert_problem(client.request(method, url, json=body, headers=FORM), 403, "not-allowed")
    assert_problem(client.request(method, url, json=body), 401, "no-valid-key")
    answer = client.request(method, url, json=body, headers=BRIDGE)
    assert answer.status_code == 200
    assert answer.json() in ({"changed": True}, {"stored": 1, "known": 0})
    assert_problem(client.request(method, url, json={**body, "more": 1}, headers=BRIDGE), 422, "invalid-body")
    assert_problem(client.request(method, url, content=b"{", headers=JSON | BRIDGE), 400, "not-json")


def test_a_description_must_be_of_the_meeting_of_its_address(start):
    body = {"meeting_id": "m-2", "host_account": {"account_id": "a"}}
    problem = assert_problem(
        start(FakeVerifier()).put("/v1/meetings/m-1", json=body, headers=BRIDGE), 422, "invalid-body"
    )
    assert [e["pointer"] for e in problem["errors"]] == ["/meeting_id"]


def test_a_cleared_request_has_a_permit_that_only_its_caller_sees(start):
    client, case = start(FakeVerifier("cleared")), read("03")
    send(client, case)
    answer = ask(client, case)
    where = answer.links["status"]["url"]
    assert answer.headers["takedown-state"] == "cleared"
    mine = client.get(where, headers=FORM).json()
    assert mine["state"] == "cleared"
    assert mine["permit"].count(".") == 2
    assert mine["assessment"] == answer.json()
    assert client.get(where, headers=EYE).json()["permit"] is None
    assert_problem(client.get(where, headers=bearer("other-key")), 404, "not-found")
    assert_problem(client.get("/v1/requests/none", headers=FORM), 404, "not-found")
    assert_problem(client.get("/v1/requests/%00", headers=FORM), 404, "not-found")


@pytest.mark.parametrize("disposition", ["review", "hold"])
def test_nothing_else_has_a_permit(start, disposition):
    client, case = start(FakeVerifier(disposition)), read("03")
    send(client, case)
    shown = client.get(ask(client, case).links["status"]["url"], headers=FORM).json()
    assert (shown["state"], shown["permit"]) == ("in_review", None)


def test_another_body_under_the_same_id_is_refused(start):
    client, case = start(FakeVerifier("review")), read("03")
    first = ask(client, case)
    assert ask(client, case).content == first.content
    assert_problem(ask(client, case, urgency="immediate"), 409, "request-conflict")
    assert_problem(ask(client, case, headers=bearer("other-key")), 409, "request-conflict")


def test_an_id_that_cannot_be_stored_is_told(start):
    problem = assert_problem(ask(start(FakeVerifier()), read("03"), request_id="x" * 256), 422, "invalid-case")
    assert [e["pointer"] for e in problem["errors"]] == ["/request/request_id"]
