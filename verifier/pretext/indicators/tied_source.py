"""Strong: the requester shares a network, device or account with others who pass as independent."""

from __future__ import annotations

from verifier.pretext.sketch import account, exhibit, report, sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View


def look(view: View) -> Sign | None:
    """Compare the requester's account with reporters, exhibit authors and those who showed the violation."""
    own = view.case.request.requester.account
    found = view.sources.tied_to_requester()
    people = {p.participant_id: p for p in view.case.meeting.participants}
    for who in sorted({who for f in view.unsupported for who, _ in f.others}):
        other = people[who].account if who in people else None
        if other is None or own is None or other.account_id == own.account_id:
            continue
        if how := view.sources.tie(other, own):
            found.append((f"participant:{who}", how))
    if not found:
        return None
    refs = tuple(dict.fromkeys(ref for ref, _ in found))
    ways = " or ".join(dict.fromkeys(how for _, how in found))
    return Sign(0.9, f"{len(refs)} of those who pass as independent: each {ways} the requester.", refs)


def _examples() -> tuple[Example, ...]:
    me = account("req", network="n-req")
    requester = {"actor_id": "flagger", "role": "trusted_flagger", "account": me}
    other = account("z", network="n-req")
    asked = {"requester": requester}
    shown = asked | {"evidence": (exhibit("1", "document", "A note.", author=other),)}
    theirs, own = report("1", "Bad meeting", who=other), report("1", "I was there", who=me)
    return (
        Example("a reporter on the requester's network", sketch(request=asked, reports=(theirs,)), True),
        Example("an exhibit by somebody on the requester's network", sketch(request=shown), True),
        Example("the requester's own report, openly", sketch(request=asked, reports=(own,)), False),
        Example("nobody in common", sketch(request=asked, reports=(report("1", "Bad meeting"),)), False),
    )


SPEC = IndicatorSpec(
    code="tied_source",
    strength="strong",
    why="When requester, reporter and exhibit are one hand, nothing has been corroborated.",
    needs="request.requester.account; accounts of reporters, exhibit authors and planters",
    source="Reporting on U.S. v. Jin (2020): evidence and reporters came from one hand",
    look=look,
    examples=_examples,
)
