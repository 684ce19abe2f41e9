"""`takedown-verifier evaluate` through its door: whatever the file holds, predictions and a report come."""

import gzip
import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from eval import running
from eval.cli import evaluate
from eval.scoring import curves
from models.judge import MissingJudge

CASES = Path(__file__).parents[1] / "fixtures" / "cases"
SCHEMAS = Path(__file__).parents[2] / "verifier" / "schemas"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl.gz"
    lines = [json.dumps(json.loads(p.read_text("utf-8")), ensure_ascii=False) for p in sorted(CASES.glob("*.json"))[:6]]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


@pytest.fixture(autouse=True)
def _no_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "load_judge", _unavailable)


def _unavailable(*_: object, **__: object) -> object:
    raise running.JudgeUnavailable("No text judge in this test.")


def _run(file: Path, folder: Path, *more: str) -> tuple[Result, list[dict], dict]:
    result = CliRunner().invoke(
        evaluate, [str(file), "--predictions", str(folder / "p.jsonl"), "--report", str(folder / "r"), *more]
    )
    assert result.exit_code == 0, result.output
    predictions = [json.loads(line) for line in (folder / "p.jsonl").read_text("utf-8").splitlines()]
    return result, predictions, json.loads((folder / "r" / "metrics.json").read_text("utf-8"))


def test_one_valid_assessment_per_case(data: Path, tmp_path: Path) -> None:
    _, predictions, report = _run(data, tmp_path)
    schema = json.loads((SCHEMAS / "assessment.schema.json").read_text("utf-8"))
    assert [p["case_id"][:2] for p in predictions] == ["01", "02", "03", "04", "05", "06"]
    for prediction in predictions:
        assert prediction["elapsed_ms"] > 0
        assessment = {k: v for k, v in prediction.items() if k not in ("case_id", "elapsed_ms")}
        jsonschema.validate(assessment, schema)
    assert report["data"]["cases"] == report["data"]["labelled"] == 6
    assert report["judge_note"]
    assert "False clears" in (tmp_path / "r" / "report.md").read_text("utf-8")


def test_a_bad_line_is_an_error_and_the_run_goes_on(tmp_path: Path) -> None:
    good = json.dumps(json.loads((CASES / "01-june4-vigil-fake-complaints.json").read_text("utf-8")))
    wrong = json.loads(good) | {"case_id": "wrong"}
    del wrong["case"]["request"]["claims"]
    file = tmp_path / "mixed.jsonl"
    file.write_bytes(b"{not json\n" + good.encode() + b"\n\n" + json.dumps(wrong).encode() + b"\n\xff\xfe\n")
    result, predictions, report = _run(file, tmp_path)
    assert [p["case_id"] for p in predictions] == ["line-1", "01-june4-vigil-fake-complaints", "wrong", "line-5"]
    assert [p["disposition"] for p in predictions if "error" in p] == ["review"] * 3
    assert predictions[2]["error"].startswith("line 4 can't be read: /case/request/claims: ")
    assert "add this field" in predictions[2]["error"]
    assert predictions[0]["error"].startswith("line 1 can't be read: /: not valid JSON")
    assert "error: wrong: line 4 can't be read" in result.output
    assert report["headline"]["errors"]["hits"] == 3
    assert len(report["errors"]) == 3


