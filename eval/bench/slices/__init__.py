"""What can have happened: each function here writes one case of its kind. Weights say how many of a hundred or so."""

from __future__ import annotations

from collections.abc import Callable

from eval.bench.kit import Kit
from eval.bench.slices import bad_faith, child_safety, honest_errors, record, sources_of_reports, true_abuse
from verifier.case import LabelledCase

Writer = Callable[[Kit, str], LabelledCase]

ALL: tuple[tuple[float, str, Writer], ...] = (
    *true_abuse.WRITERS,
    *child_safety.WRITERS,
    *honest_errors.WRITERS,
    *record.WRITERS,
    *sources_of_reports.WRITERS,
    *bad_faith.WRITERS,
)
"""(weight, name, writer), each name once."""
