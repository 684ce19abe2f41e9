"""The verifier behind every door: a policy and a text judge, loaded late, shared, and never in the way.

A judge that can't be loaded is replaced by one that says why, so that the verification still
answers `review`. Nothing here can turn a failure into `cleared`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from models.explain import Weight, occlude
from models.judge import JudgeUnavailable, MissingJudge, Passage, TextJudge
from models.runtime import load_judge
from verifier.assessment import Approvals, Assessment
from verifier.case import Case
from verifier.policy import Policy
from verifier.verify import verify

log = logging.getLogger("takedown.engine")

PROBE = Passage(text="Good morning everybody, shall we begin?")
"""A judge that answers this one is there and works; what it answers does not matter."""


class CaseVerifier(Protocol):
    """What a door needs of a verifier."""

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        ...

    def verify(self, case: Case) -> Assessment:
        """Assess one case. Blocks; safe to call from several threads."""
        ...

    def probe(self) -> str:
        """The judge's version, once it has answered. Raises `JudgeUnavailable` when it can't."""
        ...

    def explain(self, text: str, category: str) -> list[Weight]:
        """Which words of `text`, read on its own, speak for `category`; empty where no model can tell."""
        ...


class LocalVerifier:
    """Verifies in this process, with a judge that is loaded on first use."""

    def __init__(self, policy: Policy, load: Callable[[], TextJudge]) -> None:
        self._policy = policy
        self._load = load
        self._judge: TextJudge | None = None
        self._missing: JudgeUnavailable | None = None
        self._loading = threading.Lock()

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._policy

    def verify(self, case: Case) -> Assessment:
        """Assess one case; with a broken judge the answer is `review` and says so."""
        return never_clear_degraded(verify(case, self._policy, self._judge_or_missing()), self._policy)

    def probe(self) -> str:
        """Load the judge if that has not worked yet, and let it answer one passage."""
        judge = self._load_once(retry=True)
        judge.judge([PROBE])
        return judge.version

    def explain(self, text: str, category: str) -> list[Weight]:
        """Weights under the judge's category that speaks most for it. An explanation is never worth a failure."""
        judge = self._judge_or_missing()
        rule = self._policy.categories.get(category)
        try:
            found = [occlude(judge, Passage(text), name) for name in (rule.judged_as if rule else ())]
        except (JudgeUnavailable, KeyError):
            return []
        return max(found, key=lambda weights: max((w.log_odds for w in weights), default=0.0), default=[])

    def _judge_or_missing(self) -> TextJudge:
        try:
            return self._load_once(retry=False)
        except JudgeUnavailable as unavailable:
            return MissingJudge(str(unavailable))

    def _load_once(self, *, retry: bool) -> TextJudge:
        with self._loading:
            if self._judge is not None:
                return self._judge
            if self._missing is not None and not retry:
                raise self._missing
            try:
                self._judge = self._load()
            except JudgeUnavailable as unavailable:
                self._missing = unavailable
                raise
            except Exception as broken:  # whatever a damaged file does to a loader, it must not clear or crash
                log.exception("loading the text judge failed")
                self._missing = JudgeUnavailable(f"the text model could not be loaded ({type(broken).__name__})")
                raise self._missing from broken
            return self._judge


def open_verifier(
    policy: Policy, model_dir: Path | None = None, *, timeout_s: float = 15.0, threads: int | None = None
) -> LocalVerifier:
    """A verifier over the shipped judge, or over the one in `model_dir`."""

    def load() -> TextJudge:
        return load_judge(model_dir, timeout_s=timeout_s, threads=threads)

    return LocalVerifier(policy, load)


def never_clear_degraded(assessment: Assessment, policy: Policy) -> Assessment:
    """The second lock: an answer that admits missing parts goes to a person, whatever decided it."""
    if assessment.disposition != "cleared" or not assessment.degraded:
        return assessment
    why = "Part of the verification was missing, so a person decides."
    return assessment.model_copy(
        update={
            "disposition": "review",
            "reasons": (why, *assessment.reasons),
            "approvals": Approvals(
                required=max(assessment.approvals.required, policy.approvals.review),
                excluded=assessment.approvals.excluded,
                reason=why,
            ),
        }
    )
