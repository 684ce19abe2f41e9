"""The real verifier with a text model that is missing, truncated, changed or too slow."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import models.runtime
from service.cli.verify import verify
from service.settings import Settings

from .fakes import CASES, case_file
from .test_api import URL

WELL_FOUNDED = ["03", "12", "14", "16"]


def run(number, model_dir, *more):
    result = CliRunner().invoke(verify, ["--json", "--model", str(model_dir), *more, str(case_file(number))])
    assert result.stderr == "", result.stderr
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize("number", WELL_FOUNDED)
def test_a_missing_model_sends_well_founded_requests_to_people(number, tmp_path):
    code, answer = run(number, tmp_path / "none")
    assert code == 3
    assert answer["disposition"] == "review"
    assert answer["degraded"]
    assert answer["versions"]["model"]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda p: p.stem[:2])
def test_a_missing_model_clears_nothing(path, tmp_path):
    result = CliRunner().invoke(verify, ["--json", "--model", str(tmp_path / "none"), str(path)])
    assert result.exit_code in (3, 4)
    assert json.loads(result.stdout)["degraded"]


@pytest.fixture
def copied_model(tmp_path):
    if not (models.runtime.DEFAULT / "manifest.json").is_file():
        pytest.skip("no text model is shipped in this checkout")
    return Path(shutil.copytree(models.runtime.DEFAULT, tmp_path / "weights"))


@pytest.mark.parametrize("damage", ["truncated", "emptied", "changed", "removed"])
def test_any_damaged_file_of_the_model_is_noticed(damage, copied_model):
    listed = json.loads((copied_model / "manifest.json").read_text("utf-8"))["files"]
    for name in ("manifest.json", *listed):
        path = copied_model / name
        raw = path.read_bytes()
        if damage == "removed":
            path.unlink()
        else:
            broken = {
                "truncated": raw[: len(raw) // 2],
                "emptied": b"",
                "changed": raw[:-1] + bytes([raw[-1] ^ 1]),
            }
            path.write_bytes(broken[damage])
        code, answer = run("12", copied_model)
        assert (code, answer["disposition"]) == (3, "review"), name
        path.write_bytes(raw)


def test_a_judge_that_is_too_slow_clears_nothing(copied_model):
    code, answer = run("12", copied_model, "--judge-timeout", "0.000001")
    assert (code, answer["disposition"]) == (3, "review")
    assert answer["degraded"]


def test_over_http_too(serve, tmp_path):
    client = serve(None, Settings(model_dir=tmp_path / "none"))
    answer = client.post(URL, json=json.loads(case_file("12").read_text("utf-8"))["case"]).json()
    assert answer["disposition"] == "review"
    assert answer["degraded"]
    assert client.get("/readyz").status_code == 503
