import json

import pytest

from service.audit.checkpoints import read_checkpoint
from service.audit.export import verify_export
from service.keys.environment import read_keys
from service.permits.keys import public_keys
from service.settings import Settings
from tests.service.fakes import FakeVerifier
from tests.service.keys.making import bearer, entry
from tests.service.test_api import URL, assert_problem


@pytest.fixture
def client(serve, case):
    client = serve(FakeVerifier("cleared"))
    client.post(URL, json=case)
    return client


def published(client):
    return public_keys(client.get("/.well-known/jwks.json").json())


def test_every_step_of_a_request_is_on_record(client, case):
    request_id = case["request"]["request_id"]
    found = client.get("/v1/audit/entries", params={"subject": request_id}).json()
    kinds = [e["kind"] for e in found]
    assert kinds[:4] == ["request.received", "request.assessed", "request.cleared", "permit.issued"]
    assert found[0]["detail"]["case_digest"]
    assert found[1]["detail"]["model"]


def test_entries_come_in_pages(client):
    everything = client.get("/v1/audit/entries").json()
    first = client.get("/v1/audit/entries", params={"limit": 2}).json()
    rest = client.get("/v1/audit/entries", params={"after": first[-1]["seq"]}).json()
    assert first + rest == everything
    assert client.get("/v1/audit/entries", params={"kind": "permit.issued"}).json()[0]["kind"] == "permit.issued"
    assert client.get("/v1/audit/entries", params={"limit": 0}).status_code == 422


def test_the_export_proves_itself(client):
    exported = client.get("/v1/audit/export")
    assert exported.headers["content-type"].startswith("application/x-ndjson")
    seq, _ = verify_export(exported.content.splitlines(keepends=True), published(client))
    assert json.loads(exported.content.splitlines()[seq - 1])["kind"] == "audit.exported"


def test_a_witness_gets_a_signed_checkpoint(client):
    token = client.post("/v1/audit/checkpoint").json()["checkpoint"]
    point = read_checkpoint(token, published(client))
    assert client.get("/v1/audit/entries", params={"after": point.seq - 1}).json()[0]["hash"] == point.hash


def test_the_log_is_for_auditors(serve):
    ring = read_keys(json.dumps([entry("desk-key", "desk", "requests:submit", "admin")]))
    client = serve(FakeVerifier(), Settings(keys=ring))
    for method, path in (("GET", "entries"), ("GET", "export"), ("POST", "checkpoint")):
        assert_problem(client.request(method, f"/v1/audit/{path}"), 401, "no-valid-key")
        refused = client.request(method, f"/v1/audit/{path}", headers=bearer("desk-key"))
        assert_problem(refused, 403, "not-allowed")


def test_a_service_whose_log_was_changed_is_not_ready(client):
    client.app.state.house.keeper.broken = "entry 2: it was changed"
    for _ in range(100):
        answer = client.get("/readyz")
        if "entry 2" in answer.text:
            break
    assert_problem(answer, 503, "not-ready")
