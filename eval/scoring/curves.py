"""Figures over scores rather than answers: ranking, calibration, recall at a fixed false-positive rate.

All from scikit-learn (the `eval` extra); without it `available()` is false and these figures are left out.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

from eval.scoring.records import Record

FIXED_FPR = (0.01, 0.05)
BINS = 10


def available() -> bool:
    """Whether scikit-learn is installed."""
    return importlib.util.find_spec("sklearn") is not None


def support_pairs(records: Sequence[Record]) -> tuple[list[int], list[float]]:
    """(claim is supported, its support) for every labelled claim that was answered."""
    pairs = [
        (c.truth == "supported", c.support) for r in records for c in r.claims if c.truth and c.support is not None
    ]
    return [int(t) for t, _ in pairs], [s for _, s in pairs]


def pretext_pairs(records: Sequence[Record]) -> tuple[list[int], list[float]]:
    """(request is pretextual, its pretext score) for every labelled request that was answered."""
    pairs = [
        (r.pretextual, r.pretext_score) for r in records if r.pretextual is not None and r.pretext_score is not None
    ]
    return [int(bool(t)) for t, _ in pairs], [s for _, s in pairs]


def auroc(truth: Sequence[int], score: Sequence[float]) -> float:
    """Area under the ROC curve; both classes must be there."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(truth, score))


def ranking(truth: Sequence[int], score: Sequence[float]) -> dict[str, Any]:
    """AUROC, average precision, recall at fixed false-positive rates, Brier score and expected calibration error.

    The calibration error is over ten bins of equal width, weighted by their size (Naeini et al., AAAI 2015).
    """
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_curve

    if len(set(truth)) < 2:
        return {"positives": sum(truth), "negatives": len(truth) - sum(truth)}
    fpr, tpr, _ = roc_curve(truth, score, drop_intermediate=False)  # a point left out could be the one below a limit
    bins = reliability(truth, score)
    return {
        "positives": sum(truth),
        "negatives": len(truth) - sum(truth),
        "auroc": auroc(truth, score),
        "average_precision": float(average_precision_score(truth, score)),
        "recall_at_fpr": {
            f"{limit:.2f}": float(max(t for f, t in zip(fpr, tpr, strict=True) if f <= limit)) for limit in FIXED_FPR
        },
        "brier": float(brier_score_loss(truth, score)),
        "ece": sum(abs(b["observed"] - b["predicted"]) * b["count"] for b in bins) / len(truth),
        "reliability": bins,
    }


def reliability(truth: Sequence[int], score: Sequence[float]) -> list[dict[str, Any]]:
    """Predicted against observed share, per bin of equal width that holds anything."""
    import numpy as np
    from sklearn.calibration import calibration_curve

    observed, predicted = calibration_curve(truth, score, n_bins=BINS, strategy="uniform")
    edges = np.linspace(0.0, 1.0, BINS + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], score), minlength=BINS)
    filled = counts[counts > 0]
    return [
        {"predicted": float(p), "observed": float(o), "count": int(n)}
        for p, o, n in zip(predicted, observed, filled, strict=True)
    ]
