"""How the command line tells of a failure: a sentence, unless somebody is debugging."""

from __future__ import annotations

import os


def debugging() -> bool:
    """Whether tracebacks are wanted."""
    return os.environ.get("TAKEDOWN_DEBUG") == "1"


def sentence(error: BaseException) -> str:
    """What went wrong, on one line."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
