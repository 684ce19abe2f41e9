"""Figures over past requests: upheld shares with intervals, concentration, switched grounds, repeated targets."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Ending = Literal["upheld", "refused", "open"]
FEW = 10
"""Decided requests below which a share says little; rows with fewer say so."""
_AGAIN = 3
"""Requests against one target from which on it counts as targeted repeatedly."""
_Z = 1.959964
"""Standard normal quantile of a two-sided 95% interval."""


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier request, as far as the figures need it.

    `requester` is an actor as one caller names it. `approvers` are the people who approved it, none
    where it cleared by itself. `subjects` are what the meeting was about; `region` a country or ''.
    `switched`: it repeats one that was refused, on other grounds.
    """

    request_id: str
    requester: str
    approvers: tuple[str, ...]
    target: str
    region: str
    subjects: tuple[str, ...]
    ending: Ending
    switched: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `total` with a 95% Wilson interval (Wilson, JASA 22, 1927). `few`: too few to say much."""

    hits: int
    total: int
    low: float
    high: float

    @property
    def few(self) -> bool:
        """Whether the share says little."""
        return self.total < FEW


@dataclass(frozen=True, slots=True)
class Row:
    """A requester, or a requester with an approver: all figures, and in words what stands out."""

    requester: str
    approver: str
    requests: int
    upheld: Rate
    subject: tuple[str, int]
    region: tuple[str, int]
    switched: int
    repeated: tuple[str, ...]
    stands_out: tuple[str, ...]


def rate(hits: int, total: int) -> Rate:
    """A share with its interval; without data the interval is everything."""
    if not 0 <= hits <= total:
        raise ValueError("hits must lie between 0 and total")
    if total == 0:
        return Rate(0, 0, 0.0, 1.0)
    p, z2 = hits / total, _Z * _Z
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    reach = _Z * math.sqrt(p * (1 - p) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    return Rate(hits, total, max(0.0, middle - reach), min(1.0, middle + reach))


def by_requester(past: Sequence[Past]) -> list[Row]:
    """A row for each requester, those with most that stands out first."""
    groups: dict[str, list[Past]] = defaultdict(list)
    for one in past:
        groups[one.requester].append(one)
    rows = [_row(who, "", own, [p for p in past if p.requester != who]) for who, own in groups.items()]
    return sorted(rows, key=lambda r: (-len(r.stands_out), -r.requests, r.requester))


def by_pair(past: Sequence[Past]) -> list[Row]:
    """A row for each requester and the person who approved their requests.

    What such a pair does is compared with the same approver's other approvals.
    """
    groups: dict[tuple[str, str], list[Past]] = defaultdict(list)
    for one in past:
        for approver in one.approvers:
            groups[(one.requester, approver)].append(one)
    rows = [
        _row(who, approver, own, [p for p in past if approver in p.approvers and p.requester != who])
        for (who, approver), own in groups.items()
    ]
    return sorted(rows, key=lambda r: (-len(r.stands_out), -r.requests, r.requester, r.approver))


def _row(requester: str, approver: str, own: Sequence[Past], others: Sequence[Past]) -> Row:
    upheld, elsewhere = _upheld(own), _upheld(others)
    subject, region = _most(s for p in own for s in p.subjects), _most(p.region for p in own if p.region)
    targets = Counter(p.target for p in own)
    repeated = tuple(sorted(t for t, n in targets.items() if n >= _AGAIN))
    switched = sum(p.switched for p in own)
    found = []
    if not approver and not upheld.few and upheld.high < elsewhere.low:
        found.append("upheld less often than others' requests")
    if _denser(subject, own, others, of="subjects"):
        found.append(f"more often about {subject[0]} than others' requests")
    if _denser(region, own, others, of="region"):
        found.append(f"more often about hosts in {region[0]} than others' requests")
    if switched >= 2:
        found.append("repeats refused requests on other grounds")
    if repeated:
        found.append(f"asks against {len(repeated)} target(s) three times or more")
    return Row(requester, approver, len(own), upheld, subject, region, switched, repeated, tuple(found))


def _upheld(past: Iterable[Past]) -> Rate:
    decided = [p for p in past if p.ending != "open"]
    return rate(sum(p.ending == "upheld" for p in decided), len(decided))


def _most(values: Iterable[str]) -> tuple[str, int]:
    counted = Counter(values)
    return max(counted.items(), key=lambda item: (item[1], item[0]), default=("", 0))


def _denser(value: tuple[str, int], own: Sequence[Past], others: Sequence[Past], *, of: str) -> bool:
    """Whether this requester's share of something lies, interval and all, above everybody else's."""
    name, hits = value
    theirs = sum(name in p.subjects if of == "subjects" else name == p.region for p in others)
    enough = bool(name) and len(own) >= FEW and bool(others)
    return enough and rate(hits, len(own)).low > rate(theirs, len(others)).high
