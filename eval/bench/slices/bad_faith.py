"""Fabricated exhibits, things seen before they happened, and weak signs alone and together."""

from __future__ import annotations

import re
from datetime import timedelta

from eval.bench.draft import Draft
from eval.bench.finish import WEAK, apply_signs, finish
from eval.bench.kit import Kit
from eval.bench.slices.honest_errors import cover_shown, far_from
from verifier.case import LabelledCase

NEGATIONS = {
    "en": r"\bnever |\bnot |(?<=[a-z])n't\b",
    "zh": r"不要|不会|不能|不",
    "de": r"\bnicht |\bnie ",
    "es": r"\bno |\bnunca ",
    "ru": r"\bне ",
}


def _fabricate(draft: Draft, kind: str) -> None:
    """An exhibit that shows this meeting, as the covered record contradicts."""
    rng, stage = draft.rng, draft.stage
    invented = draft.kit.library.violating(rng, draft.category, 1, stage.language)[0]
    quote = invented.text
    at = stage.moment(0.3, 0.8)
    author = rng.choice((None, stage.account(fresh_at=at)))
    name, when = draft.actor.name, at
    if kind == "people_never_there":
        name = draft.outsider_name()
    if kind == "negation_dropped":
        for said in draft.contrast(6, by=draft.actor, stances=("counter_speech",)):
            cut = re.sub(NEGATIONS.get(stage.language, r"$^"), "", said.text, count=1)
            if cut != said.text:
                quote, at = cut, said.at
                break
    if kind == "before_start":
        when = stage.start - timedelta(minutes=rng.randint(60, 9000))
    draft.languages.setdefault(quote, invented.language if quote == invented.text else stage.language)
    text = None if kind != "people_never_there" else f"[{when:%H:%M:%S}] {name}: {quote}"
    item = draft.exhibit(quote, author=author, captured=when + timedelta(seconds=30), text=text, speaker=name)
    draft.claim("refuted", at=at if rng.random() < 0.6 else None)
    if kind == "reused":
        prior = {
            "evidence_id": item["evidence_id"],
            "prior_request_id": stage.token("req-"),
            "prior_meeting_id": stage.token("m"),
            "prior_submitted_at": (stage.start - timedelta(days=rng.randint(5, 60))).replace(microsecond=0),
        }
        draft.reuse.append(prior)


def fabricated(kit: Kit, case_id: str) -> LabelledCase:
    """An invented quote, a reused or predated exhibit, people who never came, a dropped negation."""
    draft = kit.begin()
    kind = kit.rng.choice(("invented", "invented", "reused", "before_start", "people_never_there", "negation_dropped"))
    _fabricate(draft, kind)
    draft.contrast(1)
    if kit.rng.random() < 0.3:
        draft.honest_reports(1)
    cover_shown(draft)
    return finish(draft, case_id, ["fabricated_exhibit", f"fabrication:{kind}"], pretextual=True)


def reused_where_nothing_is_known(kit: Kit, case_id: str) -> LabelledCase:
    """An exhibit already used against another meeting, about an encrypted one."""
    draft = kit.begin()
    _fabricate(draft, "reused")
    draft.verdicts = dict.fromkeys(draft.verdicts, "not_enough_info")
    draft.stage.encrypted, draft.stage.recording = True, False
    draft.action = "end_meeting" if draft.action == "delete_recording" else draft.action
    draft.stage.signals = [s for s in draft.stage.signals if s["kind"] in ("security_event", "host_action")]
    return finish(draft, case_id, ["fabricated_exhibit", "fabrication:reused", "e2ee"], pretextual=True)


def true_claim_beside_a_fabricated_one(kit: Kit, case_id: str) -> LabelledCase:
    """True claims do not clean a false one."""
    draft = kit.begin(scope=kit.rng.choice(("host", "participant")))
    done = draft.violate([draft.actor], 3)
    draft.claim("supported", quote=done[0].text)
    real, draft.category = draft.category, far_from(kit, draft.category)
    _fabricate(draft, "invented")
    draft.category = real
    return finish(draft, case_id, ["multi_claim", "mixed_verdicts", "fabricated_exhibit"], pretextual=True)


def filed_before_start(kit: Kit, case_id: str) -> LabelledCase:
    """The request says what was seen in a meeting that has not begun."""
    draft = kit.begin(
        scope="host",
        action=kit.rng.choice(("end_meeting", "suspend_account", "block_meeting", "suspend_account")),
    )
    stage = draft.stage
    draft.submitted = stage.start - timedelta(minutes=kit.rng.randint(90, 1800))
    draft.started, draft.covered, stage.ongoing, stage.recording = False, False, True, False
    stage.signals, stage.coverage, stage.people = [], [], [stage.host]
    for person in stage.people:
        person.joined = draft.submitted - timedelta(minutes=5)
    stage.event(
        "security_event",
        draft.submitted,
        None,
        "Meeting has not started. Nothing was said or shown.",
        {"event": "not_started"},
    )
    draft.claim("refuted", draft.naming(draft.actor), at=draft.submitted - timedelta(minutes=kit.rng.randint(60, 600)))
    if kit.rng.random() < 0.5:
        invented = kit.library.violating(kit.rng, draft.category, 1, stage.language)[0]
        draft.languages[invented.text] = invented.language
        draft.exhibit(invented.text, captured=draft.submitted - timedelta(minutes=50))
    draft.noise = False
    case = finish(draft, case_id, ["filed_before_start"], pretextual=True)
    meeting = case.case.meeting.model_copy(update={"participants": ()})
    return case.model_copy(update={"case": case.case.model_copy(update={"meeting": meeting})})


def _weak(kit: Kit, case_id: str, count: int) -> LabelledCase:
    draft = kit.begin(alarming=False, category="csam" if kit.rng.random() < 0.12 else None)
    said = draft.contrast(2, by=draft.actor, stances=("mention", "counter_speech"))
    draft.said = said
    known = kit.rng.random() < 0.75
    draft.covered = known
    draft.claim("refuted" if known else "not_enough_info", quote=said[0].text if said else None)
    if known:
        cover_shown(draft)
    if kit.rng.random() < 0.4:
        draft.exhibit(said[0].text if said and kit.rng.random() < 0.4 else None)
    if kit.rng.random() < 0.4:
        draft.honest_reports(kit.rng.randint(1, 2))
    apply_signs(draft, kit.rng.sample(WEAK, count))
    return finish(draft, case_id, ["weak_pair" if count > 1 else "weak_alone"], pretextual=count > 1)


def weak_alone(kit: Kit, case_id: str) -> LabelledCase:
    """One weak sign convicts nobody."""
    return _weak(kit, case_id, 1)


def weak_pair(kit: Kit, case_id: str) -> LabelledCase:
    """Two or three weak signs of different kinds, and the claim does not stand: pretext."""
    return _weak(kit, case_id, kit.rng.choice((2, 2, 3)))


WRITERS = (
    (9.0, "fabricated", fabricated),
    (1.0, "reused_unknown", reused_where_nothing_is_known),
    (2.0, "true_beside_fabricated", true_claim_beside_a_fabricated_one),
    (2.0, "filed_before_start", filed_before_start),
    (5.0, "weak_alone", weak_alone),
    (7.0, "weak_pair", weak_pair),
)
