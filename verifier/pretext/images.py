"""Pictures by their hashes: which are one picture, though cropped a little or saved anew.

PDQ hashes of 256 bits are compared by Hamming distance; up to 31 is one picture (Meta, "The TMK+PDQF
video-hashing algorithm and the PDQ image-hashing algorithm", 2019). Equal SHA-256 is the same file.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from verifier.case import Case, Signal
from verifier.clusters import Clusters

NEAR = 31
"""Bits of 256 by which two PDQ hashes of one picture may differ."""
_EMPTY = 16
"""Bits set or unset below which a hash is of a blank picture, and tells nothing."""
_HEX = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a picture: hex SHA-256 of the file, hex PDQ of what it shows; either may be ''."""

    sha256: str = ""
    pdq: str = ""


def distance(a: str, b: str) -> int:
    """Bits in which two hex hashes of equal length differ."""
    return (int(a, 16) ^ int(b, 16)).bit_count()


def same(a: Picture, b: Picture) -> bool:
    """Whether two pictures are one."""
    if a.sha256 and a.sha256 == b.sha256:
        return True
    return _telling(a.pdq) and _telling(b.pdq) and distance(a.pdq, b.pdq) <= NEAR


def one_picture(pictures: Sequence[Picture]) -> list[Hashable]:
    """A group for each picture: equal groups are one picture."""
    clusters = Clusters()
    kinds = list(dict.fromkeys(p for p in pictures if p != Picture()))
    for n, a in enumerate(kinds):
        clusters.find(a)
        for b in kinds[:n]:
            if same(a, b):
                clusters.link(a, b)
    return [clusters.find(p) if p != Picture() else ("none", n) for n, p in enumerate(pictures)]


def in_meeting(case: Case) -> tuple[Picture, ...]:
    """The pictures that the platform saw in the meeting, as far as it kept their hashes."""
    return tuple(p for s in case.signals for p in _of_signal(s) if p != Picture())


def _of_signal(signal: Signal) -> Iterator[Picture]:
    found = {key: signal.details.get(key) for key in ("sha256", "pdq")}
    yield Picture(**{k: v.lower() for k, v in found.items() if isinstance(v, str) and _is_hash(v)})


def _is_hash(text: str) -> bool:
    try:
        int(text, 16)
    except ValueError:
        return False
    return len(text) == _HEX


def _telling(pdq: str) -> bool:
    return bool(pdq) and _EMPTY <= int(pdq, 16).bit_count() <= 4 * _HEX - _EMPTY
