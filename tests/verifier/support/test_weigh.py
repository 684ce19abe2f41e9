"""Weighing: a further observation of the claimed violation by the target never lowers its support."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stubs import GradedJudge, account, exhibit, found, people, plain_policy, said, sketch
from verifier.verify import verify

POLICY = plain_policy()

_PEOPLE = ("host", "cohost", "attendee", "attendee", "attendee", "attendee")
_TARGETS = {
    "meeting": {"kind": "meeting", "meeting_id": "m-1"},
    "account": {"kind": "account", "account_id": "a-p3", "meeting_id": "m-1"},
    "participant": {"kind": "participant", "participant_id": "p1", "meeting_id": "m-1"},
}
_DOERS = {"meeting": ("p1", "p2"), "account": ("p3",), "participant": ("p1",)}

_passage = st.tuples(
    st.just("words"),
    st.sampled_from(["p1", "p2", "p3", "p4", "p5", "p6", None]),
    st.integers(5, 96),
    st.integers(0, 59),
    st.integers(5, 96),
)
_detection = st.tuples(
    st.sampled_from(["classifier", "event", "hash", "video"]),
    st.sampled_from(["p1", "p2", "p3", "p4", None]),
    st.integers(1, 100),
    st.integers(0, 59),
    st.just(0),
)


def signal(n, kind, who, score, minute, about):
    if kind == "words":
        return said(who, f"line {n} v{score:02} a{about:02}", minute=minute, name=f"s{n}")
    more = {
        "classifier": {"source": "text-model"},
        "video": {"source": "video-model"},
        "event": {"kind": "security_event"},
        "hash": {"kind": "hash_match", "source": "list"},
    }[kind]
    return found(who, "violent_threat", score / 100, minute=minute) | {"signal_id": f"s{n}"} | more


def support(target, signals):
    case = sketch(
        meeting={"participants": people(*_PEOPLE)},
        request={"target": _TARGETS[target]},
        claim={"participant_ids": (), "narrative": "They threatened us."},
        signals=tuple(signal(n, *s) for n, s in enumerate(signals)),
    )
    return verify(case, POLICY, GradedJudge()).claims[0].support


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(_TARGETS)),
    st.lists(st.one_of(_passage, _detection), max_size=7),
    st.data(),
)
def test_more_of_it_by_the_target_never_lowers_support(target, signals, data):
    who = data.draw(st.sampled_from(_DOERS[target]))
    minute = data.draw(st.integers(0, 59))
    more = data.draw(
        st.one_of(
            st.tuples(st.just("words"), st.just(who), st.integers(80, 96), st.just(minute), st.integers(80, 96)),
            st.tuples(
                st.sampled_from(["classifier", "event", "hash", "video"]),
                st.just(who),
                st.integers(90, 100),
                st.just(minute),
                st.just(0),
            ),
        )
    )
    assert support(target, [*signals, more]) >= support(target, signals)


@pytest.mark.parametrize("target", sorted(_TARGETS))
def test_a_second_finding_beside_mere_talk_takes_nothing_away(target):
    who = _DOERS[target][0]
    one = [("classifier", who, 95, 3, 0), ("words", who, 3, 40, 93)]
    assert support(target, [*one, ("classifier", who, 95, 40, 0)]) >= support(target, one)


@pytest.mark.parametrize("score", [57, 66, 80])
def test_a_host_who_joins_a_crowd_takes_nothing_away(score):
    crowd = [("words", p, 62, 20, 62) for p in ("p3", "p4", "p5")]
    hosts = [("words", "p1", 57, 40, 57)]
    assert support("meeting", [*crowd, *hosts]) >= support("meeting", crowd)
    assert support("meeting", [*crowd, *hosts, ("words", "p1", score, 41, score)]) >= support(
        "meeting", [*crowd, *hosts]
    )


def test_a_cohost_whom_the_requester_makes_a_stranger_raises_nothing():
    """Exhibits are the requester's; naming a cohost as an exhibit's author must not help the claim."""

    def with_author(*authors):
        crowd = [said(p, "v62", name=f"x{p}") for p in ("p3", "p4", "p5")]
        cohost = [said("p2", "v57", name="c1"), said("p2", "v66", name="c2", minute=33)]
        case = sketch(
            meeting={"participants": people(*_PEOPLE)},
            claim={"participant_ids": ()},
            signals=(*crowd, *cohost),
            request={"evidence": tuple(exhibit("1", "document", "Look.", author=a) for a in authors)},
        )
        return verify(case, POLICY, GradedJudge()).claims[0].support

    assert with_author(account("p2")) <= with_author()
