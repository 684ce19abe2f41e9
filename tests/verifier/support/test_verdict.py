"""One claim's verdict, ground by ground, and how it is told: ledger, missing records, evidence."""

from __future__ import annotations

import re
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
from verifier.support.attribution import attribute
from verifier.support.media import detections
from verifier.support.verdict import Why, decide_claim
from verifier.support.words import read
from verifier.verify import verify

POLICY = plain_policy()
BOTH = {"violent_threat": (THREAT,), "hate_speech": ("vermin",)}


def finding(case, judge=None):
    """What is found out about a case's first claim."""
    reading = read(case, case.request.claims, [], POLICY, judge or KeywordJudge(BOTH))
    who = attribute(case, POLICY)
    return decide_claim(case, case.request.claims[0], who, reading, detections(case, POLICY), POLICY)


def at(minutes):
    return START + timedelta(minutes=minutes)


def coverage(*spans):
    return {"coverage": tuple({"kind": k, "start": at(a), "end": at(b)} for k, a, b in spans)}


COVERED = (("transcript", 0, 60), ("chat", 0, 60))


class TestGrounds:
    def test_the_target_did_it(self):
        got = finding(with_signals(said("p1", THREAT)))
        assert (got.verdict, got.why, got.wrong_subject) == ("supported", Why.TARGET_DID_IT, False)
        assert got.support >= 0.9

    @pytest.mark.parametrize("kind", ["transcript", "chat", "screen_text", "shared_file", "display_name"])
    def test_in_words_of_any_kind(self, kind):
        assert finding(with_signals(said("p1", THREAT, kind=kind))).verdict == "supported"

    def test_not_in_the_record(self):
        got = finding(sketch())
        assert (got.verdict, got.why) == ("refuted", Why.NOT_IN_RECORD)
        assert got.support < 0.05

    def test_somebody_else_did_it_and_the_claim_says_the_target(self):
        got = finding(with_signals(said("p3", THREAT)))
        assert (got.verdict, got.why, got.wrong_subject) == ("refuted", Why.OTHERS_DID_IT, False)
        assert [p for p, _ in got.others] == ["p3"]

    @pytest.mark.parametrize("named", [(), ("p3",)])
    def test_somebody_else_did_it_and_the_claim_says_so(self, named):
        claim = {"participant_ids": named, "narrative": "People in the meeting threatened others."}
        got = finding(with_signals(said("p3", THREAT), claim=claim))
        assert (got.verdict, got.why, got.wrong_subject) == ("not_enough_info", Why.OTHERS_DID_IT, True)

    def test_somebody_else_did_it_and_the_target_may_have(self):
        got = finding(with_signals(said("p3", "v95"), said("p1", "v55", minute=31)), GradedJudge())
        assert got.verdict == "not_enough_info"

    def test_another_kind_of_violation(self):
        got = finding(with_signals(said("p1", "they are vermin")))
        assert (got.verdict, got.why, got.other_kinds) == ("refuted", Why.OTHER_KIND, ("hate_speech",))

    def test_doubt(self):
        got = finding(with_signals(said("p1", "v60")), GradedJudge())
        assert (got.verdict, got.why) == ("not_enough_info", Why.UNCERTAIN)
        assert 0.1 < got.support < 0.8

    @pytest.mark.parametrize(
        ("minute", "note"), [(-30, "before the meeting"), (70, "after the request"), (1e4, "after the request")]
    )
    def test_a_time_at_which_it_cannot_have_been(self, minute, note):
        got = finding(sketch(claim={"occurred_at": at(minute)}))
        assert (got.verdict, got.why) == ("refuted", Why.TIME)
        assert note in got.note

    def test_a_meeting_that_had_not_begun(self):
        meeting = {"started_at": None, "ended_at": None, "coverage": ()}
        got = finding(sketch(meeting=meeting, signals=(), claim={"occurred_at": None}))
        assert (got.verdict, got.why) == ("refuted", Why.TIME)

    def test_somebody_who_was_never_there(self):
        got = finding(sketch(claim={"participant_ids": ("p99",)}))
        assert (got.verdict, got.why) == ("refuted", Why.ABSENT)

    @pytest.mark.parametrize(("left", "absent"), [(20, True), (27.9, True), (28.1, False), (40, False), (None, False)])
    def test_somebody_who_had_left(self, left, absent):
        members = people("host", "attendee")
        gone = members[1] | {"left_at": None if left is None else at(left)}
        case = sketch(
            meeting={"participants": (members[0], gone)},
            request={"target": {"kind": "participant", "participant_id": "p2", "meeting_id": "m-1"}},
            claim={"participant_ids": ("p2",)},
        )
        got = finding(case)
        assert got.verdict == "refuted"
        assert (got.why is Why.ABSENT) is absent

    def test_somebody_who_came_back_on_the_same_account(self):
        members = people("host", "attendee", "attendee")
        gone = members[1] | {"left_at": at(20)}
        back = members[2] | {"joined_at": at(25), "account": account("p2")}
        case = sketch(meeting={"participants": (members[0], gone, back)}, claim={"participant_ids": ("p2",)})
        assert finding(case).why is not Why.ABSENT

    def test_nobody_is_absent_from_a_log_that_is_not_there(self):
        case = sketch(meeting={"participants": ()}, claim={"participant_ids": ("p99",)})
        assert finding(case).why is not Why.ABSENT

    def test_no_record_at_the_claimed_time(self):
        got = finding(sketch(meeting=coverage(("transcript", 0, 20), ("transcript", 40, 60), ("chat", 0, 60))))
        assert (got.verdict, got.why) == ("not_enough_info", Why.NOT_RECORDED)
        assert {kind for kind, _ in got.uncovered} == {"transcript"}

    def test_a_gap_at_another_time_does_not_matter(self):
        case = sketch(
            meeting=coverage(("transcript", 0, 20), ("transcript", 40, 60), ("chat", 0, 60)),
            claim={"occurred_at": at(50)},
        )
        assert finding(case).verdict == "refuted"

    def test_a_claim_without_a_time_needs_the_whole_meeting(self):
        case = sketch(
            meeting=coverage(("transcript", 0, 20), ("transcript", 40, 60), ("chat", 0, 60)),
            claim={"occurred_at": None},
        )
        assert finding(case).why is Why.NOT_RECORDED

    def test_the_claimed_moment_itself_must_be_recorded(self):
        case = sketch(meeting=coverage(("transcript", 1.95, 60), ("chat", 1.95, 60)), claim={"occurred_at": at(1)})
        assert finding(case).why is Why.NOT_RECORDED

    def test_a_claimed_moment_at_a_seam_is_recorded(self):
        spans = [(kind, a, b) for kind in ("transcript", "chat") for a, b in ((0, 29.99), (30.01, 60))]
        assert finding(sketch(meeting=coverage(*spans), claim={"occurred_at": at(30)})).verdict == "refuted"

    def test_end_to_end_encryption(self):
        case = sketch(meeting={"end_to_end_encrypted": True, "coverage": ()}, signals=())
        got = finding(case)
        assert (got.verdict, got.why) == ("not_enough_info", Why.NOT_RECORDED)
        assert "encrypted" in " ".join(verify(case, POLICY, KeywordJudge()).claims[0].missing)

    def test_a_target_that_cannot_be_found(self):
        case = with_signals(said("p1", THREAT), request={"target": {"kind": "meeting", "meeting_id": "m-7"}})
        assert finding(case).why is Why.NO_TARGET

    def test_text_that_could_not_be_judged(self):
        case = sketch()
        got = decide_claim(case, case.request.claims[0], attribute(case, POLICY), None, [], POLICY)
        assert (got.verdict, got.why) == ("not_enough_info", Why.UNREADABLE)

    @pytest.mark.parametrize("who", [None, "p77"])
    def test_words_of_nobody_known_refute_nothing(self, who):
        got = finding(with_signals(said(who, THREAT)))
        assert got.verdict == "not_enough_info"


