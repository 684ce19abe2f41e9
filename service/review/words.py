"""Text that people wrote, as every database can keep it, and ids as this room makes them."""

from __future__ import annotations

import re

from service.terminal import safe

_ID = re.compile(r"[0-9a-f]{32}")


def kept(text: str) -> str:
    """The text with its line breaks, and without characters that hide, draw, or that PostgreSQL refuses."""
    return "\n".join(safe(line) for line in text.splitlines())


def is_id(text: str) -> bool:
    """Whether this could be an id of a review or a question; others are not even looked up."""
    return _ID.fullmatch(text) is not None
