"""Pictures of a report, where matplotlib is installed: reliability, score distributions, worst slices."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.scoring import curves
from eval.scoring.records import Record


def available() -> bool:
    """Whether pictures can be drawn."""
    return importlib.util.find_spec("matplotlib") is not None and curves.available()


def draw(document: dict[str, Any], records: Sequence[Record], folder: Path) -> list[str]:
    """Draw what the document has figures for; returns the file names."""
    from matplotlib.figure import Figure

    def save(figure: Any, name: str) -> str:
        figure.tight_layout()
        figure.savefig(folder / name, dpi=110)
        return name

    names = []
    bins = document.get("support_scores", {}).get("reliability")
    if bins:
        figure = Figure(figsize=(4.5, 4.2))
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        axes.scatter(
            [b["predicted"] for b in bins],
            [b["observed"] for b in bins],
            s=[12 + 3 * b["count"] ** 0.7 for b in bins],
            color="tab:blue",
            alpha=0.8,
        )
        axes.set(
            xlabel="support given",
            ylabel="share that is supported",
            title="Reliability of support",
            xlim=(0, 1),
            ylim=(0, 1),
        )
        names.append(save(figure, "reliability.png"))
    points = document.get("cost", {}).get("points")
    if points:
        figure = Figure(figsize=(4.5, 4.2))
        axes = figure.subplots()
        for key, colour, name in (
            ("these", "tab:blue", "these answers"),
            ("review_everything", "0.4", "review everything"),
            ("believe_everyone", "tab:red", "believe everyone"),
        ):
            axes.plot([p["price"] for p in points], [p[key] for p in points], color=colour, label=name)
        axes.set(xscale="log", yscale="log", xlabel="price of a false clear", ylabel="cost per case", title="Cost")
        axes.legend()
        names.append(save(figure, "cost.png"))
    labelled = [r for r in records if r.labelled]
    figure = Figure(figsize=(8, 3.4))
    left, right = figure.subplots(1, 2)
    for axes, (truth, score), title in (
        (left, curves.support_pairs(labelled), "Support of claims"),
        (right, curves.pretext_pairs(labelled), "Pretext score of requests"),
    ):
        for wanted, colour, name in ((1, "tab:green" if axes is left else "tab:red", "true"), (0, "0.6", "not")):
            axes.hist(
                [s for t, s in zip(truth, score, strict=True) if t == wanted],
                bins=25,
                range=(0, 1),
                color=colour,
                alpha=0.7,
                label=name,
            )
        axes.set(title=title, xlabel="score", ylabel="count")
        axes.legend()
    names.append(save(figure, "scores.png"))
    rows = [
        (n, r)
        for n, r in document.get("slices", {}).items()
        if r["cases"] >= 5 and not n.startswith(("source:", "sign:"))
    ]
    rows = sorted(rows, key=lambda item: item[1]["disposition_accuracy"]["value"])[:30]
    if rows:
        figure = Figure(figsize=(7, 0.27 * len(rows) + 1.2))
        axes = figure.subplots()
        for i, (_, row) in enumerate(rows):
            right_share = row["disposition_accuracy"]
            axes.barh(i, right_share["value"], color="tab:blue", alpha=0.7)
            axes.plot([right_share["low"], right_share["high"]], [i, i], color="0.2", linewidth=1)
        axes.set_yticks(range(len(rows)), [f"{n} ({r['cases']})" for n, r in rows], fontsize=7)
        axes.set(xlim=(0, 1), title="Right dispositions per slice, worst 30", xlabel="share, with exact 95 % interval")
        names.append(save(figure, "slices.png"))
    return names
