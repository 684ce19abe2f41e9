"""Anything missing, damaged or changed is refused with one plain sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from models import JudgeUnavailable, TextJudge, load_judge


def test_loads_from_the_environment(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAKEDOWN_MODEL_DIR", str(weights))
    judge = load_judge()
    assert isinstance(judge, TextJudge)
    name, _, digest = judge.version.partition("+sha256:")
    assert name
    assert len(digest) == 12
    assert judge.categories == set(judge.screen_order)
    assert "csam" not in judge.categories


def test_no_folder_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(JudgeUnavailable, match="No text model is installed"):
        load_judge(tmp_path / "nowhere")


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "prefilter.npz"])
def test_a_truncated_file_is_unavailable(copied: Path, file: str) -> None:
    whole = (copied / file).read_bytes()
    (copied / file).unlink()
    (copied / file).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(JudgeUnavailable, match=f"{file} is damaged"):
        load_judge(copied)


def test_one_changed_byte_is_unavailable(copied: Path) -> None:
    body = bytearray((copied / "prefilter.npz").read_bytes())
    body[-9] ^= 1
    (copied / "prefilter.npz").unlink()
    (copied / "prefilter.npz").write_bytes(body)
    with pytest.raises(JudgeUnavailable, match="damaged or was changed"):
        load_judge(copied)


def test_a_missing_file_is_unavailable(copied: Path) -> None:
    (copied / "model.onnx").unlink()
    with pytest.raises(JudgeUnavailable, match="missing"):
        load_judge(copied)


def test_a_broken_manifest_is_unavailable(copied: Path) -> None:
    (copied / "manifest.json").unlink()
    (copied / "manifest.json").write_text('{"name": "x"', encoding="utf-8")
    with pytest.raises(JudgeUnavailable, match="can't be read"):
        load_judge(copied)


def test_settings_that_do_not_fit_are_unavailable(copied: Path) -> None:
    body = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    del body["settings"]["violating"]["terrorism"]
    (copied / "manifest.json").unlink()
    (copied / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(JudgeUnavailable, match="don't fit"):
        load_judge(copied)


def test_the_version_changes_with_the_calibration(copied: Path, weights: Path) -> None:
    body = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    body["settings"]["violating"]["terrorism"][1] += 0.25
    (copied / "manifest.json").unlink()
    (copied / "manifest.json").write_text(json.dumps(body), encoding="utf-8")
    assert load_judge(copied).version != load_judge(weights).version


def test_importing_the_floor_needs_no_training_packages() -> None:
    code = "import sys, models; sys.exit(bool({'torch', 'transformers', 'onnxruntime', 'sklearn'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)
