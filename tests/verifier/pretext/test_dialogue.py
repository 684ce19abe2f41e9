"""Talk in running text."""

from __future__ import annotations

import time

import pytest

from verifier.pretext.dialogue import turns_in

KNOWN = frozenset({"Precious M", "老魏(原三车间)", "Joke Visser"})


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("Meeting chat. Precious M 20:17: follow gary home", [("Precious M", "20:17", "follow gary home")]),
        ("Chat — [20:17] Precious: follow gary home", [("Precious", "20:17", "follow gary home")]),
        (
            "会议纪要:彭海涛:周三冲进去。赵立军:同意。",
            [("彭海涛", "", "周三冲进去。"), ("赵立军", "", "同意。")],
        ),
        ("Minutes: Gruber: we go in. Haslinger: agreed.", [("Gruber", "", "we go in."), ("Haslinger", "", "agreed.")]),
        ("Title: Neighbours. Time: 20:17. Participants: Bram, Kees", []),
        ("A note: somebody shouted.", []),
        ("See https://example.org/a: the page", []),
        ("", []),
    ],
)
def test_who_says_what(text: str, turns: list[tuple[str, str, str]]) -> None:
    assert list(turns_in(text, KNOWN)) == turns


def test_a_flood_of_colons_is_read_in_little_time() -> None:
    began = time.perf_counter()
    turns_in("a: b. " * 8000 + ":" * 5000 + " x" * 5000, KNOWN)
    assert time.perf_counter() - began < 3
