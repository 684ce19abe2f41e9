"""The insider report as a picture: each row's upheld share with its interval, in plain SVG."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from service.insider.figures import Row

_LABEL, _SCALE, _LINE, _EDGE = 320, 400, 26, 48
_NAME = 44
"""Characters of a name that fit beside the scale."""
_MOST = 200
"""Rows that are drawn, those with most requests first; a picture of more can't be read."""


def picture(rows: Sequence[Row], *, title: str) -> str:
    """An SVG document: a dot for each row's upheld share, a line for its 95% interval, grey where there are few.

    The overall share is a dashed line, so that it can be seen whose interval lies wholly beside it.
    """
    shown = sorted(rows, key=lambda r: (-r.requests, r.requester, r.approver))[:_MOST]
    height = 2 * _EDGE + _LINE * len(shown)
    alone = [r.upheld for r in rows if not r.approver]  # pairs count the same requests again
    hits, total = sum(u.hits for u in alone), sum(u.total for u in alone)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LABEL + _SCALE + _EDGE}" height="{height}" '
        'font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(title)}</title>",
        f'<text x="8" y="20" font-size="14">{escape(title)}</text>',
    ]
    parts += [_mark(share, height) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    if total:
        x = _x(hits / total)
        parts.append(f'<line x1="{x}" x2="{x}" y1="34" y2="{height - 30}" stroke="#555" stroke-dasharray="4 3"/>')
    for n, row in enumerate(shown):
        parts += _row(row, _EDGE + _LINE * n)
    return "\n".join([*parts, "</svg>", ""])


def _mark(share: float, height: int) -> str:
    x = _x(share)
    return (
        f'<line x1="{x}" x2="{x}" y1="34" y2="{height - 30}" stroke="#ddd"/>'
        f'<text x="{x}" y="{height - 12}" text-anchor="middle">{share:.0%}</text>'
    )


def _row(row: Row, y: int) -> list[str]:
    name = row.requester + (f" with {row.approver}" if row.approver else "")
    name = name if len(name) <= _NAME else name[: _NAME - 1] + "…"
    colour = "#999" if row.upheld.few else "#8c2d04" if row.stands_out else "#08519c"
    told = f"{row.upheld.hits} of {row.upheld.total} upheld; " + ("; ".join(row.stands_out) or "nothing stands out")
    found = [f"<g><title>{escape(told)}</title>", f'<text x="8" y="{y + 4}">{escape(name)}</text>']
    if row.upheld.total:
        share = row.upheld.hits / row.upheld.total
        found.append(
            f'<line x1="{_x(row.upheld.low)}" x2="{_x(row.upheld.high)}" y1="{y}" y2="{y}" stroke="{colour}" '
            f'stroke-width="2"/><circle cx="{_x(share)}" cy="{y}" r="4" fill="{colour}"/>'
        )
    return [*found, "</g>"]


def _x(share: float) -> float:
    return round(_LABEL + share * _SCALE, 1)
