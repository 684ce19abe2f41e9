"""How sure: words and detections about some people's doing, joined into one probability.

A logistic model over a handful of measures, with the policy's weights (fitted on labelled cases by
`python -m eval.fit_support`). Every measure that speaks for the claim has a weight that can't be
negative, so a further passage that the judge takes for the violation never lowers the sum. One that it
takes for mere talk can excuse a detector beside it, and so lower a claim that rested on that alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from verifier.policy import Policy
from verifier.support.media import Detection, of
from verifier.support.words import JudgedPassage, Reading, expit, logit

_UNSAID = 0.02
"""What is assumed of people of whom nothing was read."""
_MOST = 4.5
_MORE_FROM = 0.2
"""Further passages count from this probability on."""
_MORE_PASSAGES = 3
_DOUBTED = -1.75
"""No farther than this do innocent words beside a detection speak against it (log-odds)."""
_MORE_THAN_TALK = 0.6
"""Words beside a detection must be this surely the thing itself, or a person reads them. Beside one of .98, .35."""
_ONE_BREATH = timedelta(seconds=5)
_NEAR = timedelta(seconds=120)
_HEARD = timedelta(seconds=45)
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
        weak = [d for d in own if not d.strong]
        p = _probability(said, weak, category, found, policy)
        if strong:
            near = [j for j in said if any(_gap(j, d) <= _NEAR for d in strong)]
            heard = _probability(near, own, category, found, policy, said)
            if _talk_only(said, strong, category):
                heard = min(heard, policy.thresholds.supported_at - 0.01)
            p = max(p, heard)
    else:
        p = max((d.score for d in strong), default=0.3 * max((d.score for d in own), default=0.0))
    return Weighed(p, tuple(telling or _shown_with(said, strong)), tuple(strong or own), _messages(telling, strong))


def measure(
    said: Sequence[JudgedPassage],
    own: Sequence[Detection],
    category: str,
    found: Sequence[Detection],
    policy: Policy,
    all_said: Sequence[JudgedPassage] | None = None,
) -> dict[str, float]:
    """What speaks for and against, as numbers; `policy.support` has a weight for each.

    `best`: log-odds of the surest passage (beside a strong detection: what `_beside` makes of it, with
    `all_said` to choose from when `said` holds only what is near).
    `more`: how much the next three passages add, 0 to 3. `detector`: log-odds of the strongest strong
    detection, else 0. `second_detector`: 1 when another one agrees. `weak_detector`: 1 when only weak
    ones fired. `at_large`: 1 when a strong finding that names nobody stands beside telling words.
    `heard_nothing`: 1 when the meeting's own classifier listened and found nothing.
    """
    strong = [d for d in own if d.strong]
    best = logit(said[0].violating[category]) if said else logit(_UNSAID)
    if strong:
        best = max(_beside(said if all_said is None else all_said, d, category) for d in strong)
    further = (logit(j.violating[category]) - logit(_MORE_FROM) for j in said[1 : 1 + _MORE_PASSAGES])
    sources = {(d.basis, d.signal.source) for d in strong}
    at_large, silent = _at_large(said, category, found, policy)
    return {
        "best": max(-_MOST, min(_MOST, best)),
        "more": sum(min(max(x, 0.0) / 3, 1.0) for x in further),
        "detector": max((min(max(logit(d.score), 0.0), _MOST) for d in strong), default=0.0),
        "second_detector": 1.0 if len(sources) > 1 else 0.0,
        "weak_detector": 1.0 if not strong and any(d.score >= 0.5 for d in own) else 0.0,
        "at_large": at_large,
        "heard_nothing": silent,
    }


def _shown_with(said: Sequence[JudgedPassage], strong: Sequence[Detection]) -> Sequence[JudgedPassage]:
    """What to show a reader when no passage tells by itself: the words that set a detector off, else the surest."""
    heard = [j for d in strong for j in said if _gap(j, d) <= _HEARD]
    return sorted(heard, key=lambda j: j.passage.turn)[:2] or said[:1]


def _gap(j: JudgedPassage, d: Detection) -> timedelta:
    at, seen = j.passage.signal.observed_at, d.signal.observed_at
    return abs(at - seen) if at is not None and seen is not None else timedelta.max


def _probability(
    said: Sequence[JudgedPassage],
    own: Sequence[Detection],
    category: str,
    found: Sequence[Detection],
    policy: Policy,
    all_said: Sequence[JudgedPassage] | None = None,
) -> float:
    """The policy's logistic model over the measures."""
    measures = measure(said, own, category, found, policy, all_said)
    return expit(policy.support.bias + sum(policy.support.weights()[name] * x for name, x in measures.items()))


def _talk_only(said: Sequence[JudgedPassage], strong: Sequence[Detection], category: str) -> bool:
    """Whether the words that set the detectors off were read, and are more likely mere talk than the thing itself.

    However sure detectors are, and however many of them fire on one lesson: then a person reads it.
    """
    return all(
        bool(words := _around(said, d, category)) and max(j.violating[category] for j in words) < _needed(d)
        for d in strong
        if d.basis in ("classifier", "media")
    ) and all(d.basis in ("classifier", "media") for d in strong)


def _needed(d: Detection) -> float:
    """How surely the words beside a detection must be the thing itself: less beside a surer detector."""
    return min(_MORE_THAN_TALK, max(0.3, _MORE_THAN_TALK - 5 * (d.score - 0.93)))


def _around(said: Sequence[JudgedPassage], d: Detection, category: str) -> list[JudgedPassage]:
    """The words that a detection can have been about; for one of pictures, only talk of the very thing."""
    around = [j for j in said if _gap(j, d) <= _NEAR or d.signal.observed_at is None]
    if d.basis in ("media", "hash", "event"):
        return [j for j in around if j.about[category] >= _ABOUT]
    return around or list(said)


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


def _beside(said: Sequence[JudgedPassage], strong: Detection, category: str) -> float:
    """Prior log-odds beside one strong detection.

    Even, when none of their words can be the ones that it heard. Otherwise what was said around it
    speaks for or against it: a detector that fires on mere talk, or where nothing was said that could
    set it off, is doubted, but not beyond `_DOUBTED`. One that saw pictures is excused only by talk
    of the very thing.
    """
    around = _around(said, strong, category)
    if not around:
        return 0.0
    return max(logit(max(j.violating[category] for j in around)), _DOUBTED)


def _at_large(
    said: Sequence[JudgedPassage], category: str, found: Sequence[Detection], policy: Policy
) -> tuple[float, float]:
    """What findings that name nobody say: (a strong one beside telling words, a silent one), each 0 or 1."""
    nameless = [d for d in of(found, category) if d.participant_id is None and d.basis != "media"]
    if any(d.strong for d in nameless):
        return (1.0 if said and said[0].violating[category] >= _MORE_FROM else 0.0), 0.0
    own = [d for d in of(found, category) if d.participant_id is not None]
    silent = bool(nameless) and not own and max(d.score for d in nameless) <= policy.thresholds.classifier_low
    return 0.0, 1.0 if silent else 0.0