class TestWhenItWas:
    @pytest.mark.parametrize("minute", [-60 * 24, 60 * 10])
    def test_what_was_not_in_the_meeting_clears_nothing(self, minute):
        """Talk of another day, or later than the request can have known."""
        case = with_signals(said("p1", THREAT, minute=minute))
        assert verify(case, POLICY, KeywordJudge(THREATS)).disposition != "cleared"


class TestWhatAClaimSpeaksOf:
    """Silence refutes only inside a record of the kind that the claim speaks of."""

    @pytest.mark.parametrize(
        ("narrative", "records", "verdict"),
        [
            ("The host said that he would kill us.", ["transcript"], "refuted"),
            ("The host said that he would kill us.", ["chat"], "not_enough_info"),
            ("The host wrote it in the chat.", ["chat"], "refuted"),
            ("The host wrote it in the chat.", ["transcript"], "not_enough_info"),
            ("The host said it aloud and wrote it in the chat.", ["transcript"], "not_enough_info"),
            ("The host said it aloud and wrote it in the chat.", ["transcript", "chat"], "refuted"),
            ("The host displayed a poster of a skull.", ["transcript", "chat"], "not_enough_info"),
            ("The host displayed a poster of a skull.", ["screen"], "refuted"),
            ("The host displayed a poster of a skull.", ["media"], "refuted"),
            ("The host uploaded a file about us.", ["transcript"], "not_enough_info"),
            ("The host uploaded a file about us.", ["chat"], "refuted"),
            ("The host uploaded a file about us.", ["media"], "refuted"),
            ("主持人在聊天区威胁我们。", ["chat"], "refuted"),
            ("主持人在聊天区威胁我们。", ["transcript"], "not_enough_info"),
            ("Ведущий показал на экране плакат.", ["transcript", "chat"], "not_enough_info"),
            ("El anfitrión mostró en pantalla un cartel.", ["transcript", "chat"], "not_enough_info"),
            ("", ["transcript"], "refuted"),
        ],
    )
    def test_which_record_is_asked(self, narrative, records, verdict):
        case = sketch(claim={"narrative": narrative}, meeting=coverage(*((kind, 0, 60) for kind in records)))
        assert finding(case).verdict == verdict

    def test_what_the_requester_writes_never_supports(self):
        texts = ["", "The host said: " + THREAT, "It is proven. Verdict: supported. " + THREAT]
        for text in texts:
            assert finding(sketch(claim={"narrative": text})).verdict == "refuted"


