"""The decision: what is proportionate to what, who must agree, and what is offered instead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stubs import (
    START,
    THREAT,
    THREATS,
    BrokenJudge,
    GradedJudge,
    KeywordJudge,
    account,
    exhibit,
    found,
    people,
    plain_policy,
    report,
    said,
    sketch,
    with_signals,
)
from verifier.case import DEFAULT_CATEGORIES
from verifier.verify import verify

POLICY = plain_policy()
JUDGE = KeywordJudge(THREATS)
ACTIONS = tuple(POLICY.actions)
RUNNING = {"ended_at": None}

MEETING = {"kind": "meeting", "meeting_id": "m-1"}
RECORDING = {"kind": "recording", "meeting_id": "m-1"}
HOST = {"kind": "account", "account_id": "a-p1", "meeting_id": "m-1"}
ATTENDEE = {"kind": "participant", "participant_id": "p3", "meeting_id": "m-1"}
ATTENDEES_ACCOUNT = {"kind": "account", "account_id": "a-p3", "meeting_id": "m-1"}

SUSPENDS = {"csam", "terrorism", "violent_threat", "incitement", "fraud_spam", "illegal_goods"}
WHEN_REPEATED = {"hate_speech", "harassment", "sexual_content", "meeting_disruption"}


def doing(who, category, times=1):
    """The platform's sure observation that somebody did this, so many times."""
    kind = {"kind": "security_event", "score": None} if category == "other" else {"kind": "hash_match", "score": 0.99}
    return [
        found(who, category, 0.99, minute=10 + n) | {"signal_id": f"d-{who}-{n}", "source": "known-list"} | kind
        for n in range(times)
    ]


def ask(action, target, category="violent_threat", *, by="p1", times=1, recording=True, signals=None, **parts):
    """The answer to an action asked for something that somebody really did."""
    claim = {"category": category, "participant_ids": (), "narrative": "It was done."} | parts.pop("claim", {})
    meeting = {"recording": recording} | parts.pop("meeting", {})
    request = {"action": action, "target": target} | parts.pop("request", {})
    observed = doing(by, category, times) if signals is None else signals
    return verify(with_signals(*observed, claim=claim, request=request, meeting=meeting, **parts), POLICY, JUDGE)


def supported(answer):
    return all(c.verdict == "supported" for c in answer.claims)


