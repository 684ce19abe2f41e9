"""How signs add up: one strong, or two weak ones of different kinds, when a claim is not supported."""

from __future__ import annotations

import itertools

import pytest

from tests.stubs import (
    THREAT,
    THREATS,
    BrokenJudge,
    KeywordJudge,
    account,
    exhibit,
    plain_policy,
    report,
    said,
    sketch,
    with_signals,
)
from verifier.policy import DEFAULT_POLICY, load_policy
from verifier.pretext import score
from verifier.pretext.view import IndicatorSpec, Sign
from verifier.verify import verify

POLICY = plain_policy()
JUDGE = KeywordJudge(THREATS)


@pytest.fixture
def signs(monkeypatch):
    """Show exactly these signs: (code, kind, strength)."""

    def show(*shown):
        specs = tuple(
            IndicatorSpec(code, kind, "W.", "n", "2020", lambda _, s=strength: Sign(s, "It shows."), tuple)
            for code, kind, strength in shown
        )
        monkeypatch.setattr(score, "all_indicators", lambda: specs)

    return show


def pretext(case=None, judge=JUDGE, policy=POLICY):
    return verify(case or sketch(), policy, judge).pretext


STRONG, WEAK, OTHER = ("s", "strong", 0.9), ("a", "weak", 0.6), ("b", "weak", 0.55)
SUPPORTED = with_signals(said("p1", THREAT))


@pytest.mark.parametrize(
    ("shown", "flagged"),
    [
        ((), False),
        ((STRONG,), True),
        ((WEAK,), False),
        ((("a", "weak", 1.0),), False),
        ((WEAK, OTHER), True),
        ((WEAK, OTHER, STRONG), True),
        ((("s", "strong", 0.5),), True),
        ((("s", "strong", 0.49),), False),
        ((("s", "strong", 0.49), WEAK), False),  # a strong sign that is too faint is no weak one either
    ],
)
def test_what_convicts(signs, shown, flagged):
    signs(*shown)
    found = pretext()
    assert found.flagged is flagged
    assert (found.score >= 0.5) is flagged
    assert [i.code for i in found.indicators] == [code for code, _, _ in shown]


@pytest.mark.parametrize("shown", [(STRONG,), (WEAK, OTHER), (STRONG, WEAK, OTHER)])
def test_a_supported_request_is_never_pretextual(signs, shown):
    signs(*shown)
    answer = verify(SUPPORTED, POLICY, JUDGE)
    assert not answer.pretext.flagged
    assert answer.pretext.score <= 0.1
    assert answer.disposition == "cleared"


def test_a_true_claim_does_not_clean_a_false_one(signs):
    signs(STRONG)
    claims = (
        {"claim_id": "c1", "category": "violent_threat", "narrative": "The host threatened people."},
        {"claim_id": "c2", "category": "terrorism", "narrative": "The host praised terror."},
    )
    answer = verify(with_signals(said("p1", THREAT), request={"claims": claims}), POLICY, JUDGE)
    assert [c.verdict for c in answer.claims] == ["supported", "refuted"]
    assert answer.disposition == "hold"


def test_more_signs_more_score(signs):
    scores = []
    for shown in [(), (WEAK,), (WEAK, OTHER), (WEAK, OTHER, ("c", "weak", 0.5)), (STRONG, WEAK, OTHER)]:
        signs(*shown)
        scores.append(pretext().score)
    assert scores == sorted(scores)
    assert len(set(scores)) == len(scores)


def test_a_platform_may_ask_for_more(signs, tmp_path):
    text = DEFAULT_POLICY.read_text("utf-8")
    path = tmp_path / "p.yaml"
    path.write_text(text.replace("weak_needed: 2", "weak_needed: 3"), "utf-8")
    signs(WEAK, OTHER)
    assert not pretext(policy=load_policy(path)).flagged


class TestWithoutAJudge:
    """Unsupported then means unexamined: weak signs don't convict, strong ones do."""

    def test_weak_signs(self, signs):
        signs(WEAK, OTHER)
        assert not pretext(judge=BrokenJudge()).flagged

    def test_strong_signs(self, signs):
        signs(STRONG)
        assert pretext(judge=BrokenJudge()).flagged


# Real weak signs, one by one and in pairs, on one unsupported request.
WEAK_SIGNS = {
    "pressure": {"justification": "No review needed."},
    "foreign_reach": {"legal_basis": {"kind": "statute", "country": "KZ", "reference": "Art. 1"}},
    "overreach": {"action": "end_meeting", "claims": ({"claim_id": "c1", "category": "self_harm", "narrative": "x"},)},
}


@pytest.mark.parametrize("name", WEAK_SIGNS)
def test_one_real_weak_sign_alone_never_convicts(name):
    found = pretext(sketch(request=WEAK_SIGNS[name]))
    assert [i.code for i in found.indicators] == [name]
    assert not found.flagged


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(WEAK_SIGNS, 2)))
def test_two_of_different_kinds_do(a, b):
    found = pretext(sketch(request=WEAK_SIGNS[a] | WEAK_SIGNS[b]))
    assert {i.code for i in found.indicators} == {a, b}
    assert found.flagged


def test_one_kind_twice_is_one_sign():
    found = pretext(sketch(request={"justification": "No review needed."}, claim={"narrative": "No review needed."}))
    assert [i.code for i in found.indicators] == ["pressure"]
    assert not found.flagged


def test_dishonest_papers_for_a_true_claim_are_told_but_not_held():
    invented = "Joke Visser: tonight we set the whole place on fire with everybody inside of it"
    fresh = [report(str(n), "Close this terrible meeting now", who=account(f"x{n}", days=1)) for n in range(3)]
    case = with_signals(
        said("p1", THREAT),
        request={"evidence": (exhibit("1", "transcript_excerpt", invented),)},
        reports=tuple(fresh),
    )
    answer = verify(case, POLICY, JUDGE)
    assert {"fabricated_exhibit", "coordinated_reports"} <= {i.code for i in answer.pretext.indicators}
    assert not answer.pretext.flagged
    assert answer.disposition == "cleared"
