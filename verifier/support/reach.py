"""What of a claim no platform record, detector or judge reaches: silence there refutes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from verifier.case import Case, Claim, Signal
from verifier.policy import Policy
from verifier.support.attribution import Attribution
from verifier.support.coverage import Span, claimed_span, gaps
from verifier.support.media import Detection, clean_scans
from verifier.support.speaks_of import SpeaksOf
from verifier.support.words import Reading


def uncovered(
    case: Case,
    claim: Claim,
    who: Attribution,
    speaks: SpeaksOf,
    read: Reading,
    found: list[Detection],
    policy: Policy,
) -> tuple[tuple[str, Span], ...]:
    """The parts of what the claim speaks of that no platform record reaches."""
    span = claimed_span(case, claim, policy)
    if span is None:
        return ()
    if case.meeting.end_to_end_encrypted and not case.meeting.coverage:
        return (("any record (the meeting was end-to-end encrypted)", span),)
    if _nobody_looked(claim, speaks, read, found):
        return ((f"a detector of {claim.category}", span),)
    holes = [(f"a text judge that reads {why}", span) for why in _unread(who, speaks, read, span)]
    holes += [(kind, hole) for kind in speaks.words for hole in gaps(case, kind, span, policy, claim.occurred_at)]
    scanned = bool(clean_scans(found, claim.category)) or _shown_was_harmless(case, claim, who, speaks, policy)
    if speaks.shown and not scanned:
        holes += _least_gap(case, ("screen", "media"), span, claim, policy)
    if speaks.files and not speaks.shown and not scanned:
        holes += _least_gap(case, ("media", "chat"), span, claim, policy)
    return tuple(holes)


def _nobody_looked(claim: Claim, speaks: SpeaksOf, read: Reading, found: list[Detection]) -> bool:
    """Whether neither the judge nor any detector is there for the category: their silence then says nothing."""
    if not speaks.words or claim.category in read.categories or not read.categories:
        return False
    return not any(d.category == claim.category for d in found)


def _unread(who: Attribution, speaks: SpeaksOf, read: Reading, span: Span) -> list[str]:
    """Why words that the claim may speak of could not be judged: their silence refutes nothing."""
    if not speaks.words:
        return []
    return sorted(
        {
            why
            for p, why in read.unread
            if (who.is_meeting or p.participant_id is None or p.participant_id in who.target_ids)
            and (p.signal.observed_at is None or span.start <= p.signal.observed_at <= span.end)
        }
    )


def _least_gap(case: Case, kinds: tuple[str, ...], span: Span, claim: Claim, policy: Policy) -> list[tuple[str, Span]]:
    """Any one of the kinds will do: the gaps of the kind that comes nearest, none when one covers all."""
    by_kind = [[(kind, hole) for hole in gaps(case, kind, span, policy, claim.occurred_at)] for kind in kinds]
    return min(by_kind, key=lambda holes: (len(holes) > 0, sum((h.end - h.start for _, h in holes), timedelta())))


def _shown_was_harmless(case: Case, claim: Claim, who: Attribution, speaks: SpeaksOf, policy: Policy) -> bool:
    """Whether the platform read the accused's own screen at the claimed time, and nothing in it supports the claim.

    Only for what words can settle: pictures may show what their text does not.
    """
    if not needs_words(claim, policy) or claim.occurred_at is None:
        return False
    accused = frozenset(speaks.named) or who.target_ids
    window = timedelta(seconds=policy.times.claim_window)
    for s in case.signals:
        if s.kind != "screen_text" or s.observed_at is None or s.participant_id not in accused:
            continue
        if s.observed_at - window <= claim.occurred_at <= _share_end(case, s) + window:
            return True
    return False


def _share_end(case: Case, shown: Signal) -> datetime:
    """When the sharing of a screen ended, as far as the platform saw; at once when it saw no end."""
    at = shown.observed_at
    ends = [
        s.observed_at
        for s in case.signals
        if s.kind == "host_action"
        and s.observed_at is not None
        and at is not None
        and s.observed_at > at
        and s.participant_id == shown.participant_id
        and str(s.details.get("event", "")).startswith("share_stopped")
    ]
    return min(ends) if ends else at or datetime.max.replace(tzinfo=UTC)


def needs_words(claim: Claim, policy: Policy) -> bool:
    """Whether words are among what settles the claim's category."""
    return any("words" in e.settled_by for e in policy.categories[claim.category].elements)
