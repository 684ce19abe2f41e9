"""What a quotation changed, and what is only a slip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.pretext.changes import changes, telling, told

SAID = "we will meet in front of the town hall on monday and bring our songs"


@pytest.mark.parametrize(
    ("quote", "told_as"),
    [
        (SAID.replace("songs", "petrol"), "'petrol' for 'songs'"),
        (SAID.replace("meet", "burn").replace("songs", "petrol"), "'burn' for 'meet', 'petrol' for 'songs'"),
        (SAID.replace("bring", "bring bottles and"), "'bottles and' added"),
    ],
)
def test_other_words(quote, told_as):
    assert told(changes(quote, SAID)) == told_as


@pytest.mark.parametrize(
    "quote",
    [
        SAID,
        SAID.replace("front", "fornt").replace("monday", "mondey"),  # typing
        SAID.replace("town hall", "townhall"),
        "front of the town hall on monday",  # a part
        SAID.replace("in front of", "at"),  # small words
    ],
)
def test_slips_are_no_changes(quote):
    assert changes(quote, SAID) == []


def test_one_change_tells_only_in_a_short_sentence():
    short, long = "bring petrol on monday", f"{SAID} and then some more of what we sang last year"
    assert telling(changes(short, "bring songs on monday"), short)
    quote = long.replace("songs", "petrol")
    assert not telling(changes(quote, long), quote)


@given(st.lists(st.sampled_from(SAID.split()), min_size=1, max_size=20).map(" ".join))
def test_nothing_is_changed_in_what_is_equal(text):
    assert changes(text, text) == []