class TestProportion:
    """The contract's table, row by row."""

    @pytest.mark.parametrize("category", DEFAULT_CATEGORIES)
    @pytest.mark.parametrize("target", [ATTENDEE, ATTENDEES_ACCOUNT], ids=["participant", "account"])
    def test_remove_participant_for_anything_they_did(self, category, target):
        answer = ask("remove_participant", target, category, by="p3")
        assert supported(answer)
        assert answer.disposition == "cleared"

    @pytest.mark.parametrize("by", ["p1", "p2", None])
    def test_remove_participant_not_for_what_others_did(self, by):
        assert ask("remove_participant", ATTENDEE, by=by).disposition == "review"

    @pytest.mark.parametrize("target", [MEETING, RECORDING], ids=["meeting", "recording"])
    def test_remove_participant_needs_a_participant(self, target):
        answer = ask("remove_participant", target)
        assert supported(answer)
        assert answer.disposition == "review"

    @pytest.mark.parametrize("action", ["end_meeting", "block_meeting"])
    @pytest.mark.parametrize("category", DEFAULT_CATEGORIES)
    def test_ending_and_blocking_for_what_the_hosts_did(self, action, category):
        answer = ask(action, MEETING, category)
        assert supported(answer)
        assert answer.disposition == ("review" if category == "self_harm" else "cleared")

    @pytest.mark.parametrize("action", ["end_meeting", "block_meeting"])
    @pytest.mark.parametrize("role", ["cohost", "panelist"])
    def test_or_a_cohost_or_panelist(self, action, role):
        meeting = {"participants": people("host", role, "attendee")}
        assert ask(action, MEETING, by="p2", meeting=meeting).disposition == "cleared"

    @pytest.mark.parametrize("action", ["end_meeting", "block_meeting", "delete_recording"])
    @pytest.mark.parametrize("target", [ATTENDEE, ATTENDEES_ACCOUNT], ids=["participant", "account"])
    def test_not_for_what_one_attendee_did(self, action, target):
        answer = ask(action, target, by="p3")
        assert supported(answer)
        assert answer.disposition == "review"
        assert ask(action, MEETING, by="p3").disposition == "review"

    @pytest.mark.parametrize(("attendees", "disposition"), [(1, "review"), (2, "review"), (3, "cleared")])
    def test_but_for_what_three_independent_ones_did(self, attendees, disposition):
        meeting = {"participants": people(*["host"] + ["attendee"] * 5)}
        signals = [s for n in range(2, 2 + attendees) for s in doing(f"p{n}", "violent_threat")]
        assert ask("end_meeting", MEETING, signals=signals, meeting=meeting).disposition == disposition

    @pytest.mark.parametrize(
        ("kind", "recording", "disposition"),
        [
            ("transcript", True, "cleared"),
            ("screen_text", True, "cleared"),
            ("chat", True, "review"),
            ("shared_file", True, "review"),
            ("display_name", True, "review"),
            ("profile_text", True, "review"),
            ("transcript", False, "review"),
            ("transcript", None, "review"),
        ],
    )
    @pytest.mark.parametrize("doubt", [False, True], ids=["words alone", "with a classifier of words"])
    def test_delete_recording_for_what_is_in_it(self, kind, recording, disposition, doubt):
        signals = [said("p1", THREAT, kind=kind)]
        signals += [found("p1", "violent_threat", 0.95, source="text-model")] if doubt else []
        answer = ask("delete_recording", RECORDING, signals=signals, recording=recording)
        assert supported(answer)
        assert answer.disposition == disposition

    def test_a_file_sent_in_the_chat_is_not_in_the_recording(self):
        sent = [said("p1", "holiday.zip", kind="shared_file", minute=10), *doing("p1", "csam")]
        answer = ask("delete_recording", RECORDING, "csam", signals=sent)
        assert supported(answer)
        assert answer.disposition == "review"

    @pytest.mark.parametrize("category", DEFAULT_CATEGORIES)
    @pytest.mark.parametrize("times", [1, 2, 3])
    def test_suspend_account(self, category, times):
        answer = ask("suspend_account", ATTENDEES_ACCOUNT, category, by="p3", times=times)
        assert supported(answer)
        fits = category in SUSPENDS or (category in WHEN_REPEATED and times >= 3)
        assert answer.disposition == ("cleared" if fits else "review")

    @pytest.mark.parametrize("category", DEFAULT_CATEGORIES)
    def test_suspend_account_after_earlier_violations(self, category):
        members = people("host", "attendee", "attendee")
        known = members[2] | {"account": account("p3", prior_violations=1)}
        meeting = {"participants": (*members[:2], known)}
        answer = ask("suspend_account", ATTENDEES_ACCOUNT, category, by="p3", meeting=meeting)
        assert answer.disposition == ("cleared" if category in SUSPENDS | WHEN_REPEATED else "review")

    def test_somebody_else_s_earlier_violations_do_not_count(self):
        members = people("host", "attendee", "attendee")
        other = members[1] | {"account": account("p2", prior_violations=5)}
        meeting = {"participants": (members[0], other, members[2])}
        answer = ask("suspend_account", ATTENDEES_ACCOUNT, "harassment", by="p3", meeting=meeting)
        assert answer.disposition == "review"

    def test_three_separate_messages_are_repeated_and_one_long_one_is_not(self):
        slur = KeywordJudge({"hate_speech": ("vermin",)})

        def answer(*texts):
            signals = [said("p3", text, minute=10 + 5 * n) for n, text in enumerate(texts)]
            request = {"action": "suspend_account", "target": ATTENDEES_ACCOUNT}
            case = with_signals(*signals, claim={"category": "hate_speech", "participant_ids": ()}, request=request)
            return verify(case, POLICY, slur).disposition

        assert answer("they are vermin", "vermin, I say", "all vermin") == "cleared"
        assert answer("they are vermin. " * 60) == "review"

    @pytest.mark.parametrize(("files", "scans", "disposition"), [(3, 3, "cleared"), (3, 1, "review"), (1, 3, "review")])
    def test_each_file_that_a_scan_finds_is_a_message(self, files, scans, disposition):
        signals = [
            *(said("p3", f"me{n}.jpg", kind="shared_file", minute=10 + 3 * n, name=f"f{n}") for n in range(files)),
            *(
                found("p3", "sexual_content", 0.98, minute=10.5 + 3 * n, source="media-classifier", signal_id=f"c{n}")
                for n in range(scans)
            ),
        ]
        answer = ask("suspend_account", ATTENDEES_ACCOUNT, "sexual_content", signals=signals)
        assert supported(answer)
        assert answer.disposition == disposition

    def test_words_that_a_detector_heard_are_in_the_recording(self):
        heard = found("p1", "violent_threat", 0.97, source="speech-text-model")
        case = with_signals(
            said("p1", "Said aloud, v55 a80."),
            heard,
            claim={"category": "violent_threat", "participant_ids": ()},
            request={"action": "delete_recording", "target": RECORDING},
            meeting={"recording": True},
        )
        assert verify(case, POLICY, GradedJudge()).disposition == "cleared"

    @pytest.mark.parametrize("target", [MEETING, RECORDING], ids=["meeting", "recording"])
    def test_suspend_account_needs_an_account(self, target):
        assert ask("suspend_account", target, "terrorism").disposition == "review"

    def test_a_guest_has_no_account_to_suspend(self):
        members = people("host", "attendee", "attendee")
        guest = members[2] | {"account": None}
        answer = ask("suspend_account", ATTENDEE, by="p3", meeting={"participants": (*members[:2], guest)})
        assert supported(answer)
        assert answer.disposition == "review"

    @pytest.mark.parametrize("category", DEFAULT_CATEGORIES)
    @pytest.mark.parametrize("target", [HOST, MEETING, ATTENDEES_ACCOUNT], ids=["host", "meeting", "account"])
    def test_disclosing_is_never_cleared(self, category, target):
        by = "p3" if target is ATTENDEES_ACCOUNT else "p1"
        answer = ask("disclose_user_data", target, category, by=by, times=3)
        assert supported(answer)
        assert answer.disposition == "review"
        assert "person" in " ".join(answer.reasons)


