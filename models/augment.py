"""Small changes to training samples, so that style and unrelated context carry no signal."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Sequence

from .data import Meeting
from .judge import Passage

FILLERS = {
    "en": ("uh", "um", "so", "you know", "okay so", "I mean"),
    "zh": ("嗯", "那个", "就是", "呃"),
    "es": ("eh", "bueno", "pues"),
    "ru": ("ну", "э-э", "вот"),
    "ar": ("يعني", "طيب", "آه"),
    "fa": ("یعنی", "خب", "اِ"),
    "tr": ("yani", "şey", "hani"),
    "vi": ("ờ", "à", "thì"),
    "fr": ("euh", "ben", "donc"),
    "de": ("äh", "also", "ähm"),
    "pt": ("é", "então", "tipo"),
    "hi": ("मतलब", "तो", "अच्छा"),
}


def like_speech(text: str) -> str:
    """No punctuation: how plain speech recognition writes (case is dropped for all texts later on)."""
    text = "".join(" " if unicodedata.category(c) in ("Po", "Ps", "Pe", "Pi", "Pf") and c != "'" else c for c in text)
    return re.sub(r"\s+", " ", text).strip() or text


def vary(text: str, language: str, rng: random.Random) -> str:
    """One random change of surface, or none."""
    draw = rng.random()
    if draw < 0.12:
        return like_speech(text)
    if draw < 0.25:
        return text.strip('.!?。！？؟ "“”') or text
    if draw < 0.33 and language in FILLERS:
        return f"{rng.choice(FILLERS[language])}, {text}"
    if draw < 0.38:
        return text.replace('"', "").replace("“", "").replace("”", "").replace("«", "").replace("»", "")
    return text


def window(text: str, rng: random.Random, most: int = 280) -> str:
    """A random stretch of at most ``most`` characters, beginning at a sentence or word where possible."""
    if len(text) <= most:
        return text
    starts = [0] + [m.end() for m in re.finditer(r"[.!?。！？]\s*", text[: -most // 2])]
    begin = rng.choice(starts)
    return text[begin : begin + most].strip()


def stranger_turns(meetings: Sequence[Meeting], language: str, rng: random.Random) -> tuple[str, ...]:
    """One to three turns in a row of a random meeting, mostly in the same language when there is one."""
    meeting = rng.choice(meetings)
    if meeting.language != language and rng.random() < 0.5:
        meeting = rng.choice(meetings)
    count = rng.choice((1, 1, 2, 3))
    begin = rng.randrange(max(1, len(meeting.turns) - count))
    return tuple(turn[-120:] for turn in meeting.turns[begin : begin + count])


def passage(
    text: str, context: tuple[str, ...], language: str, meetings: Sequence[Meeting], rng: random.Random
) -> Passage:
    """A labelled text as a training passage.

    Three in ten texts without context get unrelated meeting turns before them; given context is mostly kept, sometimes
    preceded by unrelated turns, and rarely dropped.
    """
    if context:
        draw = rng.random()
        if draw < 0.12:
            context = ()
        elif draw < 0.3:
            context = (*stranger_turns(meetings, language, rng), *context)
    elif rng.random() < 0.3:
        context = stranger_turns(meetings, language, rng)
    return Passage(vary(text, language, rng), tuple(vary(turn, language, rng) for turn in context))
