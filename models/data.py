"""Training data as read from disk: labelled texts and meetings, with their splits.

Nothing is downloaded. The project's own text lies beside this file in ``data/``; ``DIR`` holds
``open/texts_*.jsonl.gz`` and ``open/meetings_*.jsonl.gz`` (see ``models/data/README.md`` for their form and sources).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .judge import CATEGORIES

Split = Literal["train", "calibrate", "test"]
STANCES = ("violating", "mention", "counter_speech", "benign")
INDEX = {category: i for i, category in enumerate(CATEGORIES)}
OWN_DATA = Path(__file__).parent / "data"
WRITTEN = OWN_DATA / "written"

OVERLAP: frozenset[frozenset[str]] = frozenset(
    frozenset(pair.split("~"))
    for pair in [
        "incitement~violent_threat",
        "incitement~terrorism",
        "incitement~hate_speech",
        "hate_speech~harassment",
        "harassment~violent_threat",
        "harassment~sexual_content",
        "harassment~meeting_disruption",
        "terrorism~incitement",
        "harassment~self_harm",
        "sexual_content~meeting_disruption",
        "illegal_goods~fraud_spam",
    ]
)
"""Pairs that one text may well show both: a row of one says nothing about the other."""

HALF: frozenset[frozenset[str]] = frozenset(
    {frozenset({"violent_threat", "terrorism"}), frozenset({"hate_speech", "violent_threat"})}
)
"""Pairs that seldom go together: half weight as negatives."""

NOISE = {
    "cold": 0.5,
    "germeval2018_de": 0.35,
    "fox_news_comments": 0.35,
    "told_br_pt": 0.7,
    "stormfront": 0.7,
    "swsr_zh": 0.7,
}
"""Loss weight of sources whose labels are coarse; other sources 1."""

SOURCE_COVERS = {
    "cold": "hate_speech harassment",
    "convabuse": "hate_speech harassment sexual_content",
    "edos": "hate_speech",
    "fox_news_comments": "hate_speech",
    "germeval2018_de": "hate_speech harassment",
    "hatexplain": "hate_speech",
    "sms_spam_uci": "fraud_spam terrorism incitement violent_threat meeting_disruption illegal_goods",
    "stormfront": "hate_speech",
    "swsr_zh": "hate_speech harassment",
    "told_br_pt": "hate_speech harassment",
}
"""What a source's benign rows are negative for."""

UNRELATED = ("fraud_spam", "illegal_goods", "meeting_disruption", "terrorism")
"""Categories that posts of the hate and abuse corpora practically never show."""


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled text.

    Attributes:
        context: turns before, oldest first.
        group: rows of one group never fall into different splits.
        labels: [4, C] float32: violating target and weight, about target and weight (weight 0: unknown).
        stance: index into ``STANCES`` where it was annotated with care, else -1.
    """

    text: str
    context: tuple[str, ...]
    category: str
    stance: int
    language: str
    source: str
    group: str
    labels: npt.NDArray[np.float32]
    contrast: bool


@dataclass(frozen=True, slots=True)
class Meeting:
    """A transcript nobody in which violates anything."""

    source: str
    identifier: str
    language: str
    turns: tuple[str, ...]


def split_of(group: str, held_out_percent: int) -> Split:
    """Where a group belongs; half of what is held out calibrates, half tests."""
    point = int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % 1000
    if point >= held_out_percent * 10:
        return "train"
    return "calibrate" if point % 2 else "test"


INVISIBLE = re.compile("[\u00ad\u0640\u064b-\u065f\u200b-\u200f\u2060-\u206f\ufeff]")


def clean(text: str) -> str:
    """Remove what only tells the platform a text came from (handles, links, retweet marks, markup)."""
    text = re.sub(
        r"@USER|\bRT\b(?=\s*:?\s)|\brt\b(?=\s+@)|\[URL\]|\bURL\b|https?://\S+|www\.\S+|\[(?:EMAIL|PHONE)\]", " ", text
    )
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    return fold(text)


def fold(text: str) -> str:
    """Drop what a caller's normalisation drops: zero-width characters, tatweel, Arabic vowel signs, doubled spaces."""
    return re.sub(r"\s+", " ", INVISIBLE.sub("", text)).strip()