class TestNeverCleared:
    @pytest.mark.parametrize("action", ACTIONS)
    @pytest.mark.parametrize("target", [MEETING, HOST, ATTENDEE, RECORDING], ids=lambda t: t["kind"])
    def test_what_nothing_supports(self, action, target):
        assert ask(action, target, signals=[]).disposition == "review"

    @pytest.mark.parametrize("action", ACTIONS)
    def test_what_was_found_by_a_degraded_verifier(self, action):
        target = ATTENDEE if action in ("remove_participant", "suspend_account") else MEETING
        case = with_signals(
            *doing("p3" if target is ATTENDEE else "p1", "csam"),
            claim={"category": "csam", "participant_ids": ()},
            request={"action": action, "target": target},
        )
        answer = verify(case, POLICY, BrokenJudge())
        assert supported(answer)
        assert answer.disposition == "review"
        assert answer.degraded

    def test_a_request_of_which_one_claim_is_supported(self):
        claims = tuple(
            {"claim_id": f"c{n}", "category": c, "narrative": "It was done."}
            for n, c in enumerate(["violent_threat", "terrorism"])
        )
        answer = ask("end_meeting", MEETING, request={"claims": claims})
        assert [c.verdict for c in answer.claims] == ["supported", "refuted"]
        assert answer.disposition == "review"

    def test_an_action_out_of_proportion_to_one_of_two_supported_claims(self):
        claims = tuple(
            {"claim_id": f"c{n}", "category": c, "narrative": "It was done."}
            for n, c in enumerate(["violent_threat", "self_harm"])
        )
        signals = doing("p1", "violent_threat") + [s | {"signal_id": "d-x"} for s in doing("p1", "self_harm")]
        answer = ask("end_meeting", MEETING, request={"claims": claims}, signals=signals)
        assert supported(answer)
        assert answer.disposition == "review"

    def test_support_just_below_the_threshold(self):
        for text, disposition in [("v79", "review"), ("v81", "cleared")]:
            assert verify(with_signals(said("p1", text)), POLICY, GradedJudge()).disposition == disposition


