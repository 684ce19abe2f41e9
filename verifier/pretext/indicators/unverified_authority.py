"""Weak: police, court or company claimed from a free-mail, new or look-alike address, or without reference."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.case import Case
from verifier.lexicon import cue
from verifier.pretext.addresses import domains_in, is_free, looks_official
from verifier.pretext.frames import plain
from verifier.pretext.sketch import account, sketch
from verifier.pretext.view import Example, IndicatorSpec, Sign, View

_CHECKED = ("statute", "court_order", "legal_process")
_DIGIT = re.compile(r"\d")


def look(view: View) -> Sign | None:
    """Check the address, the age of the account and the reference against the authority that is claimed."""
    case = view.case
    who = _claimed(case)
    if not who:
        return None
    requester, basis = case.request.requester, case.request.legal_basis
    referenced = bool((basis.reference or "").strip()) and basis.kind in _CHECKED
    for domain in _written_from(case):
        if who == "authority" and looks_official(domain):
            return Sign(0.6, f"The authority claimed writes from {domain}, which only looks like an official address.")
        if is_free(domain) and not referenced:
            return Sign(0.6, f"The {who} claimed writes from {domain}, without a reference that could be checked.")
    if basis.kind == "court_order" and not _DIGIT.search(
        f"{basis.reference or ''} {requester.on_behalf_of.name or ''}"
    ):
        shown = [e for e in case.request.evidence if e.kind == "document" and _DIGIT.search(e.text)]
        if not shown and not _DIGIT.search(case.request.justification):
            return Sign(0.5, "A court order is claimed, with no number, date or copy by which it could be checked.")
    own = requester.account
    if view.sources.is_fresh(own, case.request.submitted_at) and own is not None and not own.verified:
        return Sign(0.55, f"The {who} claimed writes from an account that was made days before, and is not verified.")
    return None


def _claimed(case: Case) -> str:
    """What the request claims to speak for: 'authority', 'company', or ''."""
    requester = case.request.requester
    kind = requester.on_behalf_of.kind
    if kind in ("government", "court") or requester.role in ("law_enforcement", "government_liaison"):
        return "authority"
    if kind == "company":
        return "company"
    outside = requester.role in ("user", "other") and requester.account is not None
    said = cue("pretext", "authority_words").search(plain(_opening(case.request.justification)))
    return "authority" if outside and kind == "none" and said and _speaks_for_itself(case) else ""


def _speaks_for_itself(case: Case) -> bool:
    """Whether the law is invoked in the writer's own name; who only tells that they went to the police invokes none."""
    return case.request.legal_basis.kind in _CHECKED


def _opening(text: str) -> str:
    return text[:400]


def _written_from(case: Case) -> Iterator[str]:
    """The domains from which the request itself was written: of the account, and of addresses given as its own."""
    requester = case.request.requester
    if requester.account is not None and requester.account.email_domain:
        yield requester.account.email_domain.lower()
    own = f"{requester.actor_id} {case.request.justification} {case.request.legal_basis.reference or ''}"
    yield from domains_in(own)
    for e in case.request.evidence:
        if e.kind == "document":
            yield from domains_in(e.text)


_COURT = {"actor_id": "x", "role": "law_enforcement", "on_behalf_of": {"kind": "court", "country": "NL"}}


def _examples() -> tuple[Example, ...]:
    def case(domain: str, reference: str | None = None, days: int = 900) -> Case:
        requester = {
            "actor_id": "x",
            "role": "law_enforcement",
            "on_behalf_of": {"kind": "government", "country": "NL"},
            "account": account("req", email_domain=domain, days=days),
        }
        return sketch(
            request={"requester": requester, "legal_basis": {"kind": "legal_process", "reference": reference}}
        )

    return (
        Example("police on free mail", case("gmail.com"), True),
        Example("a look-alike", case("police-gov.example", "Order 7"), True),
        Example("free mail with a reference to check", case("gmail.com", "Order 7"), False),
        Example("an account of yesterday", case("bureau.example", "Order 7", days=1), True),
        Example("an old one, with a reference", case("bureau.example", "Order 7"), False),
        Example(
            "a court order without a number",
            sketch(request={"legal_basis": {"kind": "court_order"}, "requester": _COURT}),
            True,
        ),
        Example(
            "an officer's free mail in the text",
            sketch(request={"requester": _COURT, "justification": "Reply to judge.office@gmail.com"}),
            True,
        ),
        Example("an official address", case("interior.gov.example.gov"), False),
    )


SPEC = IndicatorSpec(
    code="unverified_authority",
    strength="weak",
    why="Letterheads are easy to forge; addresses and references can be checked.",
    needs="requester account, role, on_behalf_of, addresses in the request's own words, legal_basis",
    source="Bloomberg on forged emergency requests (2022); FBI on compromised police mailboxes (2024)",
    look=look,
    examples=_examples,
)
