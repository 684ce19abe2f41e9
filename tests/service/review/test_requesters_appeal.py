"""A requester whom people refused is heard once more, by others than before and by nobody tied to them."""

import pytest

from service.audit.log import entries
from service.letters.tables import Letter, Statement
from service.permits.keys import SigningKeys
from service.permits.tables import PermitRecord
from service.requests.tables import RequestRecord
from service.review import leases
from service.review.appeals import appeal, appeal_refusal, may_appeal_until
from service.review.deadlines import sweep
from service.review.dossier import read
from service.review.rules import load_rules
from service.review.setup import open_office
from service.review.tables import Review

from .desk import INDEPENDENT, PEOPLE, TIED, put
from .test_aftermath import answers, rows
from .test_leases import refused

WHY = "The recording from the second device was not looked at."


@pytest.fixture
def office(store, clock, tmp_path):
    from service.people import parse_people

    keys = SigningKeys(tmp_path / "keys.json")
    return open_office(store, clock, parse_people(PEOPLE), load_rules(), keys, "https://x.example/appeal")


@pytest.fixture
def denied(office, store, clock):
    """The first round of a request that two people refused as a pretext."""
    review = put(store, clock, "hold", number="12", request_id="R-d")
    answers(office, review, "ana", "deny", pretextual=True)
    answers(office, review, "chi", "deny", pretextual=True)
    return review


def state(store):
    with store.reading() as session:
        return session.get(RequestRecord, "R-d").state


def logged(store, kind):
    with store.reading() as session:
        return list(entries(session, kind=kind, subject="R-d"))


def test_other_people_hear_it_and_may_find_for_the_requester(office, store, denied):
    second = appeal_refusal(office, "R-d", "desk", WHY)
    assert (second.kind, second.round, second.needed, state(store)) == ("appeal", 2, 2, "denied")
    for person in ("ana", "chi", *TIED):
        with refused("not-independent"):
            leases.take(office, second.review_id, person)
        with refused("not-independent"):
            read(office, second.review_id, person)
    leases.take(office, second.review_id, "dee")
    dossier = read(office, second.review_id, "dee")
    assert (dossier.appeal, dossier.appealed_by) == (WHY, "requester")
    leases.release(office, second.review_id, "dee")
    answers(office, second.review_id, "ben", "approve")
    assert state(store) == "denied", "one of two is not enough"
    answers(office, second.review_id, "eli", "approve")
    assert state(store) == "approved"
    [permit] = rows(store, PermitRecord)
    assert permit.claims["approvers"] == ["ben", "eli"]
    letters = sorted(rows(store, Letter), key=lambda one: one.round)
    assert [one.kind for one in letters] == ["attempt", "restricted"]
    assert "refused it at first" in letters[1].body
    assert len(rows(store, Statement)) == 1
    assert [e.said["decision_stands"] for e in logged(store, "appeal.decided")] == [False]


def test_the_host_can_appeal_what_the_requesters_appeal_brought_and_nobody_is_heard_twice(office, store, denied):
    import re

    second = appeal_refusal(office, "R-d", "desk", WHY)
    for person in ("ben", "eli"):
        answers(office, second.review_id, person, "approve")
    restricted = next(one for one in rows(store, Letter) if one.kind == "restricted")
    third = appeal(office, re.search(r"^ {4}(\S+)$", restricted.body, re.MULTILINE)[1], "It was a play.")
    assert third.round == 3
    able = [p for p in INDEPENDENT if p not in ("ana", "chi", "ben", "eli")]
    for person in ("ana", "chi", "ben", "eli"):
        with refused("not-independent"):
            leases.take(office, third.review_id, person)
    assert leases.take_next(office, able[0]).review_id == third.review_id
    with refused("review-closed"):
        appeal_refusal(office, "R-d", "desk", WHY)


def test_refused_again_it_stays_refused_and_the_host_hears_of_it(office, store, denied):
    second = appeal_refusal(office, "R-d", "desk", WHY)
    for person in ("ben", "eli"):
        answers(office, second.review_id, person, "deny", pretextual=True)
    assert state(store) == "denied"
    assert rows(store, PermitRecord) == []
    letters = sorted(rows(store, Letter), key=lambda one: one.round)
    assert [one.kind for one in letters] == ["attempt", "attempt"]
    assert "refused again" in letters[1].body
    assert [e.said["decision_stands"] for e in logged(store, "appeal.decided")] == [True]
    with refused("review-closed"):
        appeal_refusal(office, "R-d", "desk", WHY)


def test_only_the_caller_who_asked_may_and_others_tries_are_logged(office, store, denied):
    for caller in ("another-desk", "ana", "liaison-1"):
        with refused("not-found"):
            appeal_refusal(office, "R-d", caller, WHY)
    assert [e.actor for e in logged(store, "appeal.refused")] == ["another-desk", "ana", "liaison-1"]
    with store.reading() as session:
        assert session.query(Review).count() == 1


def test_it_takes_a_reason_a_refusal_and_to_be_in_time(office, store, clock, denied):
    with refused("invalid-body"):
        appeal_refusal(office, "R-d", "desk", "please")
    open_one = put(store, clock, request_id="R-open")
    with refused("review-closed"):
        appeal_refusal(office, "R-open", "desk", WHY)
    answers(office, open_one, "ana", "approve")
    with refused("review-closed"):
        appeal_refusal(office, "R-open", "desk", WHY)
    with store.reading() as session:
        request = session.get(RequestRecord, "R-d")
        assert may_appeal_until(session, request, office.rules, clock()) is not None
    clock.forward(days=184)
    with refused("review-closed"):
        appeal_refusal(office, "R-d", "desk", WHY)
    with store.reading() as session:
        assert may_appeal_until(session, request, office.rules, clock()) is None


def test_whoever_recused_themselves_does_not_hear_the_appeal(office, store, clock):
    review = put(store, clock, request_id="R-r")
    leases.recuse(office, review, "dee", "I know the host.")
    answers(office, review, "ana", "deny")
    second = appeal_refusal(office, "R-r", "desk", WHY)
    with refused("not-independent"):
        leases.take(office, second.review_id, "dee")


def test_an_appeal_whose_case_was_erased_leaves_the_queue_undecided(office, store, clock, denied):
    from service.retention.erase import erase_meeting

    second = appeal_refusal(office, "R-d", "desk", WHY)
    with store.transaction() as session:
        meeting = session.get(RequestRecord, "R-d").meeting_id
        erase_meeting(session, meeting, by="operator", at=clock(), why="asked")
    clock.forward(hours=73)
    sweep(office)
    with store.reading() as session:
        row = session.get(Review, second.review_id)
        assert (row.state, row.outcome) == ("closed", None)
    assert state(store) == "denied"
    assert [e.said["review_id"] for e in logged(store, "review.withdrawn")] == [second.review_id]
