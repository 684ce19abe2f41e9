"""The log on the command line: out, checked with the public key alone, and found out when it was touched."""

import json
import sqlite3

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization

from service.audit.log import record
from service.cli.audit import audit
from service.cli.permits import permits
from service.permits.keys import SigningKeys
from service.settings import Settings
from service.store.opening import open_store
from tests.service.fakes import FakeVerifier
from tests.service.test_api import URL

from .conftest import NOON


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a database of three entries, as a service leaves it."""
    monkeypatch.chdir(tmp_path)
    SigningKeys(tmp_path / "takedown-permit-keys.json")
    store = open_store("sqlite:///takedown.db")
    for i in range(3):
        with store.transaction() as session:
            record(session, at=NOON, kind="request.received", actor="tooling", subject=f"r{i}", detail={"n": i})
    store.close()
    return tmp_path


def run(command, *arguments, code=0):
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == code, result.output
    return result.output


def test_an_export_is_checked_with_the_public_key_alone(place, tmp_path, monkeypatch):
    run(audit, "export", "--out", "log.jsonl")
    keys = run(permits, "public-keys")
    assert '"d"' not in keys
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "log.jsonl").write_bytes((place / "log.jsonl").read_bytes())
    (elsewhere / "keys.json").write_text(keys)
    monkeypatch.chdir(elsewhere)
    told = run(audit, "verify", "log.jsonl", "--public-key", "keys.json")
    assert told.startswith("4 entries"), "the export itself is on record, too"
    lines = (elsewhere / "log.jsonl").read_text().replace("tooling", "toolinG", 1)
    (elsewhere / "log.jsonl").write_text(lines)
    assert "entry 1" in run(audit, "verify", "log.jsonl", "--public-key", "keys.json", code=1)


def test_a_pem_file_is_a_public_key(place):
    run(audit, "export", "--out", "log.jsonl")
    (public,) = SigningKeys(place / "takedown-permit-keys.json").public.values()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (place / "key.pem").write_bytes(pem)
    assert run(audit, "verify", "log.jsonl", "--public-key", "key.pem").startswith("4 entries")


def test_another_key_does_not_verify(place, tmp_path):
    run(audit, "export", "--out", "log.jsonl")
    (tmp_path / "other.json").write_text(json.dumps(SigningKeys(tmp_path / "k").jwks()))
    assert "not signed" in run(audit, "verify", "log.jsonl", "--public-key", "other.json", code=1)


def test_the_database_is_checked_with_its_checkpoints(place):
    assert "a cut tail may not show" in run(audit, "verify")
    run(audit, "checkpoint")
    assert run(audit, "verify").startswith("3 entries")
    with sqlite3.connect("takedown.db") as database:
        database.execute("DELETE FROM audit_entries WHERE seq = 3")
        database.execute("UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit_entries WHERE seq = 2)")
    database.close()
    assert "entry 3: missing" in run(audit, "verify", code=1)


def test_a_log_that_was_changed_is_neither_signed_nor_exported(place):
    with sqlite3.connect("takedown.db") as database:
        database.execute("UPDATE audit_entries SET actor = 'nobody' WHERE seq = 2")
    database.close()
    assert "entry 2" in run(audit, "export", "--out", "log.jsonl", code=1)
    assert "entry 2" in run(audit, "checkpoint", code=1)
    keys = run(permits, "public-keys")
    (place / "keys.json").write_text(keys)
    run(audit, "verify", "log.jsonl", "--public-key", "keys.json", code=1)


@pytest.mark.parametrize(
    "arguments",
    [("verify", "none.jsonl"), ("verify", "--database", "sqlite:///none.db"), ("export", "--database", "sqlite:///none.db"),
     ("export", "--signing-keys", "none.json"), ("verify", "--public-key", "takedown.db")],
)  # fmt: skip
def test_what_is_not_there_is_no_verified_log(place, arguments):
    run(audit, *arguments, code=2)
    assert not (place / "none.db").exists()


def test_a_rotated_key_verifies_old_exports_and_signs_new_ones(place):
    run(audit, "export", "--out", "old.jsonl")
    old = SigningKeys(place / "takedown-permit-keys.json").signing[0]
    new = run(permits, "rotate-key").strip()
    assert new != old
    run(audit, "export", "--out", "new.jsonl")
    (place / "keys.json").write_text(run(permits, "public-keys"))
    for name in ("old.jsonl", "new.jsonl"):
        run(audit, "verify", name, "--public-key", "keys.json")
    assert "signing-key.rotated" in (place / "new.jsonl").read_text()
    run(permits, "rotate-key", "--distrust")
    (place / "keys.json").write_text(run(permits, "public-keys"))
    run(audit, "verify", "old.jsonl", "--public-key", "keys.json", code=1)


def test_a_permit_that_is_not_there_can_not_be_revoked(place):
    run(permits, "revoke", "x" * 22, "--why", "whatever", code=2)


def test_a_past_decision_is_computed_again(place, case, serve):
    fake = FakeVerifier("cleared")
    client = serve(fake, Settings(database="sqlite:///takedown.db", permit_keys=place / "takedown-permit-keys.json"))
    client.post(URL, json=case)
    request_id = case["request"]["request_id"]

    def replayed(verifier):
        return CliRunner().invoke(audit, ["replay", request_id], obj=verifier)

    assert (replayed(fake).exit_code, "the same answer" in replayed(fake).stdout) == (0, True)
    other = replayed(FakeVerifier("hold"))
    assert other.exit_code == 1
    assert "/disposition" in other.stderr
    run(audit, "replay", "unknown", code=2)
