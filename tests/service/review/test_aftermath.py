import json
import re

import pytest
from sqlalchemy import select

from service.audit.log import entries
from service.letters.tables import Letter, Statement
from service.permits.keys import SigningKeys
from service.permits.tables import PermitRecord
from service.requests.tables import RequestRecord
from service.review import leases
from service.review.appeals import appeal
from service.review.deciding import decide
from service.review.dossier import read
from service.review.rules import load_rules
from service.review.setup import open_office
from service.review.tables import Review
from verifier.case import LabelledCase

from .desk import PEOPLE, put, saying
from .test_leases import refused


@pytest.fixture
def office(store, clock, tmp_path):
    from service.people import parse_people

    keys = SigningKeys(tmp_path / "keys.json")
    return open_office(store, clock, parse_people(PEOPLE), load_rules(), keys, "https://x.example/appeal")


def answers(office, review, person, outcome, **changed):
    leases.take(office, review, person)
    return decide(office, review, person, saying(read(office, review, person).case, outcome, **changed))


def rows(store, table):
    with store.reading() as session:
        return session.scalars(select(table)).all()


def test_an_approval_issues_one_permit_with_the_names_of_those_who_agreed(office, store, clock):
    review = put(store, clock, number="12", request_id="R-a")
    answers(office, review, "ana", "approve", confirm="end meeting")
    [permit] = rows(store, PermitRecord)
    assert permit.claims["approvers"] == ["ana"]
    [letter], [statement] = rows(store, Letter), rows(store, Statement)
    assert letter.kind == "restricted"
    assert statement.document["automated_decision"] == "AUTOMATED_DECISION_PARTIALLY"
    with store.reading() as session:
        assert session.get(RequestRecord, "R-a").state == "approved"
        kinds = [entry.kind for entry in entries(session, subject="R-a")]
    assert {"review.decided", "request.approved", "permit.issued", "letter.written"} <= set(kinds)


def test_a_hold_approved_by_two_has_both_names_and_by_one_no_permit(office, store, clock):
    review = put(store, clock, "hold", number="12")
    answers(office, review, "ana", "approve")
    assert rows(store, PermitRecord) == []
    answers(office, review, "chi", "approve")
    assert [permit.claims["approvers"] for permit in rows(store, PermitRecord)] == [["ana", "chi"]]


def test_a_denial_issues_nothing_and_the_host_hears_of_the_attempt(office, store, clock):
    review = put(store, clock, "hold", number="01", request_id="R-d")
    answers(office, review, "ana", "deny", pretextual=True)
    answers(office, review, "chi", "deny", pretextual=True)
    assert rows(store, PermitRecord) == []
    assert rows(store, Statement) == []
    [letter] = rows(store, Letter)
    assert (letter.kind, letter.language) == ("attempt", "zh")
    assert letter.to_account == "acc-host01"
    with store.reading() as session:
        assert session.get(RequestRecord, "R-d").state == "denied"


def test_nobody_is_told_of_an_attempt_where_an_investigation_could_suffer(office, store, clock):
    review = put(store, clock, number="11")
    answers(office, review, "ben", "deny")
    assert rows(store, Letter) == []


def code_in(store):
    [letter] = [one for one in rows(store, Letter) if one.round == 1]
    return re.search(r"^ {4}(\S+)$", letter.body, re.MULTILINE)[1]


def test_an_appeal_goes_to_others_and_can_take_the_permit_back(office, store, clock):
    first = put(store, clock, number="12", request_id="R-b")
    answers(office, first, "ana", "approve")
    code = code_in(store)
    second = appeal(office, code, "It was a play, and the audience knew.").review_id
    assert leases.take_next(office, "ana") is None
    with refused("not-independent"):
        leases.take(office, second, "ana")
    with refused("not-independent"):
        read(office, second, "ana")
    leases.take(office, second, "chi")
    assert read(office, second, "chi").appeal == "It was a play, and the audience knew."
    decide(office, second, "chi", saying(read(office, second, "chi").case, "deny"))
    [permit] = rows(store, PermitRecord)
    assert permit.revoked_at is not None
    assert sorted(letter.kind for letter in rows(store, Letter)) == ["overturned", "restricted"]


def test_a_code_works_once_and_not_for_ever(office, store, clock):
    review = put(store, clock, number="12")
    answers(office, review, "ana", "approve")
    code = code_in(store)
    with refused("not-found"):
        appeal(office, code + "x", "")
    clock.forward(days=184)
    with refused("not-found"):
        appeal(office, code, "")
    clock.forward(days=-2)
    appeal(office, code, "")
    with refused("not-found"):
        appeal(office, code, "")


def test_whoever_only_held_the_first_round_does_not_hear_the_appeal(office, store, clock):
    review = put(store, clock, number="12")
    leases.take(office, review, "chi")
    leases.release(office, review, "chi")
    answers(office, review, "ana", "approve")
    second = appeal(office, code_in(store), "").review_id
    for person in ("ana", "chi"):
        with refused("not-independent"):
            leases.take(office, second, person)
    leases.take(office, second, "eli")


