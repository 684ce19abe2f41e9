"""Where a request can stand, and every way from one state to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

State = Literal["received", "assessed", "cleared", "in_review", "approved", "denied", "expired"]

NEXT: Mapping[State, frozenset[State]] = {
    "received": frozenset({"assessed"}),
    "assessed": frozenset({"cleared", "in_review"}),
    "in_review": frozenset({"approved", "denied", "expired"}),
    "cleared": frozenset(),
    "approved": frozenset(),
    "denied": frozenset({"approved"}),  # on the requester's appeal, by other people
    "expired": frozenset(),
}
"""From each state, the states that may follow. What is not here can't happen."""

PERMITTING: frozenset[State] = frozenset({"cleared", "approved"})
"""The only states in which a permit may exist."""
REFUSED: frozenset[State] = frozenset({"denied", "expired"})
FINAL: frozenset[State] = PERMITTING | REFUSED
"""Decided. Only an appeal can change it, and only a refusal."""


class ImpossibleTransition(ValueError):  # noqa: N818 - reads as what it is
    """A request was to go where it can't go from where it stands."""

    def __init__(self, request_id: str, now: str, to: str) -> None:
        super().__init__(f"request {request_id!r} is {now} and can't become {to}")


def require_possible(request_id: str, now: State, to: State) -> None:
    """Raises `ImpossibleTransition` when `to` does not follow `now`."""
    if to not in NEXT[now]:
        raise ImpossibleTransition(request_id, now, to)
