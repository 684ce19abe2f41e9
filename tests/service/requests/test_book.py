"""What is recorded before anything is answered."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from service.audit.log import entries
from service.problems import ProblemDetails
from service.requests.book import Book, case_of, transition
from service.requests.states import ImpossibleTransition
from service.requests.tables import RequestRecord
from verifier.problems import InvalidCase
from verifier.verify import case_digest

from . import asking
from .asking import answering, never, submission


def kinds(store, subject):
    with store.reading() as session:
        return [entry.kind for entry in entries(session, subject=subject)]


@pytest.mark.parametrize(
    ("disposition", "state"), [("cleared", "cleared"), ("review", "in_review"), ("hold", "in_review")]
)
def test_a_request_is_recorded_with_its_case_its_answer_and_every_step(store, book, disposition, state):
    case = asking.case_of()
    found = book.submit(submission(case), answering(disposition))
    kept = book.get(case.request.request_id)
    assert (kept.state, kept.disposition) == (found.state, found.disposition) == (state, disposition)
    assert kept.assessment["disposition"] == disposition
    assert kept.case_digest == case_digest(case)
    assert (kept.verifier_version, kept.policy_version, kept.model_version) == ("0", "p", "m")
    assert kinds(store, case.request.request_id) == ["request.received", "request.assessed", f"request.{state}"]
    with store.reading() as session:
        assert case_of(session, case.request.request_id) == case


def test_the_same_request_again_has_the_same_answer_and_is_not_verified_again(book):
    case = asking.case_of()
    first = book.submit(submission(case), answering("cleared"))
    again = book.submit(submission(case), never)
    assert again.assessment == first.assessment


@pytest.mark.parametrize(
    "other",
    [
        submission(asking.case_of(urgency="immediate")),
        submission(asking.case_of(), caller="form"),
    ],
)  # fmt: skip
def test_another_body_or_caller_under_the_same_id_is_refused(book, other):
    book.submit(submission(asking.case_of()), answering("review"))
    with pytest.raises(ProblemDetails) as refused:
        book.submit(other, never)
    assert (refused.value.status, refused.value.kind) == (409, "request-conflict")


def test_two_hundred_at_once_are_one_record_with_one_answer(store, book):
    case = asking.case_of()
    together = threading.Barrier(20)

    def ask(n):
        together.wait(30)
        # Each would be answered differently if each were verified and recorded.
        return book.submit(submission(case), answering("review", degraded=(f"call {n}",)))

    with ThreadPoolExecutor(20) as callers:
        answers = list(callers.map(ask, range(200)))
    assert len({str(found.assessment) for found in answers}) == 1
    assert {found.state for found in answers} == {"in_review"}
    assert kinds(store, case.request.request_id) == ["request.received", "request.assessed", "request.in_review"]
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(RequestRecord)) == 1


def test_a_failed_verification_leaves_the_request_received_until_it_is_sent_again(store, book):
    def fails(stated):
        raise RuntimeError("broken")

    case = asking.case_of()
    with pytest.raises(RuntimeError):
        book.submit(submission(case), fails)
    assert book.get(case.request.request_id).state == "received"
    assert book.unanswered() == (case.request.request_id,)
    assert book.submit(submission(case), answering("cleared")).state == "cleared"
    assert book.unanswered() == ()


def test_a_hook_that_fails_undoes_the_answer_and_its_entries(store, clock):
    def no_permit(session, request, at):
        raise RuntimeError("no signing key")

    case = asking.case_of()
    with pytest.raises(RuntimeError):
        Book(store, clock, on_cleared=[no_permit]).submit(submission(case), answering("cleared"))
    assert kinds(store, case.request.request_id) == ["request.received"]
    assert Book(store, clock).get(case.request.request_id).assessment is None


def test_hooks_hear_of_what_reached_their_state(store, clock):
    heard = []

    def hear(what):
        return lambda session, request, at: heard.append((what, request.request_id, request.state, at))

    book = Book(store, clock, on_cleared=[hear("cleared")], on_review=[hear("review")])
    book.submit(submission(asking.case_of(request_id="A")), answering("cleared"))
    book.submit(submission(asking.case_of(request_id="B")), answering("hold"))
    book.submit(submission(asking.case_of(request_id="B")), never)
    assert heard == [("cleared", "A", "cleared", clock.now), ("review", "B", "in_review", clock.now)]


def test_a_degraded_clearance_goes_to_people(book):
    found = book.submit(submission(asking.case_of()), answering("cleared", degraded=("a part was missing",)))
    assert found.state == "in_review"


def test_without_an_audit_entry_nothing_happened(store, book, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("the log is broken")

    monkeypatch.setattr("service.requests.book.record", broken)
    case = asking.case_of()
    with pytest.raises(RuntimeError):
        book.submit(submission(case), never)
    assert book.get(case.request.request_id) is None


@pytest.mark.parametrize("wrong", ["x" * 256, "a\x00b", "line\nbreak"])
def test_an_id_that_cannot_be_a_key_is_refused_with_its_place(book, wrong):
    with pytest.raises(InvalidCase) as refused:
        book.submit(submission(asking.case_of(request_id=wrong)), never)
    assert [p.pointer for p in refused.value.problems] == ["/request/request_id"]


def test_a_decision_is_final_and_of_two_at_once_one_fails(store, book, clock):
    case = asking.case_of()
    book.submit(submission(case), answering("review"))

    def decide(to):
        try:
            with store.transaction() as session:
                found = session.get(RequestRecord, case.request.request_id)
                transition(session, found, to, actor="ana", at=clock(), why="read it")
        except ImpossibleTransition:
            return None
        return to

    with ThreadPoolExecutor(8) as people:
        decided = [to for to in people.map(decide, ["approved", "denied"] * 10) if to]
    assert len(decided) == 1
    assert book.get(case.request.request_id).state == decided[0]
    assert kinds(store, case.request.request_id)[-1] == f"request.{decided[0]}"


def test_a_request_after_a_refusal_is_linked_to_it(store, book, clock):
    first, second = asking.case_of(request_id="A"), asking.case_of(request_id="B")
    other_target = asking.case_of(request_id="C", target={"kind": "meeting", "meeting_id": "elsewhere"})
    book.submit(submission(first), answering("review"))
    with store.transaction() as session:
        transition(session, session.get(RequestRecord, "A"), "denied", actor="ana", at=clock(), why="no record")
    clock.forward(hours=1)
    assert book.submit(submission(second), answering("review")).previous_request_id == "A"
    assert book.submit(submission(other_target), answering("review")).previous_request_id is None
