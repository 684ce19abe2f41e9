"""Figures against counts made by hand."""

import pytest

from eval.scoring import rates
from eval.scoring.records import ClaimRecord, Record


def _record(disposition: str, acceptable: tuple[str, ...], **more: object) -> Record:
    claims = more.pop("claims", (ClaimRecord("supported", "supported", 0.9, "terrorism"),))
    values = {
        "case_id": "x", "pretextual": False, "flagged": False, "pretext_score": 0.1, "slices": (), "elapsed_ms": 5.0,
        "error": None, "signals": 3, **more,
    }  # fmt: skip
    return Record(disposition=disposition, acceptable=acceptable, claims=claims, **values)  # type: ignore[arg-type]


RECORDS = [
    _record("cleared", ("cleared",)),
    _record("review", ("cleared", "review")),
    _record("cleared", ("review",), slices=("a",)),
    _record("hold", ("hold",), pretextual=True, flagged=True, slices=("a",)),
    _record("review", ("hold",), pretextual=True),
    _record("hold", ("review",), flagged=True, claims=(ClaimRecord("refuted", None, None, "other"),)),
]


def test_headline() -> None:
    found = rates.headline(RECORDS)
    counts = {k: (v["hits"], v["total"]) for k, v in found.items()}
    assert counts == {
        "false_clear_rate": (1, 4),
        "auto_clear_rate": (1, 2),
        "well_founded_clear_rate": (1, 1),
        "clear_precision": (1, 2),
        "false_hold_rate": (1, 4),
        "hold_recall": (1, 2),
        "disposition_accuracy": (3, 6),
        "verdict_accuracy": (5, 6),
        "pretext_accuracy": (4, 6),
        "errors": (0, 6),
    }


def test_verdicts_and_pretext() -> None:
    found = rates.verdicts(RECORDS)
    assert found["confusion"]["refuted"] == {"supported": 0, "refuted": 0, "not_enough_info": 0, "none": 1}
    assert found["macro_f1"] == pytest.approx(0.5)
    flag = rates.pretext(RECORDS)
    assert (flag["precision"]["value"], flag["recall"]["value"], flag["f1"]) == (0.5, 0.5, 0.5)


def test_slices_and_time() -> None:
    assert rates.by_slice(RECORDS)["a"]["false_clear_rate"]["hits"] == 1
    assert rates.timings(RECORDS)["p95_ms"] == 5.0
    assert rates.timings([])["median_ms"] is None


def test_agrees_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    truth = ["supported", "refuted", "not_enough_info", "refuted", "supported", "refuted"]
    given = ["supported", "supported", "not_enough_info", "refuted", "refuted", "refuted"]
    claims = tuple(ClaimRecord(t, g, 0.5, "other") for t, g in zip(truth, given, strict=True))
    found = rates.verdicts([_record("review", ("review",), claims=claims)])
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(truth, given, average="macro"))
