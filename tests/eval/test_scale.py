"""The Ray job gives what a local run gives, to the last digit."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval import cli
from eval.cli import evaluate
from eval.replay.cli import replay

SAMPLE = Path(__file__).parents[2] / "eval" / "data" / "takedownbench_sample.jsonl.gz"
FIGURES = ("given", "headline", "dispositions", "verdicts", "pretext", "slices", "cost")


def _figures(folder: Path, *more: str) -> tuple[list[dict], dict]:
    out = folder / "p.jsonl"
    arguments = [str(SAMPLE), "--predictions", str(out), "--report", str(folder), "--limit", "24", "--probe", "0"]
    result = CliRunner().invoke(evaluate, [*arguments, *more])
    assert result.exit_code == 0, result.output
    report = json.loads((folder / "metrics.json").read_text("utf-8"))
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return [{k: v for k, v in row.items() if k != "elapsed_ms"} for row in rows], {k: report[k] for k in FIGURES}


@pytest.mark.filterwarnings("ignore")
def test_a_ray_job_and_a_local_run_agree_to_the_last_digit(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="needs the scale extra")
    local = _figures(tmp_path / "local")
    assert _figures(tmp_path / "ray", "--engine", "ray", "--workers", "2") == local
    assert _figures(tmp_path / "ray", "--engine", "ray", "--resume") == local


@pytest.mark.filterwarnings("ignore")
def test_a_replay_on_ray_changes_nothing(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="needs the scale extra")
    _figures(tmp_path)
    options = ["--against", str(tmp_path / "p.jsonl"), "--predictions", str(tmp_path / "b.jsonl"), "--engine", "ray"]
    result = CliRunner().invoke(replay, [str(SAMPLE), *options, "--fail-on-newly-cleared"])
    assert result.exit_code == 0, result.output
    assert "0 of 24 dispositions, 0 verdicts and 0 pretext flags changed" in result.output


def test_without_ray_the_engine_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda _: None)
    arguments = [str(SAMPLE), "--predictions", str(tmp_path / "p"), "--report", str(tmp_path), "--engine", "ray"]
    result = CliRunner().invoke(evaluate, arguments)
    assert result.exit_code == 2
    assert "takedown-verifier[scale]" in result.output
