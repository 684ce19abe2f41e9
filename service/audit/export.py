"""The log as a file that anybody can check with the public key alone: one entry a line, and a signed last line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from service.audit.chain import START, BadEntry, Link, step
from service.audit.checkpoints import BadCheckpoint, read_checkpoint, sign_checkpoint
from service.audit.entry import Entry, NotCanonical
from service.audit.log import entries
from service.permits.keys import SigningKeys
from service.store.documents import canonical


def export(session: Session, at: datetime, keys: SigningKeys) -> Iterator[str]:
    """Lines of an export, without their ends. Raises `BadEntry` rather than sign a log that was changed."""
    link = START
    for entry in entries(session):
        link = step(link, entry)
        yield entry.line()
    yield canonical({"checkpoint": sign_checkpoint(link, at, keys)})


def verify_export(lines: Iterable[bytes], keys: Mapping[str, Ed25519PublicKey]) -> Link:
    """The last link, if the export is complete and as it was written, to the byte. Raises `BadEntry`.

    `lines` with their ends, as a file opened in binary gives them.
    """
    link = START
    closed = False
    for line in lines:
        if closed:
            raise BadEntry(link[0] + 1, "something stands after the signed last line")
        text = _text(line, link)
        token = _checkpoint(text)
        if token is None:
            try:
                link = step(link, Entry.from_line(text))
            except NotCanonical as error:
                raise BadEntry(link[0] + 1, f"it was changed ({error})") from None
            continue
        _require_closes(token, link, keys)
        closed = True
    if not closed:
        raise BadEntry(link[0] + 1, "the signed last line is missing: the export was cut")
    return link


def _text(line: bytes, link: Link) -> str:
    try:
        text = line.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if not text.endswith("\n"):
        raise BadEntry(link[0] + 1, "the line was changed or cut")
    return text[:-1]


def _checkpoint(text: str) -> str | None:
    """The token of a last line; None for any other line."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or set(value) != {"checkpoint"} or canonical(value) != text:
        return None
    return str(value["checkpoint"])


def _require_closes(token: str, link: Link, keys: Mapping[str, Ed25519PublicKey]) -> None:
    try:
        point = read_checkpoint(token, keys)
    except BadCheckpoint as error:
        raise BadEntry(link[0] + 1, f"the last line is {error}") from None
    if point.seq > link[0]:
        raise BadEntry(link[0] + 1, f"missing: the last line was signed of {point.seq} entries")
    if point.link != link:
        raise BadEntry(link[0], "it is not the entry that the last line was signed of")
