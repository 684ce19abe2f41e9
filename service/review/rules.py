"""How the review queue runs, as data: priority, routing, leases, deadlines, wellness. YAML, checked at start."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Kind = Literal["review", "hold", "appeal"]
RANKS = {"reviewer": 1, "senior": 2, "lead": 3}

_Positive = Annotated[float, Field(gt=0, le=10_000)]


class InvalidRules(ValueError):  # noqa: N818 - reads as what it is
    """The rules are not valid; the message says where."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Priority(_Part):
    """What comes first."""

    harm: dict[str, Annotated[float, Field(gt=0, le=1)]]
    otherwise: Annotated[float, Field(gt=0, le=1)]
    running: Annotated[float, Field(ge=1, le=100)]
    irreversible: Annotated[float, Field(ge=1, le=100)]
    doubles_hours: _Positive


class When(_Part):
    """What must hold for a rule to fit; what is not named doesn't matter."""

    category: tuple[str, ...] = ()
    action: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()


class To(_Part):
    """Which queue, and who may take from it. `read`: the reviewer must read the meeting's language."""

    queue: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    rank: Literal["reviewer", "senior", "lead"] = "reviewer"
    read: bool = False
    regions: tuple[str, ...] = ()


class Rule(_Part):
    """One line of the routing table."""

    when: When = When()
    to: To


class Wellness(_Part):
    """Limits that protect reviewers."""

    graphic_per_day: Annotated[int, Field(ge=1)]
    stretch_minutes: _Positive
    break_minutes: _Positive


class Rules(_Part):
    """Everything a platform decides about its queue."""

    version: Literal[1]
    priority: Priority
    lease_minutes: _Positive
    question_hours: _Positive
    deadlines_hours: dict[Kind, _Positive]
    escalate_every_hours: _Positive
    irreversible: frozenset[str]
    graphic: frozenset[str]
    routing: Annotated[tuple[Rule, ...], Field(min_length=1)]
    wellness: Wellness
    notice_of_attempts: bool
    notice_never: frozenset[str] = frozenset()
    appeal_days: Annotated[int, Field(ge=1)]


def load_rules(path: Path | None = None) -> Rules:
    """The rules from a YAML file, or the default ones. Raises `InvalidRules`."""
    try:
        text = files("service.review").joinpath("default.yaml").read_text("utf-8") if path is None else path.read_text()
        document: Any = yaml.safe_load(text)
        rules = Rules.model_validate(document)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidRules(f"can't read the rules: {type(error).__name__}") from None
    except ValidationError as error:
        places = (f"/{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise InvalidRules("; ".join(places)) from None
    if rules.routing[-1].when != When():
        raise InvalidRules("/routing: the last rule must fit everything, so that no case falls out of the queue")
    if set(rules.deadlines_hours) != {"review", "hold", "appeal"}:
        raise InvalidRules("/deadlines_hours: give review, hold and appeal")
    return rules
