"""How the signs add up: one strong sign, or two weak ones of different kinds, when a claim is not supported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

from verifier.assessment import Indicator, Pretext
from verifier.pretext.indicators import all_indicators
from verifier.pretext.view import IndicatorSpec, Sign, View
from verifier.pretext.weights import BIAS, FITTED, PRIOR

_MOST = 3
"""Further weak signs that count as such; more add only their own weight."""
_ALL_TRUE = 0.1
"""The highest score where every claim is supported."""
_MARGIN = 0.02
"""How far beyond one half the rule moves a probability that disagrees with it, at the most."""

Found = Sequence[tuple[IndicatorSpec, Sign]]


def assess_pretext(view: View, *, words_judged: bool) -> Pretext:
    """Look for every sign and weigh them.

    A supported claim is never pretextual: with every claim supported nothing is flagged. Where the
    text could not be judged, unsupported means unexamined, so that weak signs don't convict then.
    """
    found = signs(view)
    strong = [
        sign for spec, sign in found if spec.strength == "strong" and sign.strength >= view.policy.pretext.strong_at
    ]
    weak = [sign for spec, sign in found if spec.strength == "weak"]
    convicts = bool(strong) or (words_judged and len(weak) >= view.policy.pretext.weak_needed)
    flagged = convicts and bool(view.unsupported)
    score = _probability(measures(found, view))
    if not view.unsupported:
        score *= _ALL_TRUE
    elif flagged:
        score = score if score >= 0.5 else 0.5 + _MARGIN * score
    else:
        score = score if score < 0.5 else 0.5 - _MARGIN * (1 - score) - 0.001
    return Pretext(
        score=round(score, 4),
        flagged=flagged,
        indicators=tuple(
            Indicator(code=spec.code, strength=round(sign.strength, 4), detail=sign.detail, refs=sign.refs)
            for spec, sign in found
        ),
    )


def signs(view: View) -> Found:
    """Every sign that shows, strong ones first."""
    return [(spec, sign) for spec in all_indicators() if (sign := spec.look(view)) is not None]


def measures(found: Found, view: View) -> dict[str, float]:
    """What the score is made of.

    For each sign its strength, under its code; `any_strong`, the strongest of the strong ones; `several`,
    how many weak ones beyond the first; `truth`, the support of the claim that is supported least.
    """
    weak = sum(spec.strength == "weak" for spec, _ in found)
    own = {spec.code: sign.strength for spec, sign in found}
    return own | {
        "any_strong": max((sign.strength for spec, sign in found if spec.strength == "strong"), default=0.0),
        "several": float(min(_MOST, max(0, weak - 1))),
        "truth": min((f.support for f in view.findings), default=0.0),
    }


def weight(name: str) -> float:
    """The weight of a measure: as fitted, or by its kind where no fit has seen it."""
    if name in FITTED:
        return FITTED[name]
    return PRIOR[name] if name in PRIOR else PRIOR[_kinds().get(name, "weak")]


def _kinds() -> Mapping[str, str]:
    return {spec.code: spec.strength for spec in all_indicators()}


def _probability(measured: Mapping[str, float]) -> float:
    odds = BIAS + sum(weight(name) * value for name, value in measured.items())
    return 1 / (1 + exp(-odds))
