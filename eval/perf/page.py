"""The page: figures of this run beside the last one, with bars, and a table for docs/performance.md."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

Run = Mapping[str, Any]
CHANGED = 0.10
"""Smaller differences are noise on a shared machine."""


def rows(run: Run, last: Run | None) -> list[tuple[str, float, str, str, str]]:
    """Name, value, unit, details and change of each figure."""
    before = {figure["name"]: figure for figure in last["figures"]} if last else {}
    return [(f["name"], f["value"], f["unit"], _details(f), _change(f, before.get(f["name"]))) for f in run["figures"]]


def markdown(run: Run, last: Run | None) -> str:
    """A table for the documentation."""
    table = ["| | value | | change |", "|---|---|---|---|"]
    table += [
        f"| {name} | {value:,.4g} {unit} | {more} | {change} |" for name, value, unit, more, change in rows(run, last)
    ]
    machine = run["machine"]
    return (
        f"{run['at']}, {machine['cores']} cores, {machine['system']}, {run['revision']}\n\n" + "\n".join(table) + "\n"
    )


def page(run: Run, last: Run | None) -> str:
    """A page that needs nothing else: bars are drawn within each unit."""
    longest: dict[str, float] = {}
    for figure in run["figures"]:
        longest[figure["unit"]] = max(longest.get(figure["unit"], 0.0), figure["value"])
    lines = [
        f"<tr><td>{html.escape(name)}<td class=n>{value:,.4g} {html.escape(unit)}"
        f"<td><div style='width:{_width(value, longest[unit])}px'></div>"
        f"<td>{html.escape(more)}<td>{html.escape(change)}"
        for name, value, unit, more, change in rows(run, last)
    ]
    style = (
        "body{font:14px system-ui;margin:2em}td{padding:.2em .6em}.n{text-align:right}div{height:1em;background:#47a}"
    )
    head = f"<!doctype html><meta charset=utf-8><title>Performance</title><style>{style}</style><h1>Performance</h1>"
    told = html.escape(f"{run['at']}, {run['revision']}, {run['machine']}")
    return f"{head}<p>{told}<p>Bars: shares of the largest figure of the same unit.<table>{''.join(lines)}</table>\n"


def _width(value: float, longest: float) -> int:
    return round(300 * value / longest) if longest else 0


def _details(figure: Mapping[str, Any]) -> str:
    told: Sequence[str] = [
        f"p95 {figure['p95']:,.4g}" if "p95" in figure else "",
        f"[{figure['low']:,.4g}, {figure['high']:,.4g}]" if "low" in figure and "high" in figure else "",
        f"n = {figure['n']:,}",
        figure.get("note", ""),
    ]
    return "; ".join(part for part in told if part)


def _change(figure: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    if before is None or not before["value"]:
        return ""
    share = figure["value"] / before["value"] - 1
    return "same" if abs(share) < CHANGED else f"{share:+.0%}"
