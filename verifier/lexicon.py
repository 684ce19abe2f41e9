"""Cue words in many languages, as data: each lexicon is a named list of phrases, matched on folded text.

A phrase matches at a word's start; a trailing `*` lets the word go on; in scripts without spaces it
matches anywhere. Cues steer what is looked at and what is asked of people; none ever proves a claim.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from verifier.normalise import fold

_FOLDER = Path(__file__).parent / "lexicons"
_NO_SPACES = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


@cache
def lexicon(file: str) -> dict[str, Any]:
    """The lexicons of one file, by name."""
    raw = (_FOLDER / f"{file}.yaml").read_text(encoding="utf-8")
    data = yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe loaders both
    if not isinstance(data, dict):
        raise TypeError(f"lexicon {file} is no mapping")
    return data


@cache
def cue(file: str, name: str) -> re.Pattern[str]:
    """One pattern for all phrases of a lexicon; match it against folded text."""
    return phrases(tuple(_flatten(lexicon(file)[name])))


@lru_cache(maxsize=512)
def phrases(entries: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for the given phrases; match it against folded text."""
    closed: list[str] = []
    open_ended: list[str] = []
    anywhere: list[str] = []
    for entry in entries:
        text = fold(entry.rstrip("*"))
        body = r"\s+".join(re.escape(word) for word in text.split(" ")).replace("ı", "[ıi]")
        if not text:
            continue
        if _NO_SPACES.search(text):
            anywhere.append(body)
        elif entry.endswith("*"):
            open_ended.append(body)
        else:
            closed.append(body)
    # One look-behind for all of them: the engine then passes over most positions at once.
    parts = [part for part, alternatives in (
        (rf"(?<!\w)(?:{'|'.join(open_ended)})", open_ended),
        (rf"(?<!\w)(?:{'|'.join(closed)})(?!\w)", closed),
        ("|".join(anywhere), anywhere),
    ) if alternatives]  # fmt: skip
    return re.compile("|".join(parts) or r"(?!)")


def _flatten(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [entry for part in value.values() for entry in _flatten(part)]
    return [str(entry) for entry in value]
