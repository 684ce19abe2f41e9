"""The report as a page of Markdown: the figures that matter first, then where they come from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

HEADLINE = (
    ("false_clear_rate", "False clears", "cleared, of cases that must not be cleared"),
    ("auto_clear_rate", "Auto-clears", "cleared, of cases that may be cleared"),
    ("well_founded_clear_rate", "Well-founded cleared", "cleared, of cases where only that is right"),
    ("clear_precision", "Clears that are right", "may be cleared, of cases that were cleared"),
    ("false_hold_rate", "False holds", "held, of cases that need no hold"),
    ("hold_recall", "Holds found", "held, of cases that must be held"),
    ("disposition_accuracy", "Disposition right", "of all labelled cases"),
    ("verdict_accuracy", "Verdict right", "of all labelled claims"),
    ("pretext_accuracy", "Pretext flag right", "of all labelled cases"),
    ("errors", "Errors", "cases without an answer"),
)
GROUPS = (
    ("language:", "Languages"),
    ("source:", "Sources"),
    ("category:", "Claimed categories"),
    ("action:", "Actions"),
    ("", "Slices"),
)


def page(document: dict[str, Any], pictures: Iterable[str] = ()) -> str:
    """Markdown from a report document."""
    data = document["data"]
    parts = [f"# Evaluation of {data['file']}", ""]
    parts += [f"> **Warning:** {w}." for w in document.get("warnings", ())]
    if document["judge_note"]:
        parts.append(f"> **No text judge answered:** {document['judge_note']}")
    if "headline" in document:
        parts += ["", "| | value | 95 % interval | count | of what |", "|---|---|---|---|---|"]
        parts += [f"| **{name}** | {_cells(document['headline'][key])} | {what} |" for key, name, what in HEADLINE]
        parts += [
            "",
            "Intervals are exact (Clopper-Pearson); cases that share texts make true intervals somewhat wider.",
        ]
        if "promise" in document:
            parts += ["", promise_line(document["promise"])]
    else:
        parts += ["", f"No labels. {data['cases']} predictions: {document['given']}."]
    parts += [f"\n![{name}]({name})" for name in pictures]
    parts += _answers(document) if "headline" in document else []
    spent = document["timings"]
    parts += [
        "",
        "## Time",
        "",
        f"Wall time of one verification: median {_ms(spent['median_ms'])}, mean {_ms(spent['mean_ms'])}, "
        f"95th percentile {_ms(spent['p95_ms'])}, longest {_ms(spent['max_ms'])}.",
    ]
    if "slices" in document:
        parts += _slices(document["slices"])
    if document["errors"]:
        parts += ["", "## Errors", "", *(f"- `{e['case_id']}`: {e['error']}" for e in document["errors"])]
    parts += [
        "",
        "## Made from",
        "",
        f"- data: `{data['file']}`, {data['cases']} cases ({data['labelled']} labelled), sha256 `{data['sha256']}`",
    ]
    parts += [f"- {name}: `{version}`" for name, version in document["versions"].items()]
    parts += [f"- command: `{document['command']}`", f"- when: {document['created_at']}", ""]
    return "\n".join(parts)


def promise_line(found: dict[str, Any]) -> str:
    """Whether a certificate's promise is kept, in one line."""
    kept = "kept" if found["kept"] else "BROKEN"
    bound = _number(found["upper_bound"])
    remarks = "".join(f" But {r}." for r in found["remarks"])
    clears = _brief(found["false_clears"])
    return f"Promise ({found['promise']}): {kept}; false clears {clears}, upper bound {bound}.{remarks}"


def _answers(document: dict[str, Any]) -> list[str]:
    parts = ["", "## Answers", "", "| right answer | cleared | review | hold |", "|---|---|---|---|"]
    parts += [
        f"| {a} | {row['cleared']} | {row['review']} | {row['hold']} |" for a, row in document["dispositions"].items()
    ]
    verdicts = document["verdicts"]
    given = list(next(iter(verdicts["confusion"].values())))
    parts += [
        "",
        f"## Verdicts (macro-F1 {_number(verdicts['macro_f1'])})",
        "",
        "| right verdict | " + " | ".join(given) + " | F1 |",
        "|---|" + "---|" * (len(given) + 1),
    ]
    for truth, row in verdicts["confusion"].items():
        f1 = verdicts["per_verdict"][truth]["f1"]
        parts.append(f"| {truth} | " + " | ".join(str(row[g]) for g in given) + f" | {f1:.3f} |")
    flag = document["pretext"]
    parts += [
        "",
        "## Pretext",
        "",
        f"Precision {_number(flag['precision']['value'])}, recall {_number(flag['recall']['value'])}, "
        f"F1 {_number(flag['f1'])}.",
    ]
    for key, name in (("support_scores", "Support"), ("pretext_scores", "Pretext score")):
        scores = document.get(key, {})
        if "auroc" in scores:
            recall = ", ".join(f"{_number(v)} at {k}" for k, v in scores["recall_at_fpr"].items())
            parts += [
                "",
                f"{name}: AUROC {_number(scores['auroc'])}, average precision {_number(scores['average_precision'])}, "
                f"recall at fixed false-positive rate {recall}, "
                f"Brier {_number(scores['brier'])}, ECE {_number(scores['ece'])} "
                f"({scores['positives']} positive, {scores['negatives']} negative).",
            ]
    parts += [
        "",
        "## Worst cases",
        "",
        "| case | right | given | claims (right > given, support) | slices |",
        "|---|---|---|---|---|",
    ]
    for w in document["worst"]:
        claims = "; ".join(
            f"{c['category']}: {c['right']} > {c['given']}, {_number(c['support'])}" for c in w["claims"]
        )
        parts.append(
            f"| {w['case_id']} | {'/'.join(w['acceptable'])} | {w['given']} | {claims} | {', '.join(w['slices'][:6])} |"
        )
    return parts


def _slices(slices: dict[str, dict[str, Any]]) -> list[str]:
    parts, left = [], dict(slices)
    for prefix, title in GROUPS:
        chosen = {name: row for name, row in left.items() if name.startswith(prefix)}
        left = {name: row for name, row in left.items() if name not in chosen}
        if chosen:
            parts += [
                "",
                f"## {title}",
                "",
                "| | cases | false clears | auto-clears | false holds | disposition right | verdict right |",
                "|---|---|---|---|---|---|---|",
            ]
        for name, row in sorted(chosen.items(), key=lambda item: (-item[1]["cases"], item[0])):
            shares = (
                row[k]
                for k in (
                    "false_clear_rate",
                    "auto_clear_rate",
                    "false_hold_rate",
                    "disposition_accuracy",
                    "verdict_accuracy",
                )
            )
            parts.append(
                f"| {name.removeprefix(prefix)} | {row['cases']} | " + " | ".join(_brief(s) for s in shares) + " |"
            )
    return parts


def _cells(share: dict[str, Any]) -> str:
    if share["value"] is None:
        return "- | - | 0"
    return f"{share['value']:.4f} | {share['low']:.4f} - {share['high']:.4f} | {share['hits']} / {share['total']}"


def _brief(share: dict[str, Any]) -> str:
    return "-" if share["value"] is None else f"{share['value']:.3f} ({share['hits']}/{share['total']})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"
