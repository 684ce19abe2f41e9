"""Calibration: ``python -m models.calibrate --data DIR --weights DIR`` rewrites the manifest with scales and shifts.

Fitted on the ``calibrate`` split only (whole plots and whole meetings that training never saw); ``--report``
measures the ``test`` split. One scale for all categories of a head and a shift per category: rare categories have too
few rows for more.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import manifest
from .data import INDEX, STANCES, Data, Row, load
from .judge import Passage
from .measure import (
    alarms,
    meeting_passages,
    plain,
    quantiles,
    screen_recall,
    screened_alarms,
    screened_passages,
    share,
    stance_table,
)
from .runtime import OnnxJudge

Floats = npt.NDArray[np.float64]
ORDINARY = 0.7
"""Weight share of meeting talk (half of it the turns that screen highest) among a category's negatives."""
OWN = 0.3
"""Weight of our own blatant rows, whose kin training saw: they would make the judge look surer than it is."""
PRIOR = 12.0
"""Strength, in rows, of pulling a category's shift towards the shift of all categories."""


def passages(rows: Sequence[Row]) -> list[Passage]:
    """Rows as passages, as they are."""
    return [Passage(row.text, row.context) for row in rows]


def fit(
    logits: Floats, target: Floats, weight: Floats, group: npt.NDArray[np.int64], rounds: int = 60
) -> tuple[float, Floats]:
    """Scale and shifts by Newton steps on the weighted logistic loss, shifts pulled towards their mean.

    Args:
        logits, target, weight, group: [n]; group is the category of each example.
    """
    count = int(group.max()) + 1
    scale, shift = 1.0, np.zeros(count)
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-(scale * logits + shift[group])))
        slope, bend = weight * (p - target), np.maximum(weight * p * (1 - p), 1e-9)
        gradient, curve = np.bincount(group, slope, count), np.bincount(group, bend, count)
        pull = PRIOR * 0.05
        shift -= np.clip((gradient + pull * (shift - shift.mean())) / (curve + pull), -1, 1)
        scale -= float(np.clip((slope * logits).sum() / (bend * logits**2).sum(), -0.2, 0.2))
        scale = max(scale, 0.1)
    return scale, shift


def calibrate(judge: OnnxJudge, data: Data, turns: int = 2500) -> dict[str, dict[str, list[float]]]:
    """Scale and shift per head and category, from one split."""
    rows = [*data.contrasts, *data.own, *data.corpora]
    alarming, _ = screened_passages(judge, data.meetings, max(1, turns // len(data.meetings)))
    talk = judge.logits([*meeting_passages(data.meetings, turns), *alarming]).astype(np.float64)
    found = judge.logits(passages(rows)).astype(np.float64)
    out: dict[str, dict[str, list[float]]] = {}
    for head, name in enumerate(("violating", "about")):
        parts: list[tuple[Floats, Floats, Floats, npt.NDArray[np.int64]]] = []
        for category, i in INDEX.items():
            known = np.array([row.labels[2 * head + 1, i] > 0 for row in rows])
            target = np.array([row.labels[2 * head, i] for row in rows], np.float64)[known]
            here = np.array([row.category in (category, "none") for row in rows])[known]
            trust = [(OWN if row.source == "own" else 1.0) * min(1.0, row.labels[2 * head + 1, i]) for row in rows]
            weight = np.where(here, 1.0, 0.15) * np.array(trust, np.float64)[known]
            values = found[known, head, i]
            if head == 0:
                others = weight[target == 0].sum()
                share = np.full(len(talk), ORDINARY / (1 - ORDINARY) * others / len(talk))
                values, target, weight = (
                    np.concatenate([values, talk[:, head, i]]),
                    np.concatenate([target, np.zeros(len(talk))]),
                    np.concatenate([weight, share]),
                )
            parts.append((values, target, weight, np.full(len(values), i)))
        scale, shift = fit(*(np.concatenate(column) for column in zip(*parts, strict=True)))  # type: ignore[arg-type]
        out[name] = {category: [round(scale, 5), round(float(shift[i]), 5)] for category, i in INDEX.items()}
    return out


def report(judge: OnnxJudge, data: Data, turns: int = 6000) -> dict[str, Any]:
    """All figures on one split: stance per category and language, corpora per source, alarms in meetings."""
    talk = judge.calibrated(judge.logits(meeting_passages(data.meetings, turns)))[:, 0]
    other = judge.logits(passages(data.corpora))
    out: dict[str, Any] = {}
    for name, rows in (("subtle", data.contrasts), ("plain", [row for row in data.own if row.source != "own"])):
        if not rows:
            continue
        logits = judge.logits(passages(rows))
        stance = np.array([row.stance for row in rows])
        category = np.array([row.category for row in rows])
        own = judge.calibrated(logits)[np.arange(len(rows)), 0, [INDEX[item] for item in category]]
        bins = [(low, low + 0.2) for low in (0.0, 0.2, 0.4, 0.6, 0.8)]
        out |= {
            f"{name} rows, all": plain(stance_table(rows, logits, lambda row: "all")),
            f"{name} rows, by category": plain(stance_table(rows, logits, lambda row: row.category)),
            f"{name} rows, by language": plain(stance_table(rows, logits, lambda row: row.language)),
            f"{name} rows, share at or above a probability, by stance": {
                label: {f"{t:g}": share(own[stance == i] >= t) for t in (0.5, 0.8, 0.9, 0.95)}
                for i, label in enumerate(STANCES)
            },
            f"{name} rows, share violating where the probability lies in": {
                f"{low:.1f}–{high:.1f}": share(stance[inside] == 0)
                for low, high in bins
                if (inside := (own >= low) & (own < high + (high > 0.99))).any()
            },
            f"{name} rows, quantiles of the probability (rows)": {
                item: {
                    "violating .1/.5/.9": quantiles(own[(category == item) & (stance == 0)], (0.1, 0.5, 0.9)),
                    "mention, counter .5/.9/.98": quantiles(
                        own[(category == item) & np.isin(stance, (1, 2))], (0.5, 0.9, 0.98)
                    ),
                    "benign .5/.9/.98": quantiles(own[(category == item) & (stance == 3)], (0.5, 0.9, 0.98)),
                    "ordinary turns .9/.99/.999": quantiles(talk[:, i], (0.9, 0.99, 0.999)),
                }
                for item, i in INDEX.items()
            },
            f"{name} rows, share of violating rows among the top 48 of the screen": screen_recall(
                judge, rows, data.meetings
            ),
        }
    return {
        **out,
        "corpora, by source": plain(stance_table(data.corpora, other, lambda row: row.source)),
        "meeting turns above": {"turns": len(talk), **alarms(talk)},
        "meetings, the 24 turns each that screen highest": screened_alarms(judge, data.meetings),
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="models.calibrate")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--report", type=Path, help="measure the test split into this JSON file")
    parser.add_argument("--turns", type=int, default=2500, help="meeting turns to calibrate on, report on twice")
    arguments = parser.parse_args()
    old = manifest.read(arguments.weights)
    judge = OnnxJudge(arguments.weights, 3600, None)
    found = calibrate(judge, load(arguments.data, "calibrate"), arguments.turns)
    manifest.write(arguments.weights, old.name, list(old.files), {**old.settings, **found})
    if arguments.report:
        judge = OnnxJudge(arguments.weights, 3600, None)
        figures = {"version": judge.version, **report(judge, load(arguments.data, "test"), 2 * arguments.turns)}
        arguments.report.write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
