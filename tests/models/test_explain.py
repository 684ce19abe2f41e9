"""Words that an explanation names are the words that the judgement rests on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.explain import occlude
from models.judge import Passage
from models.runtime import OnnxJudge
from tests.stubs import KeywordJudge

VIOLATING = [
    ("violent_threat", "Listen, when the meeting is over I am going to kill you, Marek, I have the knife here."),
    (
        "fraud_spam",
        "Hello, guaranteed forty percent profit a week, no risk, send 300 dollars to this wallet.",
    ),
    ("hate_speech", "As I said before lunch, immigrants are vermin, they breed like rats and should be wiped out."),
    ("harassment", "Next point. You are a worthless stupid pig, Ida, everybody here hates you, go and cry."),
    ("illegal_goods", "By the way I sell cocaine and pills, clean stuff, delivery tonight, write me privately."),
    ("violent_threat", "Marta, sé dónde vives y esta noche voy a matarte con mis propias manos."),
    ("hate_speech", "大家听好，移民都是害虫，应该全部消灭，他们不是人。"),
]


@given(st.text(min_size=1, max_size=200))
@settings(max_examples=50)
def test_weights_name_places_in_the_text(text: str) -> None:
    found = occlude(KeywordJudge({}), Passage(text), "terrorism")
    assert all(0 <= w.start < w.end <= len(text) for w in found)
    assert [w.start for w in found] == sorted(w.start for w in found)


def test_the_word_that_decides_weighs_most() -> None:
    judge = KeywordJudge({"violent_threat": ("murder",)})
    found = occlude(judge, Passage("tonight I will murder you all"), "violent_threat")
    heaviest = max(found, key=lambda w: w.log_odds)
    assert "tonight I will murder you all"[heaviest.start : heaviest.end] == "murder"
    assert sum(abs(w.log_odds) > 0.01 for w in found) == 1


def test_an_unknown_category_is_refused() -> None:
    with pytest.raises(KeyError):
        occlude(KeywordJudge({}), Passage("words"), "no_such_category")


def test_deleting_the_named_words_takes_more_than_deleting_the_others(judge: OnnxJudge) -> None:
    """The deletion test for faithfulness (ERASER's comprehensiveness; DeYoung et al., ACL 2020), on average."""
    heavy, light = 0.0, 0.0
    for category, text in VIOLATING:
        ranked = sorted(occlude(judge, Passage(text), category), key=lambda w: -w.log_odds)
        third = max(1, len(ranked) // 3)
        before, without_heavy, without_light = (
            said.violating[category]
            for said in judge.judge([Passage(text), _without(text, ranked[:third]), _without(text, ranked[-third:])])
        )
        heavy += before - without_heavy
        light += before - without_light
    assert heavy / len(VIOLATING) > 0.3
    assert heavy > 3 * max(0.0, light)


def _without(text: str, weights: list) -> Passage:
    for w in sorted(weights, key=lambda w: -w.start):
        text = text[: w.start] + text[w.end :]
    return Passage(text)
