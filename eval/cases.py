"""Reading data sets: labelled (or plain) cases as JSON Lines, streamed, gzip where the name says so."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from verifier.case import DEFAULT_CATEGORIES, Case, Label, LabelledCase
from verifier.problems import InvalidCase, parse_case, parse_labelled_case


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a data set. Without a label, `label` is None; `slices` may be empty."""

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
    opener = gzip.open if path.suffix == ".gz" else open
    with closing(opener(path, "rb")) as raw:
        if path.suffix == ".json":
            yield raw.read().decode("utf-8", "surrogateescape")
            return
        for line in raw:
            if line.strip():
                yield line.decode("utf-8", "surrogateescape")


def parse(line: str, number: int, categories: Iterable[str] = DEFAULT_CATEGORIES) -> Item:
    """Read one line: a labelled case, or a case alone. Raises `InvalidCase` with every problem."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and "label" not in document and ("request" in document or "case" in document):
        case = parse_case(json.dumps(document.get("case", document)), categories=categories)
        return Item(name_of(line, number), case, None, tuple(map(str, document.get("slices", ()))))
    labelled: LabelledCase = parse_labelled_case(line, categories=categories)
    return Item(labelled.case_id, labelled.case, labelled.label, labelled.slices)


def name_of(line: str, number: int) -> str:
    """The case's own id, else its request's, else its place in the file."""
    try:
        document = json.loads(line)
        found = document.get("case_id") or document.get("case", document)["request"]["request_id"]
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return f"line-{number}"
    return found if isinstance(found, str) else f"line-{number}"


def sha256(path: Path) -> str:
    """Digest of a file's bytes, as it lies on disk."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


__all__ = ["InvalidCase", "Item", "lines", "name_of", "open_text", "parse", "sha256"]
