"""The claim is wrong and nobody is in bad faith: topic taken for the thing, wrong category, wrong person."""

from __future__ import annotations

from datetime import timedelta

from eval.bench.draft import Draft
from eval.bench.finish import finish
from eval.bench.kit import Kit
from models.data import HALF, OVERLAP
from verifier.case import LabelledCase

TOO_NEAR = (
    OVERLAP
    | HALF
    | {
        frozenset(pair)
        for pair in (
            ("self_harm", "violent_threat"),
            ("self_harm", "incitement"),
            ("incitement", "harassment"),
            ("terrorism", "hate_speech"),
            ("sexual_content", "hate_speech"),
            ("self_harm", "hate_speech"),
            ("meeting_disruption", "hate_speech"),
            ("meeting_disruption", "fraud_spam"),
        )
    }
)
"""Categories that one text may show both: never used as a wrong category for each other."""


def far_from(kit: Kit, category: str) -> str:
    """A category that nobody would confuse with this one on reading the text."""
    far = [c for c in kit.library.categories() if c != category and frozenset((c, category)) not in TOO_NEAR]
    return kit.rng.choice(far or [c for c in ("illegal_goods", "violent_threat") if c != category])


def cover_shown(draft: Draft) -> None:
    """What was shown is on record too, where the claim may be about it."""
    if draft.category in ("csam", "meeting_disruption", "sexual_content", "illegal_goods") or draft.rng.random() < 0.4:
        draft.stage.cover("screen", "media")


def _honest(draft: Draft, case_id: str, slices: list[str], quote: str | None = None) -> LabelledCase:
    rng = draft.rng
    if quote and rng.random() < 0.45:
        author = rng.choice((None, rng.choice(draft.stage.others()).account))
        draft.exhibit(quote, author=author)
    elif rng.random() < 0.3:
        draft.exhibit(None)
    if rng.random() < 0.5:
        draft.honest_reports(rng.randint(1, 3))
    cover_shown(draft)
    return finish(draft, case_id, ["honest_mistake", *slices])


def nothing_there(kit: Kit, case_id: str) -> LabelledCase:
    """An ordinary meeting."""
    draft = kit.begin(alarming=False)
    draft.said = draft.contrast(2, stances=("benign",)) if kit.rng.random() < 0.5 else []
    draft.claim("refuted")
    return _honest(draft, case_id, ["benign_meeting"])


def alarming_talk(kit: Kit, case_id: str) -> LabelledCase:
    """Debates and hearings that speak of such things as a matter of course."""
    draft = kit.begin(alarming=True)
    said = draft.contrast(3, by=draft.actor if kit.rng.random() < 0.5 else None, stances=("mention", "counter_speech"))
    draft.mistaken_classifier(said)
    draft.said = said
    draft.claim("refuted", quote=said[0].text if said else None)
    return _honest(draft, case_id, ["topic_not_violation", "alarming_talk"], said[0].text if said else None)


def topic_not_thing(kit: Kit, case_id: str) -> LabelledCase:
    """The accused mentions, quotes, teaches or opposes it."""
    draft = kit.begin()
    said = draft.contrast(kit.rng.randint(2, 4), by=draft.actor, stances=("mention", "counter_speech"))
    draft.contrast(1)
    draft.mistaken_classifier(said)
    draft.said = said
    draft.claim("refuted", quote=said[0].text if said else None)
    return _honest(draft, case_id, ["topic_not_violation"], said[0].text if said else None)


def wrong_category(kit: Kit, case_id: str) -> LabelledCase:
    """A real violation of another kind: it refutes the claim made."""
    draft = kit.begin()
    done = draft.violate([draft.actor])
    real, draft.category = draft.category, far_from(kit, draft.category)
    draft.claim("refuted", quote=done[0].text)
    draft.noise = False
    return _honest(draft, case_id, ["wrong_category", f"really:{real}"], done[0].text)


def somebody_else_unnamed(kit: Kit, case_id: str) -> LabelledCase:
    """One or two attendees did it, the claim says so or names nobody, the meeting is the target: wrong subject."""
    draft = kit.begin(scope="host")
    people = kit.rng.sample(draft.stage.others(), kit.rng.choice((1, 1, 2)))
    done = draft.violate(people)
    draft.contrast(1)
    draft.claim("not_enough_info", kit.rng.choice((people[0], "people")), quote=done[0].text)
    draft.noise = False
    return _honest(draft, case_id, ["wrong_subject", "attribution"], done[0].text)


def somebody_else_accused(kit: Kit, case_id: str) -> LabelledCase:
    """The claim says that the target did it; the record shows somebody else: refuted, and who it was."""
    draft = kit.begin()
    other = kit.rng.choice(draft.stage.others(draft.actor))
    done = draft.violate([other])
    draft.contrast(1)
    draft.claim("refuted", quote=done[0].text)
    draft.noise = False
    return _honest(draft, case_id, ["wrong_subject_named", "attribution"])


def one_of_two_claims(kit: Kit, case_id: str) -> LabelledCase:
    """One claim is true, the other a mistake: a person decides."""
    draft = kit.begin(scope=kit.rng.choice(("host", "participant")))
    done = draft.violate([draft.actor], 3)
    draft.claim("supported", quote=done[0].text)
    draft.claim("refuted", category=far_from(kit, draft.category))
    draft.noise = False
    return _honest(draft, case_id, ["multi_claim", "mixed_verdicts"], done[0].text)


def slip_in_exhibit(kit: Kit, case_id: str) -> LabelledCase:
    """A true quote dated a day off, or an exhibit that says itself that it is from elsewhere: no fabrication."""
    draft = kit.begin()
    said = draft.contrast(3, by=draft.actor, stances=("mention", "counter_speech"))
    draft.said = said
    draft.claim("refuted")
    if said and kit.rng.random() < 0.5:
        draft.exhibit(said[0].text, captured=said[0].at - timedelta(days=1))
        kind = "wrong_day"
    else:
        line = kit.library.violating(kit.rng, draft.category, 1, draft.stage.language)[0]
        draft.exhibit(
            None,
            text=f'Not from this meeting, from another one of theirs last month, for background: "{line.text}"',
        )
        kind = "labelled_elsewhere"
    draft.noise = False
    return _honest(draft, case_id, ["honest_exhibit", kind])


WRITERS = (
    (3.0, "nothing_there", nothing_there),
    (5.0, "alarming_talk", alarming_talk),
    (7.0, "topic_not_thing", topic_not_thing),
    (4.0, "wrong_category", wrong_category),
    (4.0, "wrong_subject", somebody_else_unnamed),
    (3.0, "wrong_subject_named", somebody_else_accused),
    (3.0, "mixed_verdicts", one_of_two_claims),
    (2.0, "slip_in_exhibit", slip_in_exhibit),
)
