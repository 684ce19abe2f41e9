"""What stands out over many requests, and what small samples may not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.insider.figures import FEW, Past, by_pair, by_requester, rate


def past(requester, n, *, upheld=0, approver=None, about=(), region="NL", target="t{}", switched=0):
    """`n` decided requests, the first `upheld` of them upheld, the first `switched` on switched grounds."""
    return [
        Past(
            request_id=f"{requester}-{i}",
            requester=requester,
            approvers=(approver,) if approver and i < upheld else (),
            target=target.format(f"{requester}-{i}"),
            region=region,
            subjects=about,
            ending="upheld" if i < upheld else "refused",
            switched=i < switched,
        )
        for i in range(n)
    ]


ORDINARY = [*past("a", 30, upheld=24), *past("b", 30, upheld=25)]


def row(who, history):
    return next(r for r in by_requester(history) if r.requester == who)


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_lies_in_its_interval(hits, more):
    found = rate(hits, hits + more)
    share = hits / (hits + more) if hits + more else 0.5
    assert 0 <= found.low <= share + 1e-9
    assert share - 1e-9 <= found.high <= 1


def test_a_share_of_more_than_all_is_none():
    with pytest.raises(ValueError, match="between"):
        rate(2, 1)


def test_nothing_stands_out_among_equals():
    assert all(r.stands_out == () for r in by_requester(ORDINARY))


def test_whose_requests_are_mostly_refused():
    assert row("x", [*ORDINARY, *past("x", 20, upheld=3)]).stands_out == ("upheld less often than others' requests",)


def test_three_refusals_say_little():
    found = row("x", [*ORDINARY, *past("x", 2)])
    assert found.upheld.few
    assert found.upheld.total < FEW
    assert found.stands_out == ()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"about": ("labour",)}, "more often about labour"),
        ({"region": "KZ"}, "more often about hosts in KZ"),
        ({"switched": 2}, "repeats refused requests on other grounds"),
        ({"target": "one"}, "three times or more"),
    ],
)
def test_what_else_stands_out(how, told):
    found = row("x", [*ORDINARY, *past("x", 20, upheld=16, **how)])
    assert told in " ".join(found.stands_out)
    assert len(found.stands_out) == 1


def test_a_pair_is_compared_with_the_approver_s_other_approvals():
    history = [
        *past("a", 30, upheld=24, approver="kim"),
        *past("x", 20, upheld=18, approver="kim", about=("elections",)),
    ]
    pair = next(r for r in by_pair(history) if (r.requester, r.approver) == ("x", "kim"))
    assert pair.requests == 18
    assert any("elections" in told for told in pair.stands_out)


def test_open_requests_are_no_share():
    history = [Past("r", "x", (), "t", "", (), "open", False)]
    assert row("x", history).upheld.total == 0
