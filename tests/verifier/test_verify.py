"""The whole way through: worked cases, broken judges, empty records, and what an answer must look like."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import jsonschema
import pytest

from tests.stubs import (
    THREAT,
    THREATS,
    BrokenJudge,
    KeywordJudge,
    exhibit,
    people,
    plain,
    said,
    sketch,
    with_signals,
    worked_case,
)
from tests.verifier.test_case import schema
from verifier.problems import parse_case
from verifier.verify import case_digest, verify
from verifier.version import VERSION


class TestWorkedCases:
    """With a judge that reads as a careful person does, all else must come out right by itself."""

    def test_verdicts_pretext_and_disposition(self, worked, policy, judge):
        answer = verify(worked.case, policy, judge)
        assert {c.claim_id: c.verdict for c in answer.claims} == dict(worked.label.verdicts)
        assert answer.pretext.flagged is worked.label.pretextual
        assert answer.disposition in worked.label.acceptable_dispositions

    def test_nothing_degraded(self, worked, policy, judge):
        assert verify(worked.case, policy, judge).degraded == ()

    def test_the_answer_validates(self, worked, policy, judge):
        """The published schema allows further fields at the top; below it is closed."""
        schema("assessment").validate(json.loads(verify(worked.case, policy, judge).model_dump_json()))

    def test_every_ref_names_something_and_every_quote_is_verbatim(self, worked, policy, judge):
        assert_refs_and_quotes(worked.case, verify(worked.case, policy, judge))

    def test_same_case_same_answer(self, worked, policy, judge):
        first = verify(worked.case, policy, judge).model_dump_json()
        again = verify(parse_case(worked.case.model_dump_json()), policy, judge).model_dump_json()
        assert first == again

    def test_reasons_are_sentences(self, worked, policy, judge):
        answer = verify(worked.case, policy, judge)
        assert answer.reasons[0].startswith(
            {"cleared": "Cleared:", "review": "Review:", "hold": "Hold:"}[answer.disposition]
        )
        assert all(r.strip().endswith(".") for r in answer.reasons)
        assert len(set(answer.reasons)) == len(answer.reasons)
        for claim in answer.claims:
            assert any(f"Claim {claim.claim_id} " in r for r in answer.reasons)

    def test_the_ledger_tells_every_element(self, worked, policy, judge):
        answer = verify(worked.case, policy, judge)
        wanted = [(c.claim_id, e.id) for c in answer.claims for e in policy.categories[c.category].elements]
        assert [(e.claim_id, e.element) for e in answer.ledger] == wanted
        for claim in answer.claims:
            states = {e.state for e in answer.ledger if e.claim_id == claim.claim_id}
            assert (states == {"supported"}) is (claim.verdict == "supported")

    def test_what_is_not_supported_says_what_is_missing(self, worked, policy, judge):
        for claim in verify(worked.case, policy, judge).claims:
            if claim.verdict == "not_enough_info":
                assert claim.missing


def assert_refs_and_quotes(case, answer):
    texts = {f"signal:{s.signal_id}": s.text or "" for s in case.signals}
    texts |= {f"report:{r.report_id}": r.text for r in case.reports}
    texts |= {f"evidence:{e.evidence_id}": e.text for e in case.request.evidence}
    texts |= {f"participant:{p.participant_id}": p.display_name for p in case.meeting.participants}
    for claim in answer.claims:
        for ref in claim.evidence:
            assert ref.ref in texts
            assert ref.quote is None or (ref.quote and ref.quote in texts[ref.ref])
    for indicator in answer.pretext.indicators:
        assert set(indicator.refs) <= set(texts)
    for entry in answer.ledger:
        assert set(entry.refs) <= set(texts)


@pytest.mark.parametrize("claim", [{"participant_ids": ("p99",)}, {"participant_ids": ("p99", "p1")}, {}])
def test_refs_name_nobody_who_is_not_in_the_case(policy, judge, claim):
    case = sketch(claim=claim)
    assert_refs_and_quotes(case, verify(case, policy, judge))


class TestBrokenJudge:
    @pytest.mark.parametrize(
        "how", [{}, {"at": "judge"}, {"at": "judge", "after": 1}], ids=["screen", "judge", "later"]
    )
    def test_it_is_told_and_nothing_is_cleared(self, worked, policy, how):
        answer = verify(worked.case, policy, BrokenJudge(**how))
        if how.get("after") and not answer.degraded:
            pytest.skip("nothing had to be read a second time")
        assert answer.disposition != "cleared"
        assert answer.degraded == (BrokenJudge.reason,)
        assert BrokenJudge.reason in " ".join(answer.reasons)
        schema("assessment").validate(json.loads(answer.model_dump_json()))

    def test_words_are_neither_supported_nor_refuted_unread(self, worked, policy):
        answer = verify(worked.case, policy, BrokenJudge())
        for claim in answer.claims:
            if claim.category != "csam":
                labelled = worked.label.verdicts[claim.claim_id]
                assert claim.verdict in ("not_enough_info", labelled)

    def test_its_version_is_told(self, policy):
        assert verify(sketch(), policy, BrokenJudge()).versions["model"] == "broken-1"

    def test_a_judge_that_says_too_little_is_broken(self, policy):
        class Short(KeywordJudge):
            def judge(self, passages):
                return super().judge(passages)[:-1]

        answer = verify(with_signals(said("p1", THREAT)), policy, Short(THREATS))
        assert answer.disposition == "review"
        assert answer.degraded

    def test_a_judge_that_says_no_number_is_broken(self, policy):
        judge = KeywordJudge(THREATS, sure=float("nan"))
        answer = verify(with_signals(said("p1", THREAT)), policy, judge)
        assert answer.disposition == "review"
        assert answer.degraded


class TestEmptyRecord:
    def test_it_is_told_and_nothing_is_cleared(self, worked, policy, judge):
        answer = verify(worked.case.model_copy(update={"signals": ()}), policy, judge)
        assert answer.disposition != "cleared"
        assert not any(c.verdict == "supported" for c in answer.claims)
        assert any("empty" in part for part in answer.degraded)

    def test_an_empty_meeting(self, policy, judge):
        case = sketch(meeting={"participants": (), "coverage": ()}, signals=())
        answer = verify(case, policy, judge)
        assert (answer.claims[0].verdict, answer.disposition) == ("not_enough_info", "review")

    def test_the_least_case_there_is(self, policy, judge):
        least = {
            "request": {
                "request_id": "r",
                "submitted_at": "2025-05-20T19:00:00Z",
                "requester": {"actor_id": "a", "role": "user"},
                "target": {"kind": "meeting", "meeting_id": "m"},
                "action": "end_meeting",
                "claims": [{"claim_id": "c", "category": "other"}],
            },
            "meeting": {"meeting_id": "m", "host_account": {"account_id": "h"}},
        }
        answer = verify(parse_case(json.dumps(least)), policy, judge)
        assert answer.disposition == "review"
        schema("assessment").validate(json.loads(answer.model_dump_json()))


class TestAnswer:
    def test_versions(self, policy, judge):
        versions = verify(sketch(), policy, judge).versions
        assert versions == {"verifier": VERSION, "policy": policy.version, "model": judge.version}

    def test_the_digest_names_the_case(self, policy, judge):
        case = sketch()
        assert verify(case, policy, judge).case_digest == case_digest(case)
        assert case_digest(parse_case(json.dumps(plain(case)))) == case_digest(case)
        assert case_digest(sketch(meeting={"title": "Neighbours!"})) != case_digest(case)

    def test_the_digest_does_not_depend_on_how_a_time_is_written(self):
        raw = json.dumps(plain(sketch()))
        other = raw.replace("2025-05-20T18:00:00Z", "2025-05-20T20:00:00+02:00")
        assert raw != other
        assert case_digest(parse_case(raw)) == case_digest(parse_case(other))

    def test_claims_keep_their_order(self, policy, judge):
        claims = tuple({"claim_id": f"c{n}", "category": "harassment"} for n in (3, 1, 2))
        answer = verify(sketch(request={"claims": claims}), policy, judge)
        assert [c.claim_id for c in answer.claims] == ["c3", "c1", "c2"]

    def test_the_schema_is_closed_below_the_top(self, policy, judge):
        answer = json.loads(verify(sketch(), policy, judge).model_dump_json())
        answer["claims"][0]["mood"] = "bad"
        with pytest.raises(jsonschema.ValidationError):
            schema("assessment").validate(answer)


def test_importing_the_verifier_brings_no_network_database_or_training_code():
    code = (
        "import sys, json, verifier.verify, verifier.problems, verifier.policy; "
        "from verifier.pretext.indicators import all_indicators; all_indicators(); "
        "print(json.dumps(sorted({m.partition('.')[0] for m in sys.modules})))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    loaded = set(json.loads(ran.stdout))
    forbidden = {
        "torch", "transformers", "datasets", "sklearn", "onnxruntime", "fastapi", "starlette", "uvicorn",
        "httpx", "requests", "urllib3", "aiohttp", "sqlite3", "sqlalchemy", "service", "eval", "click", "rich",
    }  # fmt: skip
    assert not loaded & forbidden


def test_verifying_opens_no_connection_and_reads_no_clock(policy, judge, monkeypatch):
    import socket

    def refuse(*_, **__):
        raise AssertionError("the verifier must be pure")

    verify(sketch(), policy, judge)  # lexicons are read once
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(time, "time", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    assert verify(worked_case("12").case, policy, judge).disposition == "cleared"


class TestSize:
    """Generous bounds on processor time: they catch what grows with the square of a case, not a busy machine."""

    def seconds(self, case, policy, judge=None):
        start = time.process_time()
        verify(case, policy, judge or KeywordJudge(THREATS))
        return time.process_time() - start

    def test_a_webinar_of_two_thousand(self, policy):
        members = people(*["host"] + ["attendee"] * 1999)
        assert self.seconds(sketch(meeting={"participants": members}), policy) < 5

    def test_a_long_meeting_and_a_long_exhibit(self, policy):
        turns = tuple(
            said(
                "p2",
                f"item {n}: the hedge, the ladder and the council plan {n * 7919 % 1000}",
                minute=n / 40,
                name=f"t{n}",
            )
            for n in range(2000)
        )
        text = "\n".join(f"Bram: line {n} of something rather different, number {n * 31 % 977}" for n in range(300))
        case = sketch(signals=turns, request={"evidence": (exhibit("1", "transcript_excerpt", text),)})
        assert self.seconds(case, policy) < 10
