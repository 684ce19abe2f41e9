"""Weak: an action out of all proportion, or several of the gravest categories at once with nothing shown."""

from __future__ import annotations

from datetime import timedelta

from verifier.pretext.frames import close, sentences
from verifier.pretext.sketch import START, sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View

_WIDE = ("suspend_account", "end_meeting", "block_meeting", "delete_recording", "disclose_user_data")
_NEVER_FITTING = 0.55
_NEAR = 32


def look(view: View) -> Sign | None:
    """Count grave claims with nothing behind them; compare the action with what any such claim could bear."""
    policy, request = view.policy, view.case.request
    grave = {f.claim.category for f in view.findings if policy.categories[f.claim.category].grave}
    shown = any(
        f.verdict == "supported" or f.others or f.target.probability >= policy.thresholds.uncertain_at
        for f in view.findings
    )
    if len(grave) >= 2 and not shown:
        return Sign(
            0.6,
            f"Several of the gravest categories at once ({', '.join(sorted(grave))}), with nothing shown.",
        )
    if not shown and _wider(view):
        return Sign(
            _NEVER_FITTING,
            "The request asks for more than its action: against everybody, or for good, with nothing shown.",
        )
    if (
        not shown
        and request.action == "disclose_user_data"
        and request.legal_basis.kind in ("none", "terms_of_service")
    ):
        return Sign(_NEVER_FITTING, "People's data are asked for, under no law and with nothing shown.")
    rule = policy.actions.get(request.action)
    if rule is None or shown or request.action not in _WIDE:
        return None
    if request.action == "end_meeting" and view.case.meeting.ended_at is None:
        return None  # whoever fears for somebody in a meeting that is still on asks for what comes first to mind
    if all(f.claim.category in rule.never for f in view.findings):
        return Sign(_NEVER_FITTING, f"{request.action} is never proportionate to what is claimed.")
    return None


def _wider(view: View) -> bool:
    """Whether the request's own words ask for a measure against everybody, everything or for all time."""
    return any(close("reach", "measure", "all", s, _NEAR) for s in sentences(view.case.request.justification))


def _examples() -> tuple[Example, ...]:
    two = tuple(
        {
            "claim_id": f"c{n}",
            "category": category,
            "narrative": "It was terrible.",
            "occurred_at": START + timedelta(minutes=20),
        }
        for n, category in enumerate(("terrorism", "incitement"))
    )
    one = {"category": "self_harm", "narrative": "They encouraged it."}
    return (
        Example("two of the gravest, nothing shown", sketch(request={"claims": two}), True),
        Example("one grave claim", sketch(), False),
        Example(
            "removing somebody for self-harm talk",
            sketch(request={"action": "remove_participant"}, claim=one),
            False,
        ),
        Example(
            "fear for somebody in a meeting that is still on",
            sketch(request={"action": "end_meeting"}, claim=one, meeting={"ended_at": None}),
            False,
        ),
        Example("and everybody else", sketch(request={"justification": "Please ban all participants as well."}), True),
        Example("all were upset", sketch(request={"justification": "All participants were upset by him."}), False),
        Example("people's data, under no law", sketch(request={"action": "disclose_user_data"}), True),
        Example("ending a meeting for self-harm talk", sketch(request={"action": "end_meeting"}, claim=one), True),
    )


SPEC = IndicatorSpec(
    code="overreach",
    strength="weak",
    why="Kitchen-sink severity buys speed; the widest action silences most.",
    needs="claims, action, what the record shows",
    source="U.S. v. Jin (2020): terrorism, child abuse, racism and incitement claimed for one meeting",
    look=look,
    examples=_examples,
)
