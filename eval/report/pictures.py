"""Pictures of a report, where matplotlib is installed: ranking, reliability, trade-off, cost, scores, worst slices.

SVG whose colours are the page's own variables, so that they follow its light or dark scheme; a file looked at
alone falls back to the light one.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eval.scoring import curves
from eval.scoring.records import Record

INK, SOFT, GOOD, BAD, MAIN = "#010101", "#010102", "#010103", "#010104", "#010105"
"""Stand-ins: matplotlib knows no style sheet, so these are written and then replaced."""
VARIABLES = {
    INK: "var(--ink,#1b2733)",
    SOFT: "var(--soft,#5d6b79)",
    GOOD: "var(--good,#1f7a4d)",
    BAD: "var(--bad,#b3261e)",
    MAIN: "var(--main,#2b6cb0)",
}
STYLE = {
    "svg.fonttype": "none", "text.parse_math": False, "font.family": "sans-serif", "font.size": 9.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 11, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "legend.frameon": False, "axes.axisbelow": True,
    **dict.fromkeys(("text.color", "axes.titlecolor"), INK),
    **dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), SOFT),
}  # fmt: skip
SHOWN = 18
"""Slices in the picture."""
LEAST = 5
"""Cases that a slice needs to be in it."""


def available() -> bool:
    """Whether pictures can be drawn."""
    return importlib.util.find_spec("matplotlib") is not None and curves.available()


def draw(document: dict[str, Any], records: Sequence[Record], folder: Path) -> list[str]:
    """Draw what the document has figures for; returns the file names."""
    import matplotlib
    from matplotlib.figure import Figure

    labelled = [r for r in records if r.labelled]
    pairs = (curves.support_pairs(labelled), curves.pretext_pairs(labelled))
    drawers: dict[str, Callable[[Any], bool]] = {
        "ranking": lambda axes: _ranking(axes, pairs),
        "reliability": lambda axes: _reliability(axes, document),
        "tradeoff": lambda axes: _tradeoff(axes, document),
        "cost": lambda axes: _cost(axes, document),
        "support": lambda axes: _scores(axes, *pairs[0], "Support of claims", ("supported", "not supported")),
        "pretext": lambda axes: _scores(axes, *pairs[1], "Pretext score of requests", ("bad faith", "good faith")),
        "slices": lambda axes: _slices(axes, document),
    }
    names = []
    for name, drawer in drawers.items():
        with matplotlib.rc_context({**STYLE, "svg.hashsalt": name}):
            figure = Figure(figsize=(5.6, 5.2 if name == "slices" else 3.5), layout="constrained")
            if drawer(figure.subplots()):
                figure.savefig(folder / f"{name}.svg", transparent=True, metadata={"Date": None})
                _recolour(folder / f"{name}.svg")
                names.append(f"{name}.svg")
    return names


def inline(path: Path) -> str:
    """A picture as a part of a page: without the declarations that name other addresses."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r' xmlns(:xlink)?="[^"]*"', "", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{path.stem}" ', 1)


def _legend(axes: Any, where: str) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc=where)


def _recolour(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for stand_in, variable in VARIABLES.items():
        text = text.replace(stand_in, variable)
    path.write_text(text, encoding="utf-8")


def _ranking(axes: Any, pairs: Sequence[tuple[list[int], list[float]]]) -> bool:
    from sklearn.metrics import roc_curve

    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, linestyle=":")
    drawn = False
    for (truth, score), colour, name in zip(pairs, (MAIN, BAD), ("support", "pretext"), strict=True):
        if len(set(truth)) == 2:
            fpr, tpr, _ = roc_curve(truth, score, drop_intermediate=False)
            axes.plot(fpr, tpr, color=colour, label=f"{name}, area {curves.auroc(truth, score):.3f}")
            drawn = True
    axes.set(title="Ranking", xlabel="false-positive rate", ylabel="recall", xlim=(-0.01, 1.01), ylim=(-0.01, 1.03))
    _legend(axes, "lower right")
    return drawn


