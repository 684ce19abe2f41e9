"""Verifies a stated case: what it lacks is told in the answer, and then nothing is cleared."""

from __future__ import annotations

from service.engine import CaseVerifier, never_clear_degraded
from service.requests.submission import Stated
from verifier.assessment import Assessment


def assess(stated: Stated, verifier: CaseVerifier) -> Assessment:
    """The assessment, with the notes first among what was degraded."""
    answer = verifier.verify(stated.case)
    if stated.notes:
        answer = answer.model_copy(update={"degraded": (*stated.notes, *answer.degraded)})
    return never_clear_degraded(answer, verifier.policy)
