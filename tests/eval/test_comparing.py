"""Paired comparison, baselines and fairness swaps, through their commands."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval import cases, running
from eval.baselines.cli import baselines
from eval.compare.cli import compare
from eval.compare.paired import mcnemar
from eval.fairness.cli import fairness
from eval.fairness.swaps import swaps
from tests.stubs import KeywordJudge
from verifier.case import Case

SAMPLE = Path(__file__).parents[2] / "eval" / "data" / "takedownbench_sample.jsonl.gz"


def _items(n: int) -> list[cases.Item]:
    return [cases.parse(line, i) for i, line in zip(range(n), cases.lines(SAMPLE), strict=False)]


def _predictions(path: Path, disposition: str) -> Path:
    rows = [
        {"case_id": i.case_id, "disposition": disposition, "reasons": ["so"], "pretext": {"score": 0, "flagged": False},
         "claims": [{"claim_id": c.claim_id, "verdict": "supported", "support": 0.9} for c in i.case.request.claims]}
        for i in _items(200)
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_mcnemar_exact() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(0, 5) == pytest.approx(2 * 0.5**5)
    assert mcnemar(3, 3) == 1.0


def test_compare_tells_who_is_better(tmp_path: Path) -> None:
    lazy = _predictions(tmp_path / "lazy.jsonl", "review")
    credulous = _predictions(tmp_path / "credulous.jsonl", "cleared")
    out = tmp_path / "out.json"
    result = CliRunner().invoke(compare, [str(lazy), str(credulous), "--data", str(SAMPLE), "--out", str(out)])
    assert result.exit_code == 0, result.output
    found = {d["name"]: d for d in json.loads(out.read_text("utf-8"))["differences"]}
    assert (found["false clears"]["a"], found["false clears"]["b"]) == (0.0, 1.0)
    assert found["false clears"]["p_value"] < 1e-6
    assert found["disposition right"]["only_a"] + found["disposition right"]["only_b"] > 0
    assert "worse:" in result.output


def test_comparing_with_itself_finds_nothing(tmp_path: Path) -> None:
    one = _predictions(tmp_path / "one.jsonl", "review")
    out = tmp_path / "out.json"
    CliRunner().invoke(compare, [str(one), str(one), "--data", str(SAMPLE), "--out", str(out)])
    document = json.loads(out.read_text("utf-8"))
    assert document["flips"] == []
    assert all(d["p_value"] == 1.0 for d in document["differences"])


def test_baselines_are_what_they_say(tmp_path: Path) -> None:
    out = tmp_path / "b.json"
    ours = _predictions(tmp_path / "ours.jsonl", "hold")
    result = CliRunner().invoke(baselines, [str(SAMPLE), "--out", str(out), "--predictions", str(ours)])
    assert result.exit_code == 0, result.output
    table = json.loads(out.read_text("utf-8"))["systems"]
    assert table["always review"]["headline"]["false_clear_rate"]["hits"] == 0
    assert table["believe the requester"]["headline"]["false_clear_rate"]["value"] == 1.0
    assert table["believe the requester"]["headline"]["auto_clear_rate"]["value"] == 1.0
    assert 0 < table["classifier alone"]["headline"]["auto_clear_rate"]["value"] < 1
    assert table["ours"]["headline"]["auto_clear_rate"]["value"] == 0
    assert table["ours without the pretext check"]["headline"]["auto_clear_rate"]["value"] == 1
    for left_out in ("words (TF-IDF): needs --train", "NLI as reader: needs --nli", "needs --llm URL"):
        assert left_out in result.output


def test_ours_comes_from_the_same_run_and_an_endpoint_that_is_not_there_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "load_judge", lambda *_, **__: KeywordJudge({}))
    out = tmp_path / "b.json"
    endpoint = ["--llm", "http://127.0.0.1:9/v1", "--llm-model", "some-model"]
    result = CliRunner().invoke(baselines, [str(SAMPLE), "--limit", "3", "--readers", "--out", str(out), *endpoint])
    assert result.exit_code == 0, result.output
    assert "Left out: ours, some-model as reader: the language model gave no usable answer" in result.output
    document = json.loads(out.read_text("utf-8"))
    assert {"ours", "ours, keyword list as reader", "ours without the text judge"} <= set(document["systems"])
    assert all(figures["cases"] == 3 for figures in document["systems"].values())
    assert document["versions"]["model"] == "keywords-1"


def test_trained_baselines(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    ours = _predictions(tmp_path / "ours.jsonl", "hold")
    result = CliRunner().invoke(baselines, [str(SAMPLE), "--train", str(SAMPLE), "--predictions", str(ours)])
    assert "words of the requester (TF-IDF)" in result.output


def test_swaps_keep_relations() -> None:
    for item in _items(10):
        for name, swap in swaps().items():
            twin = swap(item.case)
            before, after = _countries(item.case), _countries(twin)
            assert [before.index(c) for c in before] == [after.index(c) for c in after], name
            assert len(twin.signals) == len(item.case.signals)


def _countries(case: Case) -> list[str]:
    return [p.account.country for p in case.meeting.participants if p.account and p.account.country]


def test_fairness_reports_every_swap(tmp_path: Path) -> None:
    out = tmp_path / "f.json"
    result = CliRunner().invoke(
        fairness, [str(SAMPLE), "--limit", "3", "--model", str(tmp_path / "none"), "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    found = json.loads(out.read_text("utf-8"))["swaps"]
    assert set(found) == set(swaps())
    assert all(row["cases"] == 3 for row in found.values())