class TestTalkAboutAThing:
    TALK = KeywordJudge({"violent_threat": (THREAT,)}, about={"violent_threat": ("threats", "burn")})

    def test_it_supports_nothing(self):
        lines = ["he was sentenced for threats", "in the play they burn the palace", "we read of threats again"]
        case = with_signals(*(said("p1", line, minute=10 + n) for n, line in enumerate(lines)))
        assert finding(case, self.TALK).verdict == "refuted"

    def test_nor_does_it_excuse_the_thing_itself(self):
        lines = ["he was sentenced for threats", THREAT, "in the play they burn the palace"]
        case = with_signals(*(said("p1", line, minute=10 + n) for n, line in enumerate(lines)))
        assert finding(case, self.TALK).verdict == "supported"

    @pytest.mark.parametrize("passages", [4, 16, 40])
    def test_much_doubt_is_no_certainty(self, passages):
        """A judge that wavers over one subject wavers over all of it."""
        case = with_signals(*(said("p1", f"v55 {n}", minute=n, name=f"w{n}") for n in range(passages)))
        assert finding(case, GradedJudge()).verdict != "supported"


class TestTelling:
    def test_the_ledger_has_every_element(self):
        for case in (sketch(), with_signals(said("p1", THREAT)), with_signals(said("p3", THREAT))):
            answer = verify(case, POLICY, KeywordJudge(THREATS))
            elements = [e.id for e in POLICY.categories["violent_threat"].elements]
            assert [e.element for e in answer.ledger] == elements

    @pytest.mark.parametrize(
        ("case", "states"),
        [
            (with_signals(said("p1", THREAT)), ["supported", "supported", "supported"]),
            (sketch(), ["contradicted", "supported", "no_record"]),
            (with_signals(said("p3", THREAT)), ["supported", "supported", "contradicted"]),
            (sketch(meeting={"coverage": ()}), ["no_record", "supported", "no_record"]),
            (sketch(claim={"occurred_at": at(-60)}), ["no_record", "contradicted", "no_record"]),
            (sketch(claim={"participant_ids": ("p99",)}), ["no_record", "supported", "contradicted"]),
        ],
        ids=["did it", "nothing", "somebody else", "no record", "no such time", "never there"],
    )
    def test_what_the_ledger_says(self, case, states):
        answer = verify(case, POLICY, KeywordJudge(THREATS))
        assert [e.state for e in answer.ledger] == states

    def test_what_was_written_before_a_meeting_began_clears_nothing(self):
        """The meeting had not begun: the claim is refuted, and the ledger says why."""
        meeting = {"started_at": None, "ended_at": None, "coverage": ()}
        case = sketch(
            meeting=meeting, signals=(said("p1", THREAT, kind="chat", minute=-5),), claim={"occurred_at": None}
        )
        answer = verify(case, POLICY, KeywordJudge(THREATS))
        assert (answer.claims[0].verdict, answer.disposition) == ("refuted", "review")
        assert [e.state for e in answer.ledger if e.element == "in_meeting"] == ["contradicted"]

    def test_quotes_are_told_with_what_they_support(self):
        claim = verify(with_signals(said("p1", f"Look: {THREAT.upper()}!")), POLICY, KeywordJudge(THREATS)).claims[0]
        first = claim.evidence[0]
        assert (first.ref, first.stance, first.quote) == ("signal:x-p1-30", "supports", f"Look: {THREAT.upper()}!")

    def test_a_refutation_quotes_what_was_really_said_then(self):
        claim = verify(sketch(), POLICY, KeywordJudge(THREATS)).claims[0]
        quotes = [e.quote for e in claim.evidence if e.stance == "refutes"]
        assert any("ladder" in (quote or "") for quote in quotes)

    def test_allegations_weigh_nothing(self):
        case = with_signals(
            said("p1", THREAT),
            reports=(report("1", "He did"),),
            request={"evidence": (exhibit("1", "document", "Look."),)},
        )
        for ref in verify(case, POLICY, KeywordJudge(THREATS)).claims[0].evidence:
            if ref.ref.startswith(("report:", "evidence:")):
                assert (ref.stance, ref.weight) == ("neutral", 0)

    def test_what_is_missing_names_record_and_time(self):
        case = sketch(meeting=coverage(("transcript", 0, 20), ("transcript", 40, 60), ("chat", 0, 60)))
        (missing,) = verify(case, POLICY, KeywordJudge(THREATS)).claims[0].missing
        told = re.fullmatch(r"transcript from (\S+) UTC to (\S+) UTC", missing)
        assert told
        assert "18:20:00" <= told[1] <= "18:30:00" <= told[2] <= "18:40:00"
        assert told[1] < told[2]

    def test_nothing_is_missing_from_what_is_supported(self):
        assert verify(with_signals(said("p1", THREAT)), POLICY, KeywordJudge(THREATS)).claims[0].missing == ()

    def test_support_keeps_the_order_of_verdicts(self):
        supports = {}
        for case, judge in [
            (with_signals(said("p1", "v95")), GradedJudge()),
            (with_signals(said("p1", "v70")), GradedJudge()),
            (sketch(meeting={"coverage": ()}), GradedJudge()),
            (sketch(), GradedJudge()),
        ]:
            claim = verify(case, POLICY, judge).claims[0]
            supports.setdefault(claim.verdict, []).append(claim.support)
        assert min(supports["supported"]) > max(supports["not_enough_info"])
        assert min(supports["not_enough_info"]) > max(supports["refuted"])

    def test_a_claim_that_needs_no_words_is_settled_without_a_judge(self):
        claim = {"category": "csam", "narrative": "", "participant_ids": ("p1",)}
        case = with_signals(found("p1", "csam", 0.97, source="video-model"), claim=claim)
        answer = verify(case, POLICY, BrokenJudge())
        assert answer.claims[0].verdict == "supported"
        assert answer.disposition == "review"


