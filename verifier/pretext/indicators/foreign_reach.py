"""Weak: the law or authority invoked is that of a country where neither host nor participants are."""

from __future__ import annotations

from verifier.case import Case
from verifier.pretext.sketch import sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View

_OF_A_COUNTRY = ("statute", "court_order", "legal_process")


def look(view: View) -> Sign | None:
    """Compare the country of the law or authority with those of the people in the meeting."""
    request = view.case.request
    party = request.requester.on_behalf_of
    invoked = set()
    if request.legal_basis.kind in _OF_A_COUNTRY and request.legal_basis.country:
        invoked.add(request.legal_basis.country)
    if party.kind in ("government", "court") and party.country:
        invoked.add(party.country)
    host = view.case.meeting.host_account.country
    people = [p.account.country for p in view.case.meeting.participants if p.account is not None]
    known = [c for c in people if c]
    if not invoked or host is None or len(known) * 2 < len(people):
        return None
    if invoked & {host, *known}:
        return None
    names = ", ".join(sorted(invoked))
    return Sign(0.6, f"The law or authority invoked is of {names}, where neither the host nor any participant is.")


def _examples() -> tuple[Example, ...]:
    def case(country: str, kind: str = "statute") -> Case:
        return sketch(request={"legal_basis": {"kind": kind, "country": country}})

    return (
        Example("a law of elsewhere", case("KZ"), True),
        Example("the law of the place", case("NL"), False),
        Example("the platform's own terms", case("KZ", "terms_of_service"), False),
    )


SPEC = IndicatorSpec(
    code="foreign_reach",
    strength="weak",
    why="A law does not reach people who are not under it.",
    needs="request.legal_basis.country, on_behalf_of.country, account countries",
    source="Zoom, statement of June 2020: meetings ended although host and guests were outside mainland China",
    look=look,
    examples=_examples,
)
