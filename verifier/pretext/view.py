"""What an indicator may look at, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from verifier.case import Case
from verifier.policy import Policy
from verifier.pretext.exhibits import Exhibit, read_exhibits
from verifier.pretext.presence import Presence
from verifier.pretext.record import Record
from verifier.pretext.sources import Sources
from verifier.support.attribution import Attribution
from verifier.support.passages import Passage
from verifier.support.verdict import Finding

Strength = Literal["strong", "weak"]


@dataclass(frozen=True, slots=True)
class Sign:
    """What an indicator found: how strongly (0 to 1), in a plain sentence, and where."""

    strength: float
    detail: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """A case with everything that was found out about it before anyone asks about good faith."""

    case: Case
    policy: Policy
    who: Attribution
    findings: tuple[Finding, ...]
    passages: tuple[Passage, ...]

    @cached_property
    def sources(self) -> Sources:
        """Who complains, and who is one with whom."""
        return Sources(self.case, self.policy)

    @cached_property
    def record(self) -> Record:
        """The words that the platform holds, searchable."""
        return Record(self.case, self.passages, self.policy)

    @cached_property
    def presence(self) -> Presence:
        """The participant log, searchable by name."""
        return Presence(self.case)

    @cached_property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """What the requester attached, taken apart."""
        return read_exhibits(self.case)

    @property
    def unsupported(self) -> tuple[Finding, ...]:
        """The claims that are not supported."""
        return tuple(f for f in self.findings if f.verdict != "supported")


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example of an indicator: a small case, and whether the sign shows in it."""

    name: str
    case: Case
    shows: bool


@dataclass(frozen=True, slots=True)
class IndicatorSpec:
    """One sign of pretext.

    `why`: why it matters. `needs`: what it looks at. `source`: the public record that documents it.
    `look` answers a sign or None; `examples` are its own tests.
    """

    code: str
    strength: Strength
    why: str
    needs: str
    source: str
    look: Callable[[View], Sign | None]
    examples: Callable[[], tuple[Example, ...]]
