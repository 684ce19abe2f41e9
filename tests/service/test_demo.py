"""The newcomer's first command."""

import os
import subprocess
import sys

import pytest

import models.runtime
from service import demo

from .fakes import CASES, EXAMPLES


def test_bundled_cases_are_the_worked_cases():
    for path in EXAMPLES.glob("[0-9]*.json"):
        assert path.read_bytes() == (CASES / path.name).read_bytes()
    assert {p.stem for p in EXAMPLES.glob("[0-9]*.json")} == set(demo.STORIES)


def test_a_service_that_never_gets_ready_fails_the_demo(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("TAKEDOWN_MODEL_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(demo, "READY_WITHIN_S", 4.0)
    assert demo.main() == 1
    assert "not ready" in capsys.readouterr().out
    assert not list(tmp_path.glob("takedown-demo-*"))


def test_the_demo_answers_every_case(tmp_path):
    if not (models.runtime.DEFAULT / "manifest.json").is_file():
        pytest.skip("no text model is shipped in this checkout")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("TAKEDOWN_", "KEEP"))}
    done = subprocess.run(
        [sys.executable, "-m", "service.demo"],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env={**environ, "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"of {len(demo.STORIES)} answers" in done.stdout
    for word in ("CLEARED", "REVIEW", "HOLD"):
        assert word in done.stdout
    assert not list(tmp_path.glob("takedown-demo-*"))
