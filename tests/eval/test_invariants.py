"""The contract's nine rules on the worked cases, and whether the suite catches systems that break them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from eval.invariants import twins
from eval.invariants.rules import check
from models.judge import JudgeUnavailable, MissingJudge, TextJudge
from models.runtime import load_judge
from verifier.assessment import Assessment, EvidenceRef
from verifier.case import Case, LabelledCase
from verifier.policy import load_policy
from verifier.problems import parse_labelled_case
from verifier.verify import verify

CASES = sorted((Path(__file__).parents[1] / "fixtures" / "cases").glob("*.json"))
POLICY = load_policy()


@pytest.fixture(scope="module")
def judge() -> TextJudge:
    try:
        return load_judge(timeout_s=120)
    except JudgeUnavailable as unavailable:
        return MissingJudge(str(unavailable))


def _read(path: Path) -> LabelledCase:
    return parse_labelled_case(path.read_bytes())


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_every_rule_holds_on_the_worked_cases(path: Path, judge: TextJudge) -> None:
    labelled = _read(path)
    assert list(check(labelled.case_id, labelled.case, lambda case: verify(case, POLICY, judge))) == []


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_twins_are_valid_and_always_the_same(path: Path) -> None:
    case = _read(path).case
    for twin in (
        twins.louder, twins.without_signals, twins.other_name, twins.shuffled, twins.renamed, twins.shifted,
        twins.injected_request, twins.injected_chat, twins.look_alike, twins.zero_width, twins.spaced, twins.upper_case,
    ):  # fmt: skip
        made = twin(case)
        assert made == twin(case), twin.__name__
        assert Case.model_validate_json(made.model_dump_json()) == made, twin.__name__


def test_shifted_moves_everything_and_back() -> None:
    case = _read(CASES[0]).case
    there = twins.shifted(case, timedelta(days=3))
    assert there.request.submitted_at - case.request.submitted_at == timedelta(days=3)
    assert there.meeting.participants[3].joined_at != case.meeting.participants[3].joined_at
    assert twins.shifted(there, timedelta(days=-3)) == case


def test_renamed_keeps_who_is_who() -> None:
    case = _read(CASES[1]).case
    other = twins.renamed(case)
    before = [p.account.network_id for p in case.meeting.participants if p.account]
    after = [p.account.network_id for p in other.meeting.participants if p.account]
    assert not set(before) & set(after)
    assert [before.index(n) for n in before] == [after.index(n) for n in after]
    assert other.signals[0].participant_id is None


@pytest.fixture
def honest() -> Callable[[Case], Assessment]:
    return lambda case: verify(case, POLICY, MissingJudge("none"))


def _cheat(answer: Assessment, **claim: object) -> Assessment:
    return answer.model_copy(update={"claims": tuple(c.model_copy(update=claim) for c in answer.claims)})


def _broken(case: Case, cheater: Callable[[Case], Assessment]) -> set[int]:
    return {violation.rule for violation in check("x", case, cheater)}


def test_believing_the_requester_breaks_rules_1_and_6(honest: Callable[[Case], Assessment]) -> None:
    def cheater(case: Case) -> Assessment:
        shouted = "THIS IS CERTAIN" in case.request.justification or "approved by legal" in case.request.justification
        return _cheat(honest(case), verdict="supported") if shouted else honest(case)

    assert _broken(_read(CASES[7]).case, cheater) == {1, 6}


def test_clearing_everything_breaks_rule_2(honest: Callable[[Case], Assessment]) -> None:
    assert 2 in _broken(_read(CASES[7]).case, lambda case: honest(case).model_copy(update={"disposition": "cleared"}))


def test_trusting_a_role_breaks_rule_4(honest: Callable[[Case], Assessment]) -> None:
    def cheater(case: Case) -> Assessment:
        trusted = case.request.requester.role == "government_liaison"
        return _cheat(honest(case), verdict="supported") if trusted else honest(case)

    assert _broken(_read(CASES[7]).case, cheater) == {4}


def test_reading_labels_from_ids_breaks_rule_5(honest: Callable[[Case], Assessment]) -> None:
    def cheater(case: Case) -> Assessment:
        known = case.request.request_id.startswith("REQ")
        return _cheat(honest(case), verdict="supported" if known else "refuted")

    assert 5 in _broken(_read(CASES[7]).case, cheater)


def test_invented_quotes_break_rule_7(honest: Callable[[Case], Assessment]) -> None:
    case = _read(CASES[7]).case
    invented = (
        EvidenceRef(ref=f"signal:{case.signals[1].signal_id}", stance="supports", weight=1, quote="never said"),
    )
    nowhere = (EvidenceRef(ref="signal:nowhere", stance="supports", weight=1),)
    for evidence in (invented, nowhere):
        assert 7 in _broken(case, lambda c, e=evidence: _cheat(honest(c), evidence=e))


def test_matching_exact_letters_breaks_rule_8(honest: Callable[[Case], Assessment]) -> None:
    case = _read(CASES[11]).case

    def cheater(case: Case) -> Assessment:
        heard = any("Northwind Column" in (s.text or "") for s in case.signals if s.kind == "transcript")
        return _cheat(honest(case), verdict="supported" if heard else "refuted")

    assert 8 in _broken(case, cheater)


def test_changing_answers_break_rule_9(honest: Callable[[Case], Assessment]) -> None:
    count = iter(range(1000))
    assert 9 in _broken(_read(CASES[7]).case, lambda case: _cheat(honest(case), support=next(count) / 1000))
