"""Weak: who showed what is claimed bore the name of somebody who runs the meeting, from another account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from verifier.case import Case, Participant
from verifier.normalise import skeleton
from verifier.pretext.sketch import START, account, sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View

_LEAST = 4
"""Letters of a name below which two people may well share it."""


def look(view: View) -> Sign | None:
    """Among strangers who showed it: names that are a host's, in whatever letters."""
    found = list(_pretenders(view))
    if not found:
        return None
    names = ", ".join(repr(p.display_name) for p in found[:3])
    return Sign(
        0.55,
        f"{len(found)} stranger(s) who showed what is claimed bore the name of a host ({names}).",
        tuple(f"participant:{p.participant_id}" for p in found),
    )


def _pretenders(view: View) -> Iterator[Participant]:
    people = view.case.meeting.participants
    hosts = {skeleton(p.display_name) for p in people if p.participant_id in view.who.host_side}
    shown = {who for f in view.unsupported for who, _ in f.others}
    for p in people:
        name = skeleton(p.display_name)
        stranger = p.participant_id in shown and p.participant_id in view.who.strangers
        if stranger and len(name) >= _LEAST and name in hosts:
            yield p


def _examples() -> tuple[Example, ...]:
    def case(name: str, **more: Any) -> Case:
        late = START + timedelta(minutes=29)
        someone = {"participant_id": "p9", "display_name": name, "joined_at": late, "account": account("p9", days=1)}
        said = {
            "signal_id": "s9",
            "kind": "transcript",
            "observed_at": late + timedelta(minutes=1),
            "participant_id": "p9",
            "text": "everybody join the fighters and pay the fighters",
        }
        base = sketch()
        people = (*(p.model_dump() for p in base.meeting.participants), someone | more)
        return sketch(
            meeting={"participants": people},
            signals=(*(s.model_dump() for s in base.signals), said),
            claim={"category": "terrorism", "narrative": "The host recruited for fighters."},
        )

    return (
        Example("an intruder under the host's name", case("Jоke Vіsser"), True),  # Cyrillic о and і
        Example("an intruder under no name of theirs", case("Guest 7"), False),
        Example("a namesake who was there in time", case("Joke Visser", joined_at=START), False),
    )


SPEC = IndicatorSpec(
    code="impersonation",
    strength="weak",
    why="Who shows it under the host's name means the host to be blamed.",
    needs="display names, the participant log, platform-observed content by strangers",
    source="Meta, report on Vietnam (Dec 2021): posing as a target, then reporting the target as fake",
    look=look,
    examples=_examples,
)
