"""What the network sees, in which shares: an endless, seeded stream of batches."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import augment
from .data import STANCES, Data, Meeting, Row
from .judge import CATEGORIES, Passage
from .tokenise import CONTEXT_TOKENS, PassageTokenizer

SHARES = {"contrasts": 0.33, "own": 0.32, "meetings": 0.14, "corpora": 0.21}
"""Share of samples by kind; missing kinds leave theirs to the others."""
SUPPORT = 3.0
"""How much more often our own rows of peer support and grief are drawn: they must never look like promotion."""
DRAWN = {
    "own": 0.6,  # grammar-made: they teach form as much as meaning
    "memorial": 8.0,  # reading out the names and wounds of the dead must never look like a threat
    "sharp_en": 2.0,  # harmless twins that sound as bad as the violation: judges' weakest point
    "sharp_many": 2.0,
    "chatter": 4.0,  # short everyday lines, which no corpus of meetings has in most languages
}
"""How much more often rows of some files are drawn than rows of others."""
ALARMING = 0.5
"""Share of meeting samples drawn from the turns that a cheap screen finds most alarming."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A passage with its labels [4, C] (see ``data.Row``) and stance (-1: unknown)."""

    passage: Passage
    labels: npt.NDArray[np.float32]
    stance: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded arrays: ids, tokens, text [B, T]; labels [B, 4, C]; stance [B]."""

    ids: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.float32]
    text: npt.NDArray[np.float32]
    labels: npt.NDArray[np.float32]
    stance: npt.NDArray[np.int64]


def row_weights(rows: Sequence[Row]) -> npt.NDArray[np.float64]:
    """Sampling weights, summing to 1: damp large categories, stances and languages."""
    cells = Counter(
        (row.category, row.stance if row.contrast else int(row.labels[0].any()), row.source) for row in rows
    )
    categories = Counter(row.category for row in rows)
    languages = Counter(row.language for row in rows)
    weights = np.empty(len(rows))
    for i, row in enumerate(rows):
        if row.contrast:
            weights[i] = categories[row.category] ** -0.45 * languages[row.language] ** -0.25
            weights[i] *= DRAWN.get(row.source, 1.0)
            if (
                row.source == "own"
                and row.category == "self_harm"
                and STANCES[row.stance] in ("mention", "counter_speech")
            ):
                weights[i] *= SUPPORT
        else:
            cell = cells[row.category, int(row.labels[0].any()), row.source]
            weights[i] = max(cell, 100) ** -0.5 * (row.labels[1].max() + 0.2)
    weights /= weights.sum()
    return weights


def draws(weights: npt.NDArray[np.float64], rng: np.random.Generator) -> Iterator[int]:
    """Endless indices: systematic sampling, so that every row comes about as often as its weight says."""
    size = len(weights)
    while True:
        order = rng.permutation(size)
        edges = np.cumsum(weights[order])
        points = (np.arange(size) + rng.random()) / size
        picked = order[np.minimum(np.searchsorted(edges, points), size - 1)]
        yield from rng.permutation(picked).tolist()


class Mixture:
    """Draws samples from all kinds of data."""

    def __init__(self, data: Data, seed: int, alarming: Sequence[tuple[int, int]] = ()) -> None:
        """``alarming``: (meeting, turn) indices of turns worth seeing often."""
        self.data, self.alarming = data, alarming
        self.rng = random.Random(seed)  # noqa: S311
        generator = np.random.default_rng(seed)
        self.pools = {name: getattr(data, name) for name in ("contrasts", "own", "corpora") if getattr(data, name)}
        self.streams = {name: draws(row_weights(rows), generator) for name, rows in self.pools.items()}
        self.by_source: dict[str, list[int]] = {}
        for i, meeting in enumerate(data.meetings):
            self.by_source.setdefault(meeting.source, []).append(i)
        self.context_meetings: list[Meeting] = [
            data.meetings[i]
            for indices in self.by_source.values()
            for i in self.rng.sample(indices, min(40, len(indices)))
        ]
        self.names = [name for name in SHARES if name == "meetings" or name in self.pools]

    def sample(self) -> Sample:
        """Draw one."""
        name = self.rng.choices(self.names, [SHARES[name] for name in self.names])[0]
        if name == "meetings":
            return self._turn()
        row: Row = self.pools[name][next(self.streams[name])]
        text = augment.window(row.text, self.rng)
        passage = augment.passage(text, row.context, row.language, self.context_meetings, self.rng)
        return Sample(passage, row.labels, row.stance)

    def _turn(self) -> Sample:
        if self.alarming and self.rng.random() < ALARMING:
            at, turn = self.alarming[self.rng.randrange(len(self.alarming))]
        else:
            at = self.rng.choice(self.by_source[self.rng.choice(list(self.by_source))])
            turn = self.rng.randrange(len(self.data.meetings[at].turns))
        meeting = self.data.meetings[at]
        before = meeting.turns[max(0, turn - self.rng.randint(0, 3)) : turn]
        text = augment.window(meeting.turns[turn], self.rng)
        labels = np.zeros((4, len(CATEGORIES)), np.float32)
        labels[1] = 1.0
        spoken = augment.vary(text, meeting.language, self.rng)
        return Sample(Passage(spoken, tuple(line[-140:] for line in before)), labels, -1)

    def batches(self, tokenizer: PassageTokenizer, tokens: int, chunk: int = 768) -> Iterator[Batch]:
        """Endless batches of similar length, at most ``tokens`` padded tokens each."""
        while True:
            samples = [self.sample() for _ in range(chunk)]
            keep = [self.rng.choice((16, 24, 32, CONTEXT_TOKENS)) for _ in samples]
            encoded = [
                item
                for sample, most in zip(samples, keep, strict=True)
                for item in tokenizer.encode([sample.passage], most)
            ]
            order = sorted(range(chunk), key=lambda i: len(encoded[i].ids))
            groups: list[list[int]] = [[]]
            for i in order:
                if groups[-1] and len(encoded[i].ids) * (len(groups[-1]) + 1) > tokens:
                    groups.append([])
                groups[-1].append(i)
            self.rng.shuffle(groups)
            for group in groups:
                yield collate(
                    [encoded[i].ids for i in group],
                    [encoded[i].text_start for i in group],
                    [samples[i] for i in group],
                    tokenizer.pad,
                )


def collate(ids: Sequence[Sequence[int]], starts: Sequence[int], samples: Sequence[Sample], pad: int) -> Batch:
    """Pad to the longest."""
    longest = max(map(len, ids))
    out = np.full((len(ids), longest), pad, np.int64)
    tokens = np.zeros(out.shape, np.float32)
    text = np.zeros(out.shape, np.float32)
    for i, (row, start) in enumerate(zip(ids, starts, strict=True)):
        out[i, : len(row)] = row
        tokens[i, : len(row)] = 1
        text[i, start : len(row)] = 1
    return Batch(
        out, tokens, text, np.stack([s.labels for s in samples]), np.array([s.stance for s in samples], np.int64)
    )
