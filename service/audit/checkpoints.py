"""Signed checkpoints: "the log had so many entries, and this was the last one", kept where its writers can't reach."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from service.audit.chain import Link
from service.audit.entry import moment
from service.permits import jws
from service.permits.keys import SigningKeys

TYPE = "takedown-checkpoint+jwt"


class BadCheckpoint(ValueError):  # noqa: N818 - reads as what it is
    """Not a checkpoint that one of these keys signed."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the log ended at a moment."""

    seq: int
    hash: str
    at: str

    @property
    def link(self) -> Link:
        """The entry that it names."""
        return self.seq, self.hash


def sign_checkpoint(link: Link, at: datetime, keys: SigningKeys) -> str:
    """The checkpoint as a token, one line of text."""
    return jws.sign({"seq": link[0], "hash": link[1], "at": moment(at)}, TYPE, *keys.signing)


def read_checkpoint(token: str, keys: Mapping[str, Ed25519PublicKey]) -> Checkpoint:
    """What a token says. Raises `BadCheckpoint`."""
    try:
        said = jws.read(token, TYPE, keys)
    except jws.NotSigned as error:
        raise BadCheckpoint(f"a checkpoint that is {error}") from None
    if {name: type(value) for name, value in said.items()} != {"seq": int, "hash": str, "at": str}:
        raise BadCheckpoint("a checkpoint without seq, hash and at")
    return Checkpoint(**said)


def append_checkpoint(path: Path, token: str) -> None:
    """Write one line and wait until the disk has it."""
    with path.open("a", encoding="ascii") as out:
        out.write(token + "\n")
        out.flush()
        os.fsync(out.fileno())


def read_checkpoints(path: Path, keys: Mapping[str, Ed25519PublicKey]) -> list[Checkpoint]:
    """Every checkpoint of a file, in its order; none when there is no file. Raises `BadCheckpoint`.

    A last line without its end was being written when the process died; it counts for nothing.
    """
    if not path.exists():
        return []
    lines = path.read_text("ascii", errors="replace").split("\n")
    found = []
    for number, line in enumerate(lines[:-1], start=1):
        try:
            found.append(read_checkpoint(line, keys))
        except BadCheckpoint as error:
            raise BadCheckpoint(f"line {number} of {path.name}: {error}") from None
    return found
