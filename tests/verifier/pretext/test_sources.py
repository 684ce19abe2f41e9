"""Complaints collapse by account, network, device and wording before they count."""

from __future__ import annotations

import pytest

from tests.stubs import account, exhibit, plain_policy, report, sketch
from verifier.pretext.sources import Sources, distinct

POLICY = plain_policy()
SAME = "This meeting praises violence, please close it at once"


def sources(*reports, **parts):
    return Sources(sketch(reports=reports, **parts), POLICY)


@pytest.mark.parametrize(
    ("reports", "independent"),
    [
        ([], 0),
        ([report("1", "a"), report("2", "b")], 2),
        ([report("1", "a", who=account("x")), report("2", "b", who=account("x"))], 1),
        ([report(str(n), str(n), who=account(str(n), network="n")) for n in range(4)], 1),
        ([report(str(n), SAME, who=account(str(n), days=1)) for n in range(4)], 1),
        ([report(str(n), SAME, who=account(str(n))) for n in range(4)], 4),  # established: a stock phrase
    ],
    ids=["none", "two", "one account", "one network", "fresh in one wording", "established in one wording"],
)
def test_independent_sources(reports, independent):
    assert sources(*reports).independent == independent


def test_letters_among_the_exhibits_are_complaints_too():
    letter = exhibit("1", "complaint_email", "I saw it", author=account("x"))
    found = sources(report("1", "bad", who=account("x")), request={"evidence": (letter,)})
    assert {c.ref for c in found.complaints} == {"report:r-1", "evidence:e-1"}
    assert distinct(found.complaints) == 1


def test_who_saw_who_is_fresh_and_who_was_there():
    there = report("1", "I saw it", who=account("p2"), present=None)
    fresh = report("2", "bad", who=account("new", days=2))
    by_ref = {c.ref: c for c in sources(there, fresh).complaints}
    assert (by_ref["report:r-1"].saw, by_ref["report:r-1"].present, by_ref["report:r-1"].fresh) == (True, True, False)
    assert (by_ref["report:r-2"].saw, by_ref["report:r-2"].present, by_ref["report:r-2"].fresh) == (False, False, True)
