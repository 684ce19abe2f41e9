"""One claim's verdict: supported, refuted or not enough info, from platform-observed facts alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from verifier.assessment import Verdict
from verifier.case import Case, Claim, Participant
from verifier.policy import Policy
from verifier.support.attribution import Attribution
from verifier.support.coverage import Span, time_problem
from verifier.support.media import Detection, clean_scans
from verifier.support.reach import needs_words, uncovered
from verifier.support.speaks_of import SpeaksOf, speaks_of
from verifier.support.weigh import NOTHING, Weighed, weigh
from verifier.support.words import Reading


class Why(Enum):
    """The ground on which a verdict rests."""

    TARGET_DID_IT = "the target did it"
    TIME = "it cannot have been seen then"
    ABSENT = "the person named was not there"
    OTHERS_DID_IT = "somebody else did it"
    UNCERTAIN = "what was observed is ambiguous"
    NOT_RECORDED = "no record covers it"
    NOT_IN_RECORD = "the record covers it and shows nothing of the kind"
    OTHER_KIND = "the record shows something of another kind"
    NO_TARGET = "the target can't be found"
    UNREADABLE = "the text could not be judged"


@dataclass(frozen=True, slots=True)
class Finding:
    """Everything that was found out about one claim.

    `support` is the calibrated probability that the claim holds against the target. `target` and
    `others` are the weights for the target's people and for each other participant who plausibly did
    it. `other_kinds` are categories that the target's content really shows.
    """

    claim: Claim
    verdict: Verdict
    why: Why
    support: float
    speaks: SpeaksOf
    target: Weighed
    others: tuple[tuple[str, Weighed], ...] = ()
    attendees: tuple[str, ...] = ()
    other_kinds: tuple[str, ...] = ()
    wrong_subject: bool = False
    note: str = ""
    uncovered: tuple[tuple[str, Span], ...] = ()
    clean: tuple[Detection, ...] = ()


def decide_claim(
    case: Case,
    claim: Claim,
    who: Attribution,
    reading: Reading | None,
    found: list[Detection],
    policy: Policy,
) -> Finding:
    """The verdict on one claim. `reading` is None when no text could be judged."""
    speaks = speaks_of(case, claim, who, policy)
    read = reading or Reading((), ())
    target, attendees = _against_target(claim, who, read, found, policy)
    others = _others(claim, who, read, found, policy)

    def finding(verdict: Verdict, why: Why, **more: object) -> Finding:
        support = _support(verdict, target.probability)
        return Finding(
            claim,
            verdict,
            why,
            support,
            speaks,
            target,
            others=others,
            attendees=attendees,
            **more,  # type: ignore[arg-type]
        )

    if who.problem:
        return finding("not_enough_info", Why.NO_TARGET, note=who.problem)
    late = time_problem(case, claim, policy)
    if late:
        return finding("refuted", Why.TIME, note=late)
    if target.probability >= policy.thresholds.supported_at:
        return finding("supported", Why.TARGET_DID_IT)
    if absent := _absence(case, claim, who, speaks, policy):
        return finding("refuted", Why.ABSENT, note=absent)
    unreached = uncovered(case, claim, who, speaks, read, found, policy)
    clean = tuple(clean_scans(found, claim.category))
    if needs_words(claim, policy) and reading is None:
        return finding("not_enough_info", Why.UNREADABLE, uncovered=unreached)
    real = [o for o in others if o[1].probability >= policy.thresholds.others_at]
    if real:
        if speaks.accuses_target and not unreached and target.probability < policy.thresholds.uncertain_at:
            return finding("refuted", Why.OTHERS_DID_IT, clean=clean)
        return finding("not_enough_info", Why.OTHERS_DID_IT, wrong_subject=True, uncovered=unreached)
    nameless = _by_nobody_known(claim, who, read, found, policy)
    if target.probability >= policy.thresholds.uncertain_at or others or nameless:
        return finding("not_enough_info", Why.UNCERTAIN, uncovered=unreached)
    kinds = _other_kinds(case, claim, who, read, found, policy)
    if unreached:
        return finding("not_enough_info", Why.NOT_RECORDED, uncovered=unreached, other_kinds=kinds)
    why = Why.OTHER_KIND if kinds else Why.NOT_IN_RECORD
    return finding("refuted", why, other_kinds=kinds, clean=clean)


def _against_target(
    claim: Claim, who: Attribution, read: Reading, found: list[Detection], policy: Policy
) -> tuple[Weighed, tuple[str, ...]]:
    """How surely the target did it; for a meeting, its hosts or three independent attendees."""
    own = weigh(who.target_ids, claim.category, read, found, policy)
    if not who.is_meeting:
        return own, ()
    per_cluster: dict[object, tuple[str, Weighed]] = {}
    for person in sorted(who.known_attendees, key=who.rank.__getitem__):
        weighed = weigh([person], claim.category, read, found, policy)
        cluster = who.clusters.find(person)
        if cluster not in per_cluster or weighed.probability > per_cluster[cluster][1].probability:
            per_cluster[cluster] = (person, weighed)
    ranked = sorted(per_cluster.values(), key=lambda pw: -pw[1].probability)
    needed = policy.thresholds.independent_attendees
    if len(ranked) < needed:
        return own, ()
    people = tuple(p for p, w in ranked if w.probability >= 0.5) or tuple(p for p, _ in ranked[:needed])
    joint = weigh(people, claim.category, read, found, policy)
    least = ranked[needed - 1][1].probability
    # Three people who each probably did it are, together, surer than the least sure of them.
    together = least if least < 0.5 else max(least, min(joint.probability, least + 0.3))
    if together <= own.probability:
        return own, ()
    return Weighed(together, joint.passages, joint.detections, joint.messages), people


def _others(
    claim: Claim, who: Attribution, read: Reading, found: list[Detection], policy: Policy
) -> tuple[tuple[str, Weighed], ...]:
    """Everybody else in the log who plausibly did what is claimed, surest first."""
    active = {j.passage.participant_id for j in read.judged} | {d.participant_id for d in found}
    weighed = [
        (p, weigh([p], claim.category, read, found, policy))
        for p in who.rank
        if p in active and p not in who.target_ids
    ]
    plausible = [o for o in weighed if o[1].probability >= max(policy.thresholds.uncertain_at, 0.5)]
    return tuple(sorted(plausible, key=lambda o: (-o[1].probability, who.rank[o[0]])))


def _by_nobody_known(claim: Claim, who: Attribution, read: Reading, found: list[Detection], policy: Policy) -> bool:
    """Whether what is claimed was plausibly observed, but of nobody whom the participant log has."""
    ids: set[str | None] = {j.passage.participant_id for j in read.judged} | {d.participant_id for d in found}
    unknown = {i for i in ids if i not in who.rank}
    return weigh(unknown, claim.category, read, found, policy).probability >= policy.thresholds.uncertain_at


def _other_kinds(
    case: Case, claim: Claim, who: Attribution, read: Reading, found: list[Detection], policy: Policy
) -> tuple[str, ...]:
    people = who.target_ids | frozenset(p.participant_id for p in case.meeting.participants)
    kinds = [
        (weigh(people, category, read, found, policy).probability, category)
        for category in policy.categories
        if category != claim.category
    ]
    return tuple(c for p, c in sorted(kinds, reverse=True) if p >= policy.thresholds.supported_at)[:2]


def _absence(case: Case, claim: Claim, who: Attribution, speaks: SpeaksOf, policy: Policy) -> str:
    """Why none of the people named can have done it, from the participant log, or ''."""
    if not case.meeting.participants:
        return ""
    if not speaks.named:
        never = case.request.target.kind == "account" and not who.target_ids
        return "The targeted account was never in this meeting." if never else ""
    people = {p.participant_id: p for p in case.meeting.participants}
    there = [people[n] for n in speaks.named if n in people]
    if not there:
        return "Nobody whom the claim names was ever in this meeting."
    if claim.occurred_at is None:
        return ""
    accounts = {p.account.account_id for p in there if p.account is not None}
    stays = [
        p
        for p in case.meeting.participants
        if p in there or (p.account is not None and p.account.account_id in accounts)
    ]
    if any(_present(p, case, claim, policy) for p in stays):
        return ""
    return "At the claimed time none of the people whom the claim names was in the meeting."


def _present(p: Participant, case: Case, claim: Claim, policy: Policy) -> bool:
    if claim.occurred_at is None:
        return True
    slack = timedelta(seconds=policy.times.claim_window)
    before = p.joined_at is not None and claim.occurred_at < p.joined_at - slack
    after = p.left_at is not None and claim.occurred_at > p.left_at + slack
    return not before and not after


def _support(verdict: Verdict, probability: float) -> float:
    """Support in bands that keep the order supported > not enough info > refuted, rising with the evidence."""
    if verdict == "supported":
        return round(probability, 4)
    if verdict == "not_enough_info":
        return round(0.10 + 0.60 * min(probability, 0.8), 4)
    return round(0.10 * min(probability, 1.0), 4)


__all__ = ["NOTHING", "Finding", "Why", "decide_claim"]
