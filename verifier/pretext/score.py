"""How the signs add up: one strong sign, or two weak ones of different kinds, when a claim is not supported."""

from __future__ import annotations

from verifier.assessment import Indicator, Pretext
from verifier.pretext.indicators import all_indicators
from verifier.pretext.view import View


def assess_pretext(view: View, *, words_judged: bool) -> Pretext:
    """Look for every sign and weigh them.

    A supported claim is never pretextual: with every claim supported nothing is flagged. Where the
    text could not be judged, unsupported means unexamined, so that weak signs don't convict then.
    """
    found = [(spec, sign) for spec in all_indicators() if (sign := spec.look(view)) is not None]
    strong = [
        sign.strength
        for spec, sign in found
        if spec.strength == "strong" and sign.strength >= view.policy.pretext.strong_at
    ]
    weak = [sign.strength for spec, sign in found if spec.strength == "weak"]
    convicts = bool(strong) or (words_judged and len(weak) >= view.policy.pretext.weak_needed)
    flagged = convicts and bool(view.unsupported)
    score = _score(strong, weak, view.policy.pretext.weak_needed)
    if not view.unsupported:
        score = min(score, 0.2) * 0.5
    elif not flagged:
        score = min(score, 0.49)
    return Pretext(
        score=round(score, 4),
        flagged=flagged,
        indicators=tuple(
            Indicator(code=spec.code, strength=round(sign.strength, 4), detail=sign.detail, refs=sign.refs)
            for spec, sign in found
        ),
    )


def _score(strong: list[float], weak: list[float], needed: int) -> float:
    """A score in [0, 1]: at least 0.5 exactly when the signs convict."""
    doubt = 1.0
    for strength in strong:
        doubt *= 1 - strength
    if len(weak) >= needed:
        doubt *= 0.45 * 0.8 ** (len(weak) - needed)
    elif weak:
        doubt *= 0.75 ** len(weak)
    return 1 - doubt
