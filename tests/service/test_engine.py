"""Whatever happens to the judge, nothing is cleared by it."""

import threading

import pytest

from models.judge import JudgeUnavailable
from service.engine import LocalVerifier, never_clear_degraded
from verifier.policy import load_policy
from verifier.problems import parse_case

from .fakes import answer, case_file

POLICY = load_policy()


class WorkingJudge:
    version = "works-1"

    def judge(self, passages):
        return [None] * len(passages)


def failing(error):
    def load():
        raise error

    return load


def test_a_judge_is_loaded_once_however_many_ask():
    loads = []
    verifier = LocalVerifier(POLICY, lambda: loads.append(1) or WorkingJudge())
    callers = [threading.Thread(target=verifier.probe) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(loads) == 1
    assert verifier.probe() == "works-1"


@pytest.mark.parametrize("error", [JudgeUnavailable("no file"), ValueError("truncated"), OSError(5, "I/O error")])
def test_whatever_loading_does_the_probe_says_unavailable(error):
    with pytest.raises(JudgeUnavailable):
        LocalVerifier(POLICY, failing(error)).probe()


def test_a_probe_tries_again():
    outcomes = [JudgeUnavailable("not yet"), None]

    def load():
        outcome = outcomes.pop(0)
        if outcome:
            raise outcome
        return WorkingJudge()

    verifier = LocalVerifier(POLICY, load)
    with pytest.raises(JudgeUnavailable):
        verifier.probe()
    assert verifier.probe() == "works-1"


def test_a_degraded_clearance_goes_to_a_person():
    case = parse_case(case_file("03").read_bytes())
    kept = never_clear_degraded(answer(case, "cleared", degraded=("no model",)), POLICY)
    assert kept.disposition == "review"
    assert kept.approvals.required >= 1
    assert kept.reasons[1:] == ("the first reason", "the second reason")


@pytest.mark.parametrize(("disposition", "degraded"), [("cleared", ()), ("review", ("x",)), ("hold", ("x",))])
def test_other_answers_stay(disposition, degraded):
    given = answer(parse_case(case_file("03").read_bytes()), disposition, degraded=degraded)
    assert never_clear_degraded(given, POLICY) is given
