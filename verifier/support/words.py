"""What the text judge says of the passages: per passage, per category, in context."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from models.judge import Judgement, JudgeUnavailable, TextJudge
from models.judge import Passage as JudgePassage
from models.scope import out_of_scope
from verifier.case import Case, Claim
from verifier.policy import Policy
from verifier.support.passages import Passage, collect, context_of, select

_Answer = TypeVar("_Answer")

_QUOTED = re.compile(r"[\"“„«「『‹][^\"“”„«»「」『』‹›]{4,}[\"”“»」』›]")
_QUOTING = 2.0
"""How much quotation marks around most of a passage speak against its being the speaker's own (log-odds)."""

WORTH_CONTEXT = 0.2
"""Below, on its own words, a passage is not worth a second reading with what came before."""


@dataclass(frozen=True, slots=True)
class JudgedPassage:
    """A passage and, per policy category, how surely the speaker does it and how surely it is about it."""

    passage: Passage
    violating: dict[str, float]
    about: dict[str, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was read for a case.

    `judged` follows the order of time; `categories` are the policy's that the judge could judge. `unread` are
    passages in languages or scripts that the judge was not made for, with the reason.
    """

    judged: tuple[JudgedPassage, ...]
    passages: tuple[Passage, ...]
    categories: frozenset[str] = frozenset()
    unread: tuple[tuple[Passage, str], ...] = ()

    def by(self, people: Iterable[str | None], category: str) -> list[JudgedPassage]:
        """The judged passages of these people, surest first for the category."""
        wanted = frozenset(people)
        found = [j for j in self.judged if j.passage.participant_id in wanted and category in j.violating]
        return sorted(found, key=lambda j: (-j.violating[category], j.passage.turn, j.passage.quote))


def read(case: Case, claims: Sequence[Claim], near: Sequence[datetime], policy: Policy, judge: TextJudge) -> Reading:
    """Select passages for the claims, judge them, and map the judge's categories to the policy's.

    Raises `JudgeUnavailable` when the judge can't answer.
    """
    passages = collect(case, policy)
    if not passages:
        _ask(judge, [])
        return Reading((), (), _judged_categories(policy, judge))
    screen = _guarded(lambda: judge.screen([p.text for p in passages]))
    chosen: set[int] = set()
    for n, claim in enumerate(claims):
        names = policy.categories[claim.category].judged_as
        columns = [i for i, name in enumerate(judge.screen_order) if name in names]
        budget = policy.limits.judged_passages if n == 0 else policy.limits.judged_passages_more
        chosen |= set(select(passages, screen, columns, claim, near, budget, policy))
    foreign = {i: why for i, p in enumerate(passages) if (why := out_of_scope(p.text, p.signal.language))}
    order = sorted(chosen - foreign.keys())
    alone = _ask(judge, [JudgePassage(passages[i].text) for i in order])
    wanted = {name for claim in claims for name in policy.categories[claim.category].judged_as}
    silent = frozenset(
        i for i, said in zip(order, alone, strict=True) if max(said.violating.values(), default=0.0) >= 0.5
    )
    again = [
        (n, i, context)
        for n, i in enumerate(order)
        if max((alone[n].violating.get(name, 0.0) for name in wanted), default=0.0) >= WORTH_CONTEXT
        and (context := context_of(passages, i, silent))
    ]
    with_context = _ask(judge, [JudgePassage(passages[i].text, context) for _, i, context in again])
    final = list(alone)
    for (n, _, _), said in zip(again, with_context, strict=True):
        final[n] = _both(alone[n], said)
    final = [_less_quoted(passages[i], said) for i, said in zip(order, final, strict=True)]
    return Reading(
        tuple(_as_policy(passages[i], said, policy) for i, said in zip(order, final, strict=True)),
        tuple(passages),
        _judged_categories(policy, judge),
        tuple((passages[i], why) for i, why in foreign.items()),
    )


def _ask(judge: TextJudge, passages: list[JudgePassage]) -> list[Judgement]:
    """The judge's answer, checked: as many judgements as passages, every number a probability."""
    answer = _guarded(lambda: judge.judge(passages))
    sound = len(answer) == len(passages) and all(
        0.0 <= p <= 1.0 for said in answer for p in (*said.violating.values(), *said.about.values())
    )
    if not sound:
        raise JudgeUnavailable("The text judge gave a malformed answer.")
    return answer


def _guarded(call: Callable[[], _Answer]) -> _Answer:
    """What the judge answers; any failure of its own becomes `JudgeUnavailable`, which sends the case to people."""
    try:
        return call()
    except JudgeUnavailable:
        raise
    except Exception as error:
        raise JudgeUnavailable(f"The text judge failed ({type(error).__name__}).") from error


def _judged_categories(policy: Policy, judge: TextJudge) -> frozenset[str]:
    return frozenset(c for c, rule in policy.categories.items() if set(rule.judged_as) & judge.categories)


def _both(alone: Judgement, in_context: Judgement) -> Judgement:
    """Two readings of one passage, averaged on the log-odds scale."""
    return Judgement(
        violating={k: _mean(v, in_context.violating[k]) for k, v in alone.violating.items()},
        about={k: _mean(v, in_context.about[k]) for k, v in alone.about.items()},
    )


def _less_quoted(passage: Passage, said: Judgement) -> Judgement:
    """The judgement of a passage whose words are mostly in quotation marks: somebody else's, until shown otherwise."""
    inside = sum(len(match[0]) for match in _QUOTED.finditer(passage.quote))
    if inside * 2 < len(passage.quote):
        return said
    return Judgement({k: expit(logit(v) - _QUOTING) for k, v in said.violating.items()}, said.about)


def _mean(a: float, b: float) -> float:
    return expit((logit(a) + logit(b)) / 2)


def logit(p: float) -> float:
    """Log-odds of a probability, kept finite."""
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


def expit(x: float) -> float:
    """The probability of log-odds."""
    return 1 / (1 + math.exp(-x))


def _as_policy(passage: Passage, said: Judgement, policy: Policy) -> JudgedPassage:
    violating: dict[str, float] = {}
    about: dict[str, float] = {}
    for category, rule in policy.categories.items():
        heads = [name for name in rule.judged_as if name in said.violating]
        if heads:
            violating[category] = max(said.violating[name] for name in heads)
            about[category] = max(said.about[name] for name in heads)
    return JudgedPassage(passage, violating, about)
