import pytest

from service.audit.log import entries
from service.review import leases
from service.review.asking import answer, ask, note
from service.review.deadlines import sweep
from service.review.dossier import read
from service.review.tables import Review

from .desk import put
from .test_leases import refused


def test_a_case_waits_for_the_answer_and_then_comes_back_with_it(office, store, clock):
    review = put(store, clock)
    leases.take(office, review, "ana")
    question = ask(office, review, "ana", "platform", "Is there a recording of the first five minutes?")
    assert leases.take_next(office, "chi") is None
    answer(office, question.question_id, "No.", by="platform")
    assert leases.take_next(office, "chi").review_id == review
    assert [q.answer for q in read(office, review, "chi").questions] == ["No."]
    with refused("review-closed"):
        answer(office, question.question_id, "Yes!", by="platform")


def test_a_case_comes_back_when_nobody_answers_in_time(office, store, clock):
    review = put(store, clock)
    leases.take(office, review, "ana")
    ask(office, review, "ana", "requester", "Where is the court's order?")
    clock.forward(hours=25)
    sweep(office)
    leases.take(office, review, "chi")
    assert [q.answer for q in read(office, review, "chi").questions] == [None]


def test_what_is_overdue_is_raised_again_and_again_and_never_released(office, store, clock):
    alerts = []
    from dataclasses import replace

    office = replace(office, alert=lambda session, review, at, why: alerts.append(why))
    review = put(store, clock, "hold")
    assert sweep(office) == 0
    clock.forward(hours=4)
    assert sweep(office) == 1
    assert sweep(office) == 0
    for _ in range(50):
        clock.forward(hours=4)
        sweep(office)
    with store.reading() as session:
        row = session.get(Review, review)
        assert (row.state, row.outcome, row.level) == ("open", None, 51)
        assert len(list(entries(session, kind="review.overdue"))) == 1, "a deadline passes once"
        assert len(list(entries(session, kind="review.raised"))) == 50
    assert len(alerts) == 51
    assert "5 independent reviewer(s) could take it" in alerts[0]


def test_no_text_is_too_odd_for_the_database(office, store, clock):
    from service.review.appeals import appeal
    from service.review.deciding import decide
    from service.review.listing import Filter, page

    from .desk import saying

    odd = "\x00\ud800\u202e two\nlines "
    review = put(store, clock)
    assert page(office, "ana", Filter(category=odd, queue=odd)).lines == ()
    for look in (leases.take, read, leases.recuse):
        with refused("not-found"):
            look(office, odd, "ana", *(["why"] if look is leases.recuse else []))
    with refused("not-found"):
        answer(office, odd, "No.", by="platform")
    with refused("not-found"):
        appeal(office, odd, odd)
    leases.take(office, review, "ana")
    note(office, review, "ana", odd, [(odd, "a" * 64)])
    case = read(office, review, "ana").case
    decide(office, review, "ana", saying(case, reason="Nothing of the kind was said.\x00\nAt all."))
    assert "\n" in read(office, review, "ana").decisions[0].reason


def test_a_meeting_with_an_odd_title_reaches_the_queue(office, store, clock):
    from service.requests.book import Book
    from service.review.opening import opener
    from tests.service.requests.asking import answering, case_of, submission

    case = case_of("03", request_id="R-odd")
    odd = {"title": "\x00\u202e title", "language": "\x00" * 30}
    case = case.model_copy(update={"meeting": case.meeting.model_copy(update=odd)})
    Book(store, clock, on_review=[opener(office.rules)]).submit(submission(case), answering("review"))
    assert leases.take_next(office, "ana").request_id == "R-odd"


def test_notes_carry_attachments_by_hash_only(office, store, clock):
    review = put(store, clock)
    leases.take(office, review, "ana")
    note(office, review, "ana", "See the letter.", [("letter.pdf", "a" * 64)])
    assert read(office, review, "ana").notes[0].attachments == [{"name": "letter.pdf", "sha256": "a" * 64}]
    with refused("invalid-decision"):
        note(office, review, "ana", "See.", [("letter.pdf", "not a hash")])


@pytest.mark.parametrize("deed", [ask, note])
def test_only_whoever_holds_a_case_asks_and_notes(office, store, clock, deed):
    review = put(store, clock)
    args = ("platform", "What?") if deed is ask else ("What?",)
    with refused("not-held"):
        deed(office, review, "ana", *args)
    with refused("not-independent"):
        deed(office, review, "lia", *args)
