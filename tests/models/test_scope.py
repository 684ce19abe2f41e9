"""What the judge must not be asked about."""

from __future__ import annotations

import pytest

from models.scope import out_of_scope


@pytest.mark.parametrize(
    ("text", "language", "why"),
    [
        ("Good morning", None, ""),
        ("各位早上好", "zh-Hans", ""),
        ("おはようございます", "ja", ""),
        ("안녕하세요", "ko", ""),
        ("नमस्ते सब लोग", "hi", ""),
        ("سلام به همه", "fa", ""),
        ("Доброе утро", "ru", ""),
        ("12:30 👍", None, ""),
        ("", "und", ""),
        ("שלום לכולם", None, "the Hebrew script"),
        ("Καλημέρα σε όλους", None, "the Greek script"),
        ("Good morning Ελένη and everybody", None, ""),
        ("God morgon, allihop", "sv-FI", "the language sv"),
    ],
)
def test_scope(text: str, language: str | None, why: str) -> None:
    assert out_of_scope(text, language) == why
