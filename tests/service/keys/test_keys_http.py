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
