"""Reading data sets: labelled (or plain) cases as JSON Lines, streamed, gzip where the name says so."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, cast

import click

from verifier.case import DEFAULT_CATEGORIES, Case, Label, LabelledCase
from verifier.problems import InvalidCase, parse_case, parse_labelled_case


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a data set. Without a label, `label` is None.

    `slices`: those of the line, and language, category and action as the case has them where the line names none.
    """

    case_id: str
    case: Case
    label: Label | None
    slices: tuple[str, ...]


def open_text(path: Path, mode: str = "rt") -> IO[str]:
    """Open a text file, gzipped or not, in UTF-8."""
    if path.suffix == ".gz":
        return cast(IO[str], gzip.open(path, mode, encoding="utf-8"))
    return cast(IO[str], path.open(mode, encoding="utf-8"))


def lines(path: Path) -> Iterator[str]:
    """Lines of a data set that hold anything. A `.json` file is one case, however many lines it takes.

    Bytes that are no UTF-8 are kept as escapes, so that the one bad line fails and not the run.
    """
    return (line for _, line in numbered(path))


def numbered(path: Path, limit: int | None = None) -> Iterator[tuple[int, str]]:
    """The first `limit` of these lines, each with the number that an editor shows for it."""
    return islice(_numbered(path), limit)


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with closing(opener(path, "rb")) as raw:
        if path.suffix == ".json":
            yield 1, raw.read().decode("utf-8", "surrogateescape")
            return
        for number, line in enumerate(raw, 1):
            if line.strip():
                yield number, line.decode("utf-8", "surrogateescape")


def parse(line: str, number: int, categories: Iterable[str] = DEFAULT_CATEGORIES) -> Item:
    """Read one line: a labelled case, or a case alone. Raises `InvalidCase` with every problem."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and "label" not in document and ("request" in document or "case" in document):
        case = parse_case(json.dumps(document.get("case", document)), categories=categories)
        slices = _slices(case, tuple(map(str, document.get("slices", ()))))
        return Item(name_of(line, number), case, None, slices)
    labelled: LabelledCase = parse_labelled_case(line, categories=categories)
    return Item(labelled.case_id, labelled.case, labelled.label, _slices(labelled.case, labelled.slices))


def _slices(case: Case, given: tuple[str, ...]) -> tuple[str, ...]:
    named = {name.partition(":")[0] for name in given if ":" in name}
    known = [
        f"language:{(case.meeting.language or 'unknown').split('-')[0]}",
        *(f"category:{category}" for category in dict.fromkeys(c.category for c in case.request.claims)),
        f"action:{case.request.action}",
    ]
    return (*given, *(name for name in known if name.partition(":")[0] not in named))


def items(path: Path, limit: int | None = None, categories: Iterable[str] = DEFAULT_CATEGORIES) -> Iterator[Item]:
    """Read the cases of a file for a command that can't go on with a bad one.

    Raises `click.ClickException` with the number of the line, every field that is wrong, and what would be right.
    """
    for number, line in numbered(path, limit):
        try:
            yield parse(line, number, categories)
        except InvalidCase as problem:
            raise click.ClickException(f"{path.name}: {unreadable(str(problem), number)}") from problem


def unreadable(said: str, number: int) -> str:
    """One sentence for people about a bad line. JSON's own "line 1" would mislead: a case is one line."""
    return f"line {number} can't be read: {said.replace(': line 1 column ', ', at column ')}"


def name_of(line: str, number: int) -> str:
    """The case's own id, else its request's, else its place in the file."""
    try:
        document = json.loads(line)
        found = document.get("case_id") or document.get("case", document)["request"]["request_id"]
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return f"line-{number}"
    return found if isinstance(found, str) else f"line-{number}"


def label_of(line: str) -> tuple[Label | None, tuple[str, ...]]:
    """Label (None where there is none) and slices of a line whose case can't be read, `unreadable` among them.

    A labelled case that the verifier can't read still counts, as unanswered: leaving it out would flatter.
    """
    try:
        document = json.loads(line)
        slices = tuple(s for s in document.get("slices") or () if isinstance(s, str))
        return Label.model_validate_json(json.dumps(document["label"])), ("unreadable", *slices)
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return None, ("unreadable",)


def sha256(path: Path) -> str:
    """Digest of a file's bytes, as it lies on disk."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


__all__ = [
    "InvalidCase",
    "Item",
    "items",
    "label_of",
    "lines",
    "name_of",
    "numbered",
    "open_text",
    "parse",
    "sha256",
    "unreadable",
]
