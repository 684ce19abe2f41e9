"""Raw material of TakedownBench: meetings and labelled lines, split by source so that splits share nothing.

A written line belongs to its plot, a corpus row to itself, a meeting to itself; the hash that splits them is
the one by which the text judge is trained, so that `test` and `calibration` hold nothing it has learnt from.
`certify` and `check` are halves of `test`: a promise is made on one and checked on the other, and nothing that
was fitted, neither the judge nor the weights of support (`calibration`), has seen a line of either.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from models.data import clean, split_of

SPLITS = {"train": "train", "calibration": "calibrate", "test": "test", "certify": "test", "check": "test"}
HALVES = {"certify": 0, "check": 1}
"""Parts of a split, by a second hash of the source."""

BLATANT = frozenset(
    [
        "direct",
        "call",
        "praise",
        "recruit",
        "conditional",
        "polite",
        "fundraise",
        "collect",
        "pledge",
        "justify",
        "pseudo_science",
    ]
)
"""Devices of the written sets in which the speaker does the thing plainly."""

CORPUS_BLATANT: dict[str, Callable[[str], bool]] = {
    "hatexplain": lambda label: label.startswith("hatespeech|3/3"),
    "edos": lambda label: label.startswith(("1.1", "1.2", "2.2", "2.3")),
    "cold": lambda label: label.startswith("test|") and "attack" in label,
    "convabuse": lambda label: "severe 3/3" in label,
    "sms_spam_uci": lambda label: True,
    "fbs_sms_zh": lambda label: True,
    "advbench": lambda label: False,
    "do_not_answer": lambda label: False,
    "miws_white_supremacist": lambda label: True,
    "ethos": lambda label: True,
    "hatemoderate": lambda label: not label.startswith("gpt|"),
}
"""Original labels that leave little doubt; sources not named here give no violating line."""

LICENCES = {
    "archive_tw": "CC0-1.0",
    "changelog_podcast": "CC-BY-SA-4.0",
    "earnings21": "CC-BY-SA-4.0",
    "kdconv": "Apache-2.0",
    "qmsum": "MIT",
    "sotu": "CC0-1.0",
    "un_general_debate": "public UN record",
    "cold": "Apache-2.0",
    "convabuse": "CC-BY-4.0",
    "edos": "CC0-1.0",
    "hatexplain": "MIT",
    "sms_spam_uci": "Apache-2.0",
    "written": "Apache-2.0 (project)",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled thing to say. `stance`: violating, mention, counter_speech or benign."""

    text: str
    category: str
    stance: str
    language: str
    source: str
    group: str
    device: str = ""
    spoken: bool = True
    context: tuple[str, ...] = ()

    @property
    def blatant(self) -> bool:
        """Whether little doubt is left that the speaker does it."""
        return self.stance == "violating" and (self.device in BLATANT or self.source != "written")


@dataclass(frozen=True, slots=True)
class Talk:
    """A real meeting: who said what, in order."""

    source: str
    source_id: str
    language: str
    topic: str
    turns: tuple[tuple[str, str], ...]

    @property
    def alarming(self) -> bool:
        """Whether it is of a kind that speaks of war, crime and rights as a matter of course."""
        return self.source in {"un_general_debate", "sotu", "genocor_ictr"} or self.topic.startswith("[Committee]")


