"""What a text judge is: the door through which the rest of the product reaches any text model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

CATEGORIES: tuple[str, ...] = (
    "terrorism",
    "violent_threat",
    "incitement",
    "hate_speech",
    "harassment",
    "self_harm",
    "sexual_content",
    "fraud_spam",
    "meeting_disruption",
    "illegal_goods",
)
"""Categories that words can establish, in the order of every array in this package."""


class JudgeUnavailable(RuntimeError):  # noqa: N818
    """No model, a broken file, or a deadline passed. The message is one plain sentence for people."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One thing somebody said, wrote or showed.

    Attributes:
        text: the passage itself, already normalised by the caller.
        context: the turns before it, oldest first; may be empty.
    """

    text: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge thinks of one passage; a category it can't judge is absent.

    Attributes:
        violating: category -> calibrated probability that the speaker does it here.
        about: category -> probability that the text concerns it, in any stance.
    """

    violating: Mapping[str, float]
    about: Mapping[str, float]


@runtime_checkable
class TextJudge(Protocol):
    """Judges passages of text, one category at a time, without knowing who speaks or why it is asked."""

    @property
    def version(self) -> str:
        """Name and digest, e.g. ``e5-stance-3+sha256:abcdef123456``; same version, same answers."""
        ...

    @property
    def categories(self) -> frozenset[str]:
        """The categories it can judge."""
        ...

    @property
    def screen_order(self) -> tuple[str, ...]:
        """Category of each column of :meth:`screen`."""
        ...

    def screen(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Score texts cheaply: [n, len(screen_order)], higher is more worth judging. Never a verdict.

        A text below 0 in every column is not worth judging.
        """
        ...

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """Judge passages, in order.

        Raises:
            JudgeUnavailable: the model failed or the deadline passed; no partial answer is given.
        """
        ...


@dataclass(frozen=True, slots=True)
class MissingJudge:
    """A judge that isn't there: every call raises :class:`JudgeUnavailable` with the reason.

    Attributes:
        reason: why it is missing, one plain sentence for people.
    """

    reason: str
    version: str = "none"
    categories: frozenset[str] = frozenset()
    screen_order: tuple[str, ...] = ()

    def screen(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Raise :class:`JudgeUnavailable`."""
        raise JudgeUnavailable(self.reason)

    def judge(self, passages: Sequence[Passage]) -> list[Judgement]:
        """Raise :class:`JudgeUnavailable`."""
        raise JudgeUnavailable(self.reason)
