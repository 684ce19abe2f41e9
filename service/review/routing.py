"""Which queue a case goes to and who may take it: ordered rules, the first that fits decides."""

from __future__ import annotations

from dataclasses import dataclass

from service.people import Person
from service.review.rules import RANKS, Kind, Rules, To
from verifier.case import Case


@dataclass(frozen=True, slots=True)
class Route:
    """Where a case goes. `language` is '' where anybody may take it."""

    queue: str
    rank: int
    language: str
    regions: tuple[str, ...]


def language_of(case: Case) -> str:
    """The meeting's main language as a primary tag, or ''."""
    return (case.meeting.language or "").partition("-")[0].lower()


def region_of(case: Case) -> str:
    """The host's country, or ''."""
    return case.meeting.host_account.country or ""


def route(case: Case, kind: Kind, rules: Rules) -> Route:
    """The first rule that fits."""
    categories = {claim.category for claim in case.request.claims}
    facts: dict[str, set[str]] = {
        "action": {case.request.action},
        "category": categories,
        "language": {language_of(case)},
        "region": {region_of(case)},
        "kind": {kind},
    }
    to = next(
        rule.to
        for rule in rules.routing
        if all(not wanted or facts[name] & set(wanted) for name, wanted in rule.when.model_dump().items())
    )
    return _route(to, case)


def _route(to: To, case: Case) -> Route:
    return Route(to.queue, RANKS[to.rank], language_of(case) if to.read else "", to.regions)


def fits(person: Person, *, rank: int, language: str, regions: tuple[str, ...]) -> bool:
    """Whether a person may take what was routed so. Independence is another question."""
    return (
        person.rank >= max(rank, 1)
        and (not language or language in {one.partition("-")[0].lower() for one in person.languages})
        and (not regions or bool(set(regions) & set(person.regions)))
    )
