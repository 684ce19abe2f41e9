"""Platform detectors: thresholds, lists, and that words never establish what only pictures can."""

from __future__ import annotations

import pytest

from tests.stubs import THREAT, THREATS, KeywordJudge, account, found, plain_policy, said, sketch, with_signals
from verifier.support.media import clean_scans, detections, is_picture_scan, of
from verifier.verify import verify

POLICY = plain_policy()
CSAM = {"category": "csam", "narrative": "The host shared such files.", "participant_ids": ("p1",)}
SUSPEND = {"action": "suspend_account", "target": {"kind": "account", "account_id": "a-p1", "meeting_id": "m-1"}}


def match(score=None, *, who="p1", category="csam", **more):
    """A hash match by somebody."""
    values = {"kind": "hash_match", "text": None, "category": category, "score": score, "source": "known-hash-list"}
    return said(who, None, name="h") | values | {"details": more.pop("details", {})} | more


def csam(*signals, **parts):
    """The claim that the host shared such material, with these signals."""
    request = SUSPEND | parts.pop("request", {})
    return verify(with_signals(*signals, claim=CSAM, request=request, **parts), POLICY, KeywordJudge(THREATS))


def strong(signal, **parts):
    found = detections(with_signals(signal, **parts), POLICY)
    return [d.strong for d in found]


class TestHashMatches:
    @pytest.mark.parametrize(
        ("score", "details", "counts"),
        [
            (0.88, {}, True),
            (0.8799, {}, False),
            (1.0, {}, True),
            (None, {}, False),
            (0.91, {"threshold": 0.95}, False),  # the list's own threshold, as a share
            (0.95, {"threshold": 0.95}, True),
            (0.86, {"threshold": 0.85}, True),
            (None, {"distance": 30}, True),  # bits of 256
            (None, {"distance": 31}, False),
            (None, {"distance": 0}, True),
            (None, {"distance": 20, "threshold": 31}, True),
            (None, {"distance": 31, "threshold": 31}, True),
            (None, {"distance": 32, "threshold": 31}, False),
            (0.99, {"distance": 40, "threshold": 31}, False),  # bits go before the score
            (0.90, {"threshold": 31}, True),  # 25.6 bits
            (0.87, {"threshold": 31}, False),
            (None, {"distance": -1}, False),
            (None, {"distance": "3"}, False),
            (None, {"distance": True}, False),
            (0.5, {"threshold": True}, False),
        ],
    )
    def test_thresholds(self, score, details, counts):
        assert strong(match(score, details=details)) == [counts]
        assert (csam(match(score, details=details)).claims[0].verdict == "supported") is counts

    @pytest.mark.parametrize(
        ("score", "details"),
        [
            (0.5, {"threshold": 0}),
            (0.5, {"threshold": -3}),
            (0.7, {"distance": 80, "threshold": 0}),
            (0.9, {"threshold": "0.95"}),
        ],
    )
    def test_thresholds_that_cannot_be_read_count_against_the_match(self, score, details):
        assert strong(match(score, details=details)) == [False]

    def test_a_match_by_the_target_is_enough(self):
        answer = csam(match(0.97))
        assert (answer.claims[0].verdict, answer.disposition) == ("supported", "cleared")
        assert answer.claims[0].support == pytest.approx(0.97)
        assert [e.ref for e in answer.claims[0].evidence if e.stance == "supports"] == ["signal:h"]

    def test_a_match_by_somebody_else_is_not_the_target_s_doing(self):
        claim = csam(match(0.97, who="p4")).claims[0]
        assert claim.verdict != "supported"
        assert "signal:h" in [e.ref for e in claim.evidence]

    def test_a_match_of_nobody_is_not_the_target_s_doing(self):
        assert csam(match(0.97, who=None)).disposition == "review"

    @pytest.mark.parametrize("category", ["terrorism", "sexual_content", None])
    def test_a_list_for_something_else(self, category):
        assert csam(match(0.99, category=category)).claims[0].verdict != "supported"

    @pytest.mark.parametrize("field", ["added_by", "submitted_by", "contributor", "added_in_request"])
    @pytest.mark.parametrize("value", ["agent-1", "a-req", "REQ-1"])
    def test_an_entry_that_the_requester_added(self, field, value):
        requester = {"actor_id": "agent-1", "role": "support_agent", "account": account("req")}
        answer = csam(match(0.99, details={field: value}), request={"requester": requester})
        assert answer.claims[0].verdict != "supported"
        assert answer.disposition == "review"

    def test_an_entry_that_somebody_else_added(self):
        assert csam(match(0.99, details={"added_by": "clearing-house"})).disposition == "cleared"

    def test_a_match_of_terror_propaganda(self):
        case = with_signals(match(0.95, category="terrorism"), claim={"category": "terrorism"}, request=SUSPEND)
        assert verify(case, POLICY, KeywordJudge()).disposition == "cleared"


