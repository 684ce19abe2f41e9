"""Two cues close together, in one sentence and one language."""

from __future__ import annotations

import time

from verifier.pretext.frames import close, sentences


def test_cues_of_one_language_meet_within_reach() -> None:
    assert close("pressure", "checking", "needless", "a review is not needed", 28) == "en"
    assert close("pressure", "checking", "needless", "not needed, i think, is what people call a review", 10) == ""


def test_cues_of_different_languages_do_not_meet() -> None:
    assert close("pressure", "checking", "needless", "the review, no hace falta", 28) == ""


def test_order_counts_where_it_is_asked_for() -> None:
    assert close("pressure", "settled", "carry_out", "just close it, already checked", 28, ordered=True) == ""
    assert close("pressure", "settled", "carry_out", "already checked, just close it", 28, ordered=True) == "en"


def test_sentences_end_in_every_script_and_apostrophes_are_one() -> None:
    assert sentences("Don’t check. 不用看录像。Закройте!") == ["don't check", "不用看录像", "закройте"]


def test_a_flood_of_cues_is_read_in_little_time() -> None:
    text = "check " * 3000 + "x" * 200 + " needless" * 3000
    began = time.perf_counter()
    assert close("pressure", "checking", "needless", text, 28) == ""
    assert time.perf_counter() - began < 2
