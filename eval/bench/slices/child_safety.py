"""Child-safety claims: only hash matches within their list's threshold and media classifiers establish them."""

from __future__ import annotations

from datetime import datetime

from eval.bench.draft import Draft
from eval.bench.finish import finish
from eval.bench.kit import Kit
from eval.bench.people import Person
from verifier.case import LabelledCase

LISTS = ("NCMEC industry hash list", "IWF image hash list", "platform child-safety list")


def _file(draft: Draft, who: Person) -> tuple[str, datetime]:
    at = draft.stage.moment(0.2, 0.8)
    name = f"IMG_{draft.rng.randint(1000, 9999)}.jpg"
    draft.stage.event("shared_file", at, who, name, {"bytes": draft.rng.randint(90_000, 900_000), "quarantined": True})
    return name, at


def _match(draft: Draft, who: Person, score: float, category: str = "csam", threshold: float | None = None) -> None:
    name, at = _file(draft, who)
    details: dict[str, object] = {"algorithm": "pdq", "distance": round((1 - score) * 256)}
    if threshold is not None:
        details["threshold"] = threshold
    source = draft.rng.choice(LISTS) if category == "csam" else "designated entities media list"
    draft.stage.event(
        "hash_match",
        at,
        who,
        f"Match on shared file {name}",
        details,
        category=category,
        score=round(score, 3),
        source=source,
    )


def _scan(draft: Draft, who: Person, score: float) -> None:
    name, at = _file(draft, who)
    draft.stage.event(
        "classifier",
        at,
        who,
        f"Media classifier on shared file {name}",
        None,
        category="csam",
        score=round(score, 2),
        source="media-safety-v9",
    )


def _begin(kit: Kit) -> Draft:
    return kit.begin(category="csam")


def match_by_target(kit: Kit, case_id: str) -> LabelledCase:
    """A match within the threshold, or a sure media classifier, on the target's own file."""
    draft = _begin(kit)
    if draft.action == "delete_recording":  # a file in the chat is not in the recording
        draft.action = "suspend_account"
    if kit.rng.random() < 0.75:
        _match(draft, draft.actor, kit.rng.uniform(0.93, 1.0), threshold=kit.rng.choice((None, None, 0.9)))
    else:
        _scan(draft, draft.actor, kit.rng.uniform(0.95, 0.99))
    draft.claim("supported", at=None)
    return finish(draft, case_id, ["csam", "real_violation", "csam_by_target"])


def match_by_somebody_else(kit: Kit, case_id: str) -> LabelledCase:
    """The match is real, the file an attendee's, the target the host or another attendee."""
    draft = _begin(kit)
    uploader = kit.rng.choice(draft.stage.others(draft.actor))
    _match(draft, uploader, kit.rng.uniform(0.93, 1.0))
    draft.claim("not_enough_info", kit.rng.choice((uploader, "people")), at=None)
    draft.noise = False
    return finish(draft, case_id, ["csam", "wrong_subject", "attribution"])


def match_that_does_not_count(kit: Kit, case_id: str) -> LabelledCase:
    """Below the list's threshold, on a list for something else, or a weak classifier: nothing is established."""
    draft = _begin(kit)
    match kit.rng.randrange(4):
        case 0:
            _match(draft, draft.actor, kit.rng.uniform(0.70, 0.86))
        case 1:
            _match(draft, draft.actor, kit.rng.uniform(0.90, 0.94), threshold=0.96)
        case 2:
            _match(draft, draft.actor, kit.rng.uniform(0.95, 1.0), category="terrorism")
        case _:
            _scan(draft, draft.actor, kit.rng.uniform(0.2, 0.55))
    draft.claim("not_enough_info", at=None)
    return finish(draft, case_id, ["csam", "csam_below_threshold"])


def by_words(kit: Kit, case_id: str) -> LabelledCase:
    """Talk about protecting children; clean words alone do not refute a visual claim, scans of everything shown do."""
    draft = kit.begin(category="csam", alarming=kit.rng.random() < 0.5)
    seen = kit.rng.random() < 0.5
    if seen:
        draft.stage.cover("screen", "media")
        draft.stage.classify(
            None, "csam", 0.01, draft.stage.moment(), "Frame sampler over the whole meeting: nothing found."
        )
    draft.claim("refuted" if seen else "not_enough_info", draft.actor)
    return finish(draft, case_id, ["csam", "csam_by_words"])


WRITERS = (
    (4.0, "csam_by_target", match_by_target),
    (2.0, "csam_by_other", match_by_somebody_else),
    (2.0, "csam_not_counting", match_that_does_not_count),
    (2.0, "csam_by_words", by_words),
)