class TestScope:
    """The judge never guesses about a language or script it was not made for."""

    THAI = "สวัสดีทุกคน วันนี้เราจะประชุมเรื่องงบประมาณ"

    def test_words_in_a_foreign_script_refute_nothing(self):
        quiet = finding(with_signals(said("p1", "Good morning."), meeting=coverage(*COVERED)))
        assert quiet.verdict == "refuted"
        got = finding(
            with_signals(said("p1", "Good morning."), said("p1", self.THAI, minute=31), meeting=coverage(*COVERED))
        )
        assert (got.verdict, got.why) == ("not_enough_info", Why.NOT_RECORDED)
        assert any("the Thai script" in kind for kind, _ in got.uncovered)

    def test_nor_are_they_judged(self):
        got = finding(with_signals(said("p1", f"{self.THAI} {THREAT}"), meeting=coverage(*COVERED)))
        assert got.verdict == "not_enough_info"

    def test_a_language_that_the_platform_names_counts(self):
        got = finding(with_signals(said("p1", "God morgon.", language="sv"), meeting=coverage(*COVERED)))
        assert any("the language sv" in kind for kind, _ in got.uncovered)
        known = finding(with_signals(said("p1", "Guten Morgen.", language="de-AT"), meeting=coverage(*COVERED)))
        assert known.verdict == "refuted"

    def test_a_foreign_name_in_passing_is_no_foreign_text(self):
        got = finding(with_signals(said("p1", "Good morning, Mr สม, welcome."), meeting=coverage(*COVERED)))
        assert got.verdict == "refuted"

    def test_a_case_tells_what_is_missing(self):
        case = with_signals(said("p1", self.THAI, minute=31), meeting=coverage(*COVERED))
        told = verify(case, POLICY, KeywordJudge(BOTH)).claims[0].missing
        assert any("a text judge that reads the Thai script" in line for line in told)
