"""What the platform holds: gaps, no coverage, encryption, times outside, people who had left or never came."""

from __future__ import annotations

from datetime import timedelta

from eval.bench.draft import Draft
from eval.bench.finish import finish
from eval.bench.kit import Kit
from eval.bench.slices.honest_errors import cover_shown
from verifier.case import LabelledCase

WORDS = ("transcript", "chat", "screen_text", "classifier", "display_name")


def _done(draft: Draft, case_id: str, slices: list[str]) -> LabelledCase:
    if draft.rng.random() < 0.4:
        draft.exhibit(None)
    if draft.rng.random() < 0.6:
        draft.honest_reports(draft.rng.randint(1, 3))
    return finish(draft, case_id, slices)


def gap_at_the_time(kit: Kit, case_id: str) -> LabelledCase:
    """Nothing was kept for the minutes in question."""
    draft = kit.begin()
    stage, at = draft.stage, draft.stage.moment(0.35, 0.65)
    gap = (at - timedelta(minutes=4), at + timedelta(minutes=4))
    stage.signals = [s for s in stage.signals if s["kind"] not in WORDS or not gap[0] <= s["observed_at"] <= gap[1]]
    stage.cover("transcript", "chat", gap=gap)
    stage.event("security_event", gap[1], None, "Captions and chat log resumed after a fault.", {"event": "gap"})
    draft.claim("not_enough_info", at=at)
    return _done(draft, case_id, ["partial_transcript", "gap_at_claimed_time"])


def gap_elsewhere(kit: Kit, case_id: str) -> LabelledCase:
    """A gap that does not matter: the time in question is covered."""
    draft = kit.begin()
    stage, early = draft.stage, kit.rng.random() < 0.5
    gap_at = stage.moment(0.1, 0.2) if early else stage.moment(0.8, 0.9)
    gap = (gap_at - timedelta(minutes=1), gap_at + timedelta(minutes=2))
    true = kit.rng.random() < 0.5
    if true:
        draft.violate([draft.actor], 3, at=stage.moment(0.4, 0.5))
        at = draft.said[0].at
    else:
        at = stage.moment(0.4, 0.5)
        cover_shown(draft)
    stage.signals = [s for s in stage.signals if s["kind"] not in WORDS or not gap[0] <= s["observed_at"] <= gap[1]]
    stage.cover("transcript", "chat", gap=gap)
    draft.claim("supported" if true else "refuted", at=at)
    return _done(draft, case_id, ["partial_transcript", "gap_elsewhere", *(["real_violation"] if true else [])])


def nothing_kept(kit: Kit, case_id: str) -> LabelledCase:
    """The platform keeps no transcript or chat of this meeting, or says of none that it is complete."""
    draft = kit.begin()
    draft.covered = False
    if kit.rng.random() < 0.5:
        draft.stage.signals = [s for s in draft.stage.signals if s["kind"] not in WORDS]
    draft.claim("not_enough_info")
    return _done(draft, case_id, ["no_coverage"])


def encrypted(kit: Kit, case_id: str) -> LabelledCase:
    """End-to-end encrypted: joins and mutes are all there is."""
    draft = kit.begin()
    draft.stage.encrypted, draft.stage.recording = True, False
    if draft.action == "delete_recording":
        draft.action = "end_meeting"
    draft.stage.signals = [s for s in draft.stage.signals if s["kind"] not in WORDS]
    draft.claim("not_enough_info")
    return _done(draft, case_id, ["e2ee"])


def half_kept(kit: Kit, case_id: str) -> LabelledCase:
    """The claim speaks of the whole meeting, the record of its first part."""
    draft = kit.begin()
    stage = draft.stage
    cut = stage.start + (stage.now - stage.start) * 0.5
    stage.signals = [s for s in stage.signals if s["kind"] not in WORDS or s["observed_at"] < cut]
    stage.coverage = [{"kind": k, "start": stage.start, "end": cut} for k in ("transcript", "chat")]
    draft.claim("not_enough_info", at=None)
    return _done(draft, case_id, ["partial_transcript", "half_kept"])


def time_outside(kit: Kit, case_id: str) -> LabelledCase:
    """The claimed time lies before the meeting began or after it ended."""
    draft = kit.begin()
    stage = draft.stage
    hours = timedelta(minutes=kit.rng.randint(70, 400))
    draft.claim("refuted", at=stage.start - hours)
    draft.noise = False
    cover_shown(draft)
    return _done(draft, case_id, ["time_outside"])


def had_left(kit: Kit, case_id: str) -> LabelledCase:
    """The accused had left before the time in question."""
    draft = kit.begin(scope=kit.rng.choice(("participant", "account")))
    stage, actor = draft.stage, draft.actor
    actor.left = stage.moment(0.3, 0.4)
    for signal in stage.signals:
        if signal["participant_id"] == actor.pid and signal["observed_at"] >= actor.left:
            signal["participant_id"] = stage.host.pid
    stage.event("security_event", actor.left, actor, "Left the meeting.", {"event": "leave"})
    draft.claim("refuted", at=stage.moment(0.6, 0.8))
    cover_shown(draft)
    return _done(draft, case_id, ["had_left"])


def never_there(kit: Kit, case_id: str) -> LabelledCase:
    """The claim names somebody who was never in the meeting."""
    draft = kit.begin(scope="host")
    draft.claim("refuted", draft.outsider_name())
    cover_shown(draft)
    return _done(draft, case_id, ["never_there"])


WRITERS = (
    (2.5, "gap_at_the_time", gap_at_the_time),
    (2.0, "gap_elsewhere", gap_elsewhere),
    (2.0, "nothing_kept", nothing_kept),
    (2.0, "encrypted", encrypted),
    (1.0, "half_kept", half_kept),
    (1.5, "time_outside", time_outside),
    (1.5, "had_left", had_left),
    (1.0, "never_there", never_there),
)
