"""Could the label be guessed from the request alone? On an honest benchmark it can't, so this is part of the build.

Two guessers, each cross-validated: the bag of the requester's words, and role + country + action. Area under the
ROC curve of 0.5 is chance. The interval is the normal approximation of Hanley and McNeil (1982), which takes the
cases as independent; they share texts, so true intervals are somewhat wider.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verifier.case import LabelledCase


@dataclass(frozen=True)
class Leak:
    """One guesser against one label. `auroc` with its 95 % interval; `cases` it was measured on."""

    guesser: str
    label: str
    auroc: float
    low: float
    high: float
    cases: int


def requester_words(case: LabelledCase) -> str:
    """Every word that the requester wrote or attached."""
    request = case.case.request
    parts = [c.narrative for c in request.claims] + [e.text for e in request.evidence] + [request.justification]
    return "\n".join(parts)


def requester_form(case: LabelledCase) -> dict[str, Any]:
    """Role, country and action, as a form has them."""
    request = case.case.request
    return {
        "role": request.requester.role,
        "country": request.requester.country or "-",
        "action": request.action,
    }


def measure(cases: Sequence[LabelledCase], folds: int = 5) -> list[Leak]:
    """Both guessers against "may be cleared" and "pretextual". Needs scikit-learn."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    labels = {
        "may be cleared": [int("cleared" in c.label.acceptable_dispositions) for c in cases],
        "pretextual": [int(c.label.pretextual) for c in cases],
    }
    words = make_pipeline(TfidfVectorizer(min_df=2, token_pattern=r"(?u)\w+"), LogisticRegression(max_iter=500))  # noqa: S106
    form = make_pipeline(DictVectorizer(), LogisticRegression(max_iter=500))
    found = []
    for name, model, data in (
        ("bag of requester words", words, [requester_words(c) for c in cases]),
        ("role + country + action", form, [requester_form(c) for c in cases]),
    ):
        for label, y in labels.items():
            if min(sum(y), len(y) - sum(y)) < folds:
                continue
            splits = StratifiedKFold(folds, shuffle=True, random_state=7)
            p = cross_val_predict(model, data, y, cv=splits, method="predict_proba")[:, 1]
            area = float(roc_auc_score(y, p))
            half = 1.96 * _spread(area, sum(y), len(y) - sum(y))
            found.append(Leak(name, label, area, area - half, area + half, len(y)))
    return found


def _spread(area: float, positive: int, negative: int) -> float:
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (positive - 1) * (q1 - area**2) + (negative - 1) * (q2 - area**2)
    return math.sqrt(max(0.0, variance) / (positive * negative))
