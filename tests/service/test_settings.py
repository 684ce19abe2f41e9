import pytest
from click.testing import CliRunner

from service.cli.serve import serve
from service.loopback import is_loopback
from service.settings import InvalidSettings, Settings


def test_nothing_set_is_local():
    settings = Settings.from_env({})
    assert (settings.host, settings.keys) == ("127.0.0.1", None)
    assert settings.database == "sqlite:///takedown.db"


def test_everything_set():
    settings = Settings.from_env(
        {
            "TAKEDOWN_HOST": "10.0.0.5", "TAKEDOWN_PORT": "9000", "TAKEDOWN_MAX_BODY_BYTES": "1000",
            "TAKEDOWN_POLICY": "p.yaml", "TAKEDOWN_MODEL_DIR": "m", "TAKEDOWN_JUDGE_TIMEOUT_S": "0.5",
            "TAKEDOWN_WORKERS": "3", "TAKEDOWN_WAITING": "0", "TAKEDOWN_API_KEYS": "[]",
            "TAKEDOWN_DATABASE": "postgresql+psycopg://u:pw@h/d", "TAKEDOWN_RATE_PER_MINUTE": "7",
        }
    )  # fmt: skip
    assert (settings.port, settings.max_body_bytes, settings.judge_timeout_s) == (9000, 1000, 0.5)
    assert (settings.workers, settings.waiting, len(settings.keys)) == (3, 0, 0)
    assert (settings.database, settings.rate_per_minute) == ("postgresql+psycopg://u:pw@h/d", 7)
    assert "pw" not in repr(settings)


def test_every_mistake_is_told_at_once():
    wrong = {
        "TAKEDOWN_PORT": "70000", "TAKEDOWN_MAX_BODY_BYTES": "much", "TAKEDOWN_JUDGE_TIMEOUT_S": "nan",
        "TAKEDOWN_WORKERS": "0", "TAKEDOWN_API_KEYS": "[{}]",
        "TAKEDOWN_DATABASE": "mysql://u:pw@h/d",
    }  # fmt: skip
    with pytest.raises(InvalidSettings) as invalid:
        Settings.from_env(wrong)
    assert {p.partition(":")[0] for p in invalid.value.problems} == set(wrong)
    assert "pw" not in str(invalid.value)


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("example.org", False)],
)
def test_loopback(host, local):
    assert is_loopback(host) is local


def test_no_keys_no_other_address(tmp_path):
    environ = {
        "TAKEDOWN_API_KEYS": "",
        "TAKEDOWN_DATABASE": f"sqlite:///{tmp_path / 'takedown.db'}",
        "TAKEDOWN_PERMIT_KEYS": str(tmp_path / "permit-keys.json"),
    }
    result = CliRunner().invoke(serve, ["--host", "0.0.0.0"], env=environ)
    assert result.exit_code == 2
    assert "refusing" in result.stderr


def test_bad_settings_stop_the_service():
    result = CliRunner().invoke(serve, [], env={"TAKEDOWN_WORKERS": "none"})
    assert result.exit_code == 2
    assert "TAKEDOWN_WORKERS" in result.stderr
