"""Weak: police, court, government or company claimed from a free-mail or look-alike address, without reference."""

from __future__ import annotations

import re

from verifier.case import Case
from verifier.lexicon import lexicon
from verifier.pretext.sketch import account, sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View


def look(view: View) -> Sign | None:
    """Check the requester's mail domain against the authority that they claim."""
    request = view.case.request
    requester = request.requester
    official = requester.on_behalf_of.kind in ("government", "court") or requester.role in (
        "law_enforcement",
        "government_liaison",
    )
    if not official and requester.on_behalf_of.kind != "company":
        return None
    domain = (requester.account.email_domain or "").lower() if requester.account is not None else ""
    if not domain:
        return None
    cues = lexicon("pretext")
    free = domain in cues["free_mail"] or any(word in domain for word in cues["disposable_mail_words"])
    fake = (
        official
        and _looks_official(domain, cues["look_alike_words"])
        and not any(domain.endswith(s) for s in cues["real_authority_suffixes"])
    )
    referenced = bool((request.legal_basis.reference or "").strip()) and request.legal_basis.kind in (
        "statute",
        "court_order",
        "legal_process",
    )
    if fake:
        return Sign(0.6, f"The authority claimed writes from {domain}, which only looks like an official address.")
    if free and not referenced:
        return Sign(0.6, f"The authority claimed writes from {domain}, without a reference that could be checked.")
    return None


def _looks_official(domain: str, marks: list[str]) -> bool:
    parts = re.split(r"[.\-_]", domain)
    return any(mark in parts for mark in marks)


def _examples() -> tuple[Example, ...]:
    def case(domain: str, reference: str | None = None) -> Case:
        requester = {
            "actor_id": "x",
            "role": "law_enforcement",
            "on_behalf_of": {"kind": "government", "country": "NL"},
            "account": account("req", email_domain=domain),
        }
        return sketch(
            request={"requester": requester, "legal_basis": {"kind": "legal_process", "reference": reference}}
        )

    return (
        Example("police on free mail", case("gmail.com"), True),
        Example("a look-alike", case("police-gov.example", "Order 7"), True),
        Example("free mail with a reference to check", case("gmail.com", "Order 7"), False),
        Example("an official address", case("interior.gov.example.gov"), False),
    )


SPEC = IndicatorSpec(
    code="unverified_authority",
    strength="weak",
    why="Letterheads are easy to forge; addresses and references can be checked.",
    needs="request.requester.account.email_domain, role, on_behalf_of, legal_basis.reference",
    source="Bloomberg on forged emergency requests (2022); FBI on compromised police mailboxes (2024)",
    look=look,
    examples=_examples,
)
