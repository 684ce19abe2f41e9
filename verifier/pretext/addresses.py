"""Mail domains: of common and throwaway providers, official ones, and those that only look official."""

from __future__ import annotations

import re

from verifier.lexicon import lexicon

_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@((?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?![\w-])", re.IGNORECASE)
_TOP = re.compile(r"^(?:[a-z]{2}|example|test|invalid|int|eu)$")
"""Country codes, and the endings that are reserved for fiction (RFC 2606)."""
_BARE = ("gov", "mil", "int")


def domains_in(text: str) -> list[str]:
    """The domains of the mail addresses in a text, in their order."""
    return [m[1].lower() for m in _ADDRESS.finditer(text)]


def is_free(domain: str) -> bool:
    """Whether anybody can have an address there, at once and unnamed."""
    cues = lexicon("pretext")
    return domain in cues["free_mail"] or any(word in domain for word in cues["disposable_mail_words"])


def is_official(domain: str) -> bool:
    """Whether only an authority can have this domain: 'interior.gov.xx', 'police.uk', 'court.gov'."""
    parts = domain.split(".")
    endings = frozenset(lexicon("pretext")["real_authority_endings"])
    if parts[-1] in _BARE or domain.endswith(
        (".europa.eu", ".go.kr", ".go.jp", ".go.id", ".go.th", ".go.ke", ".nic.in")
    ):
        return True
    return len(parts) >= 2 and bool(_TOP.match(parts[-1])) and parts[-2] in endings


def looks_official(domain: str) -> bool:
    """Whether a domain bears an authority's words, without being one that only an authority can have."""
    marks = frozenset(lexicon("pretext")["look_alike_words"])
    return not is_official(domain) and bool(marks & set(re.split(r"[.\-_]", domain)))
