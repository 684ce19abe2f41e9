"""Who is tied to whom, and by what: people on the left, what they share on the right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.console.persons import Persons, Shown
from verifier.case import Account, Case
from verifier.policy import Policy
from verifier.pretext.sources import Sources

ROW = 34
MOST = 18
"""People drawn; a flood of more complaints looks no different."""


@dataclass(frozen=True, slots=True)
class Node:
    """Somebody, or something shared."""

    y: int
    label: str
    kind: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """Somebody has part in something shared."""

    y1: int
    y2: int
    kind: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The drawing, and the same in sentences."""

    people: tuple[Node, ...]
    shared: tuple[Node, ...]
    edges: tuple[Edge, ...]
    sentences: tuple[str, ...]
    height: int
    independent: int
    """Independent sources that the complaints come down to."""
    complaints: int


@dataclass(frozen=True, slots=True)
class _Somebody:
    key: str
    shown: Shown
    kind: str
    account: Account | None


def ties(case: Case, policy: Policy, persons: Persons) -> Graph:
    """Draw what the requester, complainants, authors of exhibits and participants share."""
    sources = Sources(case, policy)
    people = list(_everybody(case, persons))
    shares: dict[tuple[str, str], list[_Somebody]] = {}
    for one in people:
        for label in ("network_id", "device_id"):
            place = getattr(one.account, label) if one.account else None
            if place:
                shares.setdefault((label, place), []).append(one)
    by_key = {one.key: one for one in people}
    for n, group in enumerate(sources.alike, 1):
        writers = {c.who.removeprefix("account:") for c in group}
        shares[("wording", str(n))] = [by_key[key] for key in sorted(writers) if key in by_key]
    askers = {"requester", "reporter", "author"}
    telling = {
        label: members
        for label, members in shares.items()
        if len({m.key for m in members}) > 1 and any(m.kind in askers for m in members)
    }
    drawn: list[_Somebody] = []
    for members in telling.values():
        drawn += [m for m in members if m not in drawn]
    order = {"requester": 0, "reporter": 1, "author": 2, "host": 3, "participant": 4}
    drawn = sorted(drawn, key=lambda m: (order[m.kind], m.shown.name))[:MOST]
    place = {m.key: 20 + n * ROW for n, m in enumerate(drawn)}
    step = max(ROW, (len(drawn) * ROW) // max(1, len(telling)))
    shared = tuple(Node(20 + n * step, _what(label), label[0]) for n, label in enumerate(telling))
    edges = tuple(
        Edge(place[m.key], node.y, node.kind)
        for node, members in zip(shared, telling.values(), strict=True)
        for m in members
        if m.key in place
    )
    return Graph(
        people=tuple(Node(place[m.key], m.shown.name, m.kind, m.shown.marks) for m in drawn),
        shared=shared,
        edges=edges,
        sentences=tuple(_sentence(label, members) for label, members in telling.items()),
        height=max(len(drawn) * ROW, len(shared) * step) + 20,
        independent=sources.independent,
        complaints=len(sources.complaints),
    )


def _everybody(case: Case, persons: Persons) -> Iterator[_Somebody]:
    """Each account once, by the most telling of its parts."""
    request, seen = case.request, set[str]()
    asker = request.requester
    listed: list[tuple[str, Account | None, str]] = [("requester", asker.account, asker.actor_id)]
    listed += [("reporter", r.reporter, "") for r in case.reports]
    listed += [("author", e.author, "") for e in request.evidence]
    listed += [("host", case.meeting.host_account, "")]
    listed += [("participant", p.account, p.display_name) for p in case.meeting.participants]
    for kind, account, name in listed:
        if account is None or account.account_id in seen:
            continue
        seen.add(account.account_id)
        shown = persons.account(account, request.submitted_at)
        if kind == "requester":
            shown = Shown(name, "requester", ())  # asking from outside of the meeting is nothing odd
        yield _Somebody(account.account_id, shown, kind, account)


def _what(label: tuple[str, str]) -> str:
    kind, value = label
    return {"network_id": f"network {value}", "device_id": f"device {value}"}.get(kind, "nearly the same words")


def _sentence(label: tuple[str, str], members: list[_Somebody]) -> str:
    names = ", ".join(dict.fromkeys(f"{m.shown.name} ({m.kind})" for m in members))
    return f"{_what(label)}: {names}"
