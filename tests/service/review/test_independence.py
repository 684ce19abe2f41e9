import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.people import InvalidPeople, People, Person, parse_people
from service.review.independence import ties
from service.review.parties import Parties, parties_of
from tests.service.fakes import answer
from tests.service.requests.asking import case_of

NOBODY = Parties("x", frozenset(), frozenset(), "", frozenset(), frozenset(), frozenset(), frozenset(), "m")


def parties(**changed):
    from dataclasses import replace

    return replace(NOBODY, **{k: frozenset(v) if isinstance(v, (set, list)) else v for k, v in changed.items()})


def directory(managers):
    """Person n is managed by person managers[n], always of a lower number."""
    return People(
        Person(id=f"p{n}", name=f"P{n}", accounts=(f"acc-{n}",), manager=None if m is None else f"p{m}")
        for n, m in enumerate(managers)
    )


@st.composite
def hierarchies(draw):
    size = draw(st.integers(1, 12))
    return [None, *(draw(st.none() | st.integers(0, n - 1)) for n in range(1, size))]


@given(hierarchies(), st.data())
def test_nobody_above_or_below_somebody_who_asks_is_ever_independent(managers, data):
    people = directory(managers)
    asker = data.draw(st.integers(0, len(managers) - 1))
    by_account = data.draw(st.booleans())
    asked = parties(askers={f"acc-{asker}" if by_account else f"p{asker}"})

    def above(n):
        while managers[n] is not None:
            n = managers[n]
            yield n

    for n in range(len(managers)):
        tied = n == asker or n in above(asker) or asker in above(n)
        assert bool(ties(f"p{n}", asked, people)) == tied


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_whoever_shares_an_account_with_anybody_in_the_case_is_tied(own, there):
    people = People([Person(id="r", name="R", accounts=tuple(own))])
    assert bool(ties("r", parties(accounts=there), people)) == bool(own & there)
    assert bool(ties("r", parties(askers=there), people)) == bool(own & there)


@given(st.text(max_size=8))
def test_whom_the_directory_does_not_know_is_never_independent(person):
    assert ties(person, NOBODY, People([])) != ()
    assert ties(None, NOBODY, People([])) != ()


@pytest.mark.parametrize(
    ("person", "of_case"),
    [
        ({"desk": "Trust  desk"}, {"askers": {"boss"}}),
        ({"networks": ["n1"]}, {"asker_networks": {"n1"}}),
        ({"devices": ["d1"]}, {"devices": {"d1"}}),
        ({"devices": ["d1"]}, {"asker_devices": {"d1"}}),
        ({"interests": {"parties": ["Office 12"]}}, {"party": "ＯＦＦＩＣＥ-12"}),
        ({"interests": {"countries": ["CN"]}}, {"countries": {"CN"}}),
        ({"interests": {"meetings": ["m"]}}, {}),
        ({"interests": {"accounts": ["a1"]}}, {"accounts": {"a1"}}),
        ({"interests": {"accounts": ["a1"]}}, {"askers": {"a1"}}),
    ],
)
def test_desk_places_and_declared_interests_tie(person, of_case):
    boss = {"id": "boss", "name": "B", "desk": "trust desk"}
    people = parse_people({"people": [{"id": "r", "name": "R", **person}, boss]})
    assert ties("r", parties(**of_case), people)
    assert not ties("r", parties(meeting="other"), people)


def test_whoever_had_a_hand_in_the_first_round_does_not_hear_the_appeal():
    people = People([Person(id="r", name="R")])
    assert [tie.code for tie in ties("r", NOBODY, people, {"r"})] == ["earlier_round"]
    assert not ties("r", NOBODY, people, {"somebody"})


def test_everybody_in_a_case_is_among_its_parties():
    case = case_of("01")
    found = parties_of(case, answer(case))
    accounts = {p.account.account_id for p in case.meeting.participants if p.account}
    assert accounts | {r.reporter.account_id for r in case.reports if r.reporter} <= found.accounts
    assert case.meeting.host_account.account_id in found.accounts
    assert {"staff-4417", "liaison-1"} <= found.askers
    assert found.countries == {"CN"}
    assert Parties.of_document(found.document()) == found


@pytest.mark.parametrize(
    "entries",
    [
        [{"id": "a", "name": "A", "manager": "b"}],
        [{"id": "a", "name": "A", "manager": "b"}, {"id": "b", "name": "B", "manager": "a"}],
        [{"id": "a", "name": "A", "manager": "a"}],
        [{"id": "a", "name": "A", "accounts": ["x"]}, {"id": "b", "name": "B", "accounts": ["x"]}],
        [{"id": "a", "name": "A"}, {"id": "b", "name": "B", "accounts": ["a"]}],
        [{"id": "a", "name": "A"}, {"id": "a", "name": "A"}],
        [{"id": "a", "name": "A", "rolse": []}],
    ],
)
def test_a_directory_that_contradicts_itself_is_refused(entries):
    with pytest.raises(InvalidPeople):
        parse_people({"people": entries})
