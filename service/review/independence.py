"""Who may have a hand in a case: the one place that decides it, for every door.

A person is tied to a case who is the requester, stands above or below them, sits at their desk, declared an
interest in a party to it, or is one with anybody in it by account, network or device. Nobody hears an appeal who
had a hand in an earlier round. Somebody whom the directory does not know is never independent.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from service.people import People, Person, same_party
from service.review.parties import Parties


@dataclass(frozen=True, slots=True)
class Tie:
    """Why somebody may have no hand in a case. `code` is for machines, `why` for the person."""

    code: str
    why: str


def ties(person_id: str | None, parties: Parties, people: People, earlier: Set[str] = frozenset()) -> tuple[Tie, ...]:
    """Every tie between a person and a case; none means independent.

    `earlier`: the ids of those who had a hand in an earlier round.
    """
    people = people.now()
    person = people.get(person_id)
    if person is None:
        return (Tie("unknown", "The people directory does not know you."),)
    found = [*_with_askers(person, parties, people), *_with_anybody(person, parties), *_interests(person, parties)]
    if person.id in earlier:
        found.append(Tie("earlier_round", "You had a hand in an earlier round of this case."))
    return tuple(found)


def known_line(parties: Parties, people: People) -> bool:
    """Whether the directory knows the requester, so that their line and desk could be excluded."""
    return any(people.behind(asker) is not None for asker in parties.askers)


def _with_askers(person: Person, parties: Parties, people: People) -> Iterator[Tie]:
    if parties.askers & _own(person):
        yield Tie("requester", "You are the requester, or one whom the verifier found tied to them.")
    for asker in sorted(parties.askers):
        other = people.behind(asker)
        if other is None or other is person:
            continue
        if people.one_line(person, other):
            yield Tie("reporting_line", "You and somebody who asks for this stand in one reporting line.")
        if person.desk is not None and other.desk is not None and same_party(person.desk, other.desk):
            yield Tie("desk", "You and somebody who asks for this sit at one desk.")


def _with_anybody(person: Person, parties: Parties) -> Iterator[Tie]:
    if parties.accounts & _own(person):
        yield Tie("party", "You are a party to this case: in the meeting, among the reporters, or the target.")
    if parties.asker_networks & set(person.networks):
        yield Tie("network", "You share a network with somebody who asks or complains.")
    if (parties.asker_devices | parties.devices) & set(person.devices):
        yield Tie("device", "You share a device with somebody in this case.")


def _interests(person: Person, parties: Parties) -> Iterator[Tie]:
    declared = person.interests
    if any(same_party(name, parties.party) for name in declared.parties):
        yield Tie("interest", "You declared an interest in the party for whom this is asked.")
    if parties.countries & set(declared.countries):
        yield Tie("interest", "You declared an interest in the country whose authority is invoked.")
    if parties.meeting in declared.meetings:
        yield Tie("interest", "You declared an interest in this meeting.")
    if (parties.accounts | parties.askers) & set(declared.accounts):
        yield Tie("interest", "You declared an interest in an account that has a part in this.")


def _own(person: Person) -> frozenset[str]:
    return frozenset({person.id, *person.accounts})
