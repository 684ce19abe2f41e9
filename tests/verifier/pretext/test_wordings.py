"""Requests in many tongues and words: those that press or reach too far, and honest ones beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.stubs import KeywordJudge, plain_policy, sketch
from verifier.verify import verify

WORDINGS = yaml.safe_load(Path(__file__).with_name("wordings.yaml").read_text(encoding="utf-8"))
POLICY, JUDGE = plain_policy(), KeywordJudge(())


def shown(justification: str) -> set[str]:
    answer = verify(sketch(request={"justification": justification}), POLICY, JUDGE)
    return {i.code for i in answer.pretext.indicators}


@pytest.mark.parametrize(("language", "text"), WORDINGS["pressure"])
def test_pressure_in_whatever_words(language: str, text: str) -> None:
    assert "pressure" in shown(text), language


@pytest.mark.parametrize(("language", "text"), WORDINGS["patience"])
def test_who_asks_for_a_check_does_not_press(language: str, text: str) -> None:
    assert "pressure" not in shown(text), language


@pytest.mark.parametrize(("language", "text"), WORDINGS["beyond"])
def test_reaching_beyond_the_action(language: str, text: str) -> None:
    assert "overreach" in shown(text), language


@pytest.mark.parametrize(("language", "text"), WORDINGS["within"])
def test_staying_within_it(language: str, text: str) -> None:
    assert "overreach" not in shown(text), language
