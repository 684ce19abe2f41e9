"""The attack suite: every strategy and its innocent look-alike on honest base cases, and how often it comes through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from eval.attacks.attack import Attack
from eval.attacks.scene import COUNTED_ON, Scene
from eval.attacks.strategies import ALL
from eval.cases import Item
from models.judge import TextJudge
from verifier.case import LabelledCase
from verifier.policy import Policy
from verifier.verify import verify

_GUESTS = 4
"""Established attendees that a base case must have, so that honest complainants can be drawn from them."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One attack, or its innocent look-alike, on one base case, and what the verifier made of it."""

    attack: Attack
    case: LabelledCase
    innocent: bool
    cleared: bool
    flagged: bool
    score: float
    signs: tuple[str, ...]


def is_base(item: Item) -> bool:
    """Whether a labelled case can carry the attacks: an honest mistake that a complete English record refutes."""
    label, case = item.label, item.case
    if label is None or label.pretextual or set(label.verdicts.values()) != {"refuted"}:
        return False
    if case.meeting.started_at is None or case.request.requester.on_behalf_of.kind != "none":
        return False
    ordinary = {"topic_not_violation", "benign_meeting"} & set(item.slices)
    weak = any(s.startswith("sign:") for s in item.slices)
    held = {c.kind for c in case.meeting.coverage}
    english = (case.meeting.language or "").startswith("en")
    return bool(ordinary) and not weak and english and held.issuperset(COUNTED_ON) and _peopled(item)


def _peopled(item: Item) -> bool:
    try:
        labelled = LabelledCase(case_id=item.case_id, case=item.case, label=item.label, slices=())  # type: ignore[arg-type]
        return len(Scene(labelled, Random(0)).guests) >= _GUESTS  # noqa: S311 - a test's chance, not a secret
    except (IndexError, ValueError):
        return False


def stage(attack: Attack, base: LabelledCase, *, innocent: bool) -> LabelledCase:
    """Play an attack (or its innocent look-alike) on a base case. The same base gives the same case."""
    side = "innocent" if innocent else "attack"
    scene = Scene(base, Random(f"{attack.name}/{side}/{base.case_id}"))  # noqa: S311
    (attack.innocent if innocent else attack.play)(scene)
    case_id = f"{attack.name}-{side}-{base.case_id}"
    return scene.case(case_id, pretextual=not innocent, slices=(f"attack:{attack.name}", side))


def trials(bases: Iterable[LabelledCase], policy: Policy, judge: TextJudge) -> Iterator[Trial]:
    """Every attack and every look-alike on every base case."""
    for base in bases:
        for attack in ALL:
            for innocent in (False, True):
                case = stage(attack, base, innocent=innocent)
                answer = verify(case.case, policy, judge)
                yield Trial(
                    attack,
                    case,
                    innocent,
                    answer.disposition == "cleared",
                    answer.pretext.flagged,
                    answer.pretext.score,
                    tuple(i.code for i in answer.pretext.indicators),
                )
