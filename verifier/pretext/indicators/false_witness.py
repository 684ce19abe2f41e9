"""Weak: somebody says that they were in the meeting, and the participant log says that they were not."""

from __future__ import annotations

from verifier.lexicon import cue
from verifier.normalise import fold
from verifier.pretext.sketch import START, account, report, sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View


def look(view: View) -> Sign | None:
    """Compare who says 'I was there' with the log. Who came as a guest can't be told apart: then nothing is said."""
    people = view.case.meeting.participants
    if not people or any(p.account is None for p in people):
        return None
    told = [
        c
        for c in view.sources.complaints
        if c.account is not None and not c.present and cue("pretext", "attended").search(fold(c.text))
    ]
    if not told:
        return None
    return Sign(
        0.55,
        f"{len(told)} complaint(s) say that their writer was in the meeting; the participant log has no such account.",
        tuple(c.ref for c in told),
    )


def _examples() -> tuple[Example, ...]:
    guest = {"participant_id": "g", "display_name": "Guest", "joined_at": START}
    people = tuple(p.model_dump() for p in sketch().meeting.participants)
    claims = report("1", "I was in the meeting from the beginning, it was terrible.")
    return (
        Example("somebody who never joined", sketch(reports=(claims,)), True),
        Example(
            "somebody who may have been a guest",
            sketch(reports=(claims,), meeting={"participants": (*people, guest)}),
            False,
        ),
        Example(
            "an attendee",
            sketch(reports=(report("1", "I was in the meeting, please look.", present=True, who=account("p3")),)),
            False,
        ),
        Example("somebody who heard of it", sketch(reports=(report("1", "A friend told me about this."),)), False),
    )


SPEC = IndicatorSpec(
    code="false_witness",
    strength="weak",
    why="A complaint that begins with an untruth about its writer is worth less than none.",
    needs="reports and complaint letters, the participant log without guests",
    source="U.S. v. Jin (2020): complaints in others' names by people who never took part",
    look=look,
    examples=_examples,
)
