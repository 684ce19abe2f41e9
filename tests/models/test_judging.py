"""Same passage, same numbers: whatever its company, order, case, or history."""

import random

import numpy as np
import pytest

from models import JudgeUnavailable, Passage
from models.runtime import DEFAULT, OnnxJudge, load_judge

PASSAGES = [
    Passage("Good morning everyone, let's start with the budget."),
    Passage("ok"),
    Passage("I will kill you tonight, Daniel.", ("Please mute yourself.",)),
    Passage("I will kill you tonight, Daniel.", ("Now read us the message you received, word for word.",)),
    Passage("The committee heard the witness. " * 60),
    Passage("每周保证百分之四十收益，零风险。", ("大家能听到吗？", "可以。")),
    Passage("Прокурор зачитал сообщение в суде."),
    Passage("الميزانية في الشريحة الرابعة"),
    Passage(""),
    Passage("🎉🎉"),
]


def fresh(judge: OnnxJudge) -> OnnxJudge:
    judge.forget()
    return judge


def test_company_and_order_change_nothing(judge: OnnxJudge) -> None:
    alone = [fresh(judge).judge([passage])[0] for passage in PASSAGES]
    assert fresh(judge).judge(PASSAGES) == alone
    order = list(range(len(PASSAGES)))
    random.Random(3).shuffle(order)
    shuffled = fresh(judge).judge([PASSAGES[i] for i in order])
    assert shuffled == [alone[i] for i in order]


def test_case_changes_nothing(judge: OnnxJudge) -> None:
    low, high = fresh(judge).judge([Passage("send money now"), Passage("SEND Money NOW")])
    assert low == high


def test_probabilities_are_probabilities(judge: OnnxJudge) -> None:
    for judgement in judge.judge(PASSAGES):
        for values in (judgement.violating, judgement.about):
            assert set(values) == judge.categories
            assert all(0 <= value <= 1 for value in values.values())


def test_repeats_come_from_the_cache(judge: OnnxJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    first = judge.judge(PASSAGES)
    monkeypatch.setattr(judge, "_session", None)
    assert judge.judge(PASSAGES + PASSAGES[:2]) == first + first[:2]
    with pytest.raises(JudgeUnavailable, match="failed"):
        judge.judge([Passage("something that was never judged before")])


def test_the_cache_forgets_the_oldest(judge: OnnxJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    small = OnnxJudge(DEFAULT, 120, 1, cached=2)
    for text in ("one", "two", "one", "three"):
        small.judge([Passage(text)])
    monkeypatch.setattr(small, "_session", None)
    small.judge([Passage("one"), Passage("three")])
    with pytest.raises(JudgeUnavailable):
        small.judge([Passage("two")])


def test_a_deadline_gives_no_partial_answer(judge: OnnxJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "timeout_s", 1e-9)
    with pytest.raises(JudgeUnavailable, match="did not answer within"):
        fresh(judge).judge(PASSAGES)
    monkeypatch.setattr(judge, "timeout_s", 120)
    assert len(judge.judge(PASSAGES)) == len(PASSAGES)


def test_nothing_in_nothing_out(judge: OnnxJudge) -> None:
    assert judge.judge([]) == []
    assert judge.screen([]).shape == (0, len(judge.screen_order))


def test_the_screen_scores_each_text_alone(judge: OnnxJudge) -> None:
    texts = [passage.text for passage in PASSAGES]
    together = judge.screen(texts)
    assert together.dtype == np.float32
    assert together.shape == (len(texts), len(judge.screen_order))
    for i, text in enumerate(texts):
        np.testing.assert_allclose(judge.screen([text])[0], together[i], atol=1e-5)


def test_a_silly_timeout_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        load_judge(timeout_s=0)
