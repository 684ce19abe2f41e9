"""A plain letter to the affected host, in their language: what was decided, why, who asked, how to appeal."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Literal

import yaml
from jinja2 import Environment, StrictUndefined

from service.letters.statement import from_government, puid_of
from service.terminal import safe
from verifier.case import Case

LANGUAGES = ("en", "es", "zh")
Kind = Literal["restricted", "attempt", "upheld", "overturned"]

_plain = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701 - plain text


_CODE = re.compile(r"^ {4}[A-Za-z0-9_-]{20,}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """A letter, ready to be sent as plain text."""

    language: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class AppealRight:
    """How the reader may appeal."""

    code: str
    until: datetime
    where: str


def write_letter(
    case: Case, kind: Kind, *, people: int, right: AppealRight | None = None, again: bool = False,
    language: str | None = None,
) -> Written:  # fmt: skip
    """The letter for what was decided. `people`: how many decided; 0: the verifier alone.

    `language`: one of `LANGUAGES`; None: the meeting's, or English where there is none. `again`: it was refused
    before, and is decided now on the appeal of whoever asked. Nothing of what the requester or reporters wrote stands
    in it, and nobody's name.
    """
    if language is None:
        own = (case.meeting.language or "").partition("-")[0].lower()
        language = own if own in LANGUAGES else "en"
    words = words_of(language)
    behalf = case.request.requester.on_behalf_of
    government = from_government(case)
    told: dict[str, Any] = {
        "kind": kind,
        "title": safe(case.meeting.title) or "–",
        "action": words["actions"][case.request.action],
        "grounds": ", ".join(
            words["categories"].get(c.category, safe(c.category.replace("_", " "))) for c in case.request.claims
        ),
        "people": people,
        "again": again,
        "government": government,
        "country": behalf.country if government else None,
        "asked_on": case.request.submitted_at.strftime("%Y-%m-%d"),
        "code": right.code if right else None,
        "until": right.until.strftime("%Y-%m-%d") if right else None,
        "where": right.where if right else None,
        "reference": puid_of(case.request.request_id),
    }
    render = _plain.from_string
    return Written(language, render(words["subjects"][kind]).render(told), render(words["body"]).render(told))


def letter_id_of(request_id: str, round_: int) -> str:
    """Names one letter, safe in a path: the reference that stands in it, and the round."""
    return f"{puid_of(request_id)}-{round_}"


def without_code(body: str) -> str:
    """A letter as others than its reader may see it: the code to appeal is the host's alone."""
    return _CODE.sub("    ········", body)


@functools.cache
def words_of(language: str) -> dict[str, Any]:
    """Everything that is said in one language."""
    text = files("service.letters").joinpath("languages", f"{language}.yaml").read_text("utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words
