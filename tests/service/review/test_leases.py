from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.audit.log import entries
from service.problems import ProblemDetails
from service.review import leases
from service.review.tables import Lease, Review

from .desk import INDEPENDENT, TIED, put


def refused(kind):
    return pytest.raises(ProblemDetails, check=lambda problem: problem.kind == kind)


def test_the_next_case_is_leased_and_nobody_else_gets_it(office, store, clock):
    first = put(store, clock)
    assert leases.take_next(office, "ana").review_id == first
    assert leases.take_next(office, "chi") is None
    with refused("held-by-other"):
        leases.take(office, first, "chi")


def test_asking_for_the_next_case_again_gives_the_same_one(office, store, clock):
    first = put(store, clock)
    clock.forward(minutes=1)
    put(store, clock)
    assert leases.take_next(office, "ana").review_id == first
    assert leases.take_next(office, "ana").review_id == first
    with refused("hands-full"):
        leases.take(office, put(store, clock), "ana")


def test_a_lease_ends_by_itself_and_can_be_renewed_before(office, store, clock):
    review = put(store, clock)
    leases.take(office, review, "ana")
    clock.forward(minutes=14)
    leases.renew(office, review, "ana")
    clock.forward(minutes=14)
    with refused("held-by-other"):
        leases.take(office, review, "chi")
    clock.forward(minutes=1)
    leases.take(office, review, "chi")
    with refused("not-held"):
        leases.renew(office, review, "ana")


@pytest.mark.parametrize("person", TIED)
def test_somebody_tied_can_neither_take_nor_be_given_the_case_and_the_attempt_is_logged(office, store, clock, person):
    review = put(store, clock)
    for attempt in (leases.take, leases.renew, leases.release):
        with refused("not-independent"):
            attempt(office, review, person)
    assert leases.take_next(office, person) is None
    with store.reading() as session:
        logged = list(entries(session, kind="review.refused"))
    assert [entry.actor for entry in logged] == [person] * 3


@pytest.mark.parametrize("person", [None, "stranger"])
def test_a_key_without_a_known_person_holds_nothing(office, store, clock, person):
    review = put(store, clock)
    with pytest.raises(ProblemDetails):
        leases.take(office, review, person)
    with refused("needs-person"):
        leases.take_next(office, person)


def test_what_was_skipped_is_not_offered_again_and_what_was_recused_can_not_be_taken(office, store, clock):
    skipped = put(store, clock)
    leases.take(office, skipped, "ana")
    leases.skip(office, skipped, "ana")
    assert leases.take_next(office, "ana") is None
    assert leases.take_next(office, "chi").review_id == skipped
    leases.recuse(office, skipped, "chi", "I know the host.")
    with refused("not-independent"):
        leases.take(office, skipped, "chi")
    leases.take(office, skipped, "ana")


def test_an_escalated_case_goes_to_a_higher_rank_that_is_independent(office, store, clock):
    review = put(store, clock)
    leases.take(office, review, "ana")
    leases.escalate(office, review, "ana", "beyond me")
    with refused("not-for-you"):
        leases.take(office, review, "chi")
    assert leases.take_next(office, "ben").review_id == review


def test_seniority_that_a_rule_asks_for_is_kept(office, store, clock):
    review = put(store, clock, number="26")
    with refused("not-for-you"):
        leases.take(office, review, "ana")
    assert leases.take(office, review, "ben").queue == "disclosure"


def test_holds_come_first_then_harm_then_age(office, store, clock):
    mild = put(store, clock, number="17")
    clock.forward(hours=1)
    grave = put(store, clock, number="12")
    hold = put(store, clock, "hold", number="17")
    order = [leases.take_next(office, person).review_id for person in ("ana", "chi", "eli")]
    assert order == [hold, grave, mild]


def test_a_mild_case_that_waited_long_comes_before_a_grave_new_one(office, store, clock):
    mild = put(store, clock, number="17")
    clock.forward(hours=24)
    put(store, clock, number="12")
    assert leases.take_next(office, "ana").review_id == mild


def test_many_who_ask_at_once_never_hold_one_case_together(office, store, clock):
    for _ in range(6):
        put(store, clock)
    people = INDEPENDENT * 4
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda person: leases.take_next(office, person), people))
    with store.reading() as session:
        live = session.scalars(select(Lease).where(Lease.ended_at.is_(None))).all()
    held = [lease.review_id for lease in live]
    assert len(held) == len(set(held)) == len(INDEPENDENT)


def test_the_database_itself_refuses_a_second_holder(office, store, clock):
    from sqlalchemy.exc import IntegrityError

    review = put(store, clock)
    leases.take(office, review, "ana")
    with pytest.raises(IntegrityError), store.transaction() as session:
        session.add(Lease(lease_id="x", review_id=review, person="chi", taken_at=clock(), expires_at=clock()))


def test_after_a_long_stretch_a_pause_is_due(office, store, clock):
    from service.review.dossier import read

    for _ in range(11):
        review = put(store, clock)
        leases.take(office, review, "ana")
        read(office, review, "ana")
        leases.skip(office, review, "ana")
        clock.forward(minutes=9.9)
    put(store, clock)
    with refused("pause-due"):
        leases.take_next(office, "ana")
    clock.forward(minutes=10)
    assert leases.take_next(office, "ana")


def test_a_day_has_an_end_of_graphic_cases(office, store, clock):
    from service.review.dossier import read

    wellness = office.rules.wellness.model_copy(update={"graphic_per_day": 1})
    strict = replace(office, rules=office.rules.model_copy(update={"wellness": wellness}))
    graphic = put(store, clock, number="12")
    leases.take(strict, graphic, "ana")
    read(strict, graphic, "ana")
    leases.skip(strict, graphic, "ana")
    again, mild = put(store, clock, number="12"), put(store, clock, number="17")
    assert leases.take_next(strict, "ana").review_id == mild
    leases.release(strict, mild, "ana")
    with refused("pause-due"):
        leases.take(strict, again, "ana")


def test_a_review_says_why_it_stands_where_it_stands(office, store, clock):
    from service.review.listing import Filter, page

    put(store, clock, "hold", number="12")
    clock.forward(hours=6)
    [line] = page(office, "ana", Filter()).lines
    assert "hold: before every review" in line.why
    assert "waiting 6.0 h: × 2" in line.why
    with store.reading() as session:
        assert session.scalars(select(Review)).one().due_at < clock()
    assert line.overdue
