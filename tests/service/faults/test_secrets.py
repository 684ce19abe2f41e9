"""Secrets that are missing, damaged or readable by others: the service does not start, and never falls back."""

import pytest
from click.testing import CliRunner

from service.cli.serve import serve
from service.permits.keys import SigningKeys


def start(tmp_path, monkeypatch, **environ):
    """Starts the command; a service that came up would say so instead of serving."""
    monkeypatch.setattr("uvicorn.run", lambda app, **_: print("SERVING"))
    given = {"TAKEDOWN_DATABASE": f"sqlite:///{tmp_path / 't.db'}", "TAKEDOWN_PERMIT_KEYS": str(tmp_path / "k.json")}
    return CliRunner().invoke(serve, [], env=given | environ)


def test_it_starts_with_everything_in_place(tmp_path, monkeypatch):
    assert "SERVING" in start(tmp_path, monkeypatch).output


@pytest.mark.parametrize("value", ["missing-file", "[]x", '[{"name": "a"}]'])
def test_keys_that_cannot_be_read_are_never_no_keys(tmp_path, monkeypatch, value):
    result = start(tmp_path, monkeypatch, TAKEDOWN_API_KEYS=value)
    assert result.exit_code == 2
    assert "SERVING" not in result.output
    assert "LOCAL MODE" not in result.output


@pytest.mark.parametrize("damage", ["emptied", "cut", "public only", "readable by all", "a folder"])
def test_damaged_permit_keys_stop_the_start_in_a_sentence(tmp_path, monkeypatch, damage):
    path = tmp_path / "k.json"
    SigningKeys(path)
    raw = path.read_text()
    if damage == "a folder":
        path.unlink()
        path.mkdir(mode=0o700)
    elif damage == "readable by all":
        path.chmod(0o644)
    else:
        damaged = {"emptied": "", "cut": raw[: len(raw) // 2], "public only": raw.replace('"d"', '"e"')}
        path.write_text(damaged[damage])
    result = start(tmp_path, monkeypatch)
    assert result.exit_code == 2, result.output
    assert "SERVING" not in result.output
    assert result.stderr.startswith("takedown-verifier: ")
    assert isinstance(result.exception, SystemExit)
    secret = raw.split('"d": "')[1].split('"')[0]
    assert secret not in result.output


def test_a_folder_for_keys_that_is_not_there_is_told(tmp_path, monkeypatch):
    result = start(tmp_path, monkeypatch, TAKEDOWN_PERMIT_KEYS=str(tmp_path / "none" / "k.json"))
    assert result.exit_code == 2
    assert "SERVING" not in result.output


@pytest.mark.parametrize("setting", ["TAKEDOWN_PEOPLE", "TAKEDOWN_REVIEW_RULES", "TAKEDOWN_POLICY"])
def test_rules_that_are_named_and_missing_stop_the_start(tmp_path, monkeypatch, setting):
    result = start(tmp_path, monkeypatch, **{setting: str(tmp_path / "none.yaml")})
    assert result.exit_code == 2, result.output
    assert "SERVING" not in result.output
