"""Reading a case from bytes: either a valid `Case`, or every problem with it at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from verifier.case import DEFAULT_CATEGORIES, Case, LabelledCase

MAX_CASE_BYTES = 64 * 1024 * 1024
"""5,000 turns and 500 reports take about 3 MiB; twenty times that is no honest case."""

_HINTS = {
    "extra_forbidden": "remove this field, or check its spelling: the case format does not know it",
    "missing": "add this field: it is required",
    "string_type": "give text in quotes",
    "bool_type": "give true or false",
    "int_type": "give a whole number",
    "float_type": "give a number",
    "tuple_type": "give a list",
    "dict_type": "give an object",
    "model_type": "give an object",
    "model_attributes_type": "give an object",
    "timezone_aware": "add the time zone, for example 2025-06-04T02:40:55Z",
    "datetime_type": "give an RFC 3339 time, for example 2025-06-04T02:40:55Z",
    "datetime_parsing": "give an RFC 3339 time, for example 2025-06-04T02:40:55Z",
    "datetime_from_date_parsing": "give an RFC 3339 time, for example 2025-06-04T02:40:55Z",
    "absurd_time": "check the clock and the unit: RFC 3339, between 1990 and 2200",
    "time_order": "check the two times: the second must not be before the first",
    "repeated_id": "give every thing an id of its own",
    "string_too_long": "shorten the text or split the record",
    "too_long": "send fewer items",
    "too_short": "give at least one item",
    "string_pattern_mismatch": "match the pattern: country codes are two capitals, digests 64 lower-case hex digits",
}

_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where (RFC 6901 pointer), what, and what would be right."""

    pointer: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.message} ({self.hint})"


class InvalidCase(ValueError):  # noqa: N818 - reads as what it is
    """The input is no valid case. `problems` has every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


def parse_case(raw: bytes | str, *, categories: Iterable[str] = DEFAULT_CATEGORIES) -> Case:
    """Read one case from JSON, or a labelled case (its label is set aside).

    `categories` are those of the policy in force. Raises `InvalidCase` with all problems.
    """
    document = _load(raw)
    if isinstance(document, dict) and "case" in document and "request" not in document:
        return _validate(LabelledCase, raw, categories).case
    return _validate(Case, raw, categories)


def parse_labelled_case(raw: bytes | str, *, categories: Iterable[str] = DEFAULT_CATEGORIES) -> LabelledCase:
    """Read one labelled case from JSON. Raises `InvalidCase` with all problems."""
    _load(raw)
    return _validate(LabelledCase, raw, categories)


def _load(raw: bytes | str) -> Any:
    size = len(raw.encode("utf-8", "surrogatepass")) if isinstance(raw, str) else len(raw)
    if size > MAX_CASE_BYTES:
        raise InvalidCase([Problem("", f"the case has {size:,} bytes", f"send at most {MAX_CASE_BYTES:,} bytes")])
    try:
        return json.loads(raw)
    except RecursionError:
        raise InvalidCase([Problem("", "the JSON is nested too deeply", "send a flat case")]) from None
    except ValueError as error:
        raise InvalidCase([Problem("", f"not valid JSON: {error}", "send one JSON object in UTF-8")]) from None


def _validate(model: type[_M], raw: bytes | str, categories: Iterable[str]) -> _M:
    try:
        return model.model_validate_json(raw, context={"categories": tuple(categories)})
    except ValidationError as error:
        raise InvalidCase(problems_of(error)) from None
    except RecursionError:
        raise InvalidCase([Problem("", "the JSON is nested too deeply", "send a flat case")]) from None


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """Every problem that a validation found, as pointer, message and hint."""
    found = error.errors(include_url=False)
    # A list whose only item is wrong is also reported as empty: the wrong item is the news.
    below = {e["loc"][:n] for e in found for n in range(len(e["loc"]))}
    return tuple(_problem(e) for e in found if not (e["type"] == "too_short" and e["loc"] in below))


def _problem(error: ErrorDetails) -> Problem:
    pointer = "".join(f"/{_escape(part)}" for part in error["loc"])
    kind = error["type"]
    if kind in ("literal_error", "enum"):
        hint = f"use one of: {error.get('ctx', {}).get('expected', '')}"
    else:
        hint = _HINTS.get(kind, "see the published schema: takedown-verifier schema case")
    return Problem(pointer, error["msg"], hint)


def _escape(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