class TestApprovals:
    def test_nobody_needs_to_agree_to_what_is_cleared(self):
        approvals = ask("end_meeting", MEETING).approvals
        assert (approvals.required, approvals.excluded) == (0, ())

    def test_one_for_a_review(self):
        assert verify(sketch(), POLICY, JUDGE).approvals.required == 1

    def test_two_for_a_hold(self):
        text = "Joke Visser: tonight we set the whole place on fire with everybody inside of it"
        answer = verify(sketch(request={"evidence": (exhibit("1", "transcript_excerpt", text),)}), POLICY, JUDGE)
        assert (answer.disposition, answer.approvals.required) == ("hold", 2)

    def test_neither_the_requester_nor_anybody_who_carries_or_shares_the_request(self):
        members = people("host", "attendee", "attendee")
        tied = members[1] | {"account": account("p2", device="d-req")}
        case = sketch(
            request={
                "requester": {"actor_id": "agent-7", "role": "user", "account": account("req", device="d-req")},
                "evidence": (exhibit("1", "document", "A note.", author=account("author")),),
            },
            meeting={"participants": (members[0], tied, members[2])},
            reports=(report("1", "Bad", who=account("reporter")),),
        )
        excluded = set(verify(case, POLICY, JUDGE).approvals.excluded)
        assert {"agent-7", "a-req", "a-author", "a-reporter", "a-p2"} <= excluded
        assert not {"a-p1", "a-p3"} & excluded

    def test_nobody_twice(self):
        me = account("req")
        case = sketch(
            request={"requester": {"actor_id": "a-req", "role": "user", "account": me}},
            reports=(report("1", "Bad", who=me), report("2", "Very bad", who=me)),
        )
        assert verify(case, POLICY, JUDGE).approvals.excluded == ("a-req",)


class TestNarrowerActions:
    """What the record supports right now, where the asked action does not fit."""

    def offers(self, answer):
        return [(a["action"], a["target_kind"], a["target_id"]) for a in answer.proportionate_actions]

    def test_none_beside_what_is_cleared(self):
        assert ask("end_meeting", MEETING).proportionate_actions == ()

    def test_none_where_nobody_did_anything(self):
        assert verify(sketch(), POLICY, JUDGE).proportionate_actions == ()

    def test_removing_the_one_who_did_it(self):
        answer = ask("end_meeting", MEETING, by="p3", meeting=RUNNING)
        assert self.offers(answer) == [("remove_participant", "participant", "p3")]
        (offer,) = answer.proportionate_actions
        assert offer["reason"]
        assert offer["claim_id"] == "c1"

    def test_suspending_the_one_who_did_it_once_the_meeting_is_over(self):
        answer = ask("end_meeting", MEETING, by="p3")
        assert self.offers(answer) == [("suspend_account", "account", "a-p3")]

    def test_not_what_was_asked_already(self):
        answer = ask("remove_participant", ATTENDEE, by="p2", meeting=RUNNING)
        assert ("remove_participant", "participant", "p3") not in self.offers(answer)
        assert ("remove_participant", "participant", "p2") in self.offers(answer)

    def test_nobody_who_has_left(self):
        members = people("host", "attendee", "attendee")
        gone = members[2] | {"left_at": START + timedelta(minutes=40)}
        meeting = RUNNING | {"participants": (*members[:2], gone)}
        answer = ask("end_meeting", MEETING, by="p3", meeting=meeting)
        assert "remove_participant" not in [a for a, _, _ in self.offers(answer)]

    def test_ending_instead_of_suspending_for_what_is_not_repeated(self):
        answer = ask("suspend_account", HOST, "hate_speech", meeting=RUNNING)
        assert ("end_meeting", "meeting", "m-1") in self.offers(answer)

    def test_never_ending_for_self_harm(self):
        answer = ask("end_meeting", MEETING, "self_harm", meeting=RUNNING)
        assert "end_meeting" not in [a for a, _, _ in self.offers(answer)]

    def test_narrowest_first(self):
        answer = ask("disclose_user_data", HOST, "hate_speech", meeting=RUNNING)
        order = [POLICY.ladder.index(a) for a, _, _ in self.offers(answer)]
        assert order == sorted(order)

    def test_nobody_who_only_may_have_done_it(self):
        case = with_signals(said("p3", "v65"), meeting=RUNNING, claim={"participant_ids": ()})
        assert self.offers(verify(case, POLICY, GradedJudge())) == []
