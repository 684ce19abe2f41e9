"""Weak: the requester acts for a party that is known to be sensitive about the meeting's subject."""

from __future__ import annotations

from verifier.pretext.sketch import sketch
from verifier.pretext.topics import sensitivities, speaks_of_party, subjects
from verifier.pretext.view import Example, IndicatorSpec, Sign, View


def look(view: View) -> Sign | None:
    """Compare the party's known sensitivities with what the platform's record says the meeting is about."""
    requester = view.case.request.requester
    party = requester.on_behalf_of
    kind = party.kind
    if kind == "none" and requester.role in ("government_liaison", "law_enforcement"):
        kind = "government"
    name = party.name or ""
    found = subjects(view.case, view.passages, sensitivities(kind, name))
    named = kind == "company" and speaks_of_party(view.case, view.passages, name)
    if not found and not named:
        return None
    about = ", ".join(found).replace("_", " ") or "the party itself"
    told = f"a {kind} party" if kind in ("government", "company") else "a party of faith"
    return Sign(0.6, f"The request comes for {told}, and the meeting is about {about}.")


def _examples() -> tuple[Example, ...]:
    company = {
        "requester": {
            "actor_id": "x",
            "role": "trusted_flagger",
            "on_behalf_of": {"kind": "company", "name": "Brightfield Mills"},
        }
    }
    state = {
        "requester": {
            "actor_id": "x",
            "role": "government_liaison",
            "on_behalf_of": {"kind": "government", "country": "NL"},
        }
    }
    diocese = {"kind": "none", "name": "Diocese of Eastmarch"}
    return (
        Example(
            "a government and a vigil",
            sketch(request=state, meeting={"title": "Candlelight vigil for the victims of the massacre"}),
            True,
        ),
        Example(
            "a company and its workers",
            sketch(request=company, meeting={"title": "Union organizing committee"}),
            True,
        ),
        Example(
            "a company that the meeting names",
            sketch(request=company, meeting={"title": "Stop Brightfield"}),
            True,
        ),
        Example(
            "a diocese and the survivors",
            sketch(
                request={"requester": {"actor_id": "x", "role": "other", "on_behalf_of": diocese}},
                meeting={"title": "Survivors of abuse: evening for former members"},
            ),
            True,
        ),
        Example(
            "a company and a parents' group",
            sketch(request=company, meeting={"title": "Mum and baby group: sleep and rum cake"}),
            False,
        ),
        Example("a government and a hedge", sketch(request=state), False),
        Example("nobody's agent and a vigil", sketch(meeting={"title": "Vigil"}), False),
    )


SPEC = IndicatorSpec(
    code="interested_party",
    strength="weak",
    why="Who gains from the meeting's end asks for it.",
    needs="request.requester.on_behalf_of; the meeting's title, description and talk",
    source="Human Rights Watch on the 2020 shutdowns (22 Dec 2020); Qurium on the Eliminalia letters",
    look=look,
    examples=_examples,
)