def test_golden_cases_look_like_others_and_nothing_follows_from_them(office, store, clock):
    from service.review.golden import seed
    from service.review.listing import Filter, page
    from service.review.quality import quality
    from tests.service.fakes import answer, case_file

    put(store, clock, request_id="REQ-77121")
    labelled = LabelledCase.model_validate_json(case_file("12").read_bytes(), strict=False)
    review = seed(office, labelled, lambda case: answer(case, "review"))
    assert {len(line.request_id) >= 8 for line in page(office, "ana", Filter()).lines} == {True}
    assert re.fullmatch(r"REQ-\d+", review.request_id)
    answers(office, review.review_id, "ana", "approve")
    assert rows(store, PermitRecord) == []
    assert rows(store, Letter) == []
    with store.reading() as session:
        assert session.get(Review, review.review_id).outcome == "approve"
    figures = quality(office, office.people.get("dee")).reviewers
    assert [(one.who, one.golden, one.golden_right) for one in figures] == [("reviewer-1", 1, 1)]
    with refused("not-for-you"):
        quality(office, office.people.get("ana"))


def test_decided_cases_come_out_as_labelled_cases_of_the_contract(office, store, clock):
    from service.review.learning import labelled

    answers(office, put(store, clock, number="12", request_id="R-1"), "ana", "approve")
    hold = put(store, clock, "hold", number="01", request_id="R-2")
    answers(office, hold, "ana", "deny", pretextual=True)
    answers(office, hold, "chi", "deny", pretextual=True)
    answers(office, put(store, clock, number="11", request_id="R-3"), "ben", "deny")
    split = put(store, clock, "hold", number="02", request_id="R-4")
    answers(office, split, "ana", "deny", pretextual=True)
    answers(office, split, "chi", "deny", pretextual=False)
    with store.reading() as session:
        found = {one["case"]["request"]["request_id"]: one for one in labelled(session)}
    assert set(found) == {"R-1", "R-2"}, "neither abuse material nor what two saw differently"
    for one in found.values():
        LabelledCase.model_validate_json(json.dumps(one))
    assert found["R-1"]["label"]["acceptable_dispositions"] == ["cleared", "review"]
    assert found["R-2"]["label"]["acceptable_dispositions"] == ["hold"]
    assert found["R-2"]["label"]["pretextual"] is True


def test_erasing_a_case_takes_the_words_and_leaves_the_decision(office, store, clock):
    from datetime import timedelta

    from service.letters.tables import Letter
    from service.retention.erase import erase_meeting
    from service.review.asking import note
    from service.review.learning import labelled
    from service.review.tables import Decision, Note
    from service.review.transparency import report

    review = put(store, clock, number="12", request_id="R-e")
    leases.take(office, review, "ana")
    note(office, review, "ana", "The host says so himself.")
    case = read(office, review, "ana").case
    decide(office, review, "ana", saying(case, "approve"))
    with store.transaction() as session:
        erase_meeting(session, case.meeting.meeting_id, by="operator", at=clock(), why="asked")
    [kept], [letter], [written], [decision] = (rows(store, table) for table in (Review, Letter, Note, Decision))
    assert (kept.title, letter.body, written.text) == ("", "", "")
    assert (kept.outcome, decision.outcome) == ("approve", "approve")
    with refused("review-closed"):
        read(office, review, "ana")
    with store.reading() as session:
        assert list(labelled(session)) == []
        assert report(session, clock() - timedelta(days=1), clock() + timedelta(days=1)).by_outcome == {"approved": 1}


def test_no_meeting_is_for_training_and_evaluation_at_once():
    from service.review.learning import use_of

    uses = [use_of(f"m-{n}", disputed=False) for n in range(500)]
    assert uses == [use_of(f"m-{n}", disputed=False) for n in range(500)]
    assert 0.1 < uses.count("evaluation") / 500 < 0.3
    assert use_of("m-1", disputed=True) == "evaluation"


def test_the_report_counts_by_ground_origin_and_outcome(office, store, clock):
    import csv
    import io
    from datetime import timedelta

    from service.review.transparency import as_csv, report

    review = put(store, clock, "hold", number="01")
    put(store, clock, number="17")
    clock.forward(hours=3)
    answers(office, review, "ana", "deny")
    answers(office, review, "chi", "deny")
    with store.reading() as session:
        found = report(session, clock() - timedelta(days=1), clock())
    assert found.requests == 2
    assert found.by_outcome == {"denied": 1, "in_review": 1}
    lines = list(csv.DictReader(io.StringIO(as_csv(found))))
    denied = [line for line in lines if line["outcome"] == "denied"]
    assert {line["ground"] for line in denied} == {"terrorism", "incitement"}
    assert {(line["origin"], line["median_hours"]) for line in denied} == {("government", "3.0")}