class Library:
    """Everything of one split, with draws that depend on the caller's random numbers alone."""

    def __init__(self, lines: list[Line], talks: list[Talk]) -> None:
        self.lines, self.talks = lines, talks
        self._done = {x.text.casefold() for x in lines if x.stance == "violating"}

    def without(self, sources: Collection[str]) -> Library:
        """The same, less some sources."""
        return Library(
            [x for x in self.lines if x.source not in sources], [t for t in self.talks if t.source not in sources]
        )

    def talk(self, rng: Random, *, language: str | None = None, alarming: bool | None = None) -> Talk:
        """Draw a meeting; sources have equal chances, so that a large one does not crowd out the rest."""
        fits = [
            t
            for t in self.talks
            if (language is None or t.language == language) and (alarming is None or t.alarming == alarming)
        ]
        fits = fits or self.talks
        source = rng.choice(sorted({t.source for t in fits}))
        return rng.choice([t for t in fits if t.source == source])

    def categories(self) -> list[str]:
        """Categories with enough plain violating lines to build a case on."""
        counted = {c: sum(x.blatant and x.category == c for x in self.lines) for c in {x.category for x in self.lines}}
        return sorted(c for c, n in counted.items() if n >= 3)

    def violating(self, rng: Random, category: str, n: int, language: str) -> list[Line]:
        """Draw up to `n` plain violating lines, in that language where it has enough, else in English."""
        fits = [x for x in self.lines if x.blatant and x.category == category]
        near = [x for x in fits if x.language == language]
        pool = near if near else [x for x in fits if x.language == "en"] or fits
        written = [x for x in pool if x.source == "written"]
        if written and rng.random() < 0.85:
            pool = written
        first = rng.choice(pool)
        more = [x for x in fits if x.language == "en" and x.source == "written"] if len(pool) < n else []
        rest = {
            x.text: x
            for x in sorted(
                (*pool, *more), key=lambda x: (x.group != first.group, x.language != first.language, rng.random())
            )
        }
        rest.pop(first.text)
        return [first, *list(rest.values())[: n - 1]]

    def harmless(self, language: str) -> list[str]:
        """Written lines that are benign whatever was said before them."""
        return sorted(
            x.text
            for x in self.lines
            if x.source == "written" and x.language == language and x.stance == "benign" and not x.context
            if x.device != "context_flip" and x.text.casefold() not in self._done
        )

    def contrast(self, rng: Random, category: str, n: int, language: str, stances: tuple[str, ...]) -> list[Line]:
        """Draw up to `n` written lines about the same kinds of things that violate nothing.

        Lines that differ from a violating one by their context alone stay out: meetings have too much context.
        """
        fits = [
            x
            for x in self.lines
            if x.source == "written" and x.category == category and x.stance in stances
            if x.device != "context_flip" and x.text.casefold() not in self._done
        ]
        near = [x for x in fits if x.language == language]
        pool = near if len(near) >= 2 else [x for x in fits if x.language == "en"] or fits
        return rng.sample(pool, min(n, len(pool)))


def read_library(open_dir: Path, written_dir: Path | None, split: str | None) -> Library:
    """Read one split (`None`: everything) of both folders."""
    lines: list[Line] = []
    for path in sorted(written_dir.glob("*.jsonl")) if written_dir else ():
        lines += _written(path, split)
    talks: list[Talk] = []
    for path in sorted(open_dir.glob("*.jsonl.gz")):
        if path.name.startswith("meetings_"):
            talks += _talks(path, split)
        elif path.name.startswith("texts_"):
            lines += _corpus(path, split)
    return Library(lines, talks)


def _in(group: str, percent: int, split: str | None) -> bool:
    if split is None:
        return True
    if split_of(group, percent) != SPLITS[split]:
        return False
    return split not in HALVES or hashlib.sha256(f"half/{group}".encode()).digest()[0] % 2 == HALVES[split]


def _written(path: Path, split: str | None) -> Iterator[Line]:
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        plot = re.sub(r"-(?:zh|ar|fa|tr|ru|es|pt|fr|de|hi|vi|it|pl|nl|en|hans|hant)(?=-|$)", "", row["set"])
        group = f"{path.stem}/{plot}"
        if row["text"].strip() and _in(group, 24 if path.stem.endswith("_2") else 4, split):
            context = tuple(turn["text"] for turn in row["context"] or [] if turn["text"].strip())
            yield Line(
                row["text"],
                row["category"],
                row["stance"],
                row["language"].split("-")[0],
                "written",
                row["set"],
                row["device"],
                row["register"] != "chat",
                context,
            )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _corpus(path: Path, split: str | None) -> Iterator[Line]:
    for row in _rows(path):
        group = f"{row['source']}/{row['source_id']}"
        sure = CORPUS_BLATANT.get(row["source"])
        text = re.sub(r"\b(?:DIGIT|PHONE)\b", "7", clean(row["text"]))
        if row["stance"] != "violating" or row["category"] == "sexual_content" or len(text) < 12:
            continue
        if sure is None or not sure(row["original_label"]):
            continue
        if _in(group, 5, split):
            language = row["language"].split("-")[0]
            yield Line(text[:1500], row["category"], "violating", language, row["source"], group, spoken=False)


def _talks(path: Path, split: str | None) -> Iterator[Talk]:
    for row in _rows(path):
        if _in(f"{row['source']}/{row['source_id']}", 10, split):
            turns = tuple((t["speaker"], text[:3000]) for t in row["turns"] if (text := clean(t["text"])))
            if len(turns) >= 5:
                language = row["language"].split("-")[0]
                yield Talk(row["source"], row["source_id"], language, row.get("topic") or "", turns)
