"""Which complaints are one text, and that people who tell of one moment in their own words are several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.pretext.wording import copies, retellings

SAME = "The host spreads forbidden content in this meeting, I feel unsafe, please close it now"
RETOLD = [
    SAME,
    "Please close this meeting now: forbidden content is being spread by the host, I feel so unsafe",
    "I feel unsafe in this meeting because the host keeps spreading forbidden content, close it now please",
]
OWN = [
    "Declan the host just said he'll kill people at the fair tomorrow at four",
    "Not sure if it's a sick joke but a man on this call is threatening a massacre at a fair",
    "he told me not to bring my children to the fair because he is going to hurt people",
]


@pytest.mark.parametrize(
    "disguise",
    [
        str.upper,
        lambda t: t.replace("e", "е"),
        lambda t: "\u200b".join(t),
        lambda t: t + "!!",
        lambda t: f"{t} Thanks.",
    ],
)
def test_a_copy_is_one_text_in_any_disguise(disguise):
    first, second = copies([SAME, disguise(SAME)])
    assert first == second


def test_a_retelling_is_one_text_in_any_order():
    assert len(set(retellings(RETOLD))) == 1


def test_people_in_their_own_words_are_several():
    assert len(set(copies(OWN))) == len(set(retellings(OWN))) == len(OWN)


def test_in_a_script_without_spaces():
    texts = [
        "这个会议里主持人在传播违禁内容我很害怕请立即关闭",
        "我很害怕,主持人在这个会议里传播违禁内容,请平台立即关闭",
    ]
    assert len(set(retellings(texts))) == 1


@pytest.mark.parametrize("text", ["", "bad", "close it!"])
def test_a_text_too_short_to_tell_is_its_own(text):
    assert len(set(copies([text, text]))) == len(set(retellings([text, text]))) == 2


@given(st.lists(st.sampled_from([*RETOLD, *OWN, "", "bad"]), max_size=8))
def test_there_is_a_group_for_each_text_and_order_does_not_matter(texts):
    for group in (copies, retellings):
        forth, back = group(texts), list(reversed(group(list(reversed(texts)))))
        assert len(forth) == len(texts)
        for i in range(len(texts)):
            for j in range(i):
                if len(texts[i]) > 12:
                    assert (forth[i] == forth[j]) is (back[i] == back[j])
