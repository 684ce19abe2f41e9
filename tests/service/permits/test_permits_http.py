"""From a cleared request over HTTP to the one use of its permit."""

import json
import threading
from collections import Counter
from datetime import UTC, datetime

import pytest

from service.keys.environment import read_keys
from service.permits.keys import public_keys
from service.permits.token import read
from service.settings import Settings
from tests.service.fakes import FakeVerifier
from tests.service.keys.making import bearer, entry
from tests.service.test_api import URL, assert_problem

REDEEM = "/v1/permits/redeem"


@pytest.fixture
def client(serve):
    return serve(FakeVerifier("cleared"))


def permit_of(client, case):
    assert client.post(URL, json=case).json()["disposition"] == "cleared"
    return client.get(f"/v1/requests/{case['request']['request_id']}").json()["permit"]


def use(client, token, **changes):
    said = read(token, public_keys(client.get("/.well-known/jwks.json").json()), datetime.now(UTC))
    return client.post(REDEEM, json={"permit": token, "action": said.action, "target": said.target} | changes)


def test_a_cleared_request_has_a_permit_that_works_once(client, case):
    permit = permit_of(client, case)
    used = use(client, permit)
    assert used.status_code == 200
    assert used.json()["request_id"] == case["request"]["request_id"]
    assert_problem(use(client, permit), 409, "permit-redeemed")
    assert client.get(f"/v1/requests/{case['request']['request_id']}").json()["permit"] is None
    kept = client.get(f"/v1/permits/{used.json()['jti']}").json()
    assert kept["redeemed_by"] == "local"
    assert permit not in str(kept)


@pytest.mark.parametrize("disposition", ["review", "hold"])
def test_what_goes_to_people_has_no_permit(serve, case, disposition):
    client = serve(FakeVerifier(disposition))
    client.post(URL, json=case)
    assert client.get(f"/v1/requests/{case['request']['request_id']}").json()["permit"] is None


def test_what_is_degraded_has_no_permit(serve, case):
    client = serve(FakeVerifier("cleared", degraded=("no model",)))
    client.post(URL, json=case)
    assert client.get(f"/v1/requests/{case['request']['request_id']}").json()["permit"] is None


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"action": "other"}, "permit-mismatch"),
        ({"target": "meeting:other"}, "permit-mismatch"),
        ({"permit": "a.b.c"}, "permit-not-valid"),
        ({"permit": "\x00"}, "permit-not-valid"),
    ],
)
def test_another_use_is_refused_and_leaves_the_permit(client, case, changes, kind):
    permit = permit_of(client, case)
    assert_problem(use(client, permit, **changes), 403, kind)
    assert use(client, permit).status_code == 200


@pytest.mark.parametrize("changes", [{"permit": ""}, {"extra": 1}, {"action": "x" * 300}, {"target": None}])
def test_a_body_of_another_shape_is_refused(client, case, changes):
    assert use(client, permit_of(client, case), **changes).status_code == 422


def test_a_revoked_permit_is_refused(client, case):
    permit = permit_of(client, case)
    jti = read(permit, public_keys(client.get("/.well-known/jwks.json").json()), datetime.now(UTC)).jti
    assert client.post(f"/v1/permits/{jti}/revoke", json={"why": "asked by mistake"}).status_code == 204
    assert_problem(use(client, permit), 403, "permit-revoked")
    assert_problem(client.post(f"/v1/permits/{'x' * 22}/revoke", json={"why": "whatever"}), 404, "not-found")
    assert_problem(client.get(f"/v1/permits/{'x' * 22}"), 404, "not-found")


def test_many_at_once_over_http(client, case):
    permit = permit_of(client, case)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(use(client, permit).status_code)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(answers) == {200: 1, 409: 39}


def test_who_may_do_what(serve, case):
    ring = [
        entry("desk-key", "desk", "requests:submit", "telemetry:write"),
        entry("gate-key", "gate", "permits:redeem"),
    ]
    client = serve(FakeVerifier("cleared"), Settings(keys=read_keys(json.dumps(ring))))
    desk, gate = bearer("desk-key"), bearer("gate-key")
    client.post(URL, json=case, headers=desk)
    permit = client.get(f"/v1/requests/{case['request']['request_id']}", headers=desk).json()["permit"]
    said = read(permit, public_keys(client.get("/.well-known/jwks.json").json()), datetime.now(UTC))
    body = {"permit": permit, "action": said.action, "target": said.target}
    assert_problem(client.post(REDEEM, json=body), 401, "no-valid-key")
    assert_problem(client.post(REDEEM, json=body, headers=desk), 403, "not-allowed")
    revoke = client.post(f"/v1/permits/{said.jti}/revoke", json={"why": "whatever"}, headers=gate)
    assert_problem(revoke, 403, "not-allowed")
    assert client.post(REDEEM, json=body, headers=gate).status_code == 200
