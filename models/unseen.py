"""Measure a weights folder on sources it never saw: ``python -m models.unseen --weights DIR FILE…``.

Files are ``texts_*.jsonl.gz`` or ``meetings_*.jsonl.gz`` (formats: ``models/data/README.md``). Only measures; nothing
here may train a model or choose a threshold.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from .data import INDEX, read_corpus, read_meetings
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
        else:
            report[name] = plain(measure_texts(judge, path, arguments.most))
        arguments.report.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
