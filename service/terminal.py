"""Text from a case, made safe to show: it may say anything, but must not draw on the reader's screen."""

from __future__ import annotations

import json
import re

_HIDDEN = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL and C1: escape sequences
    "\xad\u061c\u180e\u200b\u200e\u200f"  # soft hyphen, marks and spaces that show nothing
    "\u2028-\u202e\u2060-\u206f"  # line separators, bidi overrides and isolates
    "\ufeff\ufff9-\ufffb\ud800-\udfff"  # byte order mark, annotations, lone surrogates
    "\U000e0000-\U000e007f"  # tag characters
)
_WHITE = re.compile("[\t\n\v\f\r\u2028\u2029]+")
_UNSAFE = re.compile(f"[{_HIDDEN}]")
_UNSAFE_IN_JSON = re.compile(f"[{_HIDDEN}\u200c\u200d]")
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_LETTER = re.compile(r"\w")

PLACEHOLDER = "\ufffd"
"""Stands where something hidden stood: a reader should see that it was there."""


def safe(text: str) -> str:
    """One line that can be printed: white space becomes a space, what is hidden becomes `\ufffd`."""
    return _STACKED.sub(r"\1", _UNSAFE.sub(PLACEHOLDER, _WHITE.sub(" ", text)))


def safe_json(document: str) -> str:
    """JSON whose hidden characters are escaped: the same document to a parser, harmless to a terminal."""
    return _UNSAFE_IN_JSON.sub(lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], document)


def blurred(text: str) -> str:
    """The shape of a text without its words, for readers who must not see it unprepared."""
    return _LETTER.sub("░", text)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, with a sign that there was more."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
