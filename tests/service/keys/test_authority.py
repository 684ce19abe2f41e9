"""Keys, and what a caller who may only submit is believed in."""

import json

import pytest

from service.authority import MAX_EVIDENCE, demote
from service.keys.environment import read_keys
from service.settings import Settings
from tests.service.fakes import CASES, FakeVerifier, case_file
from tests.service.test_api import URL, assert_problem
from verifier.case import Case
from verifier.problems import parse_case
from verifier.verify import verify

from .making import bearer, entry

KEYS = json.dumps(
    [
        entry("s3cret-desk", "desk", "requests:submit", "telemetry:write"),
        entry("s3cret-form", "form", "requests:submit"),
        entry("s3cret-eye", "eye", "telemetry:write"),
    ]
)


@pytest.fixture
def keyed(serve):
    def start(verifier):
        return serve(verifier, Settings(keys=read_keys(KEYS)), client=("203.0.113.9", 1))

    return start


@pytest.mark.parametrize("headers", [{}, bearer("wrong"), bearer(""), {"Authorization": "Basic s3cret-desk"}])
def test_without_a_valid_key_nobody_is_served(keyed, case, headers):
    fake = FakeVerifier("cleared")
    client = keyed(fake)
    response = client.post(URL, json=case, headers=headers)
    assert_problem(response, 401, "no-valid-key")
    assert response.headers["www-authenticate"] == "Bearer"
    assert_problem(client.get("/v1/policy", headers=headers), 401, "no-valid-key")
    assert fake.seen == []
    assert client.get("/healthz").status_code == 200


def test_a_caller_who_observes_is_believed(keyed, case):
    fake = FakeVerifier("cleared")
    answer = keyed(fake).post(URL, json=case, headers=bearer("s3cret-desk")).json()
    assert fake.seen == [parse_case(json.dumps(case))]
    assert answer["disposition"] == "cleared"
    assert answer["degraded"] == []


def test_a_caller_who_only_submits_is_not_believed_and_clears_nothing(keyed, case):
    fake = FakeVerifier("cleared")
    answer = keyed(fake).post(URL, json=case, headers=bearer("s3cret-form")).json()
    (seen,) = fake.seen
    assert (seen.signals, seen.reports, seen.meeting.coverage) == ((), (), ())
    assert seen.history.requester is None
    assert answer["disposition"] == "review"
    assert answer["approvals"]["required"] >= 1
    assert "32 signals, 2 reports, 2 coverage spans" in answer["degraded"][0]


def test_a_key_without_submit_may_not_submit(keyed, case):
    assert_problem(keyed(FakeVerifier()).post(URL, json=case, headers=bearer("s3cret-eye")), 403, "not-allowed")


@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.0.2", "::2", "testclient"])
def test_without_keys_only_this_machine_is_served(serve, case, address):
    fake = FakeVerifier("cleared")
    assert_problem(serve(fake, client=(address, 1)).post(URL, json=case), 403, "local-only")
    assert fake.seen == []


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.rebound.example:8080"},
    ],
)
def test_without_keys_neither_proxies_nor_pages_of_elsewhere_are_served(serve, case, headers):
    client = serve(FakeVerifier("cleared"))
    assert_problem(client.post(URL, json=case, headers=headers), 403, "local-only")
    assert_problem(client.get("/v1/policy", headers=headers), 403, "local-only")


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_without_keys_this_machine_is_served_by_its_own_names(serve, case, host):
    assert serve(FakeVerifier()).post(URL, json=case, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["02", "05", "10", "24"])
def test_a_demoted_case_is_a_valid_case_that_keeps_the_words(path):
    case = parse_case(case_file(path).read_bytes())
    demoted = demote(case).case
    assert Case.model_validate_json(demoted.model_dump_json()) == demoted
    texts = [e.text for e in demoted.request.evidence]
    assert all(s.text in texts for s in case.signals if s.text)
    assert all(r.text in texts for r in case.reports if r.text)


def test_a_demoted_case_stays_within_the_limits(case):
    signal = case["signals"][1]
    case["signals"] = [{**signal, "signal_id": f"s{n}"} for n in range(1000)]
    case["request"]["evidence"].append({"evidence_id": "submitted-signal:s0", "kind": "other"})
    demoted = demote(parse_case(json.dumps(case)))
    ids = [e.evidence_id for e in demoted.case.request.evidence]
    assert len(ids) == len(set(ids)) == MAX_EVIDENCE
    assert "1000 signals" in demoted.notes[0]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda p: p.stem[:2])
def test_the_real_verifier_clears_nothing_of_a_caller_who_only_submits(path, policy, judge):
    demoted = demote(parse_case(path.read_bytes())).case
    assert verify(demoted, policy, judge).disposition != "cleared"
