"""Every attack, in the order in which they are told."""

from __future__ import annotations

from eval.attacks.attack import Attack
from eval.attacks.strategies import cover, crowds, exhibits, planting, reporters

ALL: tuple[Attack, ...] = (
    *reporters.ATTACKS,
    *crowds.ATTACKS,
    *exhibits.ATTACKS,
    *planting.ATTACKS,
    *cover.ATTACKS,
)
"""Names are unique."""
