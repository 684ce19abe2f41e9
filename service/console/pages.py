"""Renders pages. Everything that came from a case is escaped, stripped of what could draw on the page, and isolated."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from service.console.context import passages
from service.console.exhibits import shown_exhibits
from service.console.glance import glance
from service.console.persons import Persons, span
from service.console.ties import ties
from service.console.timeline import timeline
from service.review.dossier import Dossier
from service.review.rules import Rules
from service.terminal import safe, shortened
from verifier.policy import Policy

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""On every page: nothing from elsewhere, nothing inline, no frame, nothing kept."""

WORDS = {
    "supported": "supported", "refuted": "refuted", "not_enough_info": "not settled", "contradicted": "contradicted",
    "no_record": "no record", "approve": "approved", "deny": "denied",
}  # fmt: skip
SIGNS = {"supported": "✓", "contradicted": "✗", "refuted": "✗", "no_record": "?", "not_enough_info": "?"}


def render(name: str, **told: Any) -> str:
    """One page."""
    return _environment().get_template(name).render(**told)


def case_page(dossier: Dossier, policy: Policy, rules: Rules) -> dict[str, Any]:
    """What the page about a case tells, beside the dossier itself."""
    case, assessment = dossier.case, dossier.assessment
    persons = Persons(case)
    request = case.request
    claims = [
        {
            "claim": next(c for c in request.claims if c.claim_id == answered.claim_id),
            "answered": answered,
            "definition": policy.categories[answered.category].definition
            if answered.category in policy.categories
            else "",
            "ledger": [e for e in assessment.ledger if e.claim_id == answered.claim_id],
            "passages": passages(case, answered, persons),
        }
        for answered in assessment.claims
    ]
    graph, exhibits = ties(case, policy, persons), shown_exhibits(case, persons)
    return {
        "claims": claims,
        "persons": persons,
        "facts": glance(case, assessment, graph, exhibits),
        "timeline": timeline(case, assessment),
        "graph": graph,
        "exhibits": exhibits,
        "irreversible": request.action in rules.irreversible,
        "reports": case.reports[:50],
        "names": names(dossier),
    }


def names(dossier: Dossier) -> dict[str, str]:
    """A short name for everything that an answer refers to."""
    case = dossier.case
    persons = Persons(case)
    found = {f"participant:{p.participant_id}": p.display_name or p.participant_id for p in case.meeting.participants}
    for s in case.signals:
        at = f"{s.observed_at:%H:%M:%S} " if s.observed_at else ""
        found[f"signal:{s.signal_id}"] = f"{at}{persons.participant(s.participant_id).name}"
    for r in case.reports:
        who = persons.account(r.reporter, r.submitted_at)
        found[f"report:{r.report_id}"] = f"report by {who.name}"
    for e in case.request.evidence:
        found[f"evidence:{e.evidence_id}"] = f"exhibit {e.evidence_id}"
    return found


@functools.cache
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("service.console"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        shown=_shown, paragraphs=_paragraphs, words=_words, when=_when, span=span, anchor=_anchor, shown_short=_short
    )
    env.globals.update(signs=SIGNS, meaning=WORDS)
    return env


def _shown(text: str) -> Markup:
    """Somebody's words on one line, isolated from the direction of what stands around them."""
    return Markup("<bdi>{}</bdi>").format(safe(text))


def _short(text: str) -> str:
    """A label in a drawing: 24 characters at most."""
    return shortened(safe(text), 24)


def _paragraphs(text: str) -> Markup:
    """Somebody's words with their line breaks."""
    lines = [escape(safe(line)) for line in text.splitlines()]
    return Markup("<br>").join(lines)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "–"


def _anchor(ref: str) -> str:
    """An id for HTML: letters, digits and dashes, the same for the same reference."""
    return "r-" + "".join(c if c.isascii() and c.isalnum() else f"-{ord(c):x}-" for c in ref)
