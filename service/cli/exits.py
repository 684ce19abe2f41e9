"""What the command line answers to the shell."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from verifier.assessment import Disposition


class Exit(IntEnum):
    """Exit codes of `verify`; other commands use the first three."""

    CLEARED = 0
    FAILED = 1
    BAD_INPUT = 2
    REVIEW = 3
    HOLD = 4


OF_DISPOSITION: dict[Disposition, Exit] = {"cleared": Exit.CLEARED, "review": Exit.REVIEW, "hold": Exit.HOLD}

_MOST_SERIOUS_FIRST = (Exit.FAILED, Exit.BAD_INPUT, Exit.HOLD, Exit.REVIEW, Exit.CLEARED)


def most_serious(exits: Iterable[Exit]) -> Exit:
    """The one code for several files. Nothing verified is a failure, not a clearance."""
    return min(exits, key=_MOST_SERIOUS_FIRST.index, default=Exit.FAILED)
