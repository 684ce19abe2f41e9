"""metrics.json against a scorer that shares no code with it, to ten decimals."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from eval import running
from eval.cli import evaluate
from models.judge import CATEGORIES, Judgement
from tests.eval import outside
from tests.stubs import KeywordJudge

pytest.importorskip("sklearn", reason="needs the eval extra")
ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "eval" / "data" / "takedownbench_sample.jsonl.gz"
EXAMPLES = ROOT / "tests" / "fixtures" / "cases"


class DiceJudge(KeywordJudge):
    """Says of every text something that its bytes alone decide: wrong answers of every kind, and many scores."""

    version = "dice-1"

    def screen(self, texts: Any) -> Any:
        return np.ones((len(texts), len(CATEGORIES)), dtype=np.float32)

    def _of(self, text: str) -> Judgement:
        dice = hashlib.sha256(text.encode("utf-8", "replace")).digest()
        does = {c: (dice[i] / 255) ** (1 if dice[31] > 200 else 6) for i, c in enumerate(CATEGORIES)}
        return Judgement(violating=does, about={c: min(1.0, p * 1.3) for c, p in does.items()})


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, list[outside.Row]]:
    """Ninety cases of the sample, the worked cases without their `language:` slices, and two bad lines."""
    folder = tmp_path_factory.mktemp("scored")
    lines = gzip.decompress(SAMPLE.read_bytes()).splitlines()[:90]
    for path in sorted(EXAMPLES.glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        case["slices"] = [s for s in case["slices"] if ":" not in s]
        lines.append(json.dumps(case).encode())
    broken = json.loads(lines[3]) | {"case_id": "no-target"}
    del broken["case"]["request"]["target"]
    lines[40:40] = [b"{no json", json.dumps(broken).encode()]
    data = folder / "cases.jsonl"
    data.write_bytes(b"\n".join(lines))
    patch = pytest.MonkeyPatch()
    patch.setattr(running, "load_judge", lambda *_, **__: DiceJudge())
    options = ["--predictions", str(folder / "p.jsonl"), "--report", str(folder), "--probe", "0"]
    result = CliRunner().invoke(evaluate, [str(data), *options])
    patch.undo()
    assert result.exit_code == 0, result.output
    return json.loads((folder / "metrics.json").read_text("utf-8")), outside.read(data, folder / "p.jsonl")


def _same(found: Any, expected: Any, where: str = "") -> None:
    if isinstance(expected, dict):
        for key, value in expected.items():
            _same(found[key], value, f"{where}/{key}")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, abs=1e-10), where
    else:
        assert found == expected, where


def test_the_answers_are_worth_scoring(scored: tuple[dict, list[outside.Row]]) -> None:
    report, _ = scored
    assert set(report["given"]) == {d for d, n in report["given"].items() if n}
    assert report["headline"]["false_clear_rate"]["hits"]
    assert len(report["support_scores"]["reliability"]) >= 6


def test_headline(scored: tuple[dict, list[outside.Row]]) -> None:
    report, rows = scored
    _same(report["headline"], outside.headline(rows))
    assert set(report["headline"]) == set(outside.headline(rows))
    assert report["headline"]["errors"]["hits"] == 2
    assert report["data"]["labelled"] == report["data"]["cases"] - 1  # one bad line still has its label


def test_verdicts_and_flag(scored: tuple[dict, list[outside.Row]]) -> None:
    from sklearn.metrics import f1_score, precision_score, recall_score

    report, rows = scored
    assert report["verdicts"]["macro_f1"] == pytest.approx(outside.macro_f1(rows), abs=1e-10)
    labelled = [r for r in rows if r["label"]]
    truth = [r["label"]["pretextual"] for r in labelled]
    given = [r["answer"]["pretext"]["flagged"] for r in labelled]
    assert report["pretext"]["precision"]["value"] == pytest.approx(precision_score(truth, given))
    assert report["pretext"]["recall"]["value"] == pytest.approx(recall_score(truth, given))
    assert report["pretext"]["f1"] == pytest.approx(f1_score(truth, given))


@pytest.mark.parametrize("what", ["support", "pretext"])
def test_scores(scored: tuple[dict, list[outside.Row]], what: str) -> None:
    report, rows = scored
    _same(report[f"{what}_scores"], outside.scores(*outside.pairs(rows, what)))


def test_every_slice(scored: tuple[dict, list[outside.Row]]) -> None:
    report, rows = scored
    expected = outside.slices(rows)
    assert set(report["slices"]) == set(expected)
    assert {"language:zh", "category:terrorism", "action:end_meeting", "source:written"} <= set(expected)
    for name, row in report["slices"].items():
        group = expected[name].pop("rows")
        for what in ("support", "pretext"):
            truth, score = outside.pairs(group, what)
            enough = 5 <= sum(truth) <= len(truth) - 5
            assert (f"{what}_auroc" in row) == enough, name
            if enough:
                expected[name][f"{what}_auroc"] = outside.scores(truth, score)["auroc"]
        _same(row, {key: expected[name][key] for key in row}, name)
