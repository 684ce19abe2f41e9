"""Follows the chain from entry to entry and names the first one that is not as it was written."""

from __future__ import annotations

from collections.abc import Iterable

from service.audit.entry import BEGINNING, Entry, NotCanonical

Link = tuple[int, str]
"""Number and hash of an entry."""
START: Link = (0, BEGINNING)


class BadEntry(ValueError):  # noqa: N818 - reads as what it is
    """The log is not as it was written; `seq` is the first entry that shows it."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"entry {seq}: {why}")
        self.seq = seq
        self.why = why


def follow(entries: Iterable[Entry], start: Link = START) -> Link:
    """The last link of the chain that begins after `start`. Raises `BadEntry`."""
    link = start
    for entry in entries:
        link = step(link, entry)
    return link


def step(link: Link, entry: Entry) -> Link:
    """The link that an entry makes, if it follows this one. Raises `BadEntry`."""
    seq, last = link
    if entry.seq != seq + 1:
        raise BadEntry(seq + 1, f"missing or out of place; entry {entry.seq} stands there")
    if entry.prev_hash != last:
        raise BadEntry(entry.seq, "it doesn't name the entry before it")
    try:
        computed = entry.computed_hash()
    except (NotCanonical, TypeError) as error:
        raise BadEntry(entry.seq, f"it was changed ({error})") from None
    if computed != entry.hash:
        raise BadEntry(entry.seq, "it was changed: what it says doesn't have its hash")
    return entry.seq, entry.hash
