"""Which complaints are one text: copied with small changes, or said again in other words."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from verifier.clusters import Clusters
from verifier.normalise import skeleton, words

_ALIKE = 80.0
"""Ratio of letters (rapidfuzz, 0-100) from which on two complaints are one wording."""
_LEAST = 12
"""Letters below which a text is too short to tell one hand: everybody writes 'please check'."""
_RETOLD = 0.45
"""Share of all content words that two texts have in common when one retells the other. People who tell of the
same moment in their own words stay below 0.3 in every language of the carried phrases and worked cases."""
_SHARED = 5
_COMPARED = 800
"""Different texts compared pairwise. A flood beyond that is cut; callers put the telling ones first."""


def copies(texts: Sequence[str]) -> list[Hashable]:
    """A group for each text: equal groups are one wording, whatever letters, spaces or punctuation hide it."""
    bare = [skeleton(t) for t in texts]
    some = list(dict.fromkeys(b for b in bare if len(b) >= _LEAST))[:_COMPARED]
    clusters = Clusters()
    if len(some) > 1:
        close = process.cdist(some, some, scorer=fuzz.ratio, score_cutoff=_ALIKE, dtype=np.float32)
        for i, j in np.argwhere(np.triu(close >= _ALIKE, k=1)):
            clusters.link(some[int(i)], some[int(j)])
    return [clusters.find(b) if len(b) >= _LEAST else ("short", n) for n, b in enumerate(bare)]


def retellings(texts: Sequence[str]) -> list[Hashable]:
    """A group for each text: equal groups share most of their content words, in any order and inflection."""
    bags = [_content(t) for t in texts]
    some = list(dict.fromkeys(b for b in bags if len(b) >= _SHARED))[:_COMPARED]
    clusters = Clusters()
    if len(some) > 1:
        table = _table(some)
        shared = table @ table.T
        sizes = table.sum(axis=1)
        together = sizes[:, None] + sizes[None, :] - shared
        for i, j in np.argwhere(np.triu((shared >= _SHARED) & (shared >= _RETOLD * together), k=1)):
            clusters.link(some[int(i)], some[int(j)])
    return [clusters.find(b) if len(b) >= _SHARED else ("short", n) for n, b in enumerate(bags)]


def _content(text: str) -> frozenset[str]:
    """Beginnings of the longer words; where words are not spaced, pairs of characters."""
    found: set[str] = set()
    before = ""
    for word in words(text):
        single = len(word) == 1 and not word.isascii()
        if single and before:
            found.add(before + word)
        elif len(word) >= 4:
            found.add(word[:5])
        before = word if single else ""
    return frozenset(found)


def _table(bags: list[frozenset[str]]) -> npt.NDArray[np.float32]:
    """Which text has which word: [texts, words], ones and zeros."""
    places = {word: n for n, word in enumerate(sorted(frozenset().union(*bags)))}
    table = np.zeros((len(bags), len(places)), dtype=np.float32)
    for row, bag in enumerate(bags):
        table[row, [places[word] for word in bag]] = 1.0
    return table
