"""The report as one self-contained HTML file: no network, no scripts, every foreign word escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from eval.report.page import GROUPS, HEADLINE, promise_line
from eval.report.pictures import inline


def page(
    document: dict[str, Any], pictures: Iterable[Path] = (), predictions: Mapping[str, Mapping[str, Any]] | None = None
) -> str:
    """HTML from a report document; `predictions` of the worst cases open their ledgers."""
    data = document["data"]
    before = document.get("previous", {})
    parts = [
        f"<h1>{_t(data['file'])}</h1>",
        f"<p class=soft>{data['cases']} cases, {data['labelled']} labelled · "
        f"{_t(document['created_at'][:16].replace('T', ' '))} UTC · {_t(document['versions']['model'])}</p>",
        *_alarms(document),
    ]
    if "headline" in document:
        cards = "".join(
            _card(name, what, document["headline"][key], before.get("headline", {}).get(key))
            for key, name, what in HEADLINE
        )
        parts.append(f"<div class=cards>{cards}</div>")
    else:
        parts.append(f"<p>No labels: predictions only ({_t(document['given'])}).</p>")
    if before:
        same = before["data"]["sha256"] == data["sha256"]
        what = "the same data" if same else f"OTHER data: {before['data']['file']}"
        when, versions = before["created_at"][:16].replace("T", " "), ", ".join(before["versions"].values())
        parts.append(f"<p class=soft>{_t(f'Before: {when} UTC, {versions}, on {what}.')}</p>")
    shown = [inline(path) for path in pictures] + ([_confusions(document)] if "headline" in document else [])
    parts.append(f"<div class=pictures>{''.join(f'<figure>{figure}</figure>' for figure in shown)}</div>")
    if "headline" in document:
        parts += [
            _ranking(document),
            _worst(document["worst"], predictions or {}),
            _slices(document["slices"]),
            _cost(document["cost"]),
        ]
    parts.append(_colophon(document))
    head = (
        "<meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<meta name=color-scheme content='light dark'><title>{_t(data['file'])}</title>"
    )
    style = resources.files("eval").joinpath("data/report.css").read_text(encoding="utf-8")
    body = "".join(parts)
    return (
        f"<!doctype html><html lang=en><head>{head}<style>{style}</style></head><body><main>{body}</main></body></html>"
    )


def _alarms(document: dict[str, Any]) -> list[str]:
    """What to know before believing any figure; if nothing, what was looked for."""
    found = [f"{w}." for w in document.get("warnings", ())]
    if document["judge_note"]:
        found.append(f"No text judge answered: {document['judge_note']}")
    alarms = [f"<p class=warn>{_t(text[:1].upper() + text[1:])}</p>" for text in found]
    if not found and "headline" in document:
        asked = document["probe"]["cases"]
        renamed = (
            f"{asked} cases asked again under other ids got the same answers" if asked else "no case was asked again"
        )
        alarms.append(
            f"<p class=fine>Nothing to warn of: answers and scores vary, rates are within reason, {_t(renamed)}.</p>"
        )
    if "promise" in document:
        kept = document["promise"]["kept"] and document["promise"]["applies"]
        alarms.append(f"<p class={'fine' if kept else 'warn'}>{_t(promise_line(document['promise']))}</p>")
    return alarms


def _card(name: str, what: str, share: dict[str, Any], before: dict[str, Any] | None) -> str:
    value = "–" if share["value"] is None else f"{share['value']:.1%}"
    mark = "" if share["value"] is None else f"<u style='left:calc({share['value']:.2%} - 1px)'></u>"
    bar = f"<i style='left:{share['low']:.2%};width:{share['high'] - share['low']:.2%}'></i>{mark}"
    interval = f"{share['low']:.1%} to {share['high']:.1%} · {share['hits']}/{share['total']}"
    was = ""
    if before and before["value"] is not None:
        was = f"<br>before {before['value']:.1%} · {before['hits']}/{before['total']}"
    return (
        f"<div class=card>{_t(name)}<b>{value}</b><div class=track>{bar}</div>"
        f"<span class=soft>{interval}{was}<br>{_t(what)}</span></div>"
    )


def _table(head: Iterable[object], rows: Iterable[Iterable[str]]) -> str:
    top = "".join(f"<th>{_t(h)}" for h in head)
    body = "".join("<tr>" + "".join(row) + "</tr>" for row in rows)
    return f"<div class=wide><table><tr>{top}</tr>{body}</table></div>"


def _confusions(document: dict[str, Any]) -> str:
    columns = ("cleared", "review", "hold")
    answers = ([f"<td>{_t(r)}", *(f"<td>{row[d]}" for d in columns)] for r, row in document["dispositions"].items())
    parts = ["<h3>Dispositions: right (rows), given (columns)</h3>", _table(["", *columns], answers)]
    verdicts = document["verdicts"]
    given = list(next(iter(verdicts["confusion"].values())))
    macro = "–" if verdicts["macro_f1"] is None else f"{verdicts['macro_f1']:.3f}"
    rows = (
        [f"<td>{_t(truth)}", *(f"<td>{row[g]}" for g in given), f"<td>{verdicts['per_verdict'][truth]['f1']:.3f}"]
        for truth, row in verdicts["confusion"].items()
    )
    parts += [f"<h3>Verdicts: right (rows), given (columns); macro-F1 {macro}</h3>", _table(["", *given, "F1"], rows)]
    return "".join(parts)


def _ranking(document: dict[str, Any]) -> str:
    lines = []
    for key, name in (("support_scores", "support of claims"), ("pretext_scores", "pretext score")):
        scores = document.get(key, {})
        if "auroc" in scores:
            recall = scores["recall_at_fpr"]
            lines.append(
                [f"<td>{name}", *(f"<td>{scores[k]:.3f}" for k in ("auroc", "average_precision")),
                 *(f"<td>{v:.3f}" for v in recall.values()), *(f"<td>{scores[k]:.3f}" for k in ("brier", "ece"))]
            )  # fmt: skip
            head = ["", "AUROC", "average precision", *(f"recall at FPR {k}" for k in recall), "Brier", "ECE"]
    return f"<h2>Scores</h2>{_table(head, lines)}" if lines else ""


def _cost(cost: dict[str, Any]) -> str:
    """What these answers cost beside the two systems that need no thought."""
    if not cost:
        return ""
    rows = (
        [f"<td>{p['price']}", *(f"<td>{p[k]:.3f}" for k in ("these", "review_everything", "believe_everyone"))]
        for p in cost["points"]
    )
    below = cost["worth_it_below"]
    told = "" if below is None else f"<p>Cheaper than reviewing everything while a false clear costs under {below:.0f}."
    head = ["price of a false clear", "these answers", "review everything", "believe everyone"]
    table = f"<details><summary>At each price of a false clear</summary>{_table(head, rows)}</details>"
    return f"<h2>Cost per case, in decisions of one reviewer</h2>{told}{table}"


def _worst(worst: list[dict[str, Any]], predictions: Mapping[str, Mapping[str, Any]]) -> str:
    parts = ["<h2>Worst cases</h2>" if worst else "<h2>No wrong disposition</h2>"]
    for i, case in enumerate(worst):
        prediction = predictions.get(case["case_id"], {})
        right = "/".join(case["acceptable"])
        shown = " open" if i == 0 else ""
        parts.append(
            f"<details{shown}><summary><code>{_t(case['case_id'])}</code> should be "
            f"<span class=good>{_t(right)}</span>, "
            f"is <span class=bad>{_t(case['given'])}</span> "
            f"<span class=soft>{_t(', '.join(case['slices'][:5]))}</span></summary>"
        )
        parts += [f"<p>{_t(reason)}</p>" for reason in prediction.get("reasons", ())]
        claims = {c["claim_id"]: c for c in prediction.get("claims", ())}
        for claim in claims.values():
            parts.append(
                f"<p><b>{_t(claim['category'])}</b>: {_t(claim['verdict'])}, support {claim['support']:.3f}</p>"
            )
            quotes = [e for e in claim["evidence"] if e.get("quote")]
            parts += [
                f"<blockquote>{_t(e['ref'])}, {_t(e['stance'])}: {_t(e['quote'])}</blockquote>" for e in quotes[:4]
            ]
        ledger = prediction.get("ledger", ())
        if ledger:
            rows = ([f"<td>{_t(e['element'])}", f"<td>{_t(e['state'])}", f"<td>{_t(e['note'])}"] for e in ledger)
            parts.append(_table(["element", "state", "note"], rows))
        signs = prediction.get("pretext", {}).get("indicators", ())
        parts += [f"<p class=soft>{_t(s['code'])} ({s['strength']:.2f}): {_t(s['detail'])}</p>" for s in signs]
        parts.append("</details>")
    return "".join(parts)


def _slices(slices: dict[str, dict[str, Any]]) -> str:
    parts, left = [], dict(slices)
    columns = ("false_clear_rate", "auto_clear_rate", "false_hold_rate", "disposition_accuracy", "verdict_accuracy")
    head = ["", "cases", "false clears", "auto-clears", "false holds", "disposition right", "verdict right",
            "AUROC support", "AUROC pretext"]  # fmt: skip
    areas = ("support_auroc", "pretext_auroc")
    for prefix, title in GROUPS:
        chosen = {name: row for name, row in left.items() if name.startswith(prefix)}
        left = {name: row for name, row in left.items() if name not in chosen}
        if not chosen:
            continue
        ranked = sorted(chosen.items(), key=lambda item: (-item[1]["cases"], item[0]))
        rows = (
            [
                f"<td>{_t(name.removeprefix(prefix))}",
                f"<td>{row['cases']}",
                *(_heat(c, row[c]) for c in columns),
                *(f"<td>{row[a]:.3f}" if a in row else "<td class=soft>–" for a in areas),
            ]
            for name, row in ranked
        )
        parts.append(f"<h2>{_t(title)}</h2>{_table(head, rows)}")
    return "".join(parts)


def _heat(column: str, share: dict[str, Any]) -> str:
    """A cell whose colour says how bad it is: red where errors are many, none where there are none."""
    if share["value"] is None:
        return "<td class=soft>–"
    bad = share["value"] if column in ("false_clear_rate", "false_hold_rate") else 1 - share["value"]
    title = f"{share['low']:.3f} to {share['high']:.3f}"
    return f"<td title='{title}' style='background:rgba(200,60,40,{0.55 * bad:.2f})'>{share['hits']}/{share['total']}"


def _colophon(document: dict[str, Any]) -> str:
    spent = document["timings"]
    times = (
        "–"
        if spent["median_ms"] is None
        else f"median {spent['median_ms']:.0f} ms, 95th percentile {spent['p95_ms']:.0f} ms"
    )
    versions = "".join(f"<br>{_t(k)} <code>{_t(v)}</code>" for k, v in document["versions"].items())
    errors = "".join(f"<p class=bad><code>{_t(e['case_id'])}</code> {_t(e['error'])}</p>" for e in document["errors"])
    return (
        f"<h2>Made from</h2>{errors}<p class=soft>sha256 <code>{_t(document['data']['sha256'])}</code>{versions}"
        f"<br>one verification: {times}<br>{_t(document['machine']['system'])}, "
        f"Python {_t(document['machine']['python'])}"
        f"<br><code>{_t(document['command'])}</code><br>Intervals are exact (Clopper-Pearson, 95 %); cases that share "
        "texts make true intervals somewhat wider.</p>"
    )


def _t(value: object) -> str:
    return escape(str(value), quote=True)