def test_a_crash_on_one_case_is_an_error_and_the_run_goes_on(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = running.verify

    def fragile(case, policy, judge):  # type: ignore[no-untyped-def]
        if case.request.action == "remove_participant":
            raise RuntimeError("it broke")
        return real(case, policy, judge)

    monkeypatch.setattr(running, "verify", fragile)
    _, predictions, report = _run(data, tmp_path)
    assert [p.get("error") for p in predictions].count("RuntimeError: it broke") == 1
    assert len(predictions) == 6
    assert report["headline"]["errors"]["hits"] == 1


def test_unlabelled_cases_give_predictions_only(tmp_path: Path) -> None:
    file = tmp_path / "plain.jsonl"
    case = json.loads((CASES / "02-planted-intruders-memory-meeting.json").read_text("utf-8"))["case"]
    file.write_text(json.dumps(case) + "\n", encoding="utf-8")
    _, predictions, report = _run(file, tmp_path)
    assert predictions[0]["case_id"] == "REQ-77120"
    assert "headline" not in report
    assert report["data"]["labelled"] == 0


def test_limit_and_empty_files(data: Path, tmp_path: Path) -> None:
    assert len(_run(data, tmp_path, "--limit", "2")[1]) == 2
    (tmp_path / "empty.jsonl").write_text("")
    assert _run(tmp_path / "empty.jsonl", tmp_path)[1] == []


def test_resume_keeps_answers_of_the_same_versions(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(data, tmp_path, "--limit", "4")
    asked = []
    real = running.verify
    monkeypatch.setattr(running, "verify", lambda *a: asked.append(1) or real(*a))
    _, predictions, _ = _run(data, tmp_path, "--resume")
    assert len(asked) == 2
    assert [p["case_id"][:2] for p in predictions] == ["01", "02", "03", "04", "05", "06"]
    assert [p.name for p in tmp_path.glob("*.jsonl")] == ["p.jsonl"]


def test_resume_asks_again_about_a_case_that_changed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(data, tmp_path)
    rows = [json.loads(line) for line in gzip.decompress(data.read_bytes()).splitlines()]
    rows[2]["case"]["request"]["justification"] = "Something else."
    data.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    asked = []
    real = running.verify
    monkeypatch.setattr(running, "verify", lambda *a: asked.append(1) or real(*a))
    _run(data, tmp_path, "--resume")
    assert len(asked) == 1


def test_without_the_eval_extra_the_basic_figures_come(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curves, "available", lambda: False)
    _, _, report = _run(data, tmp_path)
    assert report["headline"]["false_clear_rate"]["total"] == 5
    assert "support_scores" not in report
    assert not list((tmp_path / "r").glob("*.svg"))


def test_a_lazy_system_is_exposed(data: Path, tmp_path: Path) -> None:
    _, predictions, _ = _run(data, tmp_path)
    from eval.report.document import warnings
    from eval.scoring.records import record

    lazy = [
        record(p | {"case_id": str(i), "disposition": "review"}, None, (), {}, 0) for i in range(5) for p in predictions
    ]
    assert any("every answer is `review`" in w for w in warnings(lazy))


def test_workers_give_the_same_answers(data: Path, tmp_path: Path) -> None:
    one = [{k: v for k, v in p.items() if k != "elapsed_ms"} for p in _run(data, tmp_path, "--limit", "3")[1]]
    missing = tmp_path / "nowhere"
    two = _run(data, tmp_path, "--limit", "3", "--workers", "2", "--model", str(missing))[1]
    keep = ("case_id", "disposition", "claims")
    assert [{k: p[k] for k in keep} for p in one] == [{k: p[k] for k in keep} for p in two]


def test_missing_judge_is_said(data: Path, tmp_path: Path) -> None:
    assert MissingJudge("x").reason == "x"
    assert "No text judge in this test." in (_run(data, tmp_path)[2]["judge_note"])


def test_the_page_escapes_what_others_wrote(tmp_path: Path) -> None:
    document = json.loads((CASES / "02-planted-intruders-memory-meeting.json").read_text("utf-8"))
    document["case_id"] = "<script>alert(1)</script>"
    document["label"]["acceptable_dispositions"] = ["cleared"]
    document["slices"] = ["<b>x</b>"]
    file = tmp_path / "<i>.jsonl"
    file.write_text(json.dumps(document), encoding="utf-8")
    _run(file, tmp_path)
    html = (tmp_path / "r" / "report.html").read_text("utf-8")
    assert "<script" not in html
    assert "<b>x" not in html
    assert "&lt;script&gt;" in html
    assert "http" not in html.replace("http-equiv", "")
