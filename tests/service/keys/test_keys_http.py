"""Keys at the door: over HTTP and on the command line."""

import json

import pytest
from click.testing import CliRunner

from service.cli.keys import keys
from service.settings import Settings
from tests.service.fakes import FakeVerifier
from tests.service.test_api import URL, assert_problem

from .making import bearer


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path / 'takedown.db'}"


def command(database, *arguments):
    result = CliRunner().invoke(keys, [*arguments, "--database", database])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_first_key_ends_local_mode_and_a_revoked_one_is_refused_at_once(serve, case, database, tmp_path):
    client = serve(FakeVerifier("cleared"), Settings(database=database, permit_keys=tmp_path / "permit-keys.json"))
    assert client.post(URL, json=case).status_code == 200
    key = command(database, "create", "desk", "--scope", "requests:submit", "--expires", "90d").strip()
    assert_problem(client.post(URL, json=case), 401, "no-valid-key")
    assert client.get("/v1/policy", headers=bearer(key)).status_code == 200
    (listed,) = command(database, "list", "--json").splitlines()
    key_id = json.loads(listed)["key_id"]
    assert key not in listed
    assert key_id in command(database, "list")
    newer = command(database, "rotate", key_id).strip()
    assert_problem(client.get("/v1/policy", headers=bearer(key)), 401, "no-valid-key")
    assert client.get("/v1/policy", headers=bearer(newer)).status_code == 200


def test_a_key_has_limits_of_its_own(serve, case, database, tmp_path):
    key = command(
        database, "create", "desk", "--scope", "requests:submit", "--rate", "2", "--max-body", "100"
    ).strip()  # fmt: skip
    client = serve(FakeVerifier("cleared"), Settings(database=database, permit_keys=tmp_path / "permit-keys.json"))
    assert_problem(client.post(URL, json=case, headers=bearer(key)), 413, "too-large")
    assert client.get("/v1/policy", headers=bearer(key)).status_code == 200
    refused = client.post(URL, json=case, headers=bearer(key))
    assert_problem(refused, 429, "too-many-calls")
    assert int(refused.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "arguments",
    [("create", "local", "--scope", "admin"), ("create", "x", "--scope", "root"), ("revoke", "0000000000"),
     ("create", "x", "--scope", "admin", "--expires", "soon")],
)  # fmt: skip
def test_what_can_not_be_done_is_said(database, arguments):
    result = CliRunner().invoke(keys, [*arguments, "--database", database])
    assert result.exit_code == 2
    assert "Error" in result.stderr


def test_keys_are_looked_after_over_http_by_admins_alone(serve, database, tmp_path):
    settings = Settings(database=database, permit_keys=tmp_path / "permit-keys.json")
    admin = bearer(command(database, "create", "boss", "--scope", "admin").strip())
    client = serve(FakeVerifier(), settings)
    made = client.post("/v1/keys", json={"name": "form", "scopes": ["requests:submit"]}, headers=admin)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    key_id, form = made.json()["key_id"], bearer(made.json()["secret"])
    assert client.get("/v1/policy", headers=form).status_code == 200
    assert_problem(client.get("/v1/keys", headers=form), 403, "not-allowed")
    assert_problem(client.post("/v1/keys", json={"name": "x", "scopes": ["admin"]}, headers=form), 403, "not-allowed")
    again = client.post("/v1/keys", json={"name": "form", "scopes": ["admin"]}, headers=admin)
    assert_problem(again, 409, "key-refused")
    assert_problem(client.post("/v1/keys", json={"name": "x", "scopes": ["root"]}, headers=admin), 422, "invalid-body")
    newer = client.post(f"/v1/keys/{key_id}/rotation", json={"overlap_hours": 1}, headers=admin).json()
    listed = client.get("/v1/keys", headers=admin)
    assert {key["name"] for key in listed.json()} == {"boss", "form"}
    assert newer["secret"] not in listed.text
    assert client.delete(f"/v1/keys/{newer['key_id']}", headers=admin).status_code == 204
    assert_problem(client.get("/v1/policy", headers=bearer(newer["secret"])), 401, "no-valid-key")
    assert_problem(client.delete("/v1/keys/none", headers=admin), 409, "key-refused")
    assert_problem(client.delete("/v1/keys/%00", headers=admin), 404, "not-found")
    assert_problem(client.get("/v1/policy?x=%00", headers=admin), 404, "not-found")
