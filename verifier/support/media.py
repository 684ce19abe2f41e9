"""What the platform's own detectors found: hash matches, classifiers, security events, scans."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from verifier.case import Case, Signal
from verifier.policy import Policy
from verifier.support.coverage import observed

Basis = Literal["hash", "media", "classifier", "event"]

_OF_WORDS = re.compile(r"text|speech|chat|caption|transcri|keyword|lexicon|nlp|language|audio|asr", re.IGNORECASE)
_OF_PICTURES = re.compile(
    r"(?<![a-z])(media|visual|images?|video|vision|frames?|photo|photodna|pictures?|pdq|nsfw|screenshare|csai)(?![a-z])",
    re.IGNORECASE,
)
_SOCIAL = re.compile(r"social[^a-z]?media", re.IGNORECASE)
_ALLEGED = re.compile(r"report|complain|flagg|appeal|notice|petition|vote|user[^a-z]?flag", re.IGNORECASE)
"""Events that only count what users say: never what happened."""
_PICTURE_FILE = re.compile(r"\.(jpe?g|png|gif|webp|bmp|heic|avif|tiff?|mp4|mov|webm|mkv|avi|m4v)\b", re.IGNORECASE)
_PDQ_BITS = 256
_NOTHING_FOUND = 0.10
"""A media scan at or below this score found nothing."""
_SHARE_REACH = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Detection:
    """One platform finding. `score` is a probability; `strong` says whether it counts by itself."""

    signal: Signal
    category: str
    basis: Basis
    score: float
    strong: bool

    @property
    def participant_id(self) -> str | None:
        """Whose content was found, or None when the finding is about the meeting at large."""
        return self.signal.participant_id


def detections(case: Case, policy: Policy) -> list[Detection]:
    """All findings of the platform's detectors, one per signal, strongest first."""
    found = [d for s in observed(case, policy) if (d := _detection(s, case, policy)) is not None]
    return sorted(found, key=lambda d: (-d.score, d.signal.kind, d.signal.text or "", d.signal.source))


def of(found: Iterable[Detection], category: str, people: Iterable[str] | None = None) -> list[Detection]:
    """The findings of a category, of these people only when given."""
    wanted = None if people is None else frozenset(people)
    return [d for d in found if d.category == category and (wanted is None or d.participant_id in wanted)]


def clean_scans(found: Iterable[Detection], category: str) -> list[Detection]:
    """Scans of pictures or files for this category that looked and found nothing."""
    return [d for d in found if d.category == category and d.basis == "media" and d.score <= _NOTHING_FOUND]


def is_picture_scan(signal: Signal) -> bool:
    """Whether a classifier looked at pictures or files rather than at words.

    Told by its source and the keys of its details; its text may repeat what users wrote.
    """
    if _OF_WORDS.search(signal.source) or _SOCIAL.search(signal.source):
        return False
    frames = signal.details.get("frames")
    looked = isinstance(frames, int) and not isinstance(frames, bool) and frames >= 1
    return looked or bool(_OF_PICTURES.search(signal.source)) or "algorithm" in signal.details


def _detection(signal: Signal, case: Case, policy: Policy) -> Detection | None:
    category = signal.category
    if category is None or category not in policy.categories:
        return None
    if signal.kind == "hash_match":
        score = _hash_score(signal)
        strong = score is not None and _within_threshold(signal, score, policy.categories[category].hash_at)
        strong = strong and not _listed_by_requester(signal, case)
        return Detection(signal, category, "hash", score or 0.0, strong)
    if signal.kind == "classifier" and signal.score is not None:
        pictures = is_picture_scan(signal) or _beside_a_share(signal, case)
        strong = signal.score >= policy.strong_classifier(category)
        return Detection(signal, category, "media" if pictures else "classifier", signal.score, strong)
    if signal.kind == "security_event":
        if _ALLEGED.search(f"{signal.source} {signal.details.get('event', '')}"):
            return None
        score = 0.95 if signal.score is None else signal.score
        return Detection(signal, category, "event", score, score >= policy.strong_classifier(category))
    return None


def _hash_score(signal: Signal) -> float | None:
    """Similarity 0..1: as given, else from the distance in bits (PDQ) or an exact digest."""
    if signal.score is not None:
        return signal.score
    distance = signal.details.get("distance")
    if isinstance(distance, int | float) and not isinstance(distance, bool) and distance >= 0:
        return max(0.0, 1 - distance / _PDQ_BITS)
    return None


def _within_threshold(signal: Signal, score: float, default: float) -> bool:
    threshold = signal.details.get("threshold")
    if threshold is None:
        return score >= default
    distance = signal.details.get("distance")
    if isinstance(threshold, str):
        try:
            threshold = float(threshold)
        except ValueError:
            return False  # a limit that can't be read lets nothing through
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or threshold < 0:
        return False
    has_distance = isinstance(distance, int | float) and not isinstance(distance, bool)
    if 0.5 <= threshold < 1 or (threshold == 1 and not has_distance):
        return score >= threshold  # a share of equal bits
    if 0 < threshold < 0.5:
        return False
    bits = float(distance) if has_distance and distance is not None else (1 - score) * _PDQ_BITS
    return bits <= threshold and score >= 0.5  # a distance in bits


def _listed_by_requester(signal: Signal, case: Case) -> bool:
    """Whether the list's entry came from the requester: then the match proves only that they put it there."""
    request = case.request
    askers = {request.requester.actor_id, request.request_id}
    if request.requester.account is not None:
        askers.add(request.requester.account.account_id)
    fields = ("added_by", "submitted_by", "contributor", "added_in_request")
    return any(str(signal.details[f]) in askers for f in fields if f in signal.details)


def _beside_a_share(signal: Signal, case: Case) -> bool:
    """Whether a detector of unknown kind spoke just as the same participant shared a file."""
    if (
        _OF_WORDS.search(signal.source)
        or "rate" in signal.source.lower()
        or signal.observed_at is None
        or signal.participant_id is None
    ):
        return False
    return any(
        s.kind == "shared_file"
        and bool(_PICTURE_FILE.search(s.text or ""))
        and s.participant_id == signal.participant_id
        and s.observed_at is not None
        and abs(s.observed_at - signal.observed_at) <= _SHARE_REACH
        for s in case.signals
    )