class TestClassifiers:
    @pytest.mark.parametrize(
        ("source", "details", "picture"),
        [
            ("video-frame-model", {}, True),
            ("image-safety-2", {}, True),
            ("vision", {}, True),
            ("harm-model", {"frames": 3}, True),
            ("harm-model", {"algorithm": "pdq"}, True),
            ("chat-text-model", {}, False),
            ("speech-model", {"frames": 3}, False),
            ("video-caption-text", {}, False),
            ("harm-model", {}, False),
        ],
    )
    def test_pictures_and_words_are_told_apart(self, source, details, picture):
        case = with_signals(found("p1", "csam", 0.95, source=source, details=details))
        (signal,) = [s for s in case.signals if s.kind == "classifier"]
        assert is_picture_scan(signal) is picture
        answer = csam(found("p1", "csam", 0.95, source=source, details=details))
        assert (answer.claims[0].verdict == "supported") is picture

    @pytest.mark.parametrize(
        "more",
        [
            {"source": "safety-model-2", "text": "send me the photo, the video and the image file"},
            {"source": "trust-screening-2"},
            {"source": "csam-lexicon-2"},
            {"source": "csam-text-model"},
            {"source": "csam-grooming-nlp", "text": "send a photo"},
            {"source": "keyword-list"},
            pytest.param({"source": "social-media-classifier"}),
            pytest.param({"source": "harm-model", "details": {"frames": 0}}),
        ],
    )
    def test_words_never_establish_csam(self, more):
        answer = csam(found("p1", "csam", 0.99, **more))
        assert answer.claims[0].verdict != "supported"
        assert answer.disposition == "review"

    @pytest.mark.parametrize("minute", [30, 30.5])
    def test_a_text_model_beside_a_shared_file_does_not_either(self, minute):
        shared = said("p1", "minutes.pdf", minute=minute, kind="shared_file", name="file")
        answer = csam(shared, found("p1", "csam", 0.99, source="chat-text-model"))
        assert answer.claims[0].verdict != "supported"

    def test_nor_does_a_model_of_unknown_kind_beside_a_shared_paper(self):
        shared = said("p1", "minutes.pdf", minute=30, kind="shared_file", name="file")
        assert csam(shared, found("p1", "csam", 0.99, source="safety-model-2")).disposition == "review"

    @pytest.mark.parametrize(("score", "supported"), [(0.89, False), (0.90, True)])
    def test_a_media_classifier_counts_from_its_threshold_on(self, score, supported):
        answer = csam(found("p1", "csam", score, source="video-model"))
        assert (answer.claims[0].verdict == "supported") is supported

    @pytest.mark.parametrize("score", [0.3, 0.5, 0.7, 0.89])
    @pytest.mark.parametrize("source", ["harm-model", "video-model", "chat-text-model"])
    def test_a_weak_score_establishes_nothing(self, score, source):
        case = with_signals(found("p1", "violent_threat", score, source=source))
        assert verify(case, POLICY, KeywordJudge(THREATS)).claims[0].verdict != "supported"

    def test_a_score_of_another_category_says_nothing(self):
        case = with_signals(found("p1", "hate_speech", 0.99))
        assert verify(case, POLICY, KeywordJudge(THREATS)).claims[0].verdict != "supported"

    @pytest.mark.parametrize("minute", [30, 31.9, None])
    def test_mere_talk_beside_it_excuses_a_strong_score(self, minute):
        talk = KeywordJudge(about={"violent_threat": ("burn the shed",)})
        when = {} if minute is None else {"minute": minute}
        finding = found("p1", "violent_threat", 0.95, **when) | ({"observed_at": None} if minute is None else {})
        case = with_signals(said("p1", "in the novel they burn the shed and flee", minute=30), finding)
        answer = verify(case, POLICY, talk)
        assert answer.claims[0].verdict != "supported"
        assert answer.disposition == "review"

    @pytest.mark.parametrize(
        "scores",
        [
            [0.90],
            [0.95],
            pytest.param([0.99]),
            pytest.param([0.92, 0.92]),
        ],
    )
    def test_models_of_text_alone_do_not_clear_over_a_record_read_as_harmless(self, scores):
        signals = [
            found("p1", "violent_threat", score, minute=50 + n, source=f"text-model-{n}")
            for n, score in enumerate(scores)
        ]
        assert verify(with_signals(*signals), POLICY, KeywordJudge(THREATS)).disposition == "review"

    def test_mere_talk_elsewhere_excuses_it_too(self):
        talk = KeywordJudge(about={"violent_threat": ("burn the shed",)})
        case = with_signals(
            said("p1", "in the novel they burn the shed and flee", minute=20),
            found("p1", "violent_threat", 0.92, minute=59),
        )
        assert verify(case, POLICY, talk).disposition == "review"

    def test_a_clean_scan_refutes_what_was_shown(self):
        answer = csam(found("p1", "csam", 0.02, source="video-model"))
        assert answer.claims[0].verdict == "refuted"
        assert answer.claims[0].evidence[0].ref == "signal:f-p1-30"
        assert answer.claims[0].evidence[0].stance == "refutes"

    def test_clean_words_do_not(self):
        assert csam().claims[0].verdict == "not_enough_info"
        assert csam(found("p1", "csam", 0.02, source="chat-text-model")).claims[0].verdict == "not_enough_info"

    def test_a_slide_does_not(self):
        slide = said("p2", "agenda: the hedge", minute=45, kind="screen_text")
        assert csam(slide).claims[0].verdict == "not_enough_info"

    def test_complete_media_does(self):
        base = sketch().meeting.coverage
        spans = tuple(base[0].model_dump() | {"kind": kind} for kind in ("transcript", "chat", "screen", "media"))
        assert csam(meeting={"coverage": spans}).claims[0].verdict == "refuted"


