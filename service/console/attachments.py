"""Attachments as a form gives them: lines as `sha256sum` prints them. The files stay where they are."""

from __future__ import annotations

import re

from service.problems import ProblemDetails
from verifier.problems import Problem

MOST = 20
_LINE = re.compile(r"\\?([0-9a-fA-F]{64})(?:[ \t]+\*?(\S.*))?")


def attachments_of(text: str) -> list[tuple[str, str]]:
    """`(name, sha256)` of every line; a hash without a name is named by its beginning. Raises a problem."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found, wrong = [], []
    for n, line in enumerate(lines):
        match = _LINE.fullmatch(line)
        if match is None:
            wrong.append(
                Problem(f"/attachments/{n}", f"line {n + 1} is no hash of a file", "sha256 in hex, then a name")
            )
            continue
        sha256 = match[1].lower()
        found.append((match[2] or sha256[:12], sha256))
    if len(lines) > MOST:
        wrong.append(Problem("/attachments", "too many files", f"at most {MOST}"))
    if wrong:
        raise ProblemDetails("invalid-decision", "The note is not complete.", wrong)
    return found
