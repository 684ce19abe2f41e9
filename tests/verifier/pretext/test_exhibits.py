"""Exhibits taken apart: whose words, when, and what is openly of elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stubs import exhibit, sketch
from verifier.pretext.exhibits import quotations_of, read_exhibits


@pytest.mark.parametrize(
    ("line", "speaker", "time", "words"),
    [
        ("Joke Visser: we will meet again on Friday", "Joke Visser", "", "we will meet again on Friday"),
        ("[18:41:10] Joke: we will meet again on Friday", "Joke", "18:41:10", "we will meet again on Friday"),
        ("(18:41) Joke: we will meet again on Friday", "Joke", "18:41", "we will meet again on Friday"),
        ("18:41 - Joke: we will meet again on Friday", "Joke", "18:41", "we will meet again on Friday"),
        ("  18:41:10 Joke:  we will meet again  ", "Joke", "18:41:10", "we will meet again"),
        ("18:41 we will meet again on Friday", "", "18:41", "we will meet again on Friday"),
        ("we will meet again on Friday", "", "", "we will meet again on Friday"),
        ("主持人：我们明天晚上再见", "主持人", "", "我们明天晚上再见"),
        ("20:15:00 王五：我们明天晚上再见", "王五", "20:15:00", "我们明天晚上再见"),
        ("Ведущий: мы встретимся снова завтра", "Ведущий", "", "мы встретимся снова завтра"),
    ],
)
def test_lines_of_an_excerpt(line, speaker, time, words):
    (quotation,) = quotations_of("transcript_excerpt", line)
    assert (quotation.speaker, quotation.time, quotation.words) == (speaker, time, words)


def test_an_excerpt_has_a_quotation_a_line():
    text = "A: this is the first line here\n\nB: and this is the second one\n"
    assert [q.speaker for q in quotations_of("chat_excerpt", text)] == ["A", "B"]


@pytest.mark.parametrize("marks", ['""', "“”", "„“", "«»", "「」", "『』"])
def test_marked_quotes_of_anything_else(marks):
    opened, closed = marks
    (quotation,) = quotations_of("document", f"He said {opened}we will all meet again{closed} and left.")
    assert quotation.words == "we will all meet again"


@pytest.mark.parametrize("text", ["", "Nothing was quoted here.", 'He said "yes".', "\n\n"])
def test_what_quotes_nothing(text):
    assert quotations_of("complaint_email", text) == ()


@pytest.mark.parametrize("text", ["Yes", "ok ok", "A: no"])
def test_lines_too_short_to_prove_anything(text):
    assert quotations_of("chat_excerpt", text) == ()


@pytest.mark.parametrize(("gap", "elided"), [("...", True), ("…", True), ("[...]", True), ("and", False)])
def test_open_omissions(gap, elided):
    (quotation,) = quotations_of("transcript_excerpt", f"A: we will meet {gap} again on Friday")
    assert quotation.elided is elided


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [
        ("Screenshot of another meeting, for comparison.", True),
        ("Scr\u200beenshot of аnother meeting", True),
        ("Снимок с другой встречи", True),
        ("The host waves a flag.", False),
    ],
)
def test_what_says_that_it_is_of_elsewhere(text, elsewhere):
    (item,) = read_exhibits(sketch(request={"evidence": (exhibit("1", "screenshot", text),)}))
    assert item.elsewhere is elsewhere
    assert item.ref == "evidence:e-1"


@pytest.mark.parametrize(
    ("kind", "text", "names"),
    [
        ("screenshot", "Profile page. Nickname: NightRider77, joined today", ("NightRider77",)),
        ("screenshot", "昵称：夜行者。头像是一面旗", ("夜行者",)),
        ("screenshot", "A flag and nothing else", ()),
        ("document", "Nickname: NightRider77", ()),
    ],
)
def test_names_that_a_picture_shows(kind, text, names):
    (item,) = read_exhibits(sketch(request={"evidence": (exhibit("1", kind, text),)}))
    assert item.nicknames == names


@given(
    st.sampled_from(["transcript_excerpt", "chat_excerpt", "screenshot", "document", "complaint_email"]),
    st.text(alphabet=st.sampled_from('ab :："“”«»「」\n12[]().…-甲乙丙丁戊'), max_size=200),
)
def test_quotations_are_parts_of_the_exhibit(kind, text):
    for quotation in quotations_of(kind, text):
        assert quotation.words in text
        assert quotation.speaker in text
        assert quotation.time in text