class TestEvents:
    def event(self, **more):
        values = {"kind": "security_event", "category": "meeting_disruption", "source": "flood-guard"}
        return said("p4", None, name="ev") | values | more

    @pytest.mark.parametrize(("score", "counts"), [(None, True), (0.95, True), (0.6, False)])
    def test_an_event_of_the_category(self, score, counts):
        target = {"kind": "participant", "participant_id": "p4", "meeting_id": "m-1"}
        case = with_signals(
            self.event(score=score),
            claim={"category": "meeting_disruption", "participant_ids": ("p4",), "narrative": "He flooded the chat."},
            request={"target": target, "action": "remove_participant"},
        )
        answer = verify(case, POLICY, KeywordJudge())
        assert (answer.claims[0].verdict == "supported") is counts

    @pytest.mark.parametrize(
        "more",
        [
            {"score": None, "details": {"event": "user_reported"}},
            {"score": 0.97, "details": {"event": "reports_received", "count": 30}, "source": "report-queue"},
        ],
    )
    def test_complaints_counted_by_the_platform_are_complaints(self, more):
        event = self.event(participant_id="p1", category="violent_threat") | more
        answer = verify(with_signals(event), POLICY, KeywordJudge(THREATS))
        assert answer.claims[0].verdict != "supported"

    def test_an_event_without_category_is_no_finding(self):
        assert detections(with_signals(self.event(category=None)), POLICY) == []


def test_findings_are_told_apart_by_category_and_people():
    case = with_signals(
        found("p1", "csam", 0.05, source="video-model", minute=1),
        found("p2", "csam", 0.95, source="video-model", minute=2),
        found("p2", "terrorism", 0.95, minute=3),
    )
    all_found = detections(case, POLICY)
    assert [d.score for d in all_found] == [0.95, 0.95, 0.05]
    assert [d.participant_id for d in of(all_found, "csam")] == ["p2", "p1"]
    assert [d.participant_id for d in of(all_found, "csam", ["p1", "p3"])] == ["p1"]
    assert [d.score for d in clean_scans(all_found, "csam")] == [0.05]


def test_words_and_a_classifier_together_are_surer_than_either():
    words = verify(with_signals(said("p1", THREAT)), POLICY, KeywordJudge(THREATS, sure=0.85)).claims[0].support
    both = with_signals(said("p1", THREAT), found("p1", "violent_threat", 0.95))
    assert verify(both, POLICY, KeywordJudge(THREATS, sure=0.85)).claims[0].support > words
