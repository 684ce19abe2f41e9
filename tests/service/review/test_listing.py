from service.review import leases
from service.review.listing import Filter, counts, page

from .desk import TIED, put
from .test_leases import refused


def test_pages_follow_each_other_without_gap_or_repetition(office, store, clock):
    ids = []
    for n in range(7):
        ids.append(put(store, clock, "hold" if n % 3 == 0 else "review", number=("12", "17", "03")[n % 3]))
        clock.forward(minutes=7)
    seen, after = [], None
    while True:
        part = page(office, "ana", Filter(), limit=3, after=after)
        seen += [line.review_id for line in part.lines]
        after = part.next
        if after is None:
            break
    assert sorted(seen) == sorted(ids)
    assert seen == [line.review_id for line in page(office, "ana", Filter()).lines]


def test_a_list_leaves_out_what_its_reader_is_tied_to(office, store, clock):
    put(store, clock)
    assert all(page(office, person, Filter()).lines == () for person in TIED)
    assert len(page(office, "ana", Filter()).lines) == 1


def test_a_list_says_who_holds_what_without_a_name(office, store, clock):
    review = put(store, clock)
    leases.take(office, review, "ana")
    assert [page(office, who, Filter()).lines[0].held for who in ("ana", "chi")] == ["you", "other"]
    assert counts(office, "ana")["held"] == 1


def test_filters_narrow_the_list(office, store, clock):
    put(store, clock, number="17")
    put(store, clock, number="26")
    assert {line.queue for line in page(office, "ana", Filter(queue="disclosure")).lines} == {"disclosure"}
    assert [line.category for line in page(office, "ana", Filter(category="fraud_spam")).lines] == ["fraud_spam"]
    assert page(office, "ana", Filter(state="closed")).lines == ()


def test_a_made_up_position_is_refused(office, store, clock):
    with refused("invalid-decision"):
        page(office, "ana", Filter(), after="nonsense")
    with refused("needs-person"):
        page(office, "stranger", Filter())
