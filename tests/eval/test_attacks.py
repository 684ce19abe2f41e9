"""The attack suite: what it stages is what it says, nothing clears, and innocents stay unflagged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval import cases
from eval.attacks.strategies import ALL
from eval.attacks.suite import Trial, is_base, stage, trials
from tests.stubs import KeywordJudge, plain_policy
from verifier.case import LabelledCase

SAMPLE = Path(__file__).parents[2] / "eval" / "data" / "takedownbench_sample.jsonl.gz"
POLICY = plain_policy()


def _bases() -> Iterator[LabelledCase]:
    for number, line in enumerate(cases.lines(SAMPLE), 1):
        item = cases.parse(line, number, POLICY.categories)
        if is_base(item):
            assert item.label is not None
            yield LabelledCase(case_id=item.case_id, case=item.case, label=item.label)


@pytest.fixture(scope="module")
def bases() -> list[LabelledCase]:
    return list(_bases())


@pytest.fixture(scope="module")
def done(bases: list[LabelledCase]) -> list[Trial]:
    """Every strategy on two base cases, before a judge that finds no violation in any words."""
    return list(trials(bases[:2], POLICY, KeywordJudge()))


def test_there_are_at_least_twelve_strategies_each_with_a_name_of_its_own() -> None:
    assert len(ALL) >= 12
    assert len({a.name for a in ALL}) == len(ALL)
    assert all(a.told.endswith(".") for a in ALL)
    assert all(bool(a.unseen) is not a.shown for a in ALL)


def test_the_carried_sample_has_cases_to_play_on(bases: list[LabelledCase]) -> None:
    assert len(bases) >= 2


def test_the_same_base_gives_the_same_case(bases: list[LabelledCase]) -> None:
    for attack in ALL:
        assert stage(attack, bases[0], innocent=False) == stage(attack, bases[0], innocent=False)


def test_an_attack_and_its_look_alike_carry_opposite_labels(done: list[Trial]) -> None:
    for trial in done:
        assert trial.case.label.pretextual is not trial.innocent
        assert trial.case.slices == (f"attack:{trial.attack.name}", "innocent" if trial.innocent else "attack")


@pytest.mark.parametrize("attack", ALL, ids=lambda a: a.name)
class TestEachStrategy:
    def test_it_never_clears(self, attack, done):  # type: ignore[no-untyped-def]
        assert not any(t.cleared for t in done if t.attack is attack)

    def test_it_is_flagged_where_the_record_can_show_it(self, attack, done):  # type: ignore[no-untyped-def]
        own = [t for t in done if t.attack is attack and not t.innocent]
        assert all(t.flagged for t in own) is attack.shown

    def test_its_innocent_look_alike_is_not(self, attack, done):  # type: ignore[no-untyped-def]
        assert [t.signs for t in done if t.attack is attack and t.innocent and t.flagged] == []
