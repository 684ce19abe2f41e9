"""What an attack is: a strategy, how it is played on a case, and who is innocently like that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from eval.attacks.scene import Scene

Play = Callable[[Scene], None]
"""Changes a scene in which nothing is wrong but the claim."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One strategy.

    `told` says what the opponent does, in one sentence. `innocent` stages people who look the same and
    mean well. `shown` is False where the record of a single case holds nothing that gives the attack
    away: such a request must still not clear, but cannot be flagged; `unseen` then says why.
    """

    name: str
    told: str
    play: Play
    innocent: Play
    shown: bool = True
    unseen: str = ""
