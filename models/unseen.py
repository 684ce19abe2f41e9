"""Measure a weights folder on sources it never saw: ``python -m models.unseen --weights DIR FILE…``.

Files are ``texts_*.jsonl.gz``, ``meetings_*.jsonl.gz`` or contrast sets ``*.jsonl``, such as the ones in
``models/data/heldout`` (formats: ``models/data/README.md``). Only measures; nothing here may train a model or choose a
threshold.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from .data import INDEX, read_contrasts, read_corpus, read_meetings
from .judge import Passage
from .measure import alarms, auroc_figure, meeting_passages, plain, share
from .runtime import OnnxJudge


def measure_texts(judge: OnnxJudge, path: Path, most: int, seed: int = 1) -> dict[str, Any]:
    """Per category: violating against benign, and against mention + counter-speech; and shares above 0.5 and 0.9."""
    rows = list(read_corpus(path))
    kinds: dict[tuple[str, bool], list[int]] = {}
    for i, row in enumerate(rows):
        kinds.setdefault((row.category, bool(row.labels[0].any())), []).append(i)
    rng = np.random.default_rng(seed)
    chosen = [i for members in kinds.values() for i in rng.permutation(members)[:most]]
    rows = [rows[i] for i in chosen]
    logits = judge.logits([Passage(row.text, row.context) for row in rows])
    sure = judge.calibrated(logits)[:, 0]
    category = np.array([row.category for row in rows])
    violating = np.array([bool(row.labels[0].any()) for row in rows])
    out: dict[str, Any] = {}
    for name, i in INDEX.items():
        does = violating & (category == name)
        tells = ~violating & (category == name)
        if not (does.any() or tells.any()):
            continue
        benign = category == "none"
        out[name] = {
            "against benign": auroc_figure(logits[does, 0, i].astype(float), logits[benign, 0, i].astype(float)),
            "against other stances": auroc_figure(logits[does, 0, i].astype(float), logits[tells, 0, i].astype(float)),
        }
        for label, members in (("violating", does), ("other stances", tells), ("benign", benign)):
            if members.any():
                out[name][f"{label} ≥ 0.5"] = share(sure[members, i] >= 0.5)
                out[name][f"{label} ≥ 0.9"] = share(sure[members, i] >= 0.9)
    return out


def measure_contrasts(judge: OnnxJudge, path: Path) -> dict[str, Any]:
    """Stance within contrast sets, every row read alone and in its context and averaged, as the verifier reads.

    Per group: violating against every other stance, against mention + counter-speech, against benign (AUROC), and the
    shares at or above 0.5.
    """
    rows = list(read_contrasts(path))
    readings = [
        judge.logits([Passage(row.text, row.context) for row in rows]),
        judge.logits([Passage(row.text) for row in rows]),
    ]
    column = [INDEX[row.category] for row in rows]
    logits = np.mean([r[np.arange(len(rows)), 0, column].astype(float) for r in readings], 0)
    sure = np.mean([judge.calibrated(r)[np.arange(len(rows)), 0, column] for r in readings], 0)
    stance = np.array([row.stance for row in rows])
    english = np.array([row.language == "en" for row in rows])
    groups = {"English": english, "other languages": ~english}
    groups |= {
        row.language: np.array([r.language == row.language for r in rows]) for row in rows if row.language != "en"
    }
    groups |= {row.category: np.array([r.category == row.category for r in rows]) for row in rows}
    out: dict[str, Any] = {}
    for name, here in groups.items():
        does = here & (stance == 0)
        out[name] = {
            "against all others": auroc_figure(logits[does], logits[here & (stance != 0)]),
            "against mention and counter-speech": auroc_figure(logits[does], logits[here & np.isin(stance, (1, 2))]),
            "against benign": auroc_figure(logits[does], logits[here & (stance == 3)]),
            "violating ≥ 0.5": share(sure[does] >= 0.5),
            "others ≥ 0.5": share(sure[here & (stance != 0)] >= 0.5),
        }
    return out


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="models.unseen")
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--most", type=int, default=250, help="rows a category and kind, and turns a meeting file")
    parser.add_argument("--report", type=Path, required=True, help="JSON file to write")
    arguments = parser.parse_args()
    judge = OnnxJudge(arguments.weights, 3600, None)
    report: dict[str, Any] = {"version": judge.version}
    for path in arguments.files:
        name = path.name.split(".")[0]
        if name.startswith("meetings"):
            talk = meeting_passages(list(read_meetings(path)), 4 * arguments.most)
            figures = alarms(judge.calibrated(judge.logits(talk))[:, 0])
            report[name] = {"turns": len(talk), **figures}
        elif path.suffix == ".jsonl":
            report[name] = plain(measure_contrasts(judge, path))
        else:
            report[name] = plain(measure_texts(judge, path, arguments.most))
        arguments.report.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
