"""A scorer that shares no code with `eval`: every figure of metrics.json again, from the raw files alone.

Written from the formulas in docs/evaluation.md, with scikit-learn and SciPy, so that agreement means something.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

VERDICTS = ["supported", "refuted", "not_enough_info"]
Row = dict[str, Any]
"""`label`, `case` and `slices` as the data file has them; `answer` as the predictions file has it."""


def read(data: Path, predictions: Path) -> list[Row]:
    """Labelled cases with their answers, line by line."""
    raw = gzip.decompress(data.read_bytes()) if data.suffix == ".gz" else data.read_bytes()
    answers = [json.loads(line) for line in predictions.read_text("utf-8").splitlines()]
    rows = []
    for line, answer in zip([x for x in raw.split(b"\n") if x.strip()], answers, strict=True):
        try:
            document = json.loads(line)
        except ValueError:
            document = {}
        row = {"label": None, "case": None, "slices": [], **document, "answer": answer}
        if "can't be read" in answer.get("error", ""):
            row |= {"slices": ["unreadable", *row["slices"]], "case": None}
        rows.append(row)
    return rows


def share(hits: int, total: int, confidence: float = 0.95) -> dict[str, Any]:
    """A share with SciPy's exact interval."""
    from scipy.stats import binomtest

    if not total:
        return {"value": None, "low": 0.0, "high": 1.0, "hits": 0, "total": 0}
    found = binomtest(hits, total).proportion_ci(confidence, method="exact")
    return {"value": hits / total, "low": found.low, "high": found.high, "hits": hits, "total": total}


def headline(rows: Sequence[Row]) -> dict[str, Any]:
    """The ten shares."""
    labelled = [r for r in rows if r["label"]]

    def of(among: Callable[[set[str]], bool], given: str) -> dict[str, Any]:
        chosen = [r for r in labelled if among(set(r["label"]["acceptable_dispositions"]))]
        return share(sum(r["answer"]["disposition"] == given for r in chosen), len(chosen))

    claims = claims_of(labelled)
    cleared = [r for r in labelled if r["answer"]["disposition"] == "cleared"]
    right = [r["answer"]["disposition"] in r["label"]["acceptable_dispositions"] for r in labelled]
    flags = [r["answer"]["pretext"]["flagged"] == r["label"]["pretextual"] for r in labelled]
    return {
        "false_clear_rate": of(lambda a: "cleared" not in a, "cleared"),
        "auto_clear_rate": of(lambda a: "cleared" in a, "cleared"),
        "well_founded_clear_rate": of(lambda a: a == {"cleared"}, "cleared"),
        "clear_precision": share(
            sum("cleared" in r["label"]["acceptable_dispositions"] for r in cleared), len(cleared)
        ),
        "false_hold_rate": of(lambda a: "hold" not in a, "hold"),
        "hold_recall": of(lambda a: a == {"hold"}, "hold"),
        "disposition_accuracy": share(sum(right), len(right)),
        "verdict_accuracy": share(sum(t == g for t, g, _ in claims), len(claims)),
        "pretext_accuracy": share(sum(flags), len(flags)),
        "errors": share(sum("error" in r["answer"] for r in rows), len(rows)),
    }


def claims_of(rows: Sequence[Row]) -> list[tuple[str, str, float | None]]:
    """(right verdict, given verdict or `none`, support) of every labelled claim."""
    found = []
    for r in rows:
        given = {c["claim_id"]: c for c in r["answer"].get("claims", [])}
        for claim_id, right in (r["label"] or {"verdicts": {}})["verdicts"].items():
            one = given.get(claim_id)
            found.append((right, one["verdict"] if one else "none", one["support"] if one else None))
    return found


def macro_f1(rows: Sequence[Row]) -> float:
    """scikit-learn's macro-F1 over the verdicts that occur."""
    from sklearn.metrics import f1_score

    truth, given = [t for t, _, _ in claims_of(rows)], [g for _, g, _ in claims_of(rows)]
    labels = [v for v in VERDICTS if v in truth or v in given]
    return float(f1_score(truth, given, labels=labels, average="macro", zero_division=0))


def pairs(rows: Sequence[Row], what: str) -> tuple[list[int], list[float]]:
    """Truth and score of support (a claim each) or of pretext (a case each), where there was an answer."""
    if what == "support":
        known = [(int(t == "supported"), s) for t, _, s in claims_of(rows) if s is not None]
    else:
        known = [
            (int(r["label"]["pretextual"]), r["answer"]["pretext"]["score"])
            for r in rows
            if r["label"] and "error" not in r["answer"]
        ]
    return [t for t, _ in known], [s for _, s in known]


def scores(truth: Sequence[int], score: Sequence[float]) -> dict[str, Any]:
    """AUROC by counting pairs, average precision by its sum, recall by walking thresholds, ECE by hand."""
    from scipy.stats import mannwhitneyu

    up = [s for t, s in zip(truth, score, strict=True) if t]
    down = [s for t, s in zip(truth, score, strict=True) if not t]
    area = mannwhitneyu(up, down).statistic / (len(up) * len(down))
    precision = recall_before = 0.0
    recalls = {"0.01": 0.0, "0.05": 0.0}
    for threshold in sorted(set(score), reverse=True):
        hits, alarms = sum(s >= threshold for s in up), sum(s >= threshold for s in down)
        recall = hits / len(up)
        precision += (recall - recall_before) * hits / (hits + alarms)
        recall_before = recall
        for limit in recalls:
            if alarms / len(down) <= float(limit):
                recalls[limit] = recall
    bins: dict[int, list[tuple[int, float]]] = {}
    for t, s in zip(truth, score, strict=True):
        bins.setdefault(next(i for i in range(10) if s <= (i + 1) / 10), []).append((t, s))
    gaps = [abs(sum(t for t, _ in b) - sum(s for _, s in b)) for b in bins.values()]
    return {
        "positives": len(up),
        "negatives": len(down),
        "auroc": area,
        "average_precision": precision,
        "recall_at_fpr": recalls,
        "brier": sum((s - t) ** 2 for t, s in zip(truth, score, strict=True)) / len(truth),
        "ece": sum(gaps) / len(truth),
    }


def slices(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """The headline of every slice that the data name, and language, category, action where they name none."""
    groups: dict[str, list[Row]] = {}
    for r in rows:
        if not r["label"]:
            continue
        names = list(dict.fromkeys(r["slices"]))
        heads = {n.split(":")[0] for n in names if ":" in n}
        case = r["case"]
        if case is None:
            for name in names:
                groups.setdefault(name, []).append(r)
            continue
        if "language" not in heads:
            names.append("language:" + (case["meeting"].get("language") or "unknown").split("-")[0])
        if "category" not in heads:
            names += sorted({f"category:{c['category']}" for c in case["request"]["claims"]})
        if "action" not in heads:
            names.append(f"action:{case['request']['action']}")
        for name in names:
            groups.setdefault(name, []).append(r)
    return {name: {"cases": len(group), "rows": group, **headline(group)} for name, group in groups.items()}
