"""How sure: words and detections about some people's doing, joined into one probability.

Log-odds add up, as for independent witnesses, but with small weights: passages of one meeting are
far from independent. Every term for the claim can only raise the sum, so a further observation of
the claimed violation never lowers it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from verifier.policy import Policy
from verifier.support.media import Detection, of
from verifier.support.words import JudgedPassage, Reading, expit, logit

_STRONG = 2.75
"""What a strong platform classifier adds to the log-odds: about sixteen to one."""
_WEAK = 0.5
_REPEATED = 0.6
"""Per doubling of the number of passages that are themselves more likely than not."""
_REPEATED_MOST = 1.0
"""And no more: a judge's errors on one subject are alike."""
_DOUBTED = -1.75
_ONE_BREATH = timedelta(seconds=5)
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
    people: Iterable[str | None], category: str, reading: Reading, found: Sequence[Detection], policy: Policy
) -> Weighed:
    """Weigh everything that these people said, showed or shared, for one category."""
    crowd = frozenset(people)
    if not crowd:
        return NOTHING
    said = reading.by(crowd, category)
    settled_by: set[str] = {way for e in policy.categories[category].elements for way in e.settled_by}
    own = [d for d in found if d.category == category and d.participant_id in crowd and _settles(d, settled_by)]
    telling = [j for j in said if j.violating[category] >= 0.5]
    strong = [d for d in own if d.strong]
    if "words" in settled_by:
        p = _from_words_and_detectors(said, len(telling), own, strong, category, found, policy)
    else:
        p = max((d.score for d in strong), default=0.3 * max((d.score for d in own), default=0.0))
    return Weighed(p, tuple(telling or said[:1]), tuple(strong or own), _messages(telling, strong))


def _settles(d: Detection, settled_by: set[str]) -> bool:
    if d.basis == "media":
        return bool(settled_by & {"media", "classifier"})
    return d.basis in settled_by


def _messages(telling: Sequence[JudgedPassage], strong: Sequence[Detection]) -> int:
    """Separate messages or utterances: speech that runs on is one, however the transcript cuts it."""
    count = len({d.signal.signal_id for d in strong if d.basis == "hash"})
    last: dict[str | None, datetime] = {}
    seen: set[str] = set()
    for j in sorted(telling, key=lambda j: j.passage.turn):
        signal = j.passage.signal
        if signal.signal_id in seen:
            continue
        seen.add(signal.signal_id)
        before, at = last.get(signal.participant_id), signal.observed_at
        runs_on = signal.kind == "transcript" and before is not None and at is not None and at - before <= _ONE_BREATH
        count += not runs_on
        if at is not None and signal.kind == "transcript":
            last[signal.participant_id] = at
    return max(count, 1 if strong else 0)


def _from_words_and_detectors(
    said: Sequence[JudgedPassage],
    telling: int,
    own: Sequence[Detection],
    strong: Sequence[Detection],
    category: str,
    found: Sequence[Detection],
    policy: Policy,
) -> float:
    best = logit(said[0].violating[category]) if said else logit(0.02)
    if strong:
        best = max(best, *(_beside(said, d, category) for d in strong))
    odds = best + min(_REPEATED * math.log2(max(telling, 1)), _REPEATED_MOST)
    odds += _STRONG * min(math.log2(1 + len({(d.basis, d.signal.source) for d in strong})), 1.6)
    if not strong and any(d.score >= 0.5 for d in own):
        odds += _WEAK
    odds += _at_large(said, category, found, policy)
    return expit(odds)


def _beside(said: Sequence[JudgedPassage], strong: Detection, category: str) -> float:
    """Prior log-odds beside one strong detection.

    Even, when none of their words can be the ones that it heard. Otherwise what was said around it
    speaks for or against it: a detector that fires on mere talk, or where nothing was said that could
    set it off, is doubted, but not beyond `_DOUBTED`. One that saw pictures is excused only by talk
    of the very thing.
    """
    at = strong.signal.observed_at
    around = [
        j
        for j in said
        if at is None or j.passage.signal.observed_at is None or abs(at - j.passage.signal.observed_at) <= _NEAR
    ]
    if strong.basis in ("media", "hash", "event"):
        around = [j for j in around if j.about[category] >= _ABOUT]
    elif not around:
        around = list(said)
    if not around:
        return 0.0
    return max(logit(max(j.violating[category] for j in around)), _DOUBTED)


def _at_large(said: Sequence[JudgedPassage], category: str, found: Sequence[Detection], policy: Policy) -> float:
    """What findings that name nobody add: beside telling words a strong one corroborates, a silent one doubts."""
    nameless = [d for d in of(found, category) if d.participant_id is None and d.basis != "media"]
    if any(d.strong for d in nameless):
        return _CORROBORATES if said and said[0].violating[category] >= 0.3 else 0.0
    own = [d for d in of(found, category) if d.participant_id is not None]
    if nameless and not own and max(d.score for d in nameless) <= policy.thresholds.classifier_low:
        return _HEARD_NOTHING
    return 0.0
