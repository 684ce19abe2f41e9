"""Who is one and the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stubs import account
from verifier.clusters import Clusters, link_places, same_device, same_place

_PAIRS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=15)


@given(_PAIRS, st.randoms(use_true_random=False))
def test_links_are_an_equivalence_in_any_order(pairs, chance):
    first, second = Clusters(), Clusters()
    for a, b in pairs:
        first.link(a, b)
    mixed = [(b, a) for a, b in pairs]
    chance.shuffle(mixed)
    for a, b in mixed:
        second.link(a, b)
    for a in range(13):
        for b in range(13):
            assert (first.find(a) == first.find(b)) == (second.find(a) == second.find(b))
    assert first.count(range(13)) == second.count(range(13)) == len({first.find(n) for n in range(13)})


@pytest.mark.parametrize(
    ("places", "independent"),
    [
        ([{}, {}, {}], 3),
        ([{"network": "n"}, {"network": "n"}, {}], 2),
        ([{"device": "d"}, {"device": "d"}, {"device": "d"}], 1),
        ([{"network": "n"}, {"network": "n", "device": "d"}, {"device": "d"}], 1),
    ],
)
def test_however_many_share_a_place_they_are_one(places, independent):
    clusters = Clusters()
    for n, place in enumerate(places):
        link_places(clusters, n, account(str(n), **place))
    assert clusters.count(range(len(places))) == independent


def test_guests_are_each_on_their_own():
    clusters = Clusters()
    for n in range(3):
        link_places(clusters, n, None)
    assert clusters.count(range(3)) == 3


@pytest.mark.parametrize("value", [None, ""])
def test_unknown_places_are_not_one(value):
    a, b = (account(n).model_copy(update={"network_id": value, "device_id": value}) for n in "ab")
    assert not same_place(a, b)
    assert not same_device(a, b)
    assert not same_place(a, None)
