import os
import subprocess
import sys

import pytest


@pytest.fixture
def command(running, tmp_path):
    """Runs `gate` around a command that leaves a file, and says what came of it."""

    def run(permit, *program, action="end_meeting", target=None, url=None):
        done = tmp_path / "done"
        act = (
            f"import os; seen = os.environ; open({str(done)!r}, 'w').write("
            "seen['TAKEDOWN_TARGET'] + str(len(seen.get('TAKEDOWN_GATE_KEY', ''))))"
        )
        result = subprocess.run(
            [sys.executable, "-m", "service.cli", "gate", "--action", action, "--target", target or running.target,
             "--url", url or running.url, "--", *(program or (sys.executable, "-c", act))],
            env={**os.environ, "TAKEDOWN_PERMIT": permit, "TAKEDOWN_GATE_KEY": "unused"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        ran = done.read_text() if done.exists() else None
        done.unlink(missing_ok=True)
        return result.returncode, ran, result.stderr

    return run


def test_the_command_runs_once(running, command):
    permit = running.permit()
    code, ran, _ = command(permit)
    assert (code, ran) == (0, running.target + "0")
    code, ran, told = command(permit)
    assert (code, ran) == (126, None)
    assert "redeemed" in told


def test_its_exit_code_is_passed_on(running, command):
    assert command(running.permit(), sys.executable, "-c", "raise SystemExit(7)")[0] == 7


def test_nothing_runs_without_a_permit_for_it(running, command):
    permit = running.permit()
    assert command("nonsense")[:2] == (126, None)
    assert command(permit, action="suspend_account")[:2] == (126, None)
    assert command(permit, target="meeting:other")[:2] == (126, None)
    assert command(permit)[0] == 0


def test_a_command_that_is_not_there_does_not_use_the_permit_up(running, command):
    permit = running.permit()
    assert command(permit, "no-such-command-anywhere")[0] == 127
    assert command(permit)[0] == 0


def test_nothing_runs_when_the_service_can_not_be_reached(running, command):
    permit = running.permit()
    assert command(permit, url="http://127.0.0.1:1")[:2] == (126, None)
    assert command(permit, url="http://service.example")[:2] == (2, None)