def labels(category: str, stance: str, source: str, contrast: bool) -> npt.NDArray[np.float32]:
    """Targets and weights of one row, [4, C]; see :class:`Row`."""
    out = np.zeros((4, len(CATEGORIES)), np.float32)
    weight = NOISE.get(source, 1.0)
    if category == "none":
        for name in {*SOURCE_COVERS.get(source, "").split(), *UNRELATED} & set(CATEGORIES):
            out[1, INDEX[name]] = weight
        for name in UNRELATED:
            out[3, INDEX[name]] = weight
        return out
    here = INDEX[category]
    for name, other in INDEX.items():
        pair = frozenset({name, category})
        if other == here:
            continue
        if stance != "violating":
            out[1, other] = weight if contrast else (weight if name in UNRELATED else 0.0)
        elif pair in HALF:
            out[1, other] = 0.5 * weight
        elif pair not in OVERLAP:
            out[1, other] = weight if contrast or name in UNRELATED else 0.0
        if not (pair in OVERLAP or pair in HALF):
            out[3, other] = 0.5 * weight if contrast or name in UNRELATED else 0.0
    out[0, here] = float(stance == "violating")
    out[1, here] = weight
    out[2, here] = float(stance != "benign")
    out[3, here] = weight if contrast else 0.5 * weight
    return out


def read_contrasts(path: Path) -> Iterator[Row]:
    """Rows of one file of contrast sets. A group is a plot: the set without its language (our own plots: with it)."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        row = json.loads(line)
        if row["category"] not in INDEX or not row["text"].strip():
            continue
        turns = [turn | {"text": fold(turn["text"])} for turn in row["context"] or []]
        language = row["language"].split("-")[0]
        plot = (
            row["set"]
            if path.parent == OWN_DATA
            else re.sub(r"-(?:zh|ar|fa|tr|ru|es|pt|fr|de|hi|vi|it|pl|nl|en|hans|hant)(?=-|$)", "", row["set"])
        )
        yield Row(
            fold(row["text"]),
            tuple(turn["text"] for turn in turns if turn["text"].strip()),
            row["category"],
            STANCES.index(row["stance"]),
            language,
            path.stem,
            f"{path.stem}/{plot}",
            labels(row["category"], row["stance"], path.stem, True),
            True,
        )


def read_corpus(path: Path) -> Iterator[Row]:
    """Rows of one open corpus."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            text, category = clean(row["text"]), row["category"]
            if not text or (category not in INDEX and category != "none"):
                continue
            context = row.get("context") or ""
            if isinstance(context, list):
                context = " ".join(turn["text"] if isinstance(turn, dict) else str(turn) for turn in context)
            source = row["source"]
            yield Row(
                text,
                (clean(context),) if context else (),
                category,
                -1 if category == "none" or row["stance"] != "counter_speech" else STANCES.index(row["stance"]),
                row["language"].split("-")[0],
                source,
                f"{source}/{row['source_id']}",
                labels(category, row["stance"], source, False),
                False,
            )


def read_meetings(path: Path) -> Iterator[Meeting]:
    """Meetings of one file, cleaned, empty turns dropped."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            turns = tuple(text for turn in row["turns"] if (text := clean(turn["text"])))
            if turns:
                yield Meeting(
                    row["source"], f"{row['source']}/{row['source_id']}", row["language"].split("-")[0], turns
                )


@dataclass(frozen=True, slots=True)
class Data:
    """Everything for one purpose."""

    contrasts: list[Row]
    own: list[Row]
    corpora: list[Row]
    meetings: list[Meeting]


def load(folder: Path, split: Split) -> Data:
    """Read one split of the corpora and meetings under ``folder`` and of the project's own rows.

    Held out: 24% of the plots in the files written later (``_2``), 4% of the others, 10% of whole meetings of each
    source, 5% of corpus rows, 10% of the project's own groups.
    """
    contrasts = [
        row
        for path in sorted(WRITTEN.glob("*.jsonl"))
        for row in read_contrasts(path)
        if split_of(row.group, 24 if path.stem.endswith("_2") else 4) == split
    ]
    own = [
        row
        for path in sorted(OWN_DATA.glob("*.jsonl"))
        for row in read_contrasts(path)
        if split_of(row.group, 10) == split
    ]
    corpora = [
        row
        for path in sorted((folder / "open").glob("texts_*.gz"))
        for row in read_corpus(path)
        if split_of(row.group, 5) == split
    ]
    meetings = [
        meeting
        for path in sorted((folder / "open").glob("meetings_*.gz"))
        for meeting in read_meetings(path)
        if split_of(meeting.identifier, 10) == split
    ]
    if not meetings:
        raise FileNotFoundError(f"no meetings under {folder} (expected open/meetings_*.jsonl.gz)")
    return Data(contrasts, own, corpora, meetings)