def _reliability(axes: Any, document: dict[str, Any]) -> bool:
    """The line must lie near the diagonal where points are large."""
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, linestyle=":")
    drawn = False
    for key, colour, name in (("support_scores", MAIN, "support"), ("pretext_scores", BAD, "pretext")):
        bins = document.get(key, {}).get("reliability")
        if bins:
            x, y = [b["predicted"] for b in bins], [b["observed"] for b in bins]
            axes.plot(x, y, color=colour, linewidth=0.8)
            sizes = [14 + 260 * b["count"] / sum(b["count"] for b in bins) for b in bins]
            axes.scatter(x, y, s=sizes, color=colour, alpha=0.75, label=f"{name}, ECE {document[key]['ece']:.3f}")
            drawn = True
    axes.set(
        title="Reliability", xlabel="score given", ylabel="share that is true", xlim=(-0.05, 1.05), ylim=(-0.05, 1.05)
    )
    _legend(axes, "upper left")
    return drawn


def _tradeoff(axes: Any, document: dict[str, Any]) -> bool:
    """What a stricter `clear_at` would save and cost."""
    points = document.get("tradeoff")
    if not points:
        return False
    x = [p["clear_at"] for p in points]
    for key, colour, name in (("auto_clears", GOOD, "auto-clears"), ("false_clears", BAD, "false clears")):
        axes.plot(x, [p[key]["value"] for p in points], color=colour, label=name)
        low, high = ([p[key][end] for p in points] for end in ("low", "high"))
        axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.set(title="Trade-off", xlabel="least support that clears", ylabel="share, 95 %", ylim=(-0.02, 1.02))
    _legend(axes, "best")
    return True


def _cost(axes: Any, document: dict[str, Any]) -> bool:
    points = document.get("cost", {}).get("points", ())
    for key, colour, style, name in (
        ("these", MAIN, "-", "these answers"),
        ("review_everything", SOFT, "--", "review everything"),
        ("believe_everyone", BAD, "--", "believe everyone"),
    ):
        axes.plot([p["price"] for p in points], [p[key] for p in points], style, color=colour, label=name)
    axes.set(xscale="log", yscale="log", xlabel="price of a false clear", ylabel="cost per case", title="Cost")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    _legend(axes, "upper left")
    return bool(points)


def _scores(axes: Any, truth: list[int], score: list[float], title: str, names: tuple[str, str]) -> bool:
    for wanted, colour, name in ((1, MAIN, names[0]), (0, SOFT, names[1])):
        chosen = [s for t, s in zip(truth, score, strict=True) if t == wanted]
        axes.hist(chosen, bins=25, range=(0, 1), color=colour, alpha=0.65, label=f"{name} ({len(chosen)})")
    axes.set(title=title, xlabel="score", ylabel="count")
    _legend(axes, "best")
    return bool(truth)


def _slices(axes: Any, document: dict[str, Any]) -> bool:
    """Those with the fewest right dispositions, the worst at the top."""
    found = [(n, r) for n, r in document.get("slices", {}).items() if r["cases"] >= LEAST and not n.startswith("sign:")]
    rows = sorted(found, key=lambda item: item[1]["disposition_accuracy"]["value"])[:SHOWN]
    for i, (_, row) in enumerate(rows):
        right = row["disposition_accuracy"]
        axes.plot([right["low"], right["high"]], [i, i], color=SOFT, linewidth=2, alpha=0.5)
        axes.plot(right["value"], i, "o", color=MAIN, markersize=5)
    axes.set_yticks(range(len(rows)), [f"{n[:34]} ({r['cases']})" for n, r in rows], fontsize=8.5)
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.02), title=f"Right dispositions, worst {len(rows)} slices", xlabel="share, exact 95 %")
    return bool(rows)
