"""Which texts the judge was made for: everything else it must not guess about."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

LANGUAGES = frozenset(
    {
        "ar",
        "bn",
        "de",
        "en",
        "es",
        "fa",
        "fr",
        "hi",
        "id",
        "it",
        "ja",
        "ko",
        "nl",
        "pl",
        "pt",
        "ru",
        "sw",
        "tr",
        "uk",
        "ur",
        "vi",
        "zh",
    }
)
"""Languages with rows of training text written line by line (`models/data`), BCP 47."""
SCRIPTS = frozenset({"LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI", "BENGALI", "CJK", "HIRAGANA", "KATAKANA", "HANGUL"})
"""The scripts they are written in, as Unicode's character names begin."""
LETTERS = 4
"""A text with fewer letters of a foreign script than this is read: a name or a symbol in passing."""


@lru_cache(maxsize=16384)
def out_of_scope(text: str, language: str | None = None) -> str:
    """Why the judge must not be asked about a text, or ''.

    Args:
        text: any text; its script is the one that most of its letters have.
        language: what the platform says it is in (BCP 47), if it says so.

    Returns:
        For people: ``the Thai script``, or ``the language sv``.
    """
    scripts = Counter(_script(letter) for letter in text if letter.isalpha())
    if scripts:
        script, count = scripts.most_common(1)[0]
        if script not in SCRIPTS and count >= LETTERS:
            return f"the {script.capitalize()} script"
    base = (language or "").split("-")[0].split("_")[0].lower()
    if base and base not in LANGUAGES and base not in ("und", "mul", "mis", "zxx", "cmn", "yue"):
        return f"the language {base}"
    return ""


@lru_cache(maxsize=65536)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
