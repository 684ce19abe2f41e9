import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit.log import entries
from service.requests.tables import RequestRecord
from service.review import leases
from service.review.deciding import decide
from service.review.dossier import read
from service.review.quorum import outcome_of
from service.review.tables import Decision, Review

from .desk import TIED, put, saying
from .test_leases import refused


def answers(office, review, person, outcome="deny", **changed):
    leases.take(office, review, person)
    case = read(office, review, person).case
    return decide(office, review, person, saying(case, outcome, **changed))


def state_of(store, review):
    with store.reading() as session:
        row = session.get(Review, review)
        return row.state, row.outcome


def test_one_person_decides_a_review_and_what_follows_happens_in_the_same_transaction(office, store, clock):
    seen = []
    office = replace(
        office, on_closed=lambda session, review, at: seen.append((review.outcome, session.in_transaction()))
    )
    review = put(store, clock)
    assert answers(office, review, "ana").outcome == "deny"
    assert seen == [("deny", True)]


def test_what_follows_can_undo_the_decision_by_failing(office, store, clock):
    def fails(session, review, at):
        raise RuntimeError("no permit could be written")

    review = put(store, clock)
    with pytest.raises(RuntimeError):
        answers(replace(office, on_closed=fails), review, "ana")
    assert state_of(store, review) == ("open", None)


def test_a_hold_takes_two_who_agree(office, store, clock):
    review = put(store, clock, "hold")
    answers(office, review, "ana")
    assert state_of(store, review) == ("open", None)
    answers(office, review, "chi")
    assert state_of(store, review) == ("closed", "deny")


def test_two_who_differ_on_a_hold_make_a_third_decide(office, store, clock):
    review = put(store, clock, "hold")
    answers(office, review, "ana", "approve")
    answers(office, review, "chi", "deny")
    assert state_of(store, review) == ("open", None)
    answers(office, review, "eli", "deny")
    assert state_of(store, review) == ("closed", "deny")


def test_nobody_decides_the_same_case_twice(office, store, clock):
    review = put(store, clock, "hold")
    answers(office, review, "ana")
    assert leases.take_next(office, "ana") is None
    with refused("not-for-you"):
        leases.take(office, review, "ana")


def test_the_second_of_two_does_not_see_what_the_first_answered_or_noted(office, store, clock):
    from service.review.asking import note

    review = put(store, clock, "hold")
    leases.take(office, review, "ana")
    note(office, review, "ana", "This smells of a setup.")
    decide(office, review, "ana", saying(read(office, review, "ana").case))
    leases.take(office, review, "chi")
    seen = read(office, review, "chi")
    assert seen.decisions == ()
    assert seen.notes == ()
    assert [d.person for d in read(office, review, "ana").decisions] == ["ana"]
    decide(office, review, "chi", saying(seen.case))
    assert [d.person for d in read(office, review, "chi").decisions] == ["ana", "chi"]


@pytest.mark.parametrize("person", TIED)
def test_somebody_tied_can_not_see_or_decide_and_the_attempt_is_logged(office, store, clock, person):
    review = put(store, clock, "hold")
    for attempt in (lambda: read(office, review, person), lambda: decide(office, review, person, saying(CASE))):
        with refused("not-independent"):
            attempt()
    with store.reading() as session:
        assert [(e.actor, json.loads(e.detail)["deed"]) for e in entries(session, kind="review.refused")] == [
            (person, "view"), (person, "decide"),
        ]  # fmt: skip


def test_content_is_shown_only_to_whoever_holds_it_and_the_view_is_in_the_log(office, store, clock):
    review = put(store, clock)
    with refused("not-held"):
        read(office, review, "ana")
    leases.take(office, review, "ana")
    read(office, review, "ana")
    assert read(office, review, "aud").held is False
    with store.reading() as session:
        assert [e.actor for e in entries(session, kind="content.viewed")] == ["ana", "aud"]


def test_a_view_that_can_not_be_logged_shows_nothing(office, store, clock, monkeypatch):
    review = put(store, clock)
    leases.take(office, review, "ana")

    def broken(*_, **__):
        raise RuntimeError("no log")

    monkeypatch.setattr("service.review.office.record", broken)
    with pytest.raises(RuntimeError):
        read(office, review, "ana")


def test_a_decision_without_a_lease_or_after_it_is_refused(office, store, clock):
    review = put(store, clock)
    with refused("not-held"):
        decide(office, review, "ana", saying(CASE))
    leases.take(office, review, "ana")
    clock.forward(minutes=15)
    with refused("not-held"):
        decide(office, review, "ana", saying(CASE))


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"verdicts": {}}, "/verdicts"),
        ({"verdicts": {"c1": "refuted", "c9": "refuted"}}, "/verdicts"),
        ({"cites": ()}, "/cites"),
        ({"cites": ("c1/invented",)}, "/cites"),
        ({"reason": "no"}, "/reason"),
        ({"outcome": "approve", "verdicts": {"c1": "refuted"}}, "/outcome"),
        ({"outcome": "approve", "verdicts": {"c1": "supported"}, "pretextual": True}, "/outcome"),
    ],
)
def test_an_answer_that_does_not_hold_together_is_refused(office, store, clock, changed, pointer):
    review = put(store, clock)
    leases.take(office, review, "ana")
    case = read(office, review, "ana").case
    with refused("invalid-decision") as caught:
        decide(office, review, "ana", saying(case, **changed))
    assert pointer in {problem.pointer for problem in caught.value.errors}
    with store.reading() as session:
        assert session.get(Decision, (review, "ana")) is None


def test_what_can_not_be_taken_back_is_approved_only_by_typing_its_name(office, store, clock):
    review = put(store, clock, number="08")
    leases.take(office, review, "ana")
    case = read(office, review, "ana").case
    assert case.request.action == "delete_recording"
    with refused("invalid-decision"):
        decide(office, review, "ana", saying(case, "approve", confirm="yes"))
    assert decide(office, review, "ana", saying(case, "approve", confirm="Delete recording")).outcome == "approve"


def test_a_request_that_ended_elsewhere_can_not_be_decided_any_more(office, store, clock):
    from service.requests.book import transition

    review = put(store, clock, request_id="R-gone")
    leases.take(office, review, "ana")
    with store.transaction() as session:
        transition(session, session.get(RequestRecord, "R-gone"), "expired", actor="queue", at=clock(), why="late")
    with refused("review-closed"):
        decide(office, review, "ana", saying(CASE))


@given(st.lists(st.sampled_from(["approve", "deny"]), max_size=9), st.integers(1, 4))
def test_an_outcome_is_what_enough_people_answered_first(given, needed):
    outcome = outcome_of(given, needed)
    if outcome is None:
        assert max(given.count("approve"), given.count("deny")) < needed
    else:
        assert given.count(outcome) >= needed
        assert outcome_of(given + ["approve", "deny"] * 3, needed) == outcome


from tests.service.requests.asking import case_of  # noqa: E402

CASE = case_of("03")
