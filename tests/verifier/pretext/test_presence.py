"""People in exhibits against the participant log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stubs import START, people, sketch
from verifier.pretext.presence import Presence

PRESENCE = Presence(sketch())  # Joke Visser, Bram, Sanne de Wit, Kees


@pytest.mark.parametrize("name", ["NightRider77", "Abu Hafs al-Wadi", "Zoltan Grebenschikov"])
def test_somebody_who_never_came(name):
    assert PRESENCE.never_came(name)


@pytest.mark.parametrize(
    "name",
    [
        "Joke Visser",
        "J. Visser",
        "JOKE VISSER (phone)",
        "Jоke Vіsser",  # Cyrillic о and і
        "Sanne",
        "Sane de Witt",
        "The host",
        "Speaker 2",
        "ab",
        "",
        "黑旗战士",  # may be a transliteration
    ],
)
def test_whoever_may_have_been_there(name):
    assert not PRESENCE.never_came(name)


def test_an_empty_log_says_nothing():
    assert not Presence(sketch(meeting={"participants": ()})).never_came("NightRider77")


@pytest.mark.parametrize(("minute", "away"), [(0, True), (20, False), (33, False), (50, True)])
def test_who_was_away_at_a_time(minute, away):
    stay = {"joined_at": START + timedelta(minutes=10), "left_at": START + timedelta(minutes=30)}
    case = sketch(meeting={"participants": people("host", **stay)})
    assert Presence(case).away("Person 1", START + timedelta(minutes=minute)) is away
