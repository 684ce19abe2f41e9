"""Passages: what people said, cut into verbatim parts, and which parts are worth reading."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.stubs import START, THREAT, THREATS, KeywordJudge, found, plain_policy, said, sketch, with_signals
from verifier.normalise import fold
from verifier.support.passages import collect, context_of, select
from verifier.verify import verify

POLICY = plain_policy()
LIMIT = POLICY.limits.passage_chars


def passages_of(*signals):
    return collect(sketch(signals=signals), POLICY)


_TEXT = st.text(alphabet=st.sampled_from("ab ,.!?。？\n…é追")) | st.text(max_size=2000)


@given(st.one_of(_TEXT, st.builds(lambda t, n: t * n, _TEXT.filter(bool), st.integers(1, 1500))))
@example("x" * 5000)
@example("word " * 400)
@example("句子。" * 700)
@example(("a sentence that is not long. " * 40 + "y" * 700) * 3)
def test_cuts_are_verbatim_and_lose_nothing(text):
    text = text[:40_000]
    parts = [p.quote for p in passages_of(said("p1", text))]
    assert all(part in text for part in parts)
    assert all(len(part) <= LIMIT for part in parts)
    at = 0
    for part in parts:  # in their order, and between them nothing but what folds to nothing
        start = text.index(part, at)
        assert not fold(text[at:start])
        at = start + len(part)
    assert not fold(text[at:])


def test_a_short_turn_is_one_passage():
    (passage,) = passages_of(said("p1", " Hello THERE.  Good evening. "))
    assert passage.quote == " Hello THERE.  Good evening. "
    assert passage.text == "hello there. good evening."


def test_long_turns_are_cut_at_sentence_ends():
    sentence = "This is one sentence of about fifty letters or so. "
    parts = passages_of(said("p1", sentence * 30))
    assert len(parts) > 1
    assert all(p.quote.rstrip().endswith(".") for p in parts)


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("transcript", True),
        ("chat", True),
        ("screen_text", True),
        ("shared_file", True),
        ("display_name", True),
        ("profile_text", True),
        ("hash_match", False),
        ("classifier", False),
        ("host_action", False),
        ("security_event", False),
    ],
)
def test_only_a_participant_s_own_words_are_passages(kind, counts):
    assert bool(passages_of(said("p1", "some words", kind=kind))) is counts


@pytest.mark.parametrize("text", [None, "", "  \n ", "\u200b\u200d"])
def test_silence_is_no_passage(text):
    assert passages_of(said("p1", text)) == []


@given(st.permutations(range(6)))
def test_passages_follow_time_not_the_list(order):
    turns = [said("p1", f"turn {n}", minute=n, name=f"s{n}") for n in range(5)] + [
        said("p2", "of no time", name="s9", observed_at=None)
    ]
    texts = [p.text for p in passages_of(*(turns[i] for i in order))]
    assert texts == [f"turn {n}" for n in range(5)] + ["of no time"]


def test_context_is_what_came_before_but_not_other_violations():
    passages = passages_of(*(said("p1", f"turn {n}", minute=n) for n in range(6)))
    assert context_of(passages, 5) == ("turn 2", "turn 3", "turn 4")
    assert context_of(passages, 5, frozenset({3})) == ("turn 1", "turn 2", "turn 4")
    assert context_of(passages, 0) == ()


class TestSelection:
    """What is worth reading is bounded, and neither flooding nor a wrong time hides what matters."""

    def chosen(self, turns, marked, budget=12, occurred=None, near=()):
        case = sketch(signals=turns, claim={"occurred_at": occurred})
        passages = collect(case, POLICY)
        screen = KeywordJudge({"violent_threat": marked}).screen([p.text for p in passages])
        index = select(passages, screen, [1], case.request.claims[0], near, budget, POLICY)
        assert index == sorted(set(index))
        assert len(index) == min(budget, len(passages))
        return [passages[i].text for i in index]

    TURNS = tuple(said("p1", f"item {n:03}", minute=n / 4, name=f"s{n}") for n in range(200))

    def test_short_meetings_are_read_whole(self):
        assert len(self.chosen(self.TURNS[:10], ())) == 10

    def test_what_screens_high_is_read(self):
        assert {"item 017", "item 150"} <= set(self.chosen(self.TURNS, ("item 017", "item 150")))

    def test_the_claimed_time_is_read(self):
        assert "item 100" in self.chosen(self.TURNS, (), budget=60, occurred=START + timedelta(minutes=25))

    def test_what_surrounds_a_finding_is_read(self):
        assert "item 100" in self.chosen(self.TURNS, (), budget=60, near=[START + timedelta(minutes=25)])

    def test_at_most_a_third_goes_to_the_claimed_time(self):
        high = tuple(f"item {n:03}" for n in range(150, 158))
        told = self.chosen(self.TURNS, high, occurred=START + timedelta(minutes=5))
        assert set(high) <= set(told)

    def test_a_judge_that_does_not_know_the_category_still_gets_something(self):
        case = sketch(signals=self.TURNS)
        passages = collect(case, POLICY)
        screen = np.zeros((len(passages), 3), dtype=np.float32)
        assert len(select(passages, screen, [], case.request.claims[0], [], 12, POLICY)) == 12

    @pytest.mark.parametrize("minute", [0.5, 30, 59])
    def test_a_flood_of_talk_hides_no_threat(self, minute):
        flood = [said("p2", f"we talk of item {n} and so on", minute=n / 17, name=f"f{n}") for n in range(1000)]
        case = sketch(signals=(*flood, said("p1", THREAT, minute=minute)))
        answer = verify(case, POLICY, KeywordJudge(THREATS))
        assert answer.claims[0].verdict == "supported"
        assert THREAT in [e.quote for e in answer.claims[0].evidence]


def test_the_judge_reads_folded_text_and_each_passage_once_alone():
    judge = KeywordJudge(THREATS)
    verify(with_signals(said("p1", "Ｉ WILL\u200b burn THE shed, and éverybody")), POLICY, judge)
    texts = [p.text for p in judge.asked if not p.context]
    assert "i will burn the shed, and éverybody" in texts
    assert len(texts) == len(set(texts))


def test_what_may_be_a_violation_is_read_again_in_context():
    judge = KeywordJudge(THREATS)
    verify(with_signals(said("p1", THREAT, minute=40)), POLICY, judge)
    again = [p for p in judge.asked if p.context]
    assert [p.text for p in again] == [THREAT]
    assert len(again[0].context) == 3


def test_a_case_without_words_still_asks_the_judge_once():
    """So that a judge that is broken is noticed."""
    answer = verify(sketch(signals=(found("p1", "csam", 0.1),)), POLICY, KeywordJudge())
    assert answer.degraded == ()
