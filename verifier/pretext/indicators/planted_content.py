"""Strong: who shows the violation is tied to who complains about it."""

from __future__ import annotations

from datetime import timedelta

from verifier.case import Account, Case, Participant
from verifier.clusters import same_device
from verifier.pretext.sketch import START, account, report, sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View
from verifier.support.attribution import is_new

_RECRUITS = "everybody join the fighters and pay the fighters"
_BROUGHT = frozenset({"transcript", "chat", "screen_text", "shared_file", "display_name", "profile_text"})


def look(view: View) -> Sign | None:
    """For everybody who is not the target and showed what is claimed: are they one with a complainant?"""
    people = {p.participant_id: p for p in view.case.meeting.participants}
    shown = {who for f in view.unsupported for who, _ in f.others}
    ties = {who: _tie(view, people[who]) for who in sorted(shown) if who in people}
    ties |= {who: _guest_tie(view, people[who]) for who in sorted(_intruders(view) - shown)}
    found = [(people[who], *tie) for who, tie in ties.items() if tie]
    if not found:
        return None
    ways = "; ".join(dict.fromkeys(why for _, why, _ in found))
    refs = [f"participant:{p.participant_id}" for p, _, _ in found] + [ref for _, _, ref in found if ref]
    detail = f"{len(found)} of those who showed what is complained of: {ways}."
    return Sign(min(0.99, 0.9 + 0.03 * (len(found) - 1)), detail, tuple(dict.fromkeys(refs)))


def _intruders(view: View) -> set[str]:
    """Strangers on new accounts who brought something into the meeting, whatever a judge of words makes of it."""
    brought = {
        s.participant_id for s in view.case.signals if s.kind in _BROUGHT and (s.text or s.kind == "shared_file")
    }
    return {
        p.participant_id
        for p in view.case.meeting.participants
        if p.participant_id in brought
        and p.participant_id in view.who.strangers
        and p.participant_id not in view.who.target_ids
        and p.account is not None
        and is_new(p.account, view.case, view.policy)
        and view.sources.ties.came_uninvited(p.account)
    }


def _guest_tie(view: View, p: Participant) -> tuple[str, str] | None:
    """How an intruder is one with a complainant who is another account, or with the requester: by place alone."""
    if p.account is None:
        return None
    requester = view.case.request.requester.account
    other = requester is not None and requester.account_id != p.account.account_id
    if other and (how := view.sources.tie(p.account, requester)):
        return f"{how} the requester", ""
    for ref, who, at_hand in _complainants(view):
        if who.account_id == p.account.account_id:
            continue
        if same_device(who, p.account):
            return "shares a device with a complainant", ref
        if not at_hand and (how := view.sources.tie(p.account, who)):
            return f"{how} a complainant who was not there or is new", ref
    return None


def _tie(view: View, p: Participant) -> tuple[str, str] | None:
    if p.account is None:
        return None
    requester = view.case.request.requester.account
    if requester is not None and requester.account_id == p.account.account_id:
        if _is_newcomer(view, p) or p.role in ("cohost", "panelist"):
            return "are the requester", ""
    elif how := view.sources.tie(p.account, requester):
        return f"{how} the requester", ""
    for ref, who, at_hand in _complainants(view):
        if who.account_id == p.account.account_id:
            if _is_newcomer(view, p) or p.role in ("cohost", "panelist"):
                return "complained about it themselves", ref
            continue
        if same_device(who, p.account):
            return "shares a device with a complainant", ref
        if _same_company(view, who, p.account):
            return "came, uninvited, and left in the same moments as a complainant", ref
        # A network alone may be a campus or an office: then the complainant must be fresh or absent.
        if not at_hand and (how := view.sources.tie(p.account, who)):
            return f"{how} a complainant who was not there or is new", ref
    return None


def _same_company(view: View, a: Account, b: Account) -> bool:
    """Whether two strangers to the meeting came and left together."""
    sources = view.sources
    together = (
        sources.ties.companies((a, b)) if sources.ties.came_uninvited(a) and sources.ties.came_uninvited(b) else {}
    )
    return len(together) == 2 and len(set(together.values())) == 1


def _is_newcomer(view: View, p: Participant) -> bool:
    """Whether they came on a new account: somebody of long standing may break a rule and complain, too."""
    return p.account is not None and is_new(p.account, view.case, view.policy)


def _complainants(view: View) -> list[tuple[str, Account, bool]]:
    """Everyone who complains: (ref, account, whether they were there on an established account)."""
    found = [(c.ref, c.account, c.present and not c.fresh) for c in view.sources.complaints if c.account is not None]
    for e in view.case.request.evidence:
        if e.author is not None and not any(ref == f"evidence:{e.evidence_id}" for ref, _, _ in found):
            there = view.sources.was_there(e.author) and not view.sources.is_fresh(e.author, e.captured_at)
            found.append((f"evidence:{e.evidence_id}", e.author, there))
    return found


def _examples() -> tuple[Example, ...]:
    def case(reporter: Account, *, present: bool, words: str = _RECRUITS) -> Case:
        base = sketch()
        late = START + timedelta(minutes=29)
        planter = {
            "participant_id": "p9",
            "display_name": "Guest",
            "joined_at": late,
            "account": account("p9", days=1, network="n-9"),
        }
        line = {
            "signal_id": "s9",
            "kind": "transcript",
            "observed_at": late + timedelta(minutes=1),
            "participant_id": "p9",
            "text": words,
        }
        meeting = base.meeting.model_dump() | {"participants": (*base.meeting.model_dump()["participants"], planter)}
        return sketch(
            meeting=meeting,
            signals=(*(s.model_dump() for s in base.signals), line),
            claim={
                "category": "terrorism",
                "participant_ids": (),
                "narrative": "People in the meeting recruited for fighters.",
            },
            reports=(report("1", "They recruit fighters there", who=reporter, present=present),),
        )

    return (
        Example("the planter reports it", case(account("p9", days=1, network="n-9"), present=True), True),
        Example(
            "a fresh reporter on the planter's network",
            case(account("y", days=1, network="n-9"), present=False),
            True,
        ),
        Example(
            "an intruder whose words nobody could judge, on a reporter's device",
            case(account("y", device="d-p9"), present=False, words="see you all on saturday then"),
            True,
        ),
        Example(
            "an intruder with nobody's device",
            case(account("y"), present=False, words="see you all on saturday then"),
            False,
        ),
        Example("an attendee of long standing reports the intruder", case(account("p2"), present=True), False),
    )


SPEC = IndicatorSpec(
    code="planted_content",
    strength="strong",
    why="A host can be framed by people who join, show the forbidden thing, and report it.",
    needs="platform-observed content by non-hosts; accounts, networks and devices of complainants and requester",
    source="U.S. v. Jin (2020), aliases with planted profile pictures; FBI on intruders in video meetings (May 2020)",
    look=look,
    examples=_examples,
)
