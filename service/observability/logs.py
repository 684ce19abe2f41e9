"""Log lines: JSON for machines or text for people, with the request's id, and no word from a case.

An exception's message may quote what somebody wrote (a validation error quotes its input), so lines tell an
exception by its type and where it was raised. Messages are kept for the few types that speak of machines only.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.exc import OperationalError

from models.judge import JudgeUnavailable
from service.observability.context import request_id

LogFormat = Literal["json", "text"]

SPEAK_OF_MACHINES = (OSError, OperationalError, JudgeUnavailable)
"""Their messages name files, addresses and locks. The engine hides the parameters of statements."""
FRAMES = 12
"""Innermost frames that are kept of each exception."""
LONGEST = 2_000
"""Characters of a message or value: a line must not fill a disk."""

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """One JSON object a line. ASCII only: nothing in a value can end the line or turn its direction."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line: dict[str, Any] = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:LONGEST],
            **_fields(record),
        }
        if errors := list(_errors(record)):
            line["errors"] = errors
        return json.dumps(line, ensure_ascii=True, default=str)


class TextLines(logging.Formatter):
    """The same for people. Control characters are escaped, so that nothing can pass for a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, with a further line for each exception."""
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        line = f"{_moment(record)} {record.levelname} {record.name}: {record.getMessage()[:LONGEST]} {fields}"
        errors = (f"\n  {one['type']}: {one.get('message', '-')} at {' < '.join(one['at'])}" for one in _errors(record))
        return _printable(line.rstrip()) + "".join("\n" + _printable(one.lstrip("\n")) for one in errors)


def log_config(kind: LogFormat) -> dict[str, Any]:
    """For `logging.config.dictConfig`: everything, the server's lines too, on stderr in one form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JsonLines if kind == "json" else TextLines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        # The server's access lines hold whole paths, with ids in them; ours hold routes. httpx tells every call.
        "loggers": {"uvicorn.access": {"level": "WARNING"}, "httpx": {"level": "WARNING"}},
    }


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """The request's id, and what the line was given in `extra`."""
    current = request_id.get()
    fields: dict[str, Any] = {} if current is None else {"request_id": current}
    for name, value in vars(record).items():
        if name not in _OWN:
            fields[name] = value[:LONGEST] if isinstance(value, str) else value
    return fields


def _errors(record: logging.LogRecord) -> Iterator[dict[str, Any]]:
    """The exception of a record and what caused it, outermost first."""
    error = record.exc_info[1] if record.exc_info else None
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        at = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames)]
        told: dict[str, Any] = {"type": type(error).__qualname__, "at": at}
        if isinstance(error, SPEAK_OF_MACHINES):
            told["message"] = str(error)[:LONGEST]
        yield told
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
