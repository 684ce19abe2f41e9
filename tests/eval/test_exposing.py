"""The report's first screen exposes systems that only look good: credulous, lazy, and readers of names."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from eval import cases, probe, running
from eval.cli import evaluate
from eval.replay.cli import replay
from eval.running import Engine
from eval.scoring import cost
from eval.scoring.records import Record
from models.judge import CATEGORIES, Judgement, JudgeUnavailable
from tests.stubs import KeywordJudge, plain_policy
from verifier.verify import verify as honest

SAMPLE = Path(__file__).parents[2] / "eval" / "data" / "takedownbench_sample.jsonl.gz"


@pytest.fixture(autouse=True)
def _no_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(*_: object, **__: object) -> object:
        raise JudgeUnavailable("No text judge in this test.")

    monkeypatch.setattr(running, "load_judge", unavailable)


def _run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: object) -> dict:
    def verify(case, policy, judge):
        return change(case, honest(case, policy, judge))

    monkeypatch.setattr(running, "verify", verify)
    monkeypatch.setattr(probe, "verify", verify)
    arguments = [str(SAMPLE), "--predictions", str(tmp_path / "p.jsonl"), "--report", str(tmp_path), "--limit", "60"]
    result = CliRunner().invoke(evaluate, arguments)
    assert result.exit_code == 0, result.output
    return json.loads((tmp_path / "metrics.json").read_text("utf-8"))


def test_a_credulous_system_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = _run(tmp_path, monkeypatch, lambda _, a: a.model_copy(update={"disposition": "cleared"}))
    assert any("believes whoever asks" in w for w in report["warnings"])
    assert report["headline"]["false_clear_rate"]["value"] == 1.0
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.index("believes whoever asks") < page.index("False clears") < page.index("<h2>")


def test_a_lazy_system_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = _run(tmp_path, monkeypatch, lambda _, a: a.model_copy(update={"disposition": "review"}))
    assert any("decides nothing" in w for w in report["warnings"])
    assert any("waits for a person" in w for w in report["warnings"])


def test_a_reader_of_names_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_name(case, answer):
        known = case.request.request_id in names
        return answer.model_copy(update={"disposition": "cleared" if known else "review"})

    names = {cases.parse(line, n).case.request.request_id for n, line in enumerate(cases.lines(SAMPLE), 1) if n % 2}
    report = _run(tmp_path, monkeypatch, by_name)
    assert report["probe"]["changed"]
    assert any("reads names" in w for w in report["warnings"])


class ConstantJudge(KeywordJudge):
    """Says the same of everything: a poisoned model at 0.99, a lazy one at 0.01."""

    version = "constant-1"

    def __init__(self, p: float) -> None:
        super().__init__({})
        self._same = Judgement(dict.fromkeys(CATEGORIES, p), dict.fromkeys(CATEGORIES, p))

    def _of(self, text: str) -> Judgement:
        return self._same


@pytest.mark.parametrize(("p", "told"), [(0.99, "believes whoever asks"), (0.01, "lazy or missing")])
def test_a_model_that_reads_nothing_is_named_behind_an_honest_verifier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, p: float, told: str
) -> None:
    monkeypatch.setattr(running, "load_judge", lambda *_, **__: ConstantJudge(p))
    report = _run(tmp_path, monkeypatch, lambda _, answer: answer)
    assert any(told in w for w in report["warnings"])
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.index(told) < page.index("class=cards")
    assert "Nothing to warn of" not in page


def test_an_honest_system_is_not_blamed() -> None:
    engine = Engine(plain_policy(), KeywordJudge({}))
    numbered = zip(range(1, 6), cases.lines(SAMPLE), strict=False)
    answered = [(n, line, engine.predict(line, n)) for n, line in numbered]
    assert probe.probe(answered, engine) == {"cases": 5, "changed": []}


@given(st.integers(0, 500), st.integers(0, 50))
def test_probed_cases_are_spread_over_the_file(total: int, wanted: int) -> None:
    found = probe.spread(total, wanted)
    assert len(found) == min(total, wanted)
    assert all(1 <= n <= total for n in found)


def _answered(disposition: str, acceptable: str) -> Record:
    return Record("x", disposition, (acceptable,), False, False, 0.0, (), (), 1.0, None, 0)


def test_cost_counts_work_and_false_clears() -> None:
    records = [_answered("cleared", "cleared")] * 6 + [_answered("review", "review")] * 3 + [
        _answered("cleared", "review")
    ]  # fmt: skip
    found = cost.curve(records, (1, 10))
    assert found["points"][1] == {
        "price": 10, "these": 0.3 + 1.0, "review_everything": 1.0, "believe_everyone": pytest.approx(4.0)
    }  # fmt: skip
    assert found["worth_it_below"] == pytest.approx(7.0)
    assert cost.curve([]) == {}
    assert cost.curve([_answered("review", "review")])["worth_it_below"] is None


def test_replay_shows_what_another_policy_would_have_done(tmp_path: Path) -> None:
    arguments = [str(SAMPLE), "--predictions", str(tmp_path / "a.jsonl"), "--report", str(tmp_path), "--limit", "12"]
    assert CliRunner().invoke(evaluate, arguments).exit_code == 0
    again = [str(SAMPLE), "--against", str(tmp_path / "a.jsonl"), "--predictions", str(tmp_path / "b.jsonl")]
    same = CliRunner().invoke(replay, [*again, "--fail-on-newly-cleared"])
    assert same.exit_code == 0, same.output
    assert "0 of 12 dispositions, 0 verdicts and 0 pretext flags changed" in same.output
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]
    assert all(row["disposition"] != "cleared" for row in rows)
    first = rows[0]["case_id"]
    rows[0] |= {"disposition": "hold" if rows[0]["disposition"] == "review" else "review"}
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    changed = CliRunner().invoke(replay, again)
    assert "1 of 12 dispositions" in changed.output
    assert first not in changed.output


def test_replay_without_common_cases_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("", encoding="utf-8")
    result = CliRunner().invoke(
        replay, [str(SAMPLE), "--against", str(tmp_path / "a.jsonl"), "--predictions", str(tmp_path / "b.jsonl")]
    )
    assert result.exit_code == 1
    assert "from the same cases" in result.output
