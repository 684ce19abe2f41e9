"""Checks the log in the database: every entry, where it ends, and every checkpoint that was signed of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.audit.chain import START, BadEntry, Link, step
from service.audit.checkpoints import Checkpoint
from service.audit.entry import Entry
from service.audit.log import entries, head


def inspect(session: Session, checkpoints: Iterable[Checkpoint] = (), start: Link = START) -> Link:
    """The last link, if everything after `start` is as it was written. Raises `BadEntry`.

    `start` must come from a signed checkpoint; what it names must still be there.
    """
    expected: dict[int, list[Checkpoint]] = {}
    for point in checkpoints:
        expected.setdefault(point.seq, []).append(point)
    link = start
    if start != START and (first := next(_stored(session, start[0] - 1), None)) is not None:
        link = (first.seq, first.hash)
    if link != start:
        raise BadEntry(start[0], "it is not the entry that a checkpoint was signed of")
    for entry in _stored(session, start[0] or None):
        link = step(link, entry)
        _compare(expected.get(link[0], ()), link)
    ends = head(session)
    if ends != link:
        raise BadEntry(min(ends[0], link[0]) + 1, f"the head says that the log ends at {ends[0]}; it ends at {link[0]}")
    beyond = [seq for seq in expected if seq > link[0]]
    if beyond:
        raise BadEntry(link[0] + 1, f"missing: a checkpoint was signed of {max(beyond)} entries")
    return link


def _compare(points: Iterable[Checkpoint], link: Link) -> None:
    for point in points:
        if point.link != link:
            raise BadEntry(link[0], f"it is not the entry that a checkpoint was signed of at {point.at}")


def _stored(session: Session, after: int | None) -> Iterator[Entry]:
    """Entries after this number; what the database can't even read is a bad entry."""
    for piece in (None, 1):  # a piece that can't be read is read again one by one, so that the right one is named
        try:
            for entry in entries(session, after=after, piece=piece):
                yield entry
                after = entry.seq
        except (SQLAlchemyError, UnicodeError) as error:
            if piece == 1:
                raise BadEntry((after or 0) + 1, f"it can't be read ({type(error).__name__})") from None
        else:
            return
