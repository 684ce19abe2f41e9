import json
from datetime import UTC, datetime

import pytest

from service.keys.environment import read_keys
from service.permits.keys import public_keys
from service.permits.token import read
from service.settings import Settings
from service.webhooks.endpoints import Endpoints
from tests.service.fakes import FakeVerifier
from tests.service.keys.making import bearer, entry
from tests.service.test_api import assert_problem

from .test_break_glass import ALERT

URL = "/v1/break-glass"
REASON = "A person is being hurt on camera at this moment."
BODY = {"action": "end_meeting", "target": {"kind": "meeting", "meeting_id": "m1"}, "reason": REASON}


PEOPLE = """\
people:
  - {id: ana, name: Ana, roles: [admin], desk: night}
  - {id: ben, name: Ben, roles: [admin]}
  - {id: cleo, name: Cleo}
  - {id: nan, name: Nan, desk: night}
"""


@pytest.fixture
def client(serve, tmp_path):
    ring = [entry(f"{who}-key", who, "admin") | {"person": who} for who in ("ana", "ben")]
    ring += [entry(f"{who}-key", who, "reviews:decide") | {"person": who} for who in ("cleo", "nan")]
    people = tmp_path / "people.yaml"
    people.write_text(PEOPLE, "utf-8")
    ring.append(entry("tool-key", "tool", "admin", "permits:redeem"))
    quiet = Endpoints([ALERT.model_copy(update={"url": "https://127.0.0.1:1/"})])
    return serve(FakeVerifier("review"), Settings(keys=read_keys(json.dumps(ring)), webhooks=quiet, people=people))


def test_the_whole_way_over_http(client):
    asked = client.post(URL, json=BODY, headers=bearer("ana-key"))
    assert asked.status_code == 201, asked.text
    here = f"{URL}/{asked.json()['id']}"
    why = {"why": "I see the same on the stream and agree."}
    assert_problem(client.post(f"{here}/confirm", json=why, headers=bearer("ana-key")), 403, "not-independent")
    assert_problem(client.post(f"{here}/confirm", json=why, headers=bearer("cleo-key")), 403, "not-allowed")
    permitted = client.post(f"{here}/confirm", json=why, headers=bearer("ben-key"))
    assert permitted.status_code == 200, permitted.text
    permit = permitted.json()["permit"]
    said = read(permit, public_keys(client.get("/.well-known/jwks.json").json()), datetime.now(UTC))
    assert said.break_glass is True
    used = {"permit": permit, "action": "end_meeting", "target": "meeting:m1"}
    assert client.post("/v1/permits/redeem", json=used, headers=bearer("tool-key")).json()["break_glass"] is True
    (owed,) = client.get(f"{URL}/open", headers=bearer("cleo-key")).json()
    assert (owed["asked_by"], owed["confirmed_by"]) == ("ana", "ben")
    finding = {"finding": "justified", "note": "The recording shows it plainly."}
    assert_problem(client.post(f"{here}/review", json=finding, headers=bearer("ben-key")), 403, "not-independent")
    assert_problem(client.post(f"{here}/review", json=finding, headers=bearer("nan-key")), 403, "not-independent")
    assert client.get(f"{URL}/open", headers=bearer("nan-key")).json() == [], "Nan sits at Ana's desk"
    assert client.post(f"{here}/review", json=finding, headers=bearer("cleo-key")).status_code == 204
    assert client.get(f"{URL}/open", headers=bearer("cleo-key")).json() == []


def test_a_machine_breaks_no_glass(client):
    assert_problem(client.post(URL, json=BODY, headers=bearer("tool-key")), 403, "needs-person")
    assert_problem(client.post(URL, json=BODY), 401, "no-valid-key")


@pytest.mark.parametrize(
    "change", [{"reason": "because"}, {"reason": ""}, {"target": {"kind": "account", "meeting_id": "m1"}}, {"x": 1}]
)
def test_a_reason_and_a_target_are_needed(client, change):
    assert client.post(URL, json=BODY | change, headers=bearer("ana-key")).status_code == 422


def test_without_an_alert_there_is_no_glass(serve):
    ring = json.dumps([entry("ana-key", "ana", "admin") | {"person": "ana"}])
    client = serve(FakeVerifier("review"), Settings(keys=read_keys(ring)))
    assert_problem(client.post(URL, json=BODY, headers=bearer("ana-key")), 409, "glass-closed")
