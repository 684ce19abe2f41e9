"""How sure: words and detections about some people's doing, joined into one probability.

Log-odds add up, as for independent witnesses, but with small weights: passages of one meeting are
far from independent. Every term for the claim can only raise the sum, so a further observation of
the claimed violation never lowers it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from verifier.policy import Policy
from verifier.support.media import Detection, of
from verifier.support.words import JudgedPassage, Reading, expit, logit

_STRONG = 2.75
"""What a strong platform classifier adds to the log-odds: about sixteen to one."""
_WEAK = 0.5
_REPEATED = 0.6
"""Per doubling of the number of passages that are themselves more likely than not."""
_HEARD_NOTHING = -1.0
_CORROBORATES = 1.0
_NEAR = timedelta(seconds=120)
_ABOUT = 0.35
"""From here on, words beside a detection are about the same thing and may excuse it."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """How surely some people did what is claimed, and on what that rests.

    `messages` counts the separate signals that are each more likely than not.
    """

    probability: float
    passages: tuple[JudgedPassage, ...]
    detections: tuple[Detection, ...]
    messages: int


NOTHING = Weighed(0.0, (), (), 0)


def weigh(
    people: Iterable[str], category: str, reading: Reading, found: Sequence[Detection], policy: Policy
) -> Weighed:
    """Weigh everything that these people said, showed or shared, for one category."""
    crowd = frozenset(people)
    if not crowd:
        return NOTHING
    said = reading.by(crowd, category)
    own = of(found, category, crowd)
    settled_by: set[str] = {way for e in policy.categories[category].elements for way in e.settled_by}
    telling = [j for j in said if j.violating[category] >= 0.5]
    strong = [d for d in own if d.strong and _settles(d, settled_by)]
    messages = len(
        {j.passage.signal.signal_id for j in telling} | {d.signal.signal_id for d in strong if d.basis == "hash"}
    )
    p = (
        _from_words_and_detectors(said, telling, own, strong, category, found, policy)
        if "words" in settled_by
        else (
            max(
                (d.score for d in strong),
                default=0.3 * max((d.score for d in own if _settles(d, settled_by)), default=0.0),
            )
        )
    )
    kept = telling or said[:1]
    return Weighed(p, tuple(kept), tuple(strong or own), max(messages, 1 if strong else 0))


def _settles(d: Detection, settled_by: set[str]) -> bool:
    if d.basis == "media":
        return bool(settled_by & {"media", "classifier"})
    return d.basis in settled_by


def _from_words_and_detectors(
    said: Sequence[JudgedPassage],
    telling: Sequence[JudgedPassage],
    own: Sequence[Detection],
    strong: Sequence[Detection],
    category: str,
    found: Sequence[Detection],
    policy: Policy,
) -> float:
    best = logit(said[0].violating[category]) if said else logit(0.02)
    if strong:
        best = max(best, _beside(said, strong, category))
    odds = best + _REPEATED * math.log2(max(len(telling), 1))
    odds += _STRONG * min(math.log2(1 + len({(d.basis, d.signal.source) for d in strong})), 1.6)
    if not strong and any(d.score >= 0.5 for d in own):
        odds += _WEAK
    odds += _at_large(said, telling, category, found, policy)
    return expit(odds)


def _beside(said: Sequence[JudgedPassage], strong: Sequence[Detection], category: str) -> float:
    """Prior log-odds beside a strong detection: even, unless what was said around it is mere talk of it."""
    talk = [
        j
        for j in said
        if j.about[category] >= _ABOUT
        and any(
            d.signal.observed_at is None
            or j.passage.signal.observed_at is None
            or abs(d.signal.observed_at - j.passage.signal.observed_at) <= _NEAR
            for d in strong
        )
    ]
    if not talk:
        return 0.0
    return max(logit(j.violating[category]) for j in talk)


def _at_large(
    said: Sequence[JudgedPassage],
    telling: Sequence[JudgedPassage],
    category: str,
    found: Sequence[Detection],
    policy: Policy,
) -> float:
    """What findings that name nobody add: beside telling words a strong one corroborates, a silent one doubts."""
    nameless = [d for d in of(found, category) if d.participant_id is None and d.basis != "media"]
    if any(d.strong for d in nameless):
        return _CORROBORATES if said and said[0].violating[category] >= 0.3 else 0.0
    own = [d for d in of(found, category) if d.participant_id is not None]
    if nameless and not own and max(d.score for d in nameless) <= policy.thresholds.classifier_low:
        return _HEARD_NOTHING
    return 0.0
